from dataclasses import dataclass, replace

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.errors import DataError
from fivefold.keys import missing_rows
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.target import encode_targets
from fivefold.tasks.known import settle as settle_targets
from fivefold.tasks.known import task_of
from fivefold.tasks.target import Settled, Target, Targets

NAMES = {"number_kind": "numeric", "number_task": "regression"}
READS_AS = {"numeric": {"numbers", "labels"}, "datetime": set()}


@dataclass
class Found:
    """What was settled of one column."""

    task: str
    settled: Settled

    def __getattr__(self, name):
        return getattr(self.settled, name)


def targets_of(values, kind="categorical", *, usable=None, **options):
    array, _ = canonical_column(objects(values), Column(name="y", kind=kind))
    column = Target(
        name="y",
        values=array,
        present=~missing_rows(array),
        what=f"{kind} values",
        reads_as=frozenset(READS_AS.get(kind, {"labels"})),
        cells=objects(values),
    )
    usable = np.ones(len(array), bool) if usable is None else usable
    return Targets(columns=(column,), usable=usable, source="a.csv", **NAMES, **options)


def settle(values, kind="categorical", *, task=None, **options):
    targets = targets_of(values, kind, asked=task is not None, **options)
    found, settled = settle_targets(targets, task_of(task) if task else None)
    return Found(found.name, settled)


def encoded(target):
    column = Column(name="y", kind="categorical", role="target")
    schema = Schema(columns=(column,), targets=("y",), task=target.task, classes=target.classes)
    return encode_targets(target.values, schema)


def test_two_texts_are_binary_with_the_rarer_one_positive():
    target = settle(["cat"] * 5 + ["dog"] * 12)
    assert (target.task, target.classes) == ("binary", ("dog", "cat"))
    assert target.notes == ("The positive class of `y` is 'cat' (the rarer: 5 rows).",)
    assert encoded(target).tolist() == [1] * 5 + [0] * 12


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        *[("no", "yes", "categorical"), ("NO", "Yes", "categorical"), ("N", "Y", "categorical")],
        *[(0, 1, "numeric"), (0.0, 1.0, "numeric"), ("0", "1", "categorical")],
        *[(False, True, "boolean"), ("FALSE", "true", "categorical"), ("f", "t", "categorical")],
        *[("-", "+", "categorical"), (-1, 1, "numeric"), (-1.0, 1.0, "numeric")],
        *[("-1", "+1", "categorical"), ("Negative", "POSITIVE", "categorical")],
    ],
)
@pytest.mark.parametrize("rows", [(5, 12), (12, 5)])
def test_class_that_means_yes_is_positive_however_many_rows_have_it(first, second, kind, rows):
    target = settle([first] * rows[0] + [second] * rows[1], kind)
    assert encoded(target).tolist() == [0] * rows[0] + [1] * rows[1]
    assert target.notes[0].endswith("(by its name).")
    turned = settle([first] * rows[0] + [second] * rows[1], kind, positive=first)
    assert encoded(turned).tolist() == [1] * rows[0] + [0] * rows[1]


def test_positive_turns_the_classes_round():
    target = settle(["no"] * 12 + ["yes"] * 5, positive="no")
    assert target.classes == ("yes", "no")


def test_equal_classes_take_the_later_as_positive():
    assert settle(["b"] * 6 + ["a"] * 6).classes == ("a", "b")
    assert settle(["0"] * 6 + ["1"] * 6).classes == (0, 1)


@pytest.mark.parametrize(
    ("values", "kind", "classes"),
    [
        (["1", "0"] * 10, "numeric", (0, 1)),
        ([1, 0] * 10, "numeric", (0, 1)),
        ([1.0, 0.0] * 10, "numeric", (0.0, 1.0)),
        ([True, False] * 10, "boolean", (False, True)),
        (["10", "9", "11"] * 10, "categorical", (9, 10, 11)),
        (["k10", "k9", "k1"] * 10, "categorical", ("k1", "k9", "k10")),
        (["007", "008", "9"] * 10, "categorical", ("007", "008", "9")),
        ([-1, 1] * 10, "numeric", (-1, 1)),
    ],
)
def test_labels_keep_their_type_and_natural_order(values, kind, classes):
    target = settle(values, kind)
    assert target.classes == classes
    assert [type(label) for label in target.classes] == [type(label) for label in classes]
    assert target.words
    truth = [classes.index(type(classes[0])(value)) for value in values]
    assert encoded(target).tolist() == truth


def test_numbers_are_a_regression_unless_few_and_whole():
    rng = np.random.default_rng(0)
    assert settle(rng.normal(size=50).tolist(), "numeric").task == "regression"
    assert settle(rng.integers(0, 300, 50).tolist(), "numeric").task == "regression"
    assert settle([0.5, 1.5] * 25, "numeric").task == "regression"
    assert settle(list(range(10)) * 2, "numeric").task == "regression"
    few = settle(list(range(10)) * 5, "numeric")
    assert few.task == "multiclass"
    assert 'task="regression"' in few.notes[-1]


def test_task_wins_over_the_guess():
    assert settle(list(range(10)) * 5, "numeric", task="regression").task == "regression"
    halves = settle([0.5, 1.5] * 25, "numeric", task="multiclass")
    assert (halves.task, halves.classes) == ("multiclass", (0.5, 1.5))


