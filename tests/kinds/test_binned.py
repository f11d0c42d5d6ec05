import re
from collections import Counter

import numpy as np
import pytest

from fivefold.codecs.schema import Column
from fivefold.kinds.binned import MOST, moments_binned, numbers_binned, words_binned
from fivefold.kinds.known import kind_of

DRAW = np.random.default_rng(0)
NUMBERS = {
    "ages": DRAW.integers(17, 91, 400).astype(float),
    "normal": DRAW.normal(size=400),
    "incomes": DRAW.lognormal(10, 1, 400),
    "years": DRAW.integers(1990, 2024, 400).astype(float),
    "per mille": DRAW.random(400) / 1000,
    "gaps": np.where(DRAW.random(400) < 0.3, np.nan, DRAW.normal(size=400)),
}


def ends_of(label):
    """The numbers from which to which a bin goes, as its label says."""
    from_, _, to = label.replace(",", "").partition(" to ")
    return float(from_), float(to)


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_stand_in_the_bin_whose_label_holds_them(name):
    values = NUMBERS[name]
    labels, place, what = numbers_binned(values, "things")
    assert 1 < len(labels) <= MOST
    assert what == "things"
    assert ((place >= 0) == np.isfinite(values)).all()
    for value, bin in zip(values, place, strict=True):
        if bin >= 0:
            low, high = ends_of(labels[bin])
            room = 1e-3 * (high - low)
            assert low - room <= value <= high + room


def test_whole_numbers_have_bins_of_equally_many_of_them():
    labels, _, _ = numbers_binned(np.arange(29.0))
    assert {high - low for low, high in map(ends_of, labels)} == {5.0}


def test_few_different_numbers_have_a_bin_each():
    values = np.array([5.0, 0.5, 5.0, np.nan, -3.0])
    labels, place, _ = numbers_binned(values)
    assert labels == ("-3", "0.5", "5")
    assert place.tolist() == [2, 1, 2, -1, 0]


def test_numbers_that_are_nearly_equal_have_labels_that_differ():
    labels, _, _ = numbers_binned(np.array([1000.25, 1000.5, 1000.75]))
    assert labels == ("1000.25", "1000.5", "1000.75")


def test_numbers_far_off_stand_in_an_open_bin_at_the_end():
    values = np.append(np.arange(1000.0), 1e9)
    labels, place, _ = numbers_binned(values)
    assert len(labels) > 5
    assert re.fullmatch(r"\d+ and more", labels[-1])
    assert place[-1] == len(labels) - 1


def test_numbers_of_any_size_find_a_place():
    for values in (
        1.7e308 * np.linspace(-1, 1, 50),
        np.linspace(0, 5e-320, 50),
        1.7e18 + 1024.0 * np.arange(50),
        np.full(50, np.nan),
        np.array([]),
        np.array([np.inf, 1.0, -np.inf]),
    ):
        labels, place, _ = numbers_binned(values)
        assert len(labels) <= MOST
        assert ((place >= 0) == np.isfinite(values)).all()
        assert place.max(initial=-1) < max(1, len(labels))


def test_moments_stand_in_the_years_or_days_that_their_label_names():
    days = np.datetime64("2011-01-01", "us") + DRAW.integers(0, 6000, 300) * np.timedelta64(1, "D")
    days[7] = np.datetime64("NaT")
    labels, place, _ = moments_binned(days)
    assert 5 < len(labels) <= MOST
    assert place[7] == -1
    for day, bin in zip(days, place, strict=True):
        if bin >= 0:
            first, _, last = labels[bin].partition(" to ")
            assert first <= str(day)[:4] <= (last or first)
    within = np.datetime64("2020-02-01T05:00:00", "us") + np.arange(9) * np.timedelta64(1, "D")
    assert moments_binned(within)[0][:2] == ("2020-02-01", "2020-02-02")


def test_words_are_counted_the_commonest_first():
    words = [chr(ord("a") + int(one)) for one in DRAW.geometric(0.1, 500) % 20]
    values = np.array([*words, None], object)
    labels, place, _ = words_binned(values)
    counts = Counter(words)
    top = [word for word, _ in counts.most_common(MOST)]
    assert sorted(labels) == sorted(top)
    found = np.bincount(place[place >= 0])
    assert found.tolist() == [counts[word] for word in labels]
    assert (place < 0).sum() == 501 - sum(counts[word] for word in top)
    assert place[-1] == -1


def test_words_that_are_numbers_stand_in_their_order_and_ids_nowhere():
    labels, _, _ = words_binned(np.array(["3", "1", "10", "3"], object))
    assert labels == ("1", "3", "10")
    ids = [*map(str, range(3000)), "7", None]
    assert words_binned(np.array(ids, object)) is None
    assert words_binned(np.array(["ann", "bob", None], object)) is None


def test_any_kind_says_what_is_binned_and_shown():
    def of(kind, *cells, **column):
        values = np.empty(len(cells), object)
        values[:] = cells
        about = Column(name="x", kind=kind, **column)
        binned = kind_of(kind).binned(values, about)
        assert binned.place.shape == (len(cells),)
        return binned.what, kind_of(kind).shown(cells[0], about)

    picture = np.zeros((4, 6, 3), np.uint8)
    assert of("image", picture, None) == ("height", "6 x 4 pixels")
    assert of("video", picture[None].repeat(5, 0), None) == ("frames", "5 frames, 6 x 4 pixels")
    assert of("audio", np.zeros(8000, np.int16), format="16000 Hz") == ("seconds", "0.5 seconds")
    assert of("series", np.zeros((48, 2))) == ("steps", "48 steps")
    assert of("lags", np.arange(3.0), None) == ("mean", "... 2 (3 steps)")
    assert of("text", "so it is", "well") == ("words", "so it is")
    assert of("sequence", "ACGT", "AC", format="dna") == ("symbols", "ACGT")
    assert of("sentence", "EU rejects", None) == ("words", "EU rejects")


def test_numbers_dates_and_truth_are_shown_as_people_write_them():
    def shown(kind, cell, format=""):
        return kind_of(kind).shown(cell, Column(name="x", kind=kind, format=format))

    assert shown("numeric", 46136.0) == "46136"
    assert shown("numeric", 1 / 3) == "0.3333333"
    assert shown("numeric", 1234.5, "1.234,56") == "1.234,5"
    assert shown("boolean", 1.0) == "True"
    assert shown("datetime", np.datetime64("2020-05-01T00:00:00", "us")) == "2020-05-01"
    assert shown("datetime", np.datetime64("2020-05-01T07:30:00", "us")) == "2020-05-01T07:30:00"
