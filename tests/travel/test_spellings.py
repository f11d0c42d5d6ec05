import json
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Columns
from fivefold.travel.changes import Changes
from fivefold.travel.spellings import (
    Spellings,
    counted,
    fit_spelling,
    folded,
)

ALL = ("trim", "case", "spellings")

ONE = [
    ("Male", "male"),
    ("New York", "New  York"),
    ("New York", "new\u00a0york"),
    ("never married", "Never-married"),
    ("self_employed", "Self employed"),
    ("St. Louis", "St Louis"),
    ("Acme Inc.", "ACME Inc"),
    ("O'Brien", "O\u2019BRIEN"),
    ("İstanbul", "istanbul"),
    ("Μπλε Οδός", "ΜΠΛΕ ΟΔΌΣ"),
    ("Москва", "Москва".upper()),
    ("straße", "Straße"),
    ("ABC", "\uff21\uff22\uff23"),
    ("Texas\u200e", "texas"),
    ("COVID-19", "covid-19"),
]
"""Two spellings of one word, however many rows hold each."""

SLIPS = [
    ("Mississippi", "Missisippi"),
    ("Massachusetts", "MASSACHUSSETTS"),
    ("Pennsylvania", "pennslyvania"),
    ("New Hampshire", "New Hamsphire"),
    ("selfemployed", "self-employed"),
]
"""A common text, and a rare one that is a slip of it."""

TWO = [
    ("Austria", "Australia"),
    ("Iran", "Iraq"),
    ("Ireland", "Iceland"),
    ("Niger", "Nigeria"),
    ("Gambia", "Zambia"),
    ("Slovakia", "Slovenia"),
    ("Colombia", "Columbia"),
    ("North Korea", "South Korea"),
    ("Guinea", "Guinea-Bissau"),
    ("Charleston", "Charlestown"),
    ("M", "L"),
    ("XL", "XXL"),
    ("A1", "A2"),
    ("B", "B+"),
    ("C", "C#"),
    ("male", "female"),
    ("thirty-five", "thirty-nine"),
    ("sixteen", "sixty"),
    ("Type II", "Type III"),
    ("Hepatitis B", "Hepatitis C"),
    ("typical angina", "atypical angina"),
    ("married", "unmarried"),
    ("employed", "unemployed"),
    ("complete", "incomplete"),
    ("prednisone", "prednisolone"),
    ("medication", "mediation"),
    ("methanol", "ethanol"),
    ("phosphate", "phosphite"),
    ("cellulase", "cellulose"),
    ("hypertension", "hypotension"),
    ("Monday", "Sunday"),
    ("manager", "managers"),
    ("Christina", "Christian"),
    ("licenses", "licensees"),
    ("Shaanxi", "Shanxi"),
    ("Herefordshire", "Hertfordshire"),
    ("Maße", "Masse"),
    ("ano", "año"),
    ("10-20", "10 20"),
    ("1-2", "12"),
    ("-1", "1"),
    (">50K", "<=50K"),
    ("Windows 10 Pro", "Windows 11 Pro"),
    ("Boeing 737-800", "Boeing 737-900"),
    ("AACCGGTTA", "ACCGGTTA"),
    ("東京都", "京都"),
    ("हिन्दी", "हिन्द"),
]
"""Two words, though one is rare and the other common."""

CODES = [("pH", "PH"), ("M", "m"), ("Co", "CO"), ("mm", "Mm"), ("BRCA1", "Brca1"), ("1a", "1A")]
"""Codes of which the case may mean something, if both are common."""


def become(common, rare, rows=(1000, 2)):
    """What a rare text becomes beside a common one."""
    return fit_spelling([common, rare], rows, ALL).of(rare)


@pytest.mark.parametrize(("one", "other"), ONE)
def test_spellings_of_one_word_become_the_commoner(one, other):
    assert become(one, other) == one == become(one, other, (501, 500))
    assert become(other, one, (501, 500)) == other


@pytest.mark.parametrize(("word", "slip"), SLIPS)
def test_slips_become_the_word_where_they_are_rare(word, slip):
    assert become(word, slip) == word
    assert become(word, slip, (100, 5)) == word
    assert become(word, slip, (100, 6)) == slip
    assert become(word, slip, (1000, 10)) == slip
    assert fit_spelling([word, slip], [1000, 2], ("trim", "case")).of(slip) == slip


@pytest.mark.parametrize(("one", "other"), [p for pair in TWO for p in permutations(pair)])
def test_words_that_look_alike_stay_apart(one, other):
    assert become(one, other) == other
    assert become(one, other, (1_000_000, 1)) == other


@pytest.mark.parametrize(("one", "other"), CODES)
def test_codes_stay_apart_unless_one_is_rare(one, other):
    assert become(one, other, (500, 400)) == other
    assert become(one, other, (500, 2)) == one


