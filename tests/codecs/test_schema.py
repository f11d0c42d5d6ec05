import json
from dataclasses import replace

import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import DataError

SCHEMA = Schema(
    columns=(
        Column(name="x", kind="numeric", missing=("?",)),
        Column(name="day", kind="datetime", role="time", format="%d-%m-%Y"),
        Column(name="id", kind="categorical", role="ignored", reason="unique"),
        Column(name="y", kind="categorical", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("no", "yes"),
)


@pytest.mark.parametrize("classes", [("no", "yes"), (0, 1), (False, True), (0.5, "x")])
def test_schema_round_trips_through_json_with_the_types_of_its_labels(classes):
    schema = Schema(columns=SCHEMA.columns, targets=("y",), task="binary", classes=classes)
    again = Schema.from_json(json.loads(json.dumps(schema.to_json())))
    assert again == schema
    assert list(map(type, again.classes)) == list(map(type, classes))


def test_schema_roles_name_columns():
    assert [column.name for column in SCHEMA.inputs] == ["x"]
    assert SCHEMA.named("time") == "day"
    assert SCHEMA.named("group") is None


def test_schema_absent_column_error_lists_those_there_are():
    with pytest.raises(DataError, match="'x', 'day', 'id', 'y'"):
        SCHEMA["z"]


def test_schema_replace_changes_one_column():
    changed = SCHEMA.replace("id", role="input", reason="")
    assert [column.name for column in changed.inputs] == ["x", "id"]
    assert changed["x"] == SCHEMA["x"]
    assert [column.name for column in SCHEMA.inputs] == ["x"]


@pytest.mark.parametrize(
    ("classes", "positive"), [(("a", "b"), "b"), (("a", "b", "c"), None), ((), None)]
)
def test_schema_positive_is_the_second_of_two_classes(classes, positive):
    assert replace(SCHEMA, classes=classes).positive == positive


def test_schema_of_one_target_has_it_by_name_and_one_of_several_refuses():
    two = replace(SCHEMA, targets=("y", "x"))
    assert (SCHEMA.target, SCHEMA.predicted, two.predicted) == ("y", "y", "y and x")
    with pytest.raises(DataError, match="expected one target column, found 2"):
        _ = two.target


def test_schema_json_keeps_its_form_for_one_target():
    two = replace(SCHEMA, targets=("y", "x"))
    assert SCHEMA.to_json()["target"] == "y"
    assert "targets" not in SCHEMA.to_json()
    assert two.to_json()["targets"] == ["y", "x"]
    for schema in (SCHEMA, two):
        assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema
