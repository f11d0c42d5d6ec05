import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.collect.later import find_later

ROWS = 300
DAYS = np.datetime64("2020-01-01") + np.arange(ROWS)


def found(column, target, kind, group=None):
    columns = [Column(name="signal", kind=kind), Column(name="day", kind="datetime", role="time")]
    values = {"signal": column, "day": DAYS.astype("datetime64[us]"), "y": target}
    if group is not None:
        columns.append(Column(name="shop", kind="categorical", role="group"))
        values["shop"] = group
    columns.append(Column(name="y", kind=kind, role="target"))
    task = "regression" if kind == "numeric" else "multiclass"
    classes = () if kind == "numeric" else ("a", "b", "c")
    schema = Schema(columns=tuple(columns), targets=("y",), task=task, classes=classes)
    order = np.random.default_rng(5).permutation(ROWS)  # rows stand in no order
    values = {name: cells[order] for name, cells in values.items()}
    return find_later(values, schema, np.ones(ROWS, bool))


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_target_of_the_next_row_is_found_and_that_of_the_one_before_is_not(kind):
    draw = np.random.default_rng(0)
    numbers = draw.normal(size=ROWS).cumsum()
    target = numbers if kind == "numeric" else draw.choice(list("abc"), ROWS).astype(object)
    (leak,) = found(np.roll(target, -2), target, kind)
    assert (leak.code, leak.numbers["steps"], leak.numbers["columns"]) == (
        *("target_leakage", 2),
        ["signal"],
    )
    assert not found(np.roll(target, 1), target, kind)
    assert not found(draw.permutation(target), target, kind)


def test_target_of_the_next_row_of_the_group_is_found():
    draw = np.random.default_rng(1)
    shop = draw.choice(["x", "y"], ROWS).astype(object)
    target, later = draw.normal(size=ROWS), np.full(ROWS, np.nan)
    for name in "xy":
        rows = np.flatnonzero(shop == name)
        later[rows[:-1]] = target[rows[1:]]
    assert found(later, target, "numeric", shop)
    assert not found(later, target, "numeric")
