import pandas as pd
import pytest

from fivefold.reading.plain_rows import FRAME_ROWS, PlainRows

ROWS = PlainRows(("a", "b"))
FRAME = pd.DataFrame({"b": [1.5, 2.5], "c": [0, 1], "a": ["x", "y"]})


def test_cells_of_dicts_come_in_the_order_of_the_names():
    assert ROWS.of([{"b": 1, "a": "x"}, {"a": "y", "b": None, "c": [1]}]) == [("x", 1), ("y", None)]


def test_cells_of_a_frame_come_in_the_order_of_the_names():
    assert ROWS.of(FRAME) == [("x", 1.5), ("y", 2.5)]
    assert ROWS.of(FRAME[["a", "b"]].iloc[:1]) == [("x", 1.5)]
    assert ROWS.of(FRAME) == [("x", 1.5), ("y", 2.5)]


def test_cell_of_one_name_is_a_row_of_one():
    rows = PlainRows(("a",))
    assert rows.of([{"a": 1}]) == [(1,)]
    assert rows.of(FRAME) == [("x",), ("y",)]


@pytest.mark.parametrize(
    "data",
    [
        [],
        [{"a": 1}],
        [{"a": 1, "b": 2}, {"a": 1}],
        [{"a": 1, "b": 2, 1: 3}],
        [[1, 2]],
        ({"a": 1, "b": 2},),
        {"a": [1], "b": [2]},
        FRAME.set_index("c"),
        FRAME.set_index(["a", "c"]),
        FRAME.iloc[:0],
        FRAME[["a", "c"]],
        FRAME.rename(columns={"c": "a"}),
        FRAME.rename(columns={"c": 1}),
        FRAME["a"],
        pd.concat([FRAME] * FRAME_ROWS),
        "a.csv",
        None,
    ],
    ids=str,
)
def test_what_takes_a_closer_look_is_handed_back(data):
    assert ROWS.of(data) is None
