import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.collect.roles import set_aside
from fivefold.collect.tabulate import tabulate
from fivefold.kinds.dull import numbering
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
    twice = numbering("n", np.r_[np.arange(50.0), np.arange(30.0)])
    assert twice.predicate == "counts the rows, twice from a first number on"
    assert numbering("hour", np.tile(np.arange(24.0), 5)) is None


def repeated(values, draw, share=0.01):
    """The same with one row in a hundred a copy of the one before it."""
    again = np.flatnonzero(draw.random(len(values)) < share)
    values[again] = values[np.maximum(again - 1, 0)]
    return values.astype(float)


IDS = {
    "rising": (lambda r: repeated(10_000 + np.cumsum(r.geometric(0.3, 400)), r), True),
    "rising and long": (
        lambda r: repeated(4_000_000_000 + np.cumsum(r.integers(1, 900, 400)), r),
        True,
    ),
    "long": (lambda r: repeated(r.integers(10**9, 10**10, 400), r), False),
}
MEASURED = {
    "incomes": lambda r: np.rint(r.lognormal(10.5, 0.7, 400)),
    "prices": lambda r: r.integers(20_000, 400_000, 400) * 1.0,
    "sorted prices": lambda r: np.sort(np.rint(r.lognormal(12, 0.6, 400))),
    "weights": lambda r: np.sort(np.rint(r.normal(70_000, 9_000, 400))),
    "populations": lambda r: np.rint(r.lognormal(14, 1, 400)),
    "moments": lambda r: 1_700_000_000 + np.cumsum(r.integers(1, 90, 400)) * 1.0,
    "counts": lambda r: r.poisson(2000, 400) * 1.0,
}


def test_identifiers_among_numbers_are_told_in_20_seeds_and_measurements_are_not():
    for make, left_out in IDS.values():
        found = [numbering("x", make(np.random.default_rng(seed))) for seed in range(20)]
        assert sum(one is not None for one in found) >= 18
        assert {(one.code, one.left_out) for one in found if one} == {("id_column", left_out)}
    for make in MEASURED.values():
        found = [numbering("x", make(np.random.default_rng(seed))) for seed in range(20)]
        assert sum(one is not None for one in found) <= 1


def test_what_is_said_of_identifiers_is_so():
    draw = np.random.default_rng(0)
    named = draw.permutation(9999)[:ROWS] * 1.0
    assert numbering("order_no", named).predicate == (
        "has 100 different whole numbers in 100 rows, as an id has"
    )
    assert numbering("x", np.random.default_rng(1).permutation(ROWS) + 7.0).predicate == (
        "has each whole number from 7 to 106 once, in no order"
    )
    assert numbering("house_number", draw.integers(0, 60, 100) * 1.0) is None


def test_numbers_that_may_be_identifiers_stay_and_are_told():
    values = np.random.default_rng(0).integers(10**9, 10**10, ROWS * 4)
    reasons, codes = aside(x=values)
    assert (reasons, codes) == ({}, ["id_column"])
