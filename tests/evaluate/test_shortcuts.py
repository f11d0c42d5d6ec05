"""Small areas of pictures, texts and sounds that answers hang on."""

from math import prod

import numpy as np
import pytest
from torch import nn

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.kinds.known import kind_of


def areas(kind: str, seen, form: str = "") -> dict[str, object]:
    column = Column(name="cell", kind=kind, format=form)
    return {area.name: area for area in kind_of(kind).areas(column, seen)}


def test_grid_of_a_picture_is_the_whole_of_it_and_alone_is_the_other_way_round():
    draw = np.random.default_rng(0)
    pair = objects([draw.integers(0, 255, size, np.uint8) for size in ((20, 30, 3), (40, 33, 1))])
    found = areas("image", pair)
    own, other = pair
    swapped = own
    for area in found.values():
        if area.box:
            swapped = area.swap(swapped, other)
    assert len(found) == 17
    assert swapped.shape == own.shape
    assert (swapped == other[np.arange(20) * 2][:, np.arange(30) * 33 // 30]).all()
    corner = found["top right corner"].swap(own, own[::-1])
    changed = (corner != own).any(axis=2)
    assert changed[:5, 22:].mean() > 0.9
    assert not changed[5:].any()
    assert not changed[:, :22].any()
    one, two = (
        way(pair, np.random.default_rng(3))
        for way in (found["border"].exchanged, found["border"].alone)
    )
    order = np.random.default_rng(3).permutation(2)
    for row, donor in enumerate(order):
        assert (one[row] == found["border"].swap(pair[row], pair[donor])).all()
        assert (two[row] == found["border"].swap(pair[donor], pair[row])).all()


def test_words_come_and_go_as_in_the_other_text():
    seen = objects(["the cat sat here", "a dog ran there", "the dog sat there", "one more of them"])
    found = areas("text", seen)
    assert found["first word"].swap("the cat sat", "a dog ran") == "a cat sat"
    assert found["last word"].swap("the cat sat", "a dog ran") == "the cat ran"
    word = found["the word 'dog'"]
    assert word.swap("the cat sat", "a dog ran") == "the dog cat sat"
    assert word.swap("a dog ran", "the cat sat") == "a ran"
    assert word.swap("a dog ran", "one dog") == "a dog ran"


def test_sounds_lend_their_beginning_end_and_offset():
    first, second = np.full(4000, 10, np.int16), np.full(3000, 500, np.int16)
    found = areas("audio", objects([first, second]), "8000 Hz")
    assert found["first 50 ms"].swap(first, second).tolist() == [500] * 400 + [10] * 3600
    assert found["last 50 ms"].swap(first, second).tolist() == [10] * 3600 + [500] * 400
    assert (found["constant offset"].swap(first, second) == 500).all()


def linear(inputs, outputs):
    return nn.Sequential(nn.Flatten(), nn.Linear(prod(inputs), outputs))


def pictures(pixel: bool):
    """400 pictures of a soft blob, left or right; where asked the answer is in a single pixel."""
    draw = np.random.default_rng(0)
    right = draw.random(400) < 0.5
    across = draw.uniform(3, 12, 400) if pixel else np.where(right, 10.0, 5.0)
    y, x = np.mgrid[:16, :16]
    apart = (x - across[:, None, None]) ** 2 + (y - draw.uniform(4, 11, (400, 1, 1))) ** 2
    grey = 40 + 160 * np.exp(-apart / 12) + draw.normal(0, 12, apart.shape)
    grey[:, 0, 15] = np.where(right, 230, 20) if pixel else grey[:, 0, 15]
    cells = [*np.clip(grey, 0, 255).astype(np.uint8)]
    return {"image": cells, "y": np.where(right, "right", "left")}


def judged(source, learner, **settings: object) -> ff.Result:
    stages = [ff.Collect(source, target="y", **settings), ff.Preprocess(), learner]
    return ff.Pipeline([*stages, ff.Evaluate(baselines=())]).run(progress=False)


@pytest.mark.slow
def test_pixel_that_holds_the_answer_is_told_and_a_blob_is_not():
    learner = ff.Train(linear, epochs=10, lr=0.01, augment=())
    result = judged(pictures(True), learner)
    [found] = [one for one in result.findings if one.code == "shortcut"]
    assert found.numbers["area"] == "top right corner"
    assert found.numbers["alone"] > 0.9
    assert "another row" in result.figures["shortcuts"].caption
    table = result.tables["shortcuts"].set_index("area")
    assert table["score"]["top right corner"] < 0.75 < table["score"]["row 2, column 2 of 4 x 4"]
    clean = judged(pictures(False), learner)
    assert not [one for one in clean.findings if one.code == "shortcut"]


@pytest.mark.slow
def test_word_that_holds_the_answer_is_told():
    draw = np.random.default_rng(0)
    words, up = np.array([f"w{n}ord" for n in range(60)]), draw.random(400) < 0.5
    texts = [" ".join(words[draw.integers(0, 60, 12)]) for _ in up]
    marked = [
        f"{text[:30]} sku {text[30:]}" if one else text for text, one in zip(texts, up, strict=True)
    ]
    source = {"text": marked, "y": np.where(up, "yes", "no")}
    result = judged(source, ff.Train(epochs=4), kinds={"text": "text"})
    [found] = [one for one in result.findings if one.code == "shortcut"]
    assert found.numbers["area"] == "the word 'sku'"
