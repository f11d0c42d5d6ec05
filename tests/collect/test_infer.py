from datetime import date

import numpy as np
import pytest

from fivefold.codecs.coded import objects
from fivefold.collect.infer import guess_kind
from fivefold.collect.null_texts import found_tokens
from fivefold.kinds import sample


def kind(values, **options):
    return guess_kind(objects(values), **options).kind


def said(guess):
    """What is told of the column, by the code of each finding."""
    return {finding.code: finding.numbers for finding in guess.findings}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", "-3e2", " 4 "], "numeric"),
        (["1"] * 99 + ["thirty"], "numeric"),
        (["1"] * 98 + ["thirty", "forty"], "categorical"),
        (["1", "inf", "2"], "numeric"),
        (["00123", "00456", "10001"], "categorical"),
        (["0", "0.5", "-0.25"], "numeric"),
        (["1"] * 300 + ["007"], "numeric"),
        (["True", "false", "TRUE"], "boolean"),
        ([True, None, False], "boolean"),
        ([np.True_, None, False], "boolean"),
        (["yes", "no", "yes"], "categorical"),
        (["0", "1", "0"], "numeric"),
        (["2011-01-31", "2011-02-01"], "datetime"),
        (["2011-01-31 10:00:00", "2011-02-01T11:30:00"], "datetime"),
        (["31-01-2011", "01-02-2011"], "datetime"),
        ([date(2024, 1, 2), None], "datetime"),
        (["20110101", "20110102"], "numeric"),
        (["low", "high", "low"], "categorical"),
        (["Third class", "First class"] * 30, "categorical"),
        ([f"message number {n} of many words" for n in range(60)], "text"),
        ([f"user{n}" for n in range(60)], "categorical"),
        ([1, "a", 2.5], "categorical"),
        ([1, 2, None], "numeric"),
        ([None, None], "categorical"),
        ([np.zeros((4, 4)), None], "image"),
        ([b"\x89PNG...", None], "image"),
    ],
)
def test_kind_follows_from_the_values(values, expected):
    assert kind(values) == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([1, 2]), "numeric"),
        (np.array([0.5]), "numeric"),
        (np.array([True, False]), "boolean"),
        (np.array(["2024-01-01"], "M8[D]"), "datetime"),
        (np.zeros((3, 4, 4)), "image"),
    ],
)
def test_kind_follows_from_the_type(array, expected):
    assert guess_kind(array).kind == expected


@pytest.mark.parametrize("values", [[[1, 2], [3]], [{"a": 1}, None], [(1,), (2,)]])
def test_lists_and_mappings_are_nested(values):
    assert guess_kind(objects(values)).nested


def test_matrix_column_is_nested():
    assert guess_kind(np.zeros((3, 4))).nested


def test_tokens_for_missing_are_counted_and_do_not_spoil_the_kind():
    guess = guess_kind(objects(["1", "?", "2", " ? ", " ", ""]), tokens=["?"])
    assert guess.kind == "numeric"
    assert guess.tokens == {"?": 2, "": 1}


def test_numbers_among_the_tokens_are_found_however_written():
    counts = np.array([2, 3, 1, 5])
    assert found_tokens(["0", "0.0", "x", "00"], counts, ["0"]) == {"0": 2, "0.0": 3, "00": 5}
    assert guess_kind(np.array([0.0, 1.0, 0.0]), tokens=["0", "?"]).tokens == {"0": 2}


@pytest.mark.parametrize(
    "sentence",
    ["我非常喜欢这部电影因为好看", "ฉันรักประเทศไทยมากเพราะอาหารดี", "ខ្ញុំស្រឡាញ់ភាសាខ្មែរណាស់មែន"],
)
def test_prose_without_spaces_is_text_and_short_names_are_categories(sentence):
    characters = sorted(set(sentence))
    prose = objects([sentence + a + b for a in characters[:6] for b in characters[:6]])
    assert guess_kind(prose).kind == "text"
    names = objects([sentence[:2] + chr(0x4E00 + place) for place in range(36)])
    assert guess_kind(names).kind == "categorical"


def test_prose_keeps_words_that_elsewhere_stand_for_missing():
    values = [f"message number {n} of many words" for n in range(60)] + ["?", "None"]
    guess = guess_kind(objects(values), tokens=["?", "None"])
    assert (guess.kind, guess.tokens) == ("text", {})


def test_said_kind_is_taken_and_its_date_format_still_found():
    assert kind(["1", "2"], declared="categorical") == "categorical"
    guess = guess_kind(objects(["31-01-2011", "x"] * 60), declared="datetime")
    assert guess.kind == "datetime"


@pytest.mark.parametrize(
    "values", [["1,234.5", "2.000,5"], ["$12", "12 €"], ["12 %", "7"], ["1,5", "2.75"]]
)
def test_dressed_numbers_are_categories_with_an_example(values):
    guess = guess_kind(objects(values))
    assert guess.kind == "categorical"
    assert said(guess)["number_like"]["sample"] == values[0]


def test_ambiguous_dates_name_the_other_reading():
    guess = guess_kind(objects(["01/02/2011", "03/04/2011"]))
    assert guess.format == said(guess)["ambiguous_dates"]["format"] == "%m/%d/%Y"
    assert said(guess)["ambiguous_dates"]["other"] == "%d/%m/%Y"
    assert guess_kind(objects(["01/02/2011", "30/04/2011"])).findings == ()


