"""What Evaluate finds out about columns of a kind that only the user knows."""

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.evaluate.drift import drifted_columns
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.subgroups import groups

ROWS = 400
RNG = np.random.default_rng(5)
COLOURS = objects(f"#{n:06x}" for n in RNG.integers(0, 1 << 24, ROWS))
ROUTES = objects(RNG.normal(size=(n, 2)) for n in RNG.integers(1, 4, ROWS))
GRADES = objects(RNG.choice(list("AB"), ROWS))
TARGET = np.array([int(colour[1:3], 16) > 127 for colour in COLOURS]).astype(int)


def schema_of(**kinds):
    columns = [Column(name=name, kind=kind) for name, kind in kinds.items()]
    return Schema(
        columns=(*columns, Column(name="y", kind="numeric", role="target")),
        target="y",
        task="regression",
    )


def test_drift_is_judged_where_the_kind_can(own_kinds):
    schema = schema_of(c="colour", r="route", g="grade")
    train = Columns({"c": COLOURS, "r": ROUTES, "g": GRADES})
    test = Columns({"c": COLOURS[::-1], "r": ROUTES, "g": objects(["A"] * ROWS)})
    (found,) = drifted_columns(train, test, schema)
    assert found.column == "g"
    assert found.distance == np.mean(GRADES == "B")


def test_groups_are_those_that_the_kind_gives(own_kinds):
    schema = schema_of(c="colour", r="route", g="grade")
    table = Columns({"c": COLOURS, "r": ROUTES, "g": GRADES})
    made = {(name, words): rows for name, words, rows in groups(table, schema)}
    assert set(made) == {("g", "`A`"), ("g", "`B`")}
    assert (made["g", "`A`"] == (GRADES == "A")).all()


def limitations(result):
    return [text for text in result.tables["limitations"]["limitation"] if "searched" in text]


def test_kinds_that_were_not_searched_are_told(world, execute, own_kinds):
    columns, kinds = {"c": COLOURS, "r": ROUTES}, {"c": "colour", "r": "route"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    assert limitations(result) == ["Colours and routes were not searched for drift or weak groups."]
    table = result.tables["dataset_statistics"].set_index("column")
    assert table["distinct"][["c", "r"]].tolist() == [len(set(COLOURS)), ROWS]


def test_kinds_not_searched_stand_beside_those_of_the_library(world, execute, own_kinds):
    columns = {"r": ROUTES, "t": objects(f"word {n}" for n in range(ROWS))}
    result = execute(world(columns, {"r": "route", "t": "text"}, TARGET), Evaluate(baselines=()))
    assert limitations(result) == [
        "Texts, images and routes were not searched for drift or weak groups."
    ]


def test_kinds_that_are_searched_are_not_told(world, execute, own_kinds):
    columns, kinds = {"g": GRADES, "x": RNG.normal(size=ROWS)}, {"g": "grade", "x": "numeric"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    assert limitations(result) == []


def test_score_by_time_is_not_measured_where_a_kind_has_an_array_of_its_own(
    world, execute, own_kinds
):
    when = np.datetime64("2020-01-01", "us") + np.arange(ROWS) * np.timedelta64(1, "D")
    columns, kinds = {"r": ROUTES, "when": when}, {"r": "route", "when": "datetime"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    (found,) = [f for f in result.findings if f.code == "split_ignores_time"]
    assert "not measured" in found.sentence


def test_score_by_time_follows_moments_of_an_own_kind(world, execute, own_kinds):
    when = np.datetime64("2020-01", "us") + RNG.permutation(ROWS) * np.timedelta64(90, "D")
    columns, kinds = {"x": RNG.normal(size=ROWS), "q": when}, {"x": "numeric", "q": "quarter"}
    result = execute(world(columns, kinds, TARGET), Evaluate(baselines=()))
    (found,) = [f for f in result.findings if f.code == "split_ignores_time"]
    assert found.numbers["column"] == "q"
    assert "by_time" in found.numbers
