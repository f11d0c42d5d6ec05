import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fivefold.codecs.coded import objects
from fivefold.codecs.numberforms import Notation
from fivefold.codecs.numerals import Numerals, anatomy
from fivefold.codecs.schema import Column
from fivefold.collect.infer import guess_kind
from fivefold.kinds.canonical import canonical_column

FORMS = st.builds(
    lambda marks, unit: Numerals(decimal=marks[0], thousands=marks[1], **unit),
    st.sampled_from(
        [(".", ",,"), *((d, t) for d in ".," for t in ["", ".", ",", " ", "'"] if d != t)]
    ),
    st.sampled_from([{}, {"prefix": "$"}, {"suffix": " €"}, {"suffix": " %"}, {"suffix": "kr"}]),
)
LONE = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
"""One mark before three digits, which tells nothing alone."""


def read(*texts, declared=None, **said):
    """What a column of these texts is read as: its kind, form and values."""
    guess = guess_kind(objects(texts), declared=declared, notation=Notation(**said))
    column = Column(name="c", kind=guess.kind, format=guess.format)
    return guess, canonical_column(objects(texts), column, on_bad="missing")[0].tolist()


def other_of(guess):
    """The other form that reads a column too; empty if there is none."""
    return next((f.numbers["other"] for f in guess.findings if f.code == "ambiguous_numbers"), "")


@pytest.mark.parametrize(
    ("texts", "form", "numbers"),
    [
        (["0,13", "1,20", "7"], "1234,56", [0.13, 1.2, 7]),
        (["1.234,56", "-7", "950,5"], "1.234,56", [1234.56, -7, 950.5]),
        (["1 234,5", "950"], "1 234,56", [1234.5, 950]),
        (["1\u00a0234,5", "1\u202f234,5", "1 234"], "1 234,56", [1234.5, 1234.5, 1234]),
        (["1'234.50", "1\u2019234", "0.5"], "1'234.56", [1234.5, 1234, 0.5]),
        (["1,234,567", "12"], "1,234.56", [1234567, 12]),
        (["1.234.567", "12"], "1.234,56", [1234567, 12]),
        (["48,88 €", "7 €", "1.200,00 €"], "1.234,56 €", [48.88, 7, 1200]),
        (["$1,200.50", "$7", "3"], "$1,234.56", [1200.5, 7, 3]),
        (["12 %", "7,5 %"], "1234,56 %", [12, 7.5]),
        (["12%", "-7%", 7], "", None),
        (["12 %", "7.5%"], "1234.56 %", [12, 7.5]),
        (["(1,234.5)", "1,234.5", "0.5"], "1,234.56", [-1234.5, 1234.5, 0.5]),
        (["12.5-", "12.5"], "1234.56", [-12.5, 12.5]),
        (["1,5e3", "2"], "1234,56", [1500, 2]),
        (["\u22121,5", "\u20132"], "1234,56", [-1.5, -2]),
        (["CHF 1'234.50", "CHF 7.00"], "CHF 1'234.56", [1234.5, 7]),
        (["1 234 kr", "99,50 kr"], "1 234,56 kr", [1234, 99.5]),
        (["R$ 1.234,50", "R$ 7,00"], "R$ 1.234,56", [1234.5, 7]),
        ([1234.5, "1.234,5", 7], "1.234,56", [1234.5, 1234.5, 7]),
        (["1,23,456.50", "1,234", "7"], "12,34,567.89", [123456.5, 1234, 7]),
        (["₹ 1,23,456", "-₹ 5,00,00,000", "2.5"], "₹ 12,34,567.89", [123456, -50000000, 2.5]),
        (["€ 80,-", "€ 1.200,-", "€ 7,50"], "€ 1.234,56", [80, 1200, 7.5]),
        (["Fr. 80.--", "Fr. 7.50"], "Fr. 1234.56", [80, 7.5]),
        (["Rs.1,234/-", "Rs.12,34,567/-"], "Rs.12,34,567.89", [1234, 1234567]),
        (["Rp 1.000.000", "Rp 7,50"], "Rp 1.234,56", [1000000, 7.5]),
        (["753,980円", "7.5円", "1,000,000円"], "1,234.56円", [753980, 7.5, 1000000]),
        (["1,037e+03", "2,465e-01"], "1234,56", [1037, 0.2465]),
    ],
)
def test_form_of_a_column_is_found_and_its_numbers_are_right(texts, form, numbers):
    guess, values = read(*texts)
    if numbers is None:
        assert guess.kind == "categorical"
        return
    assert (guess.kind, guess.format, other_of(guess)) == ("numeric", form, "")
    assert values == numbers


@pytest.mark.parametrize(
    "texts",
    [
        ["1,5", "2.5"],
        ["1.234,5", "1,234.5"],
        ["1 234,5", "1.234,5"],
        ["$5", "5 €"],
        ["US$5", "$5"],
        ["12 %", "0.12"],
        ["12 %", "12 €"],
    ],
)
def test_texts_that_no_one_form_reads_are_categories_that_look_like_numbers(texts):
    guess, _ = read(*texts)
    [finding] = guess.findings
    assert (guess.kind, finding.code) == ("categorical", "number_like")
    assert all(repr(text) in finding.sentence for text in texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["00123", "00456"],
        ["0,0123", "00123"],
        ["12-34", "56-78"],
        ["123 45", "123 46"],
        ["030 123 456", "030 654 321"],
        ["555 123 4567", "555 765 4321"],
        ["612 345 678", "655 987 123"],
        ["+49 123 456", "+49 654 321"],
        ["2024-01-31", "2024-02-28"],
        ["1.2.3", "1.10.0"],
        ["192.168.1.1", "10.0.0.1"],
        ["192.168.100.101", "192.168.100.102"],
        ["12:30", "7:15"],
        ["(1)", "(2)"],
        ["5-10", "10-15"],
        ["1,2,3", "1,2"],
        ["MAD1", "MAD2"],
        ["12 kg", "7 kg"],
        ["1,23,45", "12"],
        ["1,23,456", "1,234,567"],
    ],
)
def test_codes_dates_and_addresses_are_no_numbers(texts):
    guess, _ = read(*texts * 3)
    assert guess.kind in {"categorical", "datetime"}


