"""Weights of rows: a column that is no input and must say how much each row counts."""

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.collect.collect import Collect
from fivefold.core.context import Context
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.core.session import Session
from fivefold.errors import DataError

ROWS = 40


def table(weight):
    x = np.random.default_rng(0).normal(size=ROWS)
    weight = np.resize(np.array(weight, dtype=object), ROWS)
    return {"x": x, "w": weight, "y": objects("yes" if v > 0 else "no" for v in x)}


def collect(source, **settings):
    return Collect(source, target="y", weight="w", **settings).run(Session(seed=0))


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([0.5, 2, 0, 1e9], [0.5, 2.0, 0.0, 1e9]),
        (["1.5", " 0 ", "3", "7"], [1.5, 0.0, 3.0, 7.0]),
        ([1, 0], [1.0, 0.0, 1.0, 0.0]),
        (["1", "0"], [1.0, 0.0, 1.0, 0.0]),
        ([4], [4.0, 4.0, 4.0, 4.0]),
    ],
)
def test_weights_are_numbers_and_no_input(cells, values):
    collected = collect(table(cells))
    column = collected.schema["w"]
    assert (column.role, column.kind) == ("weight", "numeric")
    assert collected.schema.named("weight") == "w"
    assert [column.name for column in collected.schema.inputs] == ["x"]
    assert collected.table.column("w")[:4].tolist() == values
    assert not [f for f in collected.findings if "`w`" in f.sentence]


@pytest.mark.parametrize("wrong", [-1, None, float("nan"), float("inf"), "many", ""])
def test_weights_that_say_nothing_are_refused_with_their_rows(wrong):
    source = table([1.0, 2.0])
    source["w"][[3, 17]] = wrong
    with pytest.raises(DataError, match=r"column `w`, rows 3 and 17: expected a weight of 0 or mo"):
        collect(source)
    source["w"][3] = 1
    with pytest.raises(DataError, match=r"row 17: expected a weight of 0 or more, found ") as fault:
        collect(source)
    assert (fault.value.column, fault.value.rows) == ("w", (17,))


def test_weights_of_rows_that_are_not_used_need_say_nothing():
    source = table([1.0, 2.0])
    source["w"][5], source["y"][5] = None, None
    assert not collect(source).usable[5]


def test_weights_said_to_be_of_another_kind_are_refused():
    with pytest.raises(DataError, match=r"expected numbers for weight=, found categorical values"):
        collect(table([1, 2]), kinds={"w": "categorical"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight": "v"}, r"expected a column 'v' \(weight=\).*none of that name"),
        ({"weight": "y"}, r"`y`: expected one use, found target= and weight="),
        ({"weight": "x", "group": "x"}, r"`x`: expected one use, found group= and weight="),
        ({"weight": "w", "drop": ["w"]}, r"`w`: expected one use, found weight= and drop="),
    ],
)
def test_weight_that_is_no_column_or_two_things_is_refused(settings, message):
    stage = Collect(table([1]), target="y", **settings)
    fault = stage.preflight(Session(seed=0), Context())[0]
    with pytest.raises(DataError, match=message):
        raise fault


def test_weight_stands_in_a_recipe():
    text = write_recipe([Collect("a.csv", target="y", weight="w")])
    assert read_recipe(text)[0].weight == "w"