def aged(strays, rows=120):
    """Ages with a fraction, the first cells replaced."""
    return [*strays, *(f"{20 + n / 7:.2f}" for n in range(rows - len(strays)))]


@pytest.mark.parametrize("strays", [["thirty"] * 2, ["n.k."] * 24, ["52 kg", "5o"], ["a b", "c"]])
def test_measurements_with_a_few_strays_are_numeric(strays):
    guess = guess_kind(objects(aged(strays)))
    assert (guess.kind, guess.findings) == ("numeric", ())


def test_objects_of_a_frame_with_strays_are_numeric():
    assert kind([*("thirty" for _ in range(6)), *(n / 3 for n in range(114))]) == "numeric"


@pytest.mark.parametrize("spelt", ["thirty", "?!"])
def test_many_strays_leave_categories_that_are_said_to_be_mostly_numbers(spelt):
    guess = guess_kind(objects(aged([spelt] * 40)))
    assert guess.kind == "categorical"
    assert said(guess) == {"number_like": {"column": "", "count": 40, "samples": [spelt]}}


@pytest.mark.parametrize(
    "values",
    [
        aged([f"V{n}" for n in range(20)]),  # codes of diseases
        [*(f"PC {n}" for n in range(40)), *(str(n) for n in range(1000, 1080))],  # tickets
        ["K"] * 10 + [str(n % 12) for n in range(110)],  # school years
        ["K"] * 50 + [str(n % 12) for n in range(70)],
        aged(["thirty"] * 70),
        ["thirty", *(f"{n:05}" for n in range(60))],
    ],
)
def test_codes_and_levels_among_numbers_stay_categories_without_a_word(values):
    guess = guess_kind(objects(values))
    assert (guess.kind, guess.findings) == ("categorical", ())


def test_dressed_example_is_no_plain_number():
    guess = guess_kind(objects([*aged([]), *("1.234,5" for _ in range(20))]))
    assert (guess.kind, said(guess)["number_like"]["sample"]) == ("categorical", "1.234,5")


def test_values_of_no_kind_are_named_by_their_type():
    assert guess_kind(np.array([1 + 2j])).unread == "complex128"
    assert guess_kind(objects([None, 1 + 2j])).unread == "complex"
    assert guess_kind(objects([object(), "a"])).unread == ""


@pytest.mark.parametrize("start", [b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"II*\0", b"MM\0*"])
def test_guess_kind_bytes_of_a_picture_are_pictures(start):
    assert guess_kind(objects([None, start + b"..."])).kind == "image"


@pytest.mark.parametrize("word", [b"BMW", b"RIFF" + b"...." + b"AVI ", b"GIFTS"])
def test_guess_kind_bytes_that_begin_like_a_picture_may_be_words(word):
    assert guess_kind(objects([word, b"Audi"] * 9)).kind == "categorical"


def test_texts_that_came_as_bytes_are_of_the_kind_of_their_texts():
    texts = [f"these are {place} words" for place in range(30)]
    dates = [f"2024-01-{place % 28 + 1:02d}" for place in range(30)]
    for cells in (texts, dates, ["a", "b"] * 15):
        wanted = guess_kind(objects(cells)).kind
        assert guess_kind(objects(cell.encode() for cell in cells)).kind == wanted
    assert guess_kind(objects([b"\xe4x", b"\xf6x"] * 15)).kind == "categorical"


def many(sort, rows=1500):
    """Different cells of a sort, 1,500 of them and more."""
    draw = np.random.default_rng(0)
    numbers = [f"{value:.6f}" for value in draw.normal(size=rows)]
    words = [f"red and {place} new" for place in range(rows)]
    pairs = list(zip(numbers, words, strict=True))
    cells = {
        "words": words,
        "two words": [f"red {place}" for place in range(rows)],
        "names": [f"n{place}" for place in range(rows)],
        "numbers": numbers,
        "mostly numbers": [one if draw.random() < 0.85 else other for one, other in pairs],
        "half numbers": [one if draw.random() < 0.6 else other for one, other in pairs],
        "few numbers": [one if draw.random() < 0.2 else other for one, other in pairs],
        "dressed": [f"{place:,}.5 €" for place in range(1000, 1000 + rows)],
        "codes": [f"{place:06d}" for place in range(rows)],
        "one often": [*words, *["0"] * 20 * rows],
        "dates": [f"{1 + n % 28} March {1000 + n // 28}" for n in range(rows)],
        "moments": [str(np.datetime64("2001-01-01") + n) for n in range(rows)],
        "links": [f"https://one.two/{place}" for place in range(rows)],
        "things": [{"a": 1}, *words],
    }
    return objects(cells[sort])


SORTS = (
    *("words", "two words", "names", "numbers", "mostly numbers", "half numbers", "few numbers"),
    *("dressed", "codes", "one often", "dates", "moments", "links", "things"),
)


@pytest.mark.parametrize("sort", SORTS)
def test_a_guess_by_some_of_very_many_cells_is_that_by_all(sort, monkeypatch):
    cells = many(sort)
    whole = guess_kind(cells)
    monkeypatch.setattr(sample, "MANY", 500)
    monkeypatch.setattr(sample, "LOOKED", 400)
    looked = guess_kind(cells)
    assert {**vars(looked)} == {**vars(whole)}
