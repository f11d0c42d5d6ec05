import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.collect.roles import set_aside
from fivefold.collect.tabulate import tabulate
from fivefold.kinds.dull import is_row_number
from fivefold.reading.raw import Raw

ROWS = 100


def aside(keep=(), **columns):
    arrays = {k: v if isinstance(v, np.ndarray) else objects(v) for k, v in columns.items()}
    table = tabulate(Raw(name="a", columns=arrays), targets=())
    table.findings.clear()
    set_aside(table, keep, np.ones(len(table), bool))
    return {c.name: c.reason for c in table.columns.values() if c.role == "ignored"}, [
        finding.code for finding in table.findings
    ]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([None] * ROWS, "empty_column"),
        (np.full(ROWS, np.nan), "empty_column"),
        (np.full(ROWS, 3.0), "constant"),
        (["a"] * ROWS, "constant"),
        (np.arange(ROWS), "row_number"),
        (np.arange(ROWS) + 1001, "row_number"),
        (np.random.default_rng(0).permutation(ROWS), "row_number"),
        ([f"k{n:05d}" for n in range(ROWS)], "id_column"),
    ],
)
def test_columns_that_say_nothing_are_left_out(values, code):
    reasons, codes = aside(x=values)
    assert list(reasons) == ["x"]
    assert codes == [code]


@pytest.mark.parametrize(
    "values",
    [
        ["a", *[None] * (ROWS - 1)],
        ["a"] * (ROWS - 1) + ["b"],
        np.arange(ROWS) % 24,
        np.arange(ROWS) * 1.5,
        np.random.default_rng(0).integers(0, 9999, ROWS),
        [f"town{n % 40}" for n in range(ROWS)],
        [f"a sentence with number {n} in it" for n in range(ROWS)],
    ],
)
def test_columns_that_may_say_something_stay(values):
    assert aside(x=values) == ({}, [])


def test_numbers_called_id_that_all_differ_are_left_out():
    values = np.random.default_rng(0).permutation(9999)[:ROWS]
    for name in ("PassengerId", "customerID", "user_id", "id", "ID"):
        assert list(aside(**{name: values})[0]) == [name]
    for name in ("paid", "humid", "age"):
        assert aside(**{name: values}) == ({}, [])


def test_second_of_two_equal_columns_is_left_out():
    reasons, codes = aside(
        a=["x", "y"] * 50,
        b=["x", "y"] * 50,
        c=np.tile([1.0, np.nan], 50),
        d=np.tile([1.0, np.nan], 50),
        e=np.tile([np.nan, 1.0], 50),
    )
    assert reasons == {"b": "the same as a", "d": "the same as c"}
    assert codes == ["duplicate_column"] * 2


def test_columns_asked_for_stay():
    assert aside(keep={"x"}, x=np.arange(ROWS)) == ({}, [])


def test_count_that_begins_anew_in_a_second_file_is_a_row_number():
    assert is_row_number("n", np.r_[np.arange(50.0), np.arange(30.0)])
    assert not is_row_number("hour", np.tile(np.arange(24.0), 5))
