"""What is asked of a row, and which answers there are to it."""

import pytest

from fivefold.errors import ConfigError
from fivefold.label.question import COMMANDS, Question

SPANS = Question(name="where", way="spans", classes=("city", "person"))


def test_keys_of_many_classes_are_digits_then_letters_that_do_nothing_else():
    asked = Question(name="kind", classes=tuple(f"class {n}" for n in range(40)))
    keys = [choice["key"] for choice in asked.choices]
    assert keys[:10] == [*"123456789", "a"]
    assert keys.index("") == 9 + 26 - len(COMMANDS)
    assert not set(keys) & set(COMMANDS)
    given = [key for key in keys if key]
    assert len(set(given)) == len(given)


def test_keys_of_ones_own_come_first_and_nobody_else_gets_them():
    asked = Question(name="level", classes=("junior", "senior", "lead"), keys={"senior": "1"})
    assert [choice["key"] for choice in asked.choices] == ["2", "1", "3"]


@pytest.mark.parametrize("key", ["f", "A", "12", "", " ", "?"])
def test_keys_that_are_not_free_are_refused(key):
    with pytest.raises(ConfigError, match="one digit or letter a class"):
        Question(name="level", classes=("a", "b"), keys={"a": key})


@pytest.mark.parametrize(
    ("way", "classes"), [("class", ("a",)), ("spans", ()), ("number", ("a",)), ("class", ("1", 1))]
)
def test_question_with_classes_that_cannot_be_is_refused(way, classes):
    with pytest.raises(ConfigError, match="Label: expected"):
        Question(name="y", way=way, classes=classes)


def test_scale_of_whole_numbers_has_a_key_each():
    asked = Question(name="stars", way="number", low=1, high=5, whole=True)
    assert [(c["value"], c["key"]) for c in asked.choices] == [(n, str(n)) for n in range(1, 6)]
    assert Question(name="stars", way="number", low=0, high=10, whole=True).choices == []
    below = Question(name="mood", way="number", low=-2, high=2, whole=True)
    assert [c["key"] for c in below.choices] == [*"12345"]


@pytest.mark.parametrize(
    ("asked", "value", "kept"),
    [
        (Question(name="y", classes=("a", "b")), "b", "b"),
        (Question(name="y", classes=(True, False)), False, False),
        (Question(name="y", way="classes", classes=("a", "b", "c")), ["c", "a", "c"], ["a", "c"]),
        (Question(name="y", way="classes", classes=("a",)), [], []),
        (Question(name="y", way="number", whole=True), 3.0, 3),
        (Question(name="y", way="number", low=0.5), 0.5, 0.5),
        (SPANS, [[6, 9, "city"], [0, 5, "person"]], [[0, 5, "person"], [6, 9, "city"]]),
        (SPANS, [[0, 10, "city"]], [[0, 10, "city"]]),
    ],
)
def test_answer_that_fits_is_kept_in_one_form(asked, value, kept):
    found = asked.checked(value, 10)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (Question(name="y", classes=("a", "b")), "c"),
        (Question(name="y", classes=(0, 1)), True),
        (Question(name="y", way="classes", classes=("a", "b")), "a"),
        (Question(name="y", way="number", high=4), 5),
        (Question(name="y", way="number", whole=True), 0.5),
        (Question(name="y", way="number"), True),
        (Question(name="y", way="number"), float("nan")),
        (SPANS, [[0, 11, "city"]]),
        (SPANS, [[3, 3, "city"]]),
        (SPANS, [[0, 5, "city"], [4, 6, "city"]]),
        (SPANS, [[-1, 5, "city"]]),
        (SPANS, [[0, float("nan"), "city"]]),
        (SPANS, [[False, True, "city"]]),
        (SPANS, [[0, 1, "street"]]),
        (SPANS, [[0, 1]]),
        (SPANS, "city"),
    ],
)
def test_answer_that_does_not_fit_is_refused(asked, value):
    with pytest.raises(ValueError, match="expected"):
        asked.checked(value, 10)
