import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs import numerals
from fivefold.codecs.cell import as_float
from fivefold.codecs.numerals import Numerals, anatomy

FORMS = st.builds(
    lambda marks, unit: Numerals(decimal=marks[0], thousands=marks[1], **unit),
    st.sampled_from(
        [*((d, t) for d in ".," for t in ["", ".", ",", " ", "'"] if d != t), (".", ",,")]
    ),
    st.sampled_from(
        [
            *({}, {"prefix": "$"}, {"prefix": "EUR "}, {"suffix": " €"}, {"suffix": "%"}),
            *({"suffix": "kr"}, {"prefix": "R$ "}, {"suffix": " zł"}),
        ]
    ),
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9).map(float)


@given(FORMS)
def test_form_of_its_example_is_the_same_form(form):
    assert Numerals.from_example(form.example) == form


@pytest.mark.parametrize("text", ["", "12", "1234", "1.234.56", "1,234,56", "x1234.56", "-1234.56"])
def test_example_that_is_no_form_is_refused(text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        Numerals.from_example(text)


@settings(max_examples=250, deadline=None)
@given(FORMS, NUMBERS)
def test_number_written_in_a_form_is_read_back_to_the_bit(form, number):
    assert form.read(form.write(number)).hex() == number.hex()


@settings(max_examples=250, deadline=None)
@given(FORMS, FORMS, st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_number_is_read_in_another_form_rightly_or_not_at_all(form, other, whole, digits):
    number = whole / 10**digits
    text = form.write(number)
    try:
        found = other.read(text)
    except ValueError:
        return
    lone = re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", anatomy(text).core)
    assert found == number or lone


@pytest.mark.parametrize(
    ("example", "text", "number"),
    [
        ("1.234,56", "1.234.567,8", 1234567.8),
        ("1.234,56", "1234567,8", 1234567.8),
        ("1.234,56", ",5", 0.5),
        ("1 234,56", "1\u00a0234,5", 1234.5),
        ("1 234,56", "1\u202f234\u2009567", 1234567.0),
        ("1'234.56", "1\u2019234.5", 1234.5),
        ("1,234.56", "\u22121,234.5", -1234.5),
        ("1,234.56", "\u20131,234.5", -1234.5),
        ("1,234.56", "\uff0d5", -5.0),
        ("1,234.56", "(1,234.5)", -1234.5),
        ("1,234.56", "( 5 )", -5.0),
        ("1,234.56", "1,234.5-", -1234.5),
        ("1,234.56", "+5", 5.0),
        ("1234,56", "1,5e3", 1500.0),
        ("1234,56", "1,5E\u22123", 0.0015),
        ("$1,234.56", "-$5", -5.0),
        ("$1,234.56", "$-5", -5.0),
        ("$1,234.56", "($5.00)", -5.0),
        ("$1,234.56", " $     1,234.00 ", 1234.0),
        ("$1,234.56", "7 $", 7.0),
        ("$1,234.56", "7", 7.0),
        ("1.234,56 €", "\u20ac5", 5.0),
        ("1.234,56 €", "5\u00a0€", 5.0),
        ("1234.56 %", "12%", 12.0),
        ("1234.56 %", "(1.5 %)", -1.5),
        ("1 234,56 kr", "12 kr.", 12.0),
        ("12,34,567.89", "1,23,456.5", 123456.5),
        ("12,34,567.89", "12,34,56,789", 123456789.0),
        ("12,34,567.89", "1,234", 1234.0),
        ("₹12,34,567.89", "-₹1234567.5", -1234567.5),
        ("Rs. 12,34,567.89", "(Rs. 1,00,000)", -100000.0),
        ("€ 1.234,56", "€ 1.200,-", 1200.0),
        ("1.234,56 €", "5,-- €", 5.0),
        ("Fr. 1'234.56", "Fr. 1'200.\u2013", 1200.0),
    ],
)
def test_text_of_the_form_is_its_number(example, text, number):
    assert Numerals.from_example(example).read(text) == number


@pytest.mark.parametrize(
    ("example", "text"),
    [
        ("1.234,56", "1234.5"),
        ("1.234,56", "1.23"),
        ("1.234,56", "12.34.567"),
        ("1.234,56", "0.123"),
        ("1.234,56", "1 234"),
        ("1.234,56", "5 €"),
        ("1234.56", "1,234"),
        ("1,234.56", "1,23,456"),
        ("1,234.56", "--5"),
        ("1,234.56", "(-5)"),
        ("1,234.56", "-5-"),
        ("1,234.56", "(5"),
        ("1,234.56", "5,-"),
        ("1,234.56", "5-10"),
        ("1,234.56", "1e999"),
        ("1,234.56", "inf"),
        ("1,234.56", "1_000"),
        ("1,234.56", ""),
        ("1234.56 %", "12"),
        ("$1,234.56", "5 €"),
        ("12,34,567.89", "123,456"),
        ("12,34,567.89", "1,234,567"),
        ("12,34,567.89", "1,23,45"),
        ("12,34,567.89", "1.234,5"),
        ("1,234.56", "1,234e3"),
        ("1234,56", "5.-"),
        ("1,234.56", "12:30"),
        ("1,234.56", "2024-01-31"),
    ],
)
def test_text_of_another_form_is_refused(example, text):
    with pytest.raises(ValueError, match=r"not written like|infinity"):
        Numerals.from_example(example).read(text)


def test_every_currency_sign_is_a_unit():
    signs = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) == "Sc"]
    assert [s for s in signs if not re.fullmatch(f"[{numerals._SIGNS}]", s)] == []


@pytest.mark.parametrize("minus", ["-", "\u2212", "\ufe63", "\uff0d", "\u2013"])
def test_plain_number_may_have_any_minus(minus):
    assert as_float(f" {minus}2.5 ") == -2.5


@pytest.mark.parametrize(
    "text", ["5\u20137", "\u2212", "1\u00a0234", "1,5", "\u2212\u22125", "5 %"]
)
def test_plain_number_is_nothing_else(text):
    with pytest.raises(ValueError, match="could not convert"):
        as_float(text)
