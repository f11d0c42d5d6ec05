"""What may happen to cells before they come: how much of it there is, and what stays as it is."""

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.kinds.disturbance import Disturbance
from fivefold.kinds.known import kind_of


def ways(kind: str, seen, form: str = "") -> dict[tuple[str, str], Disturbance]:
    column = Column(name="cell", kind=kind, format=form)
    return {(w.name, w.strength): w for w in kind_of(kind).disturbances(column, seen)}


def worse(way: Disturbance, values):
    return way.change(values, np.random.default_rng(0))


def test_noise_of_numbers_is_a_share_of_the_middle_half_and_none_where_most_are_equal():
    values = np.random.default_rng(1).normal(5, 3, 4000)
    off = worse(ways("numeric", values)["noise", "0.1 deviations"], values) - values
    assert off.std() == pytest.approx(0.3, rel=0.1)
    gains = np.where(np.arange(4000) % 10, 0.0, 7000.0)  # a few large ones make no deviation
    assert np.array_equal(worse(ways("numeric", gains)["noise", "0.5 deviations"], gains), gains)


def test_noise_keeps_whole_numbers_whole_within_their_range_and_missing_ones_missing():
    values = np.array([*range(90), np.nan])
    found = worse(ways("numeric", values)["noise", "0.5 deviations"], values)
    assert np.array_equal(found[:-1], np.rint(found[:-1]))
    assert np.isnan(found[-1])
    assert found[:-1].min() >= 0
    assert found[:-1].max() <= 89
    assert not np.array_equal(found[:-1], values[:-1])


def test_cells_are_missing_or_unheard_of_by_the_share_that_is_said():
    values = objects(["a", "b"] * 2000)
    known = ways("categorical", values)
    gone = worse(known["missing", "20% of cells"], values)
    assert np.mean([one is None for one in gone]) == pytest.approx(0.2, abs=0.03)
    odd = worse(known["unseen", "5% of cells"], values)
    assert np.mean([one not in ("a", "b") for one in odd]) == pytest.approx(0.05, abs=0.02)


def test_typos_change_letters_only_and_leave_words_apart():
    text = "the quick brown fox jumps over 12 lazy dogs. " * 40
    [found] = worse(ways("text", objects([text]))["typos", "10% of letters"], objects([text]))
    assert len(found.split()) == len(text.split())
    assert found.count("12") == 40
    same = sum(a == b for a, b in zip(found.split(), text.split(), strict=True)) / 360
    assert 0.5 < same < 0.85  # 0.9 ** 3.9 of words of 3.9 letters


def test_cut_takes_the_end_and_case_the_capitals():
    known = ways("text", objects(["One Two Three Four"]))
    told = objects(["One Two Three Four", None])
    assert worse(known["cut", "50% of words"], told).tolist() == ["One Two", None]
    assert known["cut", "50% of words"].moves
    assert worse(known["case", "small letters"], told)[0] == "one two three four"


def test_mutations_stay_in_the_alphabet_and_length():
    texts = objects(["ACGT" * 500, "GATTACA" * 300])
    found = worse(ways("sequence", texts, "dna")["mutations", "5% of symbols"], texts)
    for before, after in zip(texts, found, strict=True):
        assert len(before) == len(after)
        assert set(after) <= set("ACGT")
        gone = np.mean([a != b for a, b in zip(before, after, strict=True)])
        assert gone == pytest.approx(0.05 * 3 / 4, abs=0.015)
    events = objects(["in, out in"] * 300)
    changed = worse(ways("sequence", events, "words")["mutations", "5% of symbols"], events)
    assert {one.count(",") for one in changed} == {1}
    assert len(set(changed)) > 1


def test_pictures_keep_form_and_dtype_and_are_moved_dimmed_blurred():
    edge = np.zeros((50, 50, 3), np.uint8)
    edge[:, 25:] = 200
    seen = objects([edge])
    known = ways("image", seen)
    for way in known.values():
        [found] = worse(way, seen)
        assert (found.shape, found.dtype) == (edge.shape, edge.dtype), way.name
    assert worse(known["light", "60%"], seen)[0].max() == 120
    [soft] = worse(known["blur", "4% of a side"], seen)
    assert 90 < soft[25, 24:26].mean() < 110
    assert soft.mean() == pytest.approx(edge.mean(), abs=0.5)
    [moved] = worse(known["shift", "12% of a side"], seen)
    assert abs(int((moved[25, :, 0] > 0).sum()) - 25) in (0, 6)
    deep = objects([np.linspace(0, 3, 64, dtype=np.float32).reshape(8, 8, 1)])
    assert not any(name == "JPEG" for name, _ in ways("image", deep))
    assert worse(ways("image", deep)["noise", "10% of white"], deep)[0].max() <= 3


def test_sounds_are_late_quieter_and_faster():
    sound = (8000 * np.sin(np.arange(8000) / 9)).astype(np.int16)
    seen = objects([sound])
    known = ways("audio", seen, "8000 Hz")
    [late] = worse(known["late", "100 ms"], seen)
    assert len(late) == 8000
    assert not late[:800].any()
    assert np.array_equal(late[800:], sound[:-800])
    [quiet] = worse(known["quieter", "20 dB"], seen)
    assert np.abs(quiet).max() == pytest.approx(800, abs=2)
    [fast] = worse(known["faster", "10%"], seen)
    assert len(fast) == round(8000 / 1.1)
    hiss = worse(known["noise", "10 dB below"], seen)[0].astype(float) - sound
    assert hiss.std() == pytest.approx(sound.astype(float).std() / 10**0.5, rel=0.05)


def test_steps_are_lost_and_off_by_their_own_channel():
    draw = np.random.default_rng(2)
    series = objects([draw.normal([0, 50], [1, 20], (2000, 2))])
    known = ways("series", series)
    [lost] = worse(known["lost", "20% of steps"], series)
    assert np.isnan(lost).all(axis=1).mean() == pytest.approx(0.2, abs=0.03)
    off = worse(known["noise", "0.1 deviations"], series)[0] - series[0]
    assert off.std(axis=0) == pytest.approx([0.1, 2.0], rel=0.1)


def test_prices_stay_above_0_however_noisy():
    windows = objects([np.array([0.01, 0.02, 40.0]), None, np.array([0.5, 0.1, 3.0])])
    for way in ways("prices", windows).values():
        found = worse(way, windows)
        assert found[1] is None
        assert all((one[~np.isnan(one)] > 0).all() for one in found if one is not None)
