import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.collect.quality import inspect


def look(columns, target, classes=("a", "b"), given=None, kinds=None, roles=None):
    kinds, roles = kinds or {}, roles or {}
    by_dtype = {"O": "categorical", "f": "numeric", "M": "datetime", "u": "image"}
    values = {**columns, "y": objects(target) if classes else np.asarray(target, float)}
    schema = Schema(
        columns=tuple(
            Column(
                name=name,
                kind=kinds.get(name, by_dtype[array.dtype.kind]),
                role="target" if name == "y" else roles.get(name, "input"),
            )
            for name, array in values.items()
        ),
        targets=("y",),
        task="binary" if classes else "regression",
        classes=classes,
    )
    usable = np.array([value is not None for value in values["y"]])
    return {finding.code: finding for finding in inspect(values, schema, usable, given)}


def test_size_names_rows_kinds_and_what_was_left_out():
    found = look(
        {"n": np.arange(4.0), "c": objects("abab"), "gone": np.zeros(4)},
        ["a", "b", None, "a"],
        roles={"gone": "ignored"},
    )["rows"]
    assert found.sentence == (
        "3 usable rows of 4; 2 columns to learn from (1 numeric, 1 categorical); left out: `gone`."
    )
    assert found.numbers["ignored"] == ["gone"]


def test_missing_values_are_counted_in_usable_rows():
    found = look(
        {"n": np.array([1, np.nan, np.nan, np.nan]), "c": objects(["a", "b", None, "c"])},
        ["a", "b", "a", None],
    )
    assert found["missing"].numbers == {"columns": {"n": 2, "c": 1}, "rows": 3}
    assert found["mostly_missing"].numbers["columns"] == {"n": 2 / 3}


def test_repeated_rows_count_conflicts():
    found = look(
        {"n": np.array([1.0, 1.0, 1.0, 2.0, 2.0, np.nan, np.nan])},
        ["a", "a", "b", "a", "a", "a", "a"],
    )["duplicate_rows"]
    assert found.numbers == {"rows": 4, "fraction": 4 / 7, "conflicting": 1}
    assert found.severity == "warning"


def test_rows_on_both_sides_of_a_given_split_are_counted():
    found = look(
        {"n": np.array([1.0, 2.0, 3.0, 1.0, 1.0, 9.0])},
        ["a", "b", "a", "a", "b", "a"],
        given=np.array([-1, -1, -1, 2, 2, 2]),
    )["duplicate_rows"]
    assert found.numbers["across"] == 2
    assert found.sentence.endswith("2 of 3 given test rows have the inputs of a row outside them.")


def test_no_repeats_give_no_finding():
    assert "duplicate_rows" not in look({"n": np.arange(4.0)}, list("abab"))


def test_many_categories_are_remarked():
    values = objects([f"k{n // 2}" for n in range(240)] + ["single"])
    found = look({"c": values}, list("ab") * 120 + ["a"])["high_cardinality"]
    assert found.numbers == {"column": "c", "categories": 121, "single": 1}


def test_columns_that_tell_each_other_are_paired():
    found = look(
        {
            "c": objects("xyz" * 6),
            "n": np.tile([1.0, 2, 3], 6),
            "m": np.r_[np.tile([1.0, 2, 3], 5), 1, 2, 2],
            "u": np.arange(18.0),
            "v": -np.arange(18.0),
        },
        list("ab" * 9),
    )["same_information"]
    assert found.numbers == {"pairs": [["c", "n"]]}


def test_sorted_classes_are_remarked():
    n = np.random.default_rng(0).normal(size=100)
    assert "sorted_by_target" in look({"n": n}, ["a"] * 50 + ["b"] * 50)
    assert "sorted_by_target" not in look({"n": n}, ["a", "b"] * 50)


def test_dates_without_a_time_column_are_a_warning():
    days = np.arange("2024-01-01", "2024-01-05", dtype="M8[D]").astype("M8[us]")
    assert look({"t": days}, list("abab"))["date_column"].severity == "warning"
    assert "date_column" not in look({"t": days}, list("abab"), roles={"t": "time"})


def test_dates_of_given_parts_say_whether_the_test_rows_are_later():
    days = np.arange("2024-01-01", "2024-01-09", dtype="M8[D]").astype("M8[us]")
    late = np.array([-1, -1, -1, -1, -1, -1, 2, 2])
    found = look({"t": days}, list("abababab"), given=late)["date_column"]
    assert (found.severity, found.numbers["earlier"]) == ("note", 0)
    mixed = np.array([-1, 2, -1, 0, -1, -1, 2, 0])
    found = look({"t": days}, list("abababab"), given=mixed)["date_column"]
    assert found.severity == "warning"
    assert "2 of 2 are earlier than the last of the others, of 2024-01-08" in found.sentence
    assert "regardless" not in found.sentence


def _patients(seed, apart):
    draw = np.random.default_rng(seed)
    patient = draw.integers(0, 40, 400)
    given = np.where(patient < 8, 2, -1) if apart else np.where(draw.random(400) < 0.2, 2, 0)
    columns = {"patient_id": patient * 1.0, "x": draw.normal(size=400)}
    return columns, objects("ab"[k] for k in draw.integers(0, 2, 400)), given


def test_groups_on_both_sides_of_given_parts_are_told():
    for seed in range(20):
        for roles in ({}, {"patient_id": "group"}):
            columns, target, given = _patients(seed, apart=False)
            found = look(columns, target, given=given, roles=roles)
            assert found["group_across_parts"].numbers["rows"] > 0.9 * (given == 2).sum()
            columns, target, given = _patients(seed, apart=True)
            found = look(columns, target, given=given, roles=roles)
            assert not {"group_across_parts", "group_column"} & set(found)


def test_groups_on_both_sides_of_a_given_validation_part_are_told():
    columns, target, given = _patients(0, apart=True)
    given[np.flatnonzero(given < 0)[::9]] = 1
    found = look(columns, target, given=given)["group_across_parts"]
    assert found.numbers["part"] == "validation"


def test_repeated_images_are_found():
    images = np.zeros((6, 3, 3, 1), np.uint8)
    images[:4, 0, 0, 0] = [1, 2, 3, 1]
    found = look({"i": images}, list("ababab"))["duplicate_rows"]
    assert found.numbers["rows"] == 2


def test_rows_in_the_order_of_a_number_are_told_unless_a_time_is():
    clock = np.cumsum(np.random.default_rng(0).integers(0, 3, 400)).astype(float)
    label = list("ab" * 200)
    found = look({"x": clock[::-1].copy(), "clock": clock}, label)["rows_in_order"]
    assert found.numbers == {"column": "clock", "rows": 400}
    assert 'time="clock"' in found.sentence
    assert "rows_in_order" not in look({"clock": clock}, label, roles={"clock": "time"})
    for seed in range(20):
        draw = np.random.default_rng(seed)
        shuffled = {
            "clock": draw.permutation(clock),
            "grade": np.sort(draw.integers(0, 9, 400)) * 1.0,
        }
        assert "rows_in_order" not in look(shuffled, label)