def test_slips_of_two_words_stay_as_they_are():
    texts = ["abcdefghij", "abcdeefghij", "abcdefghhij", "abcdeefghhij"]
    spelling = fit_spelling(texts, [500, 400, 600, 1], ALL)
    assert spelling.of(texts[3]) == texts[3]  # of the second and of the third
    assert fit_spelling(texts, [500, 1, 600, 0], ALL).of(texts[1]) == texts[0]


def test_dotless_i_is_another_letter_in_turkish_columns():
    lukewarm = "\u0131l\u0131k"
    spelling = fit_spelling([lukewarm, "ILIK", "ilik", "İlik"], [5, 4, 9, 1], ALL)
    assert [spelling.of(text) for text in ("ILIK", "İlik")] == [lukewarm, "ilik"]
    assert fit_spelling(["ilik", "ILIK"], [9, 4], ALL).of("ILIK") == "ilik"


def test_spelling_of_texts_without_training_rows_says_nothing():
    with_others = fit_spelling(["Rome", "ROME", "\u0131l\u0131k", "rOME"], [1, 0, 0, 0], ALL)
    assert with_others == fit_spelling(["Rome"], [1], ALL)


def test_spelling_folds_what_it_has_never_seen_as_the_training_texts():
    spelling = fit_spelling(["New York", "Rome"], [3, 2], ALL)
    unseen = ["NEW-YORK", "new  york.", "rome", "Oslo", "OSLO"]
    assert [spelling.of(text) for text in unseen] == [
        "New York",
        "New York",
        "Rome",
        "Oslo",
        "OSLO",
    ]


def test_spelling_of_equally_many_rows_is_the_first_by_code_point():
    assert fit_spelling(["rome", "ROME", "Rome"], [2, 2, 2], ALL).of("rome") == "ROME"


def test_merge_says_what_no_rule_dares():
    merge = {"Calif": "california", "NYC": "New York"}
    spelling = fit_spelling(["California", "Calif", "calif"], [9, 3, 1], ALL, merge)
    assert [spelling.of(t) for t in ("calif", "Calif", "NYC")] == [*["California"] * 2, "New York"]
    alone = fit_spelling(["a", "A", "b"], [5, 5, 5], (), {"A": "a"})
    assert [alone.of(text) for text in "aAb"] == ["a", "a", "b"]


def test_folding_of_turned_off_rules_leaves_texts_as_they_are():
    assert folded("A - B.", ()) == "A - B."
    assert folded("Ab  Cd.", ("trim",)) == "Ab Cd"
    assert folded("Ab  Cd.", ("case",)) == "ab  cd."
    assert folded("...", ALL) == "..."


@given(st.lists(st.tuples(st.text(max_size=12), st.integers(1, 500)), unique_by=lambda t: t[0]))
def test_spelling_of_a_spelling_is_itself(cells):
    texts, rows = [text for text, _ in cells], [count for _, count in cells]
    spelling = fit_spelling(texts, rows, ALL)
    for text in texts:
        assert spelling.of(text) in texts
        assert spelling.of(spelling.of(text)) == spelling.of(text)


@given(st.lists(st.sampled_from([*"aAbB", "Rome", "rome", "ROME ", "Rome.", None]), min_size=1))
def test_apply_of_rows_is_that_of_each_row(cells):
    values = objects(cells)
    spelling = fit_spelling(*counted(values, np.arange(len(cells))), ALL)
    whole = spelling.apply(values).tolist()
    assert whole == [None if cell is None else spelling.of(cell) for cell in cells]
    assert whole == [spelling.apply(objects([cell])).tolist()[0] for cell in cells]
    assert spelling.apply(objects(whole)).tolist() == whole


def test_apply_gives_the_very_array_where_nothing_changes():
    values = objects(["a", None, "b"])
    assert fit_spelling(["a", "b"], [1, 1], ALL).apply(values) is values


def test_step_comes_back_from_its_json():
    step = Spellings(spellings={"city": fit_spelling(["Rome", "ROME"], [2, 1], ALL)})
    values, arrays = step.pack()
    again = Spellings.unpack(json.loads(json.dumps(values)), arrays)
    assert again == step
    assert arrays == {}


def test_step_leaves_other_columns_alone_and_takes_rows_without_its_own():
    step = Spellings(spellings={"city": fit_spelling(["Rome", "ROME"], [2, 1], ALL)})
    both = Columns({"city": objects(["ROME", None]), "x": np.array([1.0, 2.0])})
    rows = step.rows(both)
    assert rows.column("city").tolist() == ["Rome", None]
    assert rows.column("x") is both.column("x")
    assert step.rows(Columns({"x": np.zeros(2)})).names == ("x",)
    assert step.sources(["x", "city"]) == {"x", "city"}


def test_step_stands_in_the_table_of_steps():
    step = Spellings(spellings={})
    schema = Schema(columns=(), targets=("y",), task="regression")
    changes = Changes(source=schema, steps=(step,))
    assert Changes.unpack(*changes.pack()).steps == (step,)
