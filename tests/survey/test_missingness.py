import numpy as np
import pytest

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.kinds.binned import Binned
from fivefold.survey.measured import measured
from fivefold.survey.missingness import missing_together

ROWS = 3000


def section_of(cells, group=None):
    columns = [
        Column(name=n, kind="categorical" if v.dtype == object else "numeric")
        for n, v in cells.items()
    ]
    rows = np.arange(len(group) if group is not None else ROWS)
    table = Columns(cells)
    groups = None if group is None else Binned(("no", "yes"), group)
    return missing_together(
        table, columns, rows, rows, groups, *measured(table, columns, rows), rows
    )


@pytest.fixture(scope="module")
def found():
    draw = np.random.default_rng(0)
    town, group = draw.choice(["a", "b"], ROWS).astype(object), draw.integers(0, 2, ROWS)
    one, two, three, four = draw.normal(size=(4, ROWS))
    gone = draw.random(ROWS) < 0.1
    one[gone], two[gone] = np.nan, np.nan
    three[(town == "a") & (draw.random(ROWS) < 0.8)] = np.nan
    four[draw.random(ROWS) < np.where(group == 1, 0.1, 0.2)] = np.nan
    cells = {"one": one, "two": two, "three": three, "four": four, "town": town}
    return section_of(cells, group), {n: np.isnan(v).sum() for n, v in list(cells.items())[:4]}


def test_counts_patterns_and_columns_that_are_missing_together(found):
    section, counts = found
    by = {row["column"]: row for row in section.rows}
    assert {name: row["missing"] for name, row in by.items()} == counts
    assert "Missing in the same rows: `one`, `two`." in section.told
    assert (by["one"]["missing with"], by["one"]["correlation"]) == ("two", pytest.approx(1.0))
    assert section.told[0].split()[2] == "of"


def test_gaps_that_go_with_another_column_or_the_answer_are_told(found):
    section, _ = found
    by = {row["column"]: row for row in section.rows}
    assert by["three"]["goes with"] == "town"
    assert by["three"]["how far"] > 0.7
    assert "goes with" not in by["four"]
    assert by["four"]["p"] < 1e-6 < 0.01 < by["one"]["p"]
    assert section.told[-1].startswith("Missing more often for some answers: `four` (2")


def test_gaps_by_chance_go_with_the_answer_in_one_of_a_hundred_sets():
    told = 0
    for seed in range(60):
        draw = np.random.default_rng(seed)
        cells = {f"n{n}": draw.normal(size=400) for n in range(4)}
        for values in cells.values():
            values[draw.random(400) < 0.2] = np.nan
        told += "answers" in " ".join(section_of(cells, draw.integers(0, 2, 400)).told)
    assert told <= 3
    assert section_of({"whole": np.arange(float(ROWS))}) is None
