import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.evaluate.finders.row_findings import drifted_columns

SCHEMA = Schema(
    columns=(
        Column(name="number", kind="numeric"),
        Column(name="place", kind="categorical"),
        Column(name="when", kind="datetime"),
        Column(name="y", kind="numeric", role="target"),
    ),
    targets=("y",),
    task="regression",
)


def _table(n, seed, shift=0.0, days=0, shares=(0.5, 0.3, 0.2)):
    random = np.random.default_rng(seed)
    when = np.datetime64("2020-01-01", "us") + random.integers(0, 365, n) * np.timedelta64(1, "D")
    return Columns(
        {
            "number": random.normal(size=n) + shift,
            "place": random.choice(["a", "b", None], size=n, p=shares),
            "when": when + np.timedelta64(days, "D"),
        }
    )


def test_drifted_columns_of_equal_rows_are_none():
    found = sum(
        bool(drifted_columns(_table(500, seed), _table(300, seed + 1000), SCHEMA))
        for seed in range(60)
    )
    assert found <= 1


@pytest.mark.parametrize(
    ("changes", "column"),
    [({"shift": 0.6}, "number"), ({"days": 120}, "when"), ({"shares": (0.2, 0.6, 0.2)}, "place")],
)
def test_drifted_column_that_is_planted_is_found(changes, column):
    found = drifted_columns(_table(500, 0), _table(300, 1, **changes), SCHEMA)
    assert [drift.column for drift in found] == [column]
    assert 0.1 < found[0].distance < 1
    assert found[0].chance < 0.001


def test_drifted_columns_without_rows_are_none():
    assert drifted_columns(_table(0, 0), _table(50, 1), SCHEMA) == []
