import numpy as np
import pytest

from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.kinds.cells import Cells
from fivefold.kinds.text import Text, TextState


def fit_text(texts, settings, rules=2):
    column = Column(name="t", kind="text", rules=rules)
    return Text().fit(Cells(texts, lambda raw, _: raw), column, settings)


def encode_texts(texts, state, rules=2):
    """The words alone; tests/kinds/test_grams.py is about the terms behind them."""
    return Text().encode(texts, Column(name="t", kind="text", rules=rules), state)[
        :, : state.length
    ]


def test_fit_text_keeps_words_of_two_rows_the_frequent_first():
    texts = np.array(["b a a a", "b c", "b a", None, ""], object)
    state = fit_text(texts, Settings())
    assert state.vocabulary == ("b", "a")
    assert state.size == 4
    assert fit_text(texts, Settings(word_rows=1, vocabulary=3)).vocabulary == ("b", "a", "c")


def test_fit_text_length_covers_the_95th_percentile():
    texts = np.array(["w " * n for n in range(1, 101)], object)
    assert fit_text(texts, Settings()).length == 96  # the quantile is 95.05
    assert fit_text(np.array(["w " * 900] * 9, object), Settings()).length == 256
    assert fit_text(texts, Settings(text_length=7)).length == 7


def test_fit_text_all_missing_has_length_one_and_no_words():
    state = fit_text(np.array([None, None], object), Settings())
    assert (state.vocabulary, state.length) == ((), 1)
    assert encode_texts(np.array([None, "x"], object), state).tolist() == [[1], [1]]


def test_encode_texts_cuts_pads_and_marks_unknown_words():
    state = fit_text(np.array(["a b", "a b"], object), Settings(text_length=3))
    found = encode_texts(np.array(["b a b a", "a", "z a", None, ""], object), state)
    assert found.tolist() == [[3, 2, 3], [2, 0, 0], [1, 2, 0], [1, 0, 0], [1, 0, 0]]
    assert found.dtype == np.int32


NUMBERED = " ".join(f"{first}{second}" for first in "abcdefghij" for second in "klmnopqrst")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, 4, 0),
        ({"truncation": "head"}, 4, 0),
        ({"truncation": "both"}, 3, 1),
        ({"truncation": "tail"}, 0, 4),
    ],
)
def test_fit_text_truncation_says_which_words_are_read(asked, first, last):
    texts = np.array([NUMBERED, "ak al"], object)
    state = fit_text(texts, Settings(text_length=4, word_rows=1, **asked))
    codes = {word: code for code, word in enumerate(state.vocabulary, 2)}
    cells = NUMBERED.split()
    expected = [codes[word] for word in cells[:first] + cells[100 - last :]]
    assert encode_texts(texts, state).tolist() == [expected, [codes["ak"], codes["al"], 0, 0]]


def test_fit_text_reads_both_ends_where_the_limit_cuts_and_the_head_elsewhere():
    def lengths(count, **asked):
        state = fit_text(np.array(["w " * count] * 9, object), Settings(**asked))
        return state.length - state.tail, state.tail

    assert lengths(257) == lengths(900) == (192, 64)
    assert lengths(256) == (256, 0)
    assert lengths(900, text_length=300) == (300, 0)
    assert lengths(900, text_length=300, truncation="both") == (225, 75)
    assert lengths(900, text_length=1, truncation="both") == (1, 0)
    assert lengths(900, truncation="head") == (256, 0)
    few_long = np.array([*["w " * 10] * 97, *["w " * 900] * 3], object)
    assert fit_text(few_long, Settings()).tail == 0


def test_fit_text_by_rules_one_reads_the_head_and_splits_marks_off():
    state = fit_text(np.array(["हिन्दी " * 200] * 3, object), Settings(), rules=1)
    assert (state.length, state.tail) == (256, 0)
    assert set(state.vocabulary) == {"ह", "ि", "न", "्", "द", "ी"}
    packed = {"vocabulary": list(state.vocabulary), "length": 256}
    again = Text().unpack(packed, {}, Column(name="t", kind="text", rules=1))
    texts = np.array(["हिन्दी"], object)
    found = encode_texts(texts, again, rules=1)
    assert found.tolist() == encode_texts(texts, state, rules=1).tolist()
    assert (found > 0).sum() == 6


def test_fit_text_counts_what_is_not_read():
    texts = np.array(["w " * n for n in (2, 5, 6, 14)] + [None], object)
    state = fit_text(texts, Settings(text_length=4))
    assert (state.texts, state.unread.tolist()) == (5, [1, 2, 10])
    assert len(fit_text(texts, Settings(text_length=14)).unread) == 0


def test_text_state_says_in_words_what_is_read():
    def said(length, tail=0):
        return TextState(vocabulary=(), length=length, tail=tail).part

    assert said(44) == "the first 44 words are read"
    assert said(256, 64) == "the first 192 and the last 64 words are read"
    assert said(2000, 2000) == "the last 2,000 words are read"
    assert (said(1), said(1, 1)) == ("the first word is read", "the last word is read")
