"""Parts of a cell that can be taken out, of each kind whose cells have some."""

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.kinds.clips import bands_apart
from fivefold.kinds.codec import Codec

DRAW = np.random.default_rng(0)
PICTURE = DRAW.integers(0, 256, (12, 10, 3)).astype(np.uint8)
CELLS = {
    "text": "Not bad at all,\n  not at all bad",
    "sequence": "ACGTTGCAACGTTGCAACGT",
    "image": PICTURE,
    "audio": DRAW.integers(-9000, 9000, 2400).astype(np.int16),
    "series": np.where(DRAW.random((20, 2)) < 0.1, np.nan, DRAW.normal(size=(20, 2))),
    "video": DRAW.integers(0, 256, (6, 9, 8, 1)).astype(np.uint8),
}
FORMATS = {"sequence": "dna", "audio": "8000 Hz", "series": "2 channels"}


def taken_apart(kind, cell):
    """The fitted column of this one cell, and its pieces."""
    column = Column(name="x", kind=kind, format=FORMATS.get(kind, ""))
    target = Column(name="y", kind="numeric", role="target")
    schema = Schema(columns=(column, target), targets=("y",), task="regression")
    table = Columns({"x": objects([cell, cell]), "y": np.arange(2.0)})
    codec = Codec.fit(table, schema, np.arange(2))
    fitted = codec.columns["x"]
    return codec.encode(table)["x"][0], fitted.kind.block.pieces(cell, fitted)


@pytest.mark.parametrize("kind", CELLS)
def test_all_pieces_are_the_cell_and_each_one_changes_it(kind):
    whole, pieces = taken_apart(kind, CELLS[kind])
    count = len(pieces.names)
    assert count == len(pieces.at) > 3
    inside = np.concatenate([np.ones((1, count), bool), ~np.eye(count, dtype=bool)])
    encoded = pieces.encode(inside)
    assert encoded.dtype == whole.dtype
    np.testing.assert_array_equal(encoded[0], whole)
    changed = (encoded[1:] != whole).reshape(count, -1).any(axis=1)
    assert changed.mean() > 0.9
    nothing = pieces.encode(np.zeros((1, count), bool))[0]
    assert len(np.unique(nothing)) < len(np.unique(whole))


def test_words_are_those_of_the_text_at_their_places():
    _, pieces = taken_apart("text", CELLS["text"])
    assert pieces.names == ("Not", "bad", "at", "all,", "not", "at", "all", "bad")
    assert [CELLS["text"][first:last] for first, last in pieces.at] == [*pieces.names]


def test_bands_of_a_stretch_add_up_to_it():
    sound = CELLS["audio"].astype(float)
    apart = bands_apart(sound, 8000, np.array([0.0, 500.0, 1500.0]))
    np.testing.assert_allclose(apart.sum(axis=0), sound, atol=1e-8)
    tone = np.sin(2 * np.pi * 1000 * np.arange(800) / 8000)
    share = np.square(bands_apart(tone, 8000, np.array([0.0, 500.0, 1500.0]))).sum(axis=1)
    assert share[1] > 0.99 * share.sum()
