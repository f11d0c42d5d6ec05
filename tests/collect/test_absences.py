import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.collect.absences import absence_findings, find_absences
from fivefold.collect.heaps import find_heaps, without
from fivefold.collect.noticed import noticed

ROWS, SEEDS = 400, range(20)


def table(seed, planted, classes=2):
    """A column of numbers that is filled as `planted` says of the draw and the classes."""
    draw = np.random.default_rng(seed)
    target = draw.integers(0, classes, ROWS)
    filled = planted(draw.random(ROWS), target)
    values = {"x": np.where(filled, draw.normal(size=ROWS), np.nan), "z": draw.normal(size=ROWS)}
    return values | {"y": objects("abcdef"[k] for k in target)}


def schema_of(classes=2):
    columns = (
        Column(name="x", kind="numeric"),
        Column(name="z", kind="numeric"),
        Column(name="y", kind="categorical", role="target"),
    )
    task = "binary" if classes == 2 else "multiclass"
    return Schema(columns=columns, targets=("y",), task=task, classes=tuple("abcdef"[:classes]))


def found(seed, planted, classes=2):
    usable = np.ones(ROWS, bool)
    return absence_findings(
        find_absences(table(seed, planted, classes), schema_of(classes), usable)
    )


PLANTED = {
    "for one class": (lambda u, y: y == 1, 2, "serious"),
    "for some of one class": (lambda u, y: (y == 1) & (u < 0.3), 2, "warning"),
    "missing in one class only": (lambda u, y: (y == 0) | (u < 0.7), 2, "warning"),
    "nearly": (lambda u, y: (y == 1) | (u < 0.003), 2, "serious"),
    "for two of four classes": (lambda u, y: (y < 2) & (u < 0.8), 4, "warning"),
    "for one of four classes": (lambda u, y: y == 3, 4, "serious"),
}


@pytest.mark.parametrize("plant", PLANTED)
def test_missingness_that_goes_with_classes_is_found_in_most_of_20_seeds(plant):
    planted, classes, severity = PLANTED[plant]
    told = [found(seed, planted, classes) for seed in SEEDS]
    assert sum(bool(one) for one in told) >= 18
    assert {one[0].severity for one in told if one} == {severity}
    assert all('Pass drop=("x",)' in one[0].sentence for one in told if one)


@pytest.mark.parametrize(
    "clean",
    [
        lambda u, y: u < 0.9,
        lambda u, y: u < 0.3,
        lambda u, y: u < 0.4 + 0.15 * y,
        lambda u, y: u < 2,
    ],
)
def test_missingness_that_does_not_is_found_in_hardly_any_of_20_seeds(clean):
    assert sum(bool(found(seed, clean, classes)) for seed in SEEDS for classes in (2, 4)) <= 1


def test_missingness_that_goes_with_a_number_is_found():
    draw = np.random.default_rng(0)
    target = draw.normal(10, 3, ROWS)
    columns = (Column(name="x", kind="numeric"), Column(name="y", kind="numeric", role="target"))
    schema = Schema(columns=columns, targets=("y",), task="regression")
    usable = np.ones(ROWS, bool)
    high, any_row = target > 12, draw.random(ROWS) < 0.4
    for filled, count in ((high, 1), (any_row, 0)):
        values = {"x": np.where(filled, 1.0, np.nan), "y": target}
        told = absence_findings(find_absences(values, schema, usable))
        assert len(told) == count
        assert all("where `y` is large only" in one.sentence for one in told)


def test_number_that_stands_for_missing_counts_as_missing():
    values, usable = table(0, lambda u, y: y == 1), np.ones(ROWS, bool)
    values["x"] = np.where(np.isnan(values["x"]), -999.0, values["x"])
    heaps = find_heaps(values, schema_of(), usable)
    assert not find_absences(values, schema_of(), usable)
    [found] = find_absences(without(values, heaps), schema_of(), usable)
    assert (found.column, found.serious) == ("x", True)


def test_column_that_is_told_by_its_missingness_is_told_once():
    values, usable = table(0, lambda u, y: y == 1), np.ones(ROWS, bool)
    told = noticed(values, values, schema_of(), usable, None)
    assert [one.code for one in told if one.severity == "serious"] == ["missing_by_class"]
