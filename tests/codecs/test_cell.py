from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.cell import (
    boolean,
    is_missing,
    moment,
    null_numbers,
    null_words,
    number,
    plain_words,
    word,
    writable,
)

ODD_WORDS = [
    "1.0",
    "-2.0",
    "true",
    "TRUE",
    " x ",
    "1e+16",
    "a\0b",
    "12.0 ",
    "é",
    "e\u0301",
    "\ud800",
]


@pytest.mark.parametrize(
    "value",
    [
        None,
        float("nan"),
        np.float32("nan"),
        np.datetime64("NaT", "us"),
        pd.NA,
        pd.NaT,
        np.ma.masked,
        Decimal("NaN"),
    ],
)
def test_is_missing_null_of_any_library_true(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", ["", "nan", 0, 0.0, False, Decimal(0), [], np.inf])
def test_is_missing_value_false(value):
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" 3.5 ", 3.5),
        ("1e3", 1000.0),
        ("-7", -7.0),
        (7, 7.0),
        (np.int64(7), 7.0),
        (np.float32(0.5), 0.5),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
        (True, 1.0),
        ("True", 1.0),
        ("false", 0.0),
        (np.bool_(True), 1.0),
        (b"12", 12.0),
    ],
)
def test_number_of_any_form_is_the_float(value, expected):
    assert number(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *["1_000", "thirty", "", "inf", "-Infinity", "1e999", float("inf"), 10**400, [1], {}, 1j],
        *[np.timedelta64(1, "D"), datetime(2024, 1, 1), b"\xff"],
    ],
)
def test_number_of_something_else_is_refused(value):
    with pytest.raises((ValueError, TypeError, OverflowError)):
        number(value)


@pytest.mark.parametrize("value", [True, "True", "true", "TRUE", " yes ", "Y", "on", 1, 1.0, "1.0"])
def test_boolean_true_in_any_form_is_one(value):
    assert boolean(value) == 1.0


@pytest.mark.parametrize("value", [False, "False", "no", "f", "off", 0, np.int8(0), "0"])
def test_boolean_false_in_any_form_is_zero(value):
    assert boolean(value) == 0.0


@pytest.mark.parametrize("value", [2, 0.5, "maybe", "", None, [True]])
def test_boolean_of_something_else_is_refused(value):
    with pytest.raises((ValueError, TypeError)):
        boolean(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (10001, "10001"),
        (10001.0, "10001"),
        ("10001", "10001"),
        ("10001.0", "10001"),
        (np.float32(10001), "10001"),
        (np.int16(7), "7"),
        ("00123", "00123"),
        ("1.10", "1.10"),
        ("1.00", "1.00"),
        ("01.0", "01.0"),
        (0.1, "0.1"),
        (np.float32(0.1), "0.1"),
        (np.float16(0.1), "0.1"),
        ("-0.0", "0"),
        (-0.0, "0"),
        (1e16, "10000000000000000"),
        ("1e+16", "10000000000000000"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (True, "True"),
        (np.bool_(False), "False"),
        ("true", "True"),
        ("FALSE", "False"),
        ("tRue", "tRue"),
        ("  a b ", "a b"),
        ("e\u0301", "\u00e9"),
        (b"abc", "abc"),
        (Decimal("2.50"), "2.5"),
        (date(2024, 1, 2), "2024-01-02"),
        (pd.Timestamp("2024-01-02 03:04:05"), "2024-01-02 03:04:05"),
    ],
)
def test_word_of_any_form_is_one_text(value, expected):
    assert word(value) == expected
    assert word(word(value)) == expected


@pytest.mark.parametrize("value", [[1], {"a": 1}, (1,), None, b"\xff", np.timedelta64(1, "s"), 1j])
def test_word_of_something_else_is_refused(value):
    with pytest.raises((ValueError, TypeError)):
        word(value)


@pytest.mark.parametrize(
    "value",
    [
        "2024-03-01T12:30:00",
        "2024-03-01 12:30",
        "2024-03-01T12:30:00Z",
        "2024-03-01T13:30:00+01:00",
        datetime(2024, 3, 1, 12, 30),
        datetime(2024, 3, 1, 12, 30, tzinfo=UTC),
        datetime(2024, 3, 1, 7, 30, tzinfo=timezone(timedelta(hours=-5))),
        pd.Timestamp("2024-03-01 12:30"),
        pd.Timestamp("2024-03-01 13:30", tz="Europe/Paris"),
        np.datetime64("2024-03-01T12:30"),
        np.datetime64("2024-03-01T12:30:00.000000000"),
    ],
)
def test_moment_in_any_form_is_utc_microseconds(value):
    found = moment(value)
    assert found == np.datetime64("2024-03-01T12:30")
    assert found.dtype == "M8[us]"


@pytest.mark.parametrize(
    "value", [date(2024, 3, 1), "2024-03-01", "20240301", 20240301, 20240301.0]
)
def test_moment_of_a_day_is_its_midnight(value):
    assert moment(value) == np.datetime64("2024-03-01")


def test_moment_with_a_format_reads_it_and_iso_too():
    assert moment("01-03-2024", "%d-%m-%Y") == np.datetime64("2024-03-01")
    assert moment("2024-03-01", "%d-%m-%Y") == np.datetime64("2024-03-01")
    assert moment(2024, "%Y") == np.datetime64("2024-01-01")


@pytest.mark.parametrize("value", ["yesterday", "2024-13-01", 1.5, True, [1], ""])
def test_moment_of_something_else_is_refused(value):
    with pytest.raises((ValueError, TypeError)):
        moment(value)


def test_null_words_hold_the_empty_text_and_numbers_in_word_form():
    assert null_words(("?", "-999.0")) == {"", "?", "-999"}


def test_null_numbers_hold_what_reads_as_a_number():
    assert null_numbers(("?", "-999", "NaN", "inf")) == {-999.0, float("inf")}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=6), st.sampled_from(ODD_WORDS)), max_size=30))
def test_many_words_at_once_are_those_read_one_by_one(cells):
    found, odd = plain_words(cells)
    for place, (cell, told) in enumerate(zip(cells, found, strict=True)):
        wanted = None if cell is None else writable(word(cell))
        assert place in odd or told == wanted