def test_one_class_against_the_rest_rewrites_the_target():
    target = settle(["normal"] * 9 + ["smurf"] * 5 + ["nmap"] * 3, task="binary", positive="normal")
    assert target.classes == ("not normal", "normal")
    assert target.values[0].tolist() == ["normal"] * 9 + ["not normal"] * 8
    assert settle(list(range(10)) * 5, "numeric", positive=5).classes == ("not 5", "5")


def test_rows_without_a_target_are_no_class():
    values = ["a"] * 6 + ["b"] * 6 + [None]
    target = settle(values, usable=np.array([True] * 12 + [False]), positive="a")
    assert target.classes == ("b", "a")
    assert target.values[0][-1] is None


@pytest.mark.parametrize("kind", ["categorical", "numeric"])
def test_one_value_only_is_refused(kind):
    with pytest.raises(DataError, match="at least two different values, found only"):
        settle(["1"] * 20, kind)


def test_too_few_rows_are_refused_with_their_number():
    with pytest.raises(DataError, match="expected at least 10 rows with a target, found 3 of 3"):
        settle(["a", "b", "a"])


def test_positive_that_is_no_class_says_which_is_near():
    with pytest.raises(DataError) as caught:
        settle(["normal", "attack"] * 10, positive="nomal")
    assert str(caught.value) == (
        "a.csv, target `y`: expected positive= to be one of the classes, found 'nomal'.\n"
        "Classes: 'attack', 'normal'.\n"
        'Write positive="normal".'
    )


def test_binary_with_three_classes_asks_for_the_positive_one():
    with pytest.raises(DataError, match="expected two classes, found 3"):
        settle(["a", "b", "c"] * 10, task="binary")


def test_target_that_never_repeats_is_refused():
    with pytest.raises(DataError, match="expected classes that repeat, found 80"):
        settle([f"user{n}" for n in range(80)])


@pytest.mark.parametrize("options", [{"task": "regression"}])
def test_regression_of_texts_is_refused(options):
    with pytest.raises(DataError, match="expected numbers for a regression, found categorical"):
        settle(["a", "b"] * 10, **options)


def test_dates_are_no_target():
    with pytest.raises(DataError, match="found datetime values"):
        settle(["2024-01-01", "2024-01-02"] * 10, "datetime")


def test_imbalance_is_a_finding_by_the_smallest_and_the_largest_class():
    [rare] = settle(["a"] * 300 + ["b"] * 2 + ["c"]).findings
    assert (rare.code, rare.severity, rare.stage) == ("imbalance", "warning", "Collect")
    assert rare.sentence == (
        "Classes of `y` differ in size: 'c' has 1 row (0.33%), 'a' 300. "
        "An accuracy of 0.990 takes no skill here."
    )
    [lopsided] = settle(["a"] * 85 + ["b"] * 15).findings
    assert (lopsided.severity, lopsided.numbers["smallest_fraction"]) == ("note", 0.15)
    [many] = settle(["a"] * 50 + ["b"] * 45 + ["c"] * 5).findings
    assert many.sentence.endswith("'c' has 5 rows (5%), 'a' 50.")
    assert settle(["a"] * 30 + ["b"] * 10).findings == ()


def test_several_targets_are_each_for_a_task_of_their_own():
    one = targets_of([1.5, 2.5] * 10, "numeric")
    other = replace(one.columns[0], name="other")
    both = Targets(columns=(*one.columns, other), usable=one.usable, source="a.csv")
    task, _ = settle_targets(both)
    assert [part.task.name for part in task.parts] == ["regression", "regression"]
    with pytest.raises(DataError, match="expected one target for this task"):
        settle_targets(both, task_of("multiclass"))


GRADES = {
    "quality, 3 to 9": lambda r: 3 + r.binomial(6, 0.45, 400),
    "even, 3 to 9": lambda r: r.integers(3, 10, 400),
    "stars": lambda r: r.integers(1, 6, 400),
    "children": lambda r: np.minimum(r.poisson(1.5, 400), 5),
    "tens": lambda r: 10 * r.integers(1, 4, 400),
}
CODES = {
    "two": lambda r: r.integers(0, 2, 400),
    "three": lambda r: r.integers(0, 3, 400),
    "from one": lambda r: r.integers(1, 4, 400),
    "digits": lambda r: np.arange(400) % 10,
    "many": lambda r: r.integers(0, 300, 400),
}


def test_few_whole_numbers_that_are_read_as_classes_are_told_in_20_seeds():
    def told(make, **options):
        values = [make(np.random.default_rng(seed)).tolist() for seed in range(20)]
        every = [settle(cells, "numeric", **options).findings for cells in values]
        return [f for found in every for f in found if f.code == "classes_of_numbers"]

    for make in GRADES.values():
        found = told(make)
        assert len(found) >= 18
        assert all('pass task="regression" to predict a number' in f.sentence for f in found)
        assert not told(make, task="multiclass")
    for make in CODES.values():
        assert len(told(make)) <= 1
    [first, *_] = told(GRADES["quality, 3 to 9"])
    assert first.severity == "warning"
    assert "or order=(3, 4, 5, 6, 7, 8" in first.sentence
