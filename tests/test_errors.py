"""Errors: who, wanted, found; the evidence; one remedy; the facts as attributes."""

import copy
import inspect
from typing import Literal, get_args, get_origin

import pytest

import fivefold as ff
from fivefold import errors
from fivefold.core.stage import Stage
from fivefold.errors import ConfigError, DataError, FivefoldError, WiringError

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, FivefoldError) and kind is not FivefoldError
]


def test_error_with_one_line_of_evidence_reads_in_three_lines():
    error = DataError(
        "adult.csv, column `age`, row 17: expected numbers, found 'thirty'.",
        evidence="One cell in 32,561 is not a number.",
        remedy='Pass on_bad_value="missing" to Collect.',
    )
    assert str(error) == (
        "adult.csv, column `age`, row 17: expected numbers, found 'thirty'.\n"
        "One cell in 32,561 is not a number.\n"
        'Pass on_bad_value="missing" to Collect.'
    )


def test_error_with_listed_evidence_sets_it_between_blank_lines():
    error = WiringError("Two do not fit.", evidence="  1  a\n  2  b", remedy="Move b.")
    assert str(error) == "Two do not fit.\n\n  1  a\n  2  b\n\nMove b."
    one = ConfigError("One is wrong.", evidence="  epoch: no such setting", remedy="Write epochs.")
    assert str(one) == "One is wrong.\n\n  epoch: no such setting\n\nWrite epochs."


def test_error_of_a_summary_alone_is_one_line():
    assert str(DataError("Nothing was found.")) == "Nothing was found."
    assert str(DataError("Nothing.", remedy="Add rows.")) == "Nothing.\nAdd rows."


def test_error_carries_its_facts_as_objects():
    rows = [17, 2041]
    error = DataError("Bad cells.", remedy="Look.", column="age", rows=rows)
    assert error.column == "age"
    assert error.rows is rows
    assert (error.summary, error.evidence, error.remedy) == ("Bad cells.", "", "Look.")


def test_error_asked_for_another_fact_says_which_it_has():
    error = DataError("Bad cells.", column="age")
    with pytest.raises(AttributeError, match=r"DataError has no fact 'row'; it has \['column'\]"):
        _ = error.row
    assert not hasattr(error, "rows")


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_error_copied_keeps_text_facts_and_notes(duplicate):
    error = DataError("Bad cells.", evidence="Row 3.", remedy="Look.", column="age")
    error.add_note("in Collect, stage 1 of 5")
    other = duplicate(error)
    assert type(other) is DataError
    assert str(other) == str(error)
    assert (other.column, other.remedy) == ("age", "Look.")
    assert other.__notes__ == error.__notes__


def test_error_of_every_kind_is_caught_as_one():
    for kind in KINDS:
        with pytest.raises(FivefoldError):
            raise kind("A sentence.")
    assert len(KINDS) >= 14


def test_error_kinds_are_no_value_errors_as_pydantic_would_swallow_them():
    assert not [kind for kind in [FivefoldError, *KINDS] if issubclass(kind, ValueError)]
    assert not [kind for kind in KINDS if issubclass(kind, AssertionError)]


def test_error_tree_in_the_docstring_names_every_kind():
    tree = {line.split()[1] for line in errors.__doc__.splitlines() if line[:2] in ("├─", "└─")}
    assert tree == {kind.__name__ for kind in KINDS}


def choices(annotation):
    """The texts among which a setting takes its value."""
    if get_origin(annotation) is Literal:
        return [choice for choice in get_args(annotation) if isinstance(choice, str)]
    return [choice for each in get_args(annotation) for choice in choices(each)]


def test_a_choice_that_is_nearly_right_is_put_right_in_every_setting():
    public = [getattr(ff, name) for name in ff.__all__]
    told = 0
    for stage in [one for one in public if inspect.isclass(one) and issubclass(one, Stage)]:
        for name, field in () if inspect.isabstract(stage) else stage.model_fields.items():
            for choice in choices(field.annotation):
                wrong = f"{choice}x"
                with pytest.raises(ConfigError) as refused:
                    stage(**{name: {"a": wrong} if name == "kinds" else wrong})
                told += len(choice) > 3
                meant = f'Write "{choice}" instead of "{wrong}".'
                assert meant in str(refused.value) or len(choice) <= 3, (stage, name)
    assert told > 100
