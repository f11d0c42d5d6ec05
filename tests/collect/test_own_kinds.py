"""What Collect remarks about columns of a kind that only the user knows."""

import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.collect.leakage import find_leaks, suspects_of
from fivefold.collect.quality import inspect
from fivefold.collect.roles import set_aside
from fivefold.collect.tabulate import Tabulated
from fivefold.core.session import Session
from fivefold.errors import DataError

ROWS = 600
RNG = np.random.default_rng(3)
COLOURS = objects(f"#{n:06x}" for n in RNG.integers(0, 1 << 24, ROWS))
ROUTES = objects(RNG.normal(size=(n, 2)) for n in RNG.integers(1, 4, ROWS))
GRADES = objects(RNG.choice(list("ABCDEF"), ROWS))
QUARTERS = np.datetime64("2020-01", "us") + RNG.integers(0, 9, ROWS) * np.timedelta64(90, "D")
LABELS = objects(RNG.choice(["no", "yes"], ROWS))
USABLE = np.ones(ROWS, bool)


def schema_of(**kinds):
    columns = [Column(name=name, kind=kind) for name, kind in kinds.items()]
    return Schema(
        columns=(*columns, Column(name="y", kind="categorical", role="target")),
        targets=("y",),
        task="binary",
        classes=("no", "yes"),
    )


def aside(judged_kinds, keep=(), **columns):
    table = Tabulated(
        {name: Column(name=name, kind=kind) for name, (kind, _) in columns.items()},
        {name: values for name, (_, values) in columns.items()},
        [],
        set(),
        {},
    )
    set_aside(table, keep, np.ones(len(table), bool))
    return {c.name: c.reason for c in table.columns.values() if c.role == "ignored"}, [
        finding.sentence for finding in table.findings
    ]


def test_kinds_that_say_nothing_are_not_suspected(judged_kinds):
    values = {"c": COLOURS, "r": ROUTES, "y": LABELS}
    schema = schema_of(c="colour", r="route")
    assert suspects_of(values, schema, USABLE).names == ()
    assert find_leaks(values, schema, USABLE) == []


def test_kind_that_gives_numbers_is_suspected_and_moments_come_last(judged_kinds):
    values = {"q": QUARTERS, "c": COLOURS, "g": GRADES, "n": np.arange(ROWS) * 1.0, "y": LABELS}
    schema = schema_of(q="quarter", c="colour", g="grade", n="numeric")
    suspects = suspects_of(values, schema, USABLE)
    assert suspects.names == ("g", "n", "q")
    assert suspects.discrete.tolist() == [False] * 3
    assert suspects.matrix[:, 0].tolist() == [ord(grade) for grade in GRADES]
    assert (suspects.matrix[:, 2] == QUARTERS.astype(int)).all()


def test_grade_that_tells_the_target_is_found(judged_kinds):
    labels = objects("yes" if grade > "C" else "no" for grade in GRADES)
    found = find_leaks({"g": GRADES, "y": labels}, schema_of(g="grade"), USABLE)
    assert [finding.numbers["columns"] for finding in found] == [["g"]]


def test_table_of_judged_kinds_is_inspected(judged_kinds):
    routes = objects([None, *ROUTES[1:-1], ROUTES[1]])
    columns = {"r": routes, "c": COLOURS, "q": QUARTERS, "g": GRADES}
    schema = schema_of(r="route", c="colour", q="quarter", g="grade")
    found = {f.code: f for f in inspect({**columns, "y": LABELS}, schema, USABLE, None)}
    assert found["rows"].numbers["kinds"] == {"route": 1, "colour": 1, "quarter": 1, "grade": 1}
    assert found["missing"].numbers["columns"] == {"r": 1}
    assert found["date_column"].numbers["columns"] == ["q"]
    assert "same_information" not in found


def test_rows_that_repeat_a_route_are_counted(judged_kinds):
    routes = objects([*ROUTES[:-2], ROUTES[0].copy(), ROUTES[1].copy()])
    found = inspect({"r": routes, "y": LABELS}, schema_of(r="route"), USABLE, None)
    assert {f.code: f for f in found}["duplicate_rows"].numbers["rows"] == 2


def test_rows_that_repeat_a_list_are_counted(judged_kinds):
    lists = objects([n, [n]] for n in [*range(ROWS - 1), 0])
    found = inspect({"r": lists, "y": LABELS}, schema_of(r="route"), USABLE, None)
    assert {f.code: f for f in found}["duplicate_rows"].numbers["rows"] == 1


def test_many_texts_of_a_kind_with_levels_are_told_by_its_plural(judged_kinds):
    grades = objects(f"{grade}{n % 50}" for n, grade in enumerate(GRADES))
    found = inspect({"g": grades, "y": LABELS}, schema_of(g="grade"), USABLE, None)
    assert "grades" in {f.code: f for f in found}["high_cardinality"].sentence


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        ("colour", objects(["#000000"] * ROWS), "constant"),
        ("colour", objects([None] * ROWS), "no values"),
        ("route", objects([None] * ROWS), "no values"),
        ("route", objects([ROUTES[0]] * ROWS), None),
        ("colour", COLOURS, None),
        ("quarter", QUARTERS, None),
    ],
)
def test_columns_of_judged_kinds_without_news_are_left_out(judged_kinds, kind, values, reason):
    assert aside(judged_kinds, x=(kind, values))[0] == ({"x": reason} if reason else {})


def test_columns_of_judged_kinds_that_repeat_another_are_left_out(judged_kinds):
    reasons, _ = aside(judged_kinds, a=("colour", COLOURS), b=("colour", COLOURS.copy()))
    assert reasons == {"b": "the same as a"}


def test_own_word_for_a_dull_column_is_told(judged_kinds):
    reasons, told = aside(
        judged_kinds, mark=("grade", GRADES), other=("grade", GRADES[::-1].copy())
    )
    assert reasons == {"mark": "graded"}
    assert told == ['Column `mark` is a mark; left out. Pass kinds={"mark": "grade"} to keep it.']


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"target": "way"}, "target `way`: expected classes or numbers, found route values"),
        ({"target": "y", "group": "way"}, "column `way`: expected words or numbers for group=, fo"),
        ({"target": "y", "time": "way"}, "column `way`: expected dates or numbers for time=, fou"),
        ({"target": "y", "time": "paint"}, "column `paint`: expected dates or numbers for time="),
    ],
)
def test_collect_with_cells_that_cannot_be_told_apart_says_so(judged_kinds, wish, message):
    rows = {"way": [*ROUTES], "paint": [*COLOURS], "x": [*range(ROWS)], "y": [*LABELS]}
    kinds = {"way": judged_kinds.Route, "paint": judged_kinds.Colour}
    with pytest.raises(DataError, match=message):
        ff.Collect(rows, kinds=kinds, **wish).run(session=Session(seed=0))


def test_collect_groups_by_cells_of_an_own_kind_that_are_texts(judged_kinds):
    rows = {
        "paint": [*COLOURS[:60], *COLOURS[:60]],
        "x": [*RNG.normal(size=120)],
        "y": [*LABELS[:120]],
    }
    stage = ff.Collect(rows, target="y", group="paint", kinds={"paint": judged_kinds.Colour})
    collected = stage.run(session=Session(seed=0))
    part = ff.Partition.derive(collected, Session(seed=0))
    shades = collected.table.column("paint")
    assert collected.schema["paint"].role == "group"
    assert not {*shades[part.train]} & {*shades[part.test]}