@pytest.mark.parametrize(
    ("texts", "said", "form", "other", "numbers"),
    [
        (["1,234", "950"], {}, "1,234.56", "1234,56", [1234, 950]),
        (["1,234", "950"], {"comma": True}, "1234,56", "1,234.56", [1.234, 950]),
        (["1,234", "950"], {"certain": True}, "1234,56", "1,234.56", [1.234, 950]),
        (["0,234", "1,950"], {}, "1234,56", "", [0.234, 1.95]),
        (["1.234", "950"], {}, "", "", [1.234, 950]),
        (["1.234", "950"], {"comma": True}, "", "", [1.234, 950]),
        (["1.234", "950"], {"certain": True}, "1.234,56", "1234.56", [1234, 950]),
        (["1.234", "9.5"], {"certain": True}, "", "", [1.234, 9.5]),
        (["0.234", "1.950"], {"certain": True}, "", "", [0.234, 1.95]),
        (["$1,234", "$950"], {}, "$1,234.56", "$1234,56", [1234, 950]),
        (["1 234", "950"], {"certain": True}, "1 234,56", "", [1234, 950]),
    ],
)
def test_mark_that_tells_nothing_is_read_by_its_surroundings(texts, said, form, other, numbers):
    guess, values = read(*texts, **said)
    assert (guess.format, other_of(guess), values) == (form, other, numbers)


@pytest.mark.parametrize(
    ("texts", "said", "form", "numbers"),
    [
        (["1,234", "950"], {"decimal": ","}, "1234,56", [1.234, 950]),
        (["1,234", "950"], {"decimal": "."}, "1,234.56", [1234, 950]),
        (["1,234", "950"], {"thousands": ""}, "1234,56", [1.234, 950]),
        (["1.234", "950"], {"decimal": ","}, "1.234,56", [1234, 950]),
        (["1.234", "950"], {"thousands": "."}, "1.234,56", [1234, 950]),
        (["1.234", "950"], {"decimal": "."}, "", [1.234, 950]),
        (["12", "950"], {"decimal": ","}, "1234,56", [12, 950]),
        (["1 234", "950"], {"decimal": ",", "thousands": " "}, "1 234,56", [1234, 950]),
    ],
)
def test_marks_that_the_user_says_are_taken_without_doubt(texts, said, form, numbers):
    guess, values = read(*texts, **said)
    assert (guess.kind, guess.format, other_of(guess)) == ("numeric", form, "")
    assert values == numbers


def test_text_that_the_said_mark_does_not_suit_is_no_number():
    guess, _ = read("2.5", "3.75", decimal=",")
    [finding] = guess.findings
    assert (guess.kind, finding.numbers["sample"]) == ("categorical", "2.5")


def test_strays_of_no_form_follow_the_rule_of_plain_numbers():
    texts = [f"{n},{n % 10}" for n in range(1, 101)]
    for stray in ("thirty", "n.k."):
        guess, values = read(*texts, *[stray] * 20)
        assert (guess.kind, guess.format) == ("numeric", "1234,56")
        assert values[:2] == [1.1, 2.2]
        assert np.isnan(values[100:]).all()
        assert read(*texts, *[stray] * 40)[0].kind == "categorical"


def test_stray_that_looks_like_a_number_speaks_against_a_form_unless_it_is_rare():
    texts = [f"{n},{n % 10}" for n in range(1, 101)]
    assert read(*texts, "1,2,3")[0].format == "1234,56"
    assert read(*texts, *["1,2,3"] * 12)[0].kind == "categorical"


def test_plain_numbers_with_rare_texts_of_another_form_stay_as_they_were():
    texts = [f"{n}.5" for n in range(200)]
    guess, values = read(*texts, "1,5")
    assert (guess.kind, guess.format) == ("numeric", "")
    assert np.isnan(values[-1])


@settings(max_examples=200, deadline=None)
@given(FORMS, st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(0, 3)), min_size=1))
def test_column_of_a_form_is_read_right_or_not_as_numbers(form, drawn):
    numbers = [whole / 10**digits for whole, digits in drawn]
    texts = [form.write(number) for number in numbers]
    guess, values = read(*texts)
    marked = [anatomy(text).core for text in texts if re.search(r"[., ']", anatomy(text).core)]
    lone = all(map(LONE.fullmatch, marked))
    if guess.kind == "numeric" and not (marked and lone):
        assert values == numbers


@settings(max_examples=150, deadline=None)
@given(FORMS, FORMS, st.lists(st.integers(-(10**8), 10**8), min_size=2, max_size=30))
def test_column_of_two_forms_is_read_right_or_not_as_numbers(one, other, wholes):
    numbers = [whole / 100 for whole in wholes]
    texts = [(other if n % 2 else one).write(number) for n, number in enumerate(numbers)]
    assume(not any(LONE.fullmatch(anatomy(text).core) for text in texts))
    guess, values = read(*texts)
    if guess.kind == "numeric":
        known = [(a, b) for a, b in zip(values, numbers, strict=True) if not np.isnan(a)]
        assert all(a == b for a, b in known)
