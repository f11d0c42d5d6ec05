import numpy as np
import pytest

from fivefold.codecs.settings import Settings
from fivefold.codecs.text import encode_texts, fit_text, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't stop", ["don't", "stop"]),
        ("Ünïcode ÉTÉ", ["ünïcode", "été"]),
        ("a1b2", ["a", "1", "b", "2"]),
        ("call 0800123 in 12", ["call", "#######", "in", "12"]),
        ("win £100!!", ["win", "£", "###", "!", "!"]),
        ("snake_case", ["snake", "case"]),
        ("東京 2020", ["東", "京", "####"]),
        ("привет мир", ["привет", "мир"]),
        ("", []),
    ],
)
def test_words_of_a_text_are_lower_case_tokens(text, expected):
    assert words(text) == expected


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
