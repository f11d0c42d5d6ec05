"""Cells that are lists of numbers."""

import json

import numpy as np
import pytest

from fivefold.codecs.schema import Column
from fivefold.kinds.lists import read_numbers

COLUMN = Column(name="x", kind="text", missing=("n/a",))
POINTS = [[0.0, 1.0], [2.5, -3.0], [4.0, 5.0]]


def nested():
    """As Parquet gives lists of lists."""
    cell = np.empty(3, object)
    for place, point in enumerate(POINTS):
        cell[place] = np.array(point)
    return cell


@pytest.mark.parametrize(
    "cell",
    [
        POINTS,
        tuple(map(tuple, POINTS)),
        np.array(POINTS),
        np.array(POINTS, np.float32),
        nested(),
        [np.array(point) for point in POINTS],
        json.dumps(POINTS),
        f"  {json.dumps(POINTS)} ",
        json.dumps(POINTS).encode(),
    ],
)
def test_numbers_of_any_form_are_one_array(cell):
    found = read_numbers(cell, COLUMN, (-1, 2))
    assert found.dtype == np.float64
    assert found.tolist() == POINTS
    assert read_numbers(found, COLUMN, (-1, 2)).tolist() == POINTS


@pytest.mark.parametrize(
    "cell", [None, float("nan"), "", " ", "n/a", b"", np.datetime64("NaT", "us")]
)
def test_missing_cell_is_none(cell):
    assert read_numbers(cell, COLUMN, (-1, 2)) is None


@pytest.mark.parametrize(
    ("cell", "shape", "message"),
    [
        ("up", (-1,), "its text is no list in JSON"),
        ("[" * 10_000, (-1,), "its text is no list in JSON"),
        ("5", (-1,), "it is no list"),
        ('{"a": 1}', (-1,), "it is no list"),
        (5, (-1,), "it is no list"),
        ([[1, 2], [3]], (-1, 2), "lists of one axis must be of one length"),
        ([1, 2, 3, 4], (-1, 2), "n x 2 numbers are wanted, it has 4"),
        ([[1, 2, 3]], (-1, 2), "n x 2 numbers are wanted, it has 1 x 3"),
        ([], (3,), "3 numbers are wanted, it has 0"),
        ([1, None], (-1,), "more than finite numbers"),
        ([1, "2"], (-1,), "more than finite numbers"),
        ([1, float("inf")], (-1,), "more than finite numbers"),
        ("[NaN]", (-1,), "more than finite numbers"),
        ([10**400], (-1,), "more than finite numbers"),
    ],
)
def test_cell_that_is_no_such_list_is_refused(cell, shape, message):
    with pytest.raises((ValueError, TypeError), match=message):
        read_numbers(cell, COLUMN, shape)


def test_deep_lists_are_refused_with_an_error_that_readers_may_raise():
    cell = []
    for _ in range(5000):
        cell = [cell]
    with pytest.raises(ValueError, match="of one length"):
        read_numbers(cell, COLUMN, (-1, 2))


@pytest.mark.parametrize(
    ("shape", "wanted"), [((-1,), (0,)), ((-1, 2), (0, 2)), ((-1, -1), (0, 0))]
)
def test_list_of_nothing_has_the_axes_that_are_wanted(shape, wanted):
    assert read_numbers([], COLUMN, shape).shape == wanted
