import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.collect.untidy import extremes_of, find_extremes, find_spellings


def look(find, columns, kinds=None, roles=None, usable=None):
    """Findings about columns of texts and numbers."""
    by_dtype = {"O": "categorical", "f": "numeric", "M": "datetime"}
    schema = Schema(
        columns=tuple(
            Column(
                name=name,
                kind=(kinds or {}).get(name, by_dtype[cells.dtype.kind]),
                role=(roles or {}).get(name, "input"),
            )
            for name, cells in columns.items()
        ),
        targets=("y",),
        task="regression",
    )
    rows = len(next(iter(columns.values())))
    return find(columns, schema, np.ones(rows, bool) if usable is None else usable)


def test_spellings_are_told_with_counts_and_the_line_to_paste():
    cells = objects(["Texas"] * 60 + ["texas", "TEXAS ", "Utah"] + ["texas"])
    [found] = look(find_spellings, {"state": cells})
    assert found.code == "spellings"
    assert found.severity == "warning"
    assert found.sentence == (
        '2 spellings are beside a commoner one of the same word: "texas" (2 rows) and "Texas" (60) '
        'in `state`, "TEXAS " (1 row) and "Texas" (60) in `state`. ff.Clean() between Collect and '
        "Preprocess makes them one."
    )
    assert found.numbers["spellings"][0] == {
        **{"column": "state", "text": "texas", "rows": 2, "word": "Texas", "of": 60}
    }


def test_likely_slips_are_a_note_with_a_line_that_python_reads():
    cells = objects(["Connecticut"] * 60 + ["Conneticut"] + ["Ireland"] * 90 + ["Iceland"])
    [found] = look(find_spellings, {"state": cells})
    assert found.severity == "note"
    line = found.sentence.split("If these are slips, ")[1].split(" between ")[0]
    stage = eval(line, {"ff": ff})
    assert stage.merge == {"state": {"Conneticut": "Connecticut"}}


def test_spellings_of_targets_ignored_columns_prose_and_unusable_rows_are_not_told():
    cells = objects(["Texas"] * 60 + ["texas"])
    for role in ("target", "ignored", "group"):
        assert look(find_spellings, {"y": cells}, roles={"y": role}) == []
    assert look(find_spellings, {"t": cells}, kinds={"t": "text"}) == []
    assert look(find_spellings, {"s": cells}, usable=np.arange(61) < 60) == []


def test_many_spellings_are_cut_off_in_the_sentence_and_counted():
    cells = objects([text for n in range(200) for text in (f"Word number {n}", f"word number {n}")])
    [found] = look(find_spellings, {"s": cells})
    assert found.numbers["count"] == 200
    assert len(found.numbers["spellings"]) == 100
    assert "and 197 more" in found.sentence


def honest():
    """Columns with long tails, gaps, lumps and steps, in which no number is an error."""
    rng = np.random.default_rng(0)
    for n in (300, 3_000, 100_000):
        yield f"normal {n}", rng.normal(size=n)
        yield f"lognormal {n}", rng.lognormal(sigma=2, size=n)
        yield f"pareto {n}", rng.pareto(1.0, n)
        yield f"cauchy {n}", rng.standard_cauchy(n)
        yield f"exponential {n}", rng.exponential(size=n)
        yield f"poisson {n}", rng.poisson(0.5, n).astype(float)
        yield f"mostly zero {n}", np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(8, 2, n))
        yield f"two humps {n}", np.where(rng.random(n) < 0.01, 1e4, 1.0) * rng.normal(10, 1, n)
        yield f"stars {n}", rng.choice([1.0, 2, 3, 4, 5], n, p=[0.001, 0.001, 0.001, 0.1, 0.897])
        yield f"gaps {n}", np.where(rng.random(n) < 0.5, np.nan, rng.gamma(2.0, size=n))
        yield f"cap {n}", np.where(rng.random(n) < 0.005, 99_999.0, rng.integers(0, 90, n))
        yield f"years {n}", rng.integers(1900, 2025, n).astype(float)


@pytest.mark.parametrize(("name", "cells"), [*honest()], ids=lambda c: c if type(c) is str else "")
def test_long_tails_lumps_and_steps_are_no_extremes(name, cells):
    assert extremes_of(name, cells) is None
    assert extremes_of(name, -cells) is None


@pytest.mark.parametrize("seed", range(20))
def test_tails_of_power_laws_are_hardly_ever_extremes(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(200, 40_000, 100)
    told = sum(
        extremes_of("x", rng.pareto(rng.uniform(0.5, 4), size)) is not None for size in sizes
    )
    assert told <= 3


def test_extreme_values_are_told_with_bounds_that_keep_all_others():
    rng = np.random.default_rng(1)
    age = rng.integers(18, 90, 5_000).astype(float)
    height = rng.normal(170, 8, 5_000)
    age[[7, 70]], height[3], height[4] = 999.0, 17_000.0, np.nan
    [found] = look(find_extremes, {"age": age, "height": height, "y": rng.normal(size=5_000)})
    assert found.severity == "warning"
    assert set(found.numbers["columns"]) == {"age", "height"}
    assert "999 in 2 rows of `age`, whose others are 18 to 89" in found.sentence
    line = found.sentence.split("If they are errors, ")[1].split(" between ")[0]
    bounds = eval(line, {"ff": ff}).bounds
    assert bounds["age"] == (None, 89)
    assert bounds["height"] == (None, np.nanmax(np.delete(height, 3)))


def test_extreme_values_below_give_a_lower_bound():
    cells = np.random.default_rng(2).normal(100, 1, 3_000)
    cells[5] = -999
    found = extremes_of("t", cells)
    assert (found.rows, found.values, found.beyond) == (1, [-999.0], (True, False))
    assert found.low == np.delete(cells, 5).min()


def test_extreme_values_are_looked_for_in_inputs_and_target_of_usable_rows():
    cells = np.random.default_rng(3).normal(100, 1, 3_000)
    cells[5] = 1e6
    for role in ("input", "target"):
        assert len(look(find_extremes, {"y": cells}, roles={"y": role})) == 1
    assert look(find_extremes, {"y": cells}, roles={"y": "ignored"}) == []
    assert look(find_extremes, {"y": cells}, usable=np.arange(3_000) != 5) == []


@pytest.mark.parametrize(
    "cells",
    [
        *(np.full(500, value) for value in (0.0, np.nan)),
        *(np.zeros(0), np.ones(3), np.r_[np.zeros(499), 1e300]),
        np.linspace(-8e307, 8e307, 600) * 2,
        np.r_[np.linspace(1e-300, 1e-299, 300), np.linspace(1, 1e300, 300)],
    ],
)
def test_columns_of_no_or_of_wild_numbers_raise_nothing(cells):
    assert extremes_of("x", cells) is None
