import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import RequestError
from fivefold.serve.requests import read, read_chunks

ROW = {"age": 20, '"quoted"': True, "zip": 10001, "<1H OCEAN": "INLAND"}
PICTURES = Schema(
    columns=(
        Column(name="image", kind="image"),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("a", "b"),
)


@pytest.mark.parametrize(
    ("rows", "row", "column", "found"),
    [
        ([ROW, {**ROW, "age": "thirty"}], 1, "age", "'thirty'"),
        ([{**ROW, "age": float("inf")}], 0, "age", "inf"),
        ([{**ROW, '"quoted"': 2}], 0, '"quoted"', "2"),
        ([ROW, {**ROW, "zip": [1]}], 1, "zip", "[1]"),
        ([ROW, {**ROW, "<1H OCEAN": {"a": 1}}], 1, "<1H OCEAN", "{'a': 1}"),
    ],
)
def test_read_bad_cell_names_row_column_and_value(schema, rows, row, column, found):
    with pytest.raises(RequestError) as caught:
        read(rows, schema)
    error = caught.value
    assert (error.row, error.column, error.found) == (row, column, found)
    assert error.wanted


def test_read_leaves_out_the_target_and_what_else_there_is(schema):
    assert read([{**ROW, "income": [1], "other": {}}], schema).names == tuple(ROW)


def test_read_chunks_of_pictures_are_the_whole_in_order():
    stack = np.random.default_rng(0).integers(0, 256, (600, 3, 2, 1), np.uint8)
    pieces = list(read_chunks(stack, PICTURES))
    assert [len(piece) for piece in pieces] == [256, 256, 88]
    whole = np.concatenate([piece.column("image") for piece in pieces])
    np.testing.assert_array_equal(whole, stack)


def test_read_chunks_count_rows_from_the_first_of_all():
    pictures = [np.zeros((2, 2), np.uint8)] * 599 + [None]
    with pytest.raises(RequestError) as caught:
        list(read_chunks(pictures, PICTURES))
    assert (caught.value.row, caught.value.column) == (599, "image")
    pictures[300] = "no picture"
    with pytest.raises(RequestError) as caught:
        list(read_chunks(pictures, PICTURES))
    assert caught.value.row == 300


def test_read_chunks_of_no_rows_is_one_empty_piece(schema):
    assert [len(p) for p in read_chunks({name: [] for name in ROW}, schema)] == [0]


def test_read_chunks_of_large_pictures_hold_few_at_a_time(monkeypatch):
    monkeypatch.setattr("fivefold.serve.requests.NUMBERS", 250)
    schema = Schema(
        columns=(
            Column(name="photo", kind="image"),
            Column(name="t", kind="categorical", role="target"),
        ),
        targets=("t",),
        task="binary",
        classes=("a", "b"),
    )
    pictures = np.empty(5, dtype=object)
    for place in range(5):
        pictures[place] = np.full((10, 10), place, dtype=np.uint8)
    pieces = list(read_chunks({"photo": pictures}, schema))
    assert [len(piece) for piece in pieces] == [2, 2, 1]
    assert [piece.column("photo")[0].flat[0] for piece in pieces] == [0, 2, 4]
