import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.kinds.cells import Cells
from fivefold.kinds.grams import COUNTS, LETTERS, LONG, GramCensus, TermIndex, grams_of
from fivefold.kinds.text import Text

COLUMN = Column(name="t", kind="text")
TEXTS = np.array(["the cat sat", "the cats sat sat", "a dog", "dogs sat", None, ""], object)


@pytest.mark.parametrize("word", ["a", "to", "cat", "weather", "ünïcode"])
def test_grams_of_a_word_are_those_of_scikit_learn(word):
    analyse = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()
    assert sorted(grams_of(word)) == sorted(analyse(word))


def test_grams_of_a_very_long_word_are_those_of_its_beginning():
    assert grams_of("ab" * 500_000) == grams_of("ab" * (LETTERS // 2))


def test_census_counts_texts_and_keeps_the_frequent_ones_alone():
    state = Text().fit(Cells(TEXTS, lambda raw, _: raw), COLUMN, Settings())
    analyse = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()
    each = [set(analyse(text or "")) for text in TEXTS]
    wanted = {gram for one in each for gram in one if sum(gram in other for other in each) > 1}
    assert set(state.grams) == wanted
    assert state.terms == len(state.vocabulary) + len(wanted)


def test_census_slots_hold_the_terms_of_usual_texts():
    census = GramCensus(100)
    for place in range(100):
        census.add(["cat"] if place else [f"{letter}xyz" for letter in "abcdefghijkl"])
    assert census.kept(2)[1] == 10  # of six n-grams and the word one and a half times


def test_row_of_more_terms_than_fit_keeps_the_frequent_ones():
    index = TermIndex(("often", "rare", "once"), ())
    row = index.row(["once", "rare", "often", "rare"], 2)
    assert [divmod(number, COUNTS) for number in row.tolist()] == [(0, 1), (1, 2)]
    assert index.row(["often"] * 9999, 2).tolist() == [COUNTS - 1]


def test_encode_of_a_state_without_terms_is_what_it_was():
    state = Text().unpack({"vocabulary": ["sat", "the"], "length": 3, "tail": 0}, {}, COLUMN)
    found = Text().encode(TEXTS[:2], COLUMN, state)
    assert found.tolist() == [[3, 1, 2], [3, 1, 2]]
    assert Text().pack(state)[0] == {"vocabulary": ["sat", "the"], "length": 3, "tail": 0}


def test_encode_of_one_text_of_a_megabyte_takes_the_slots_it_has():
    state = Text().fit(Cells(TEXTS, lambda raw, _: raw), COLUMN, Settings())
    found = Text().encode(np.array(["the cat " * 131_072], object), COLUMN, state)
    assert found.shape == (1, state.length + state.slots)
    assert (found[:, state.length :] <= 0).all()


def test_runs_of_a_script_without_spaces_have_n_grams_across_its_words():
    texts = np.array(["今天天气很好", "明天天气不好", "fine, 天 today"], object)
    state = Text().fit(Cells(texts, lambda raw, _: raw), COLUMN, Settings())
    assert {"天天", "天气", "天天气"} <= set(state.grams)
    assert "气很" not in state.grams  # one text has it
    number = len(state.vocabulary) + state.grams.index("天气")
    rows = Text().encode(texts, COLUMN, state)[:, state.length :]
    assert [(-row // COUNTS == number).any() for row in rows] == [True, True, False]


def test_few_long_texts_keep_all_that_is_in_their_middle(monkeypatch):
    draw = np.random.default_rng(0)
    texts = [" ".join("".join(draw.choice(list("abcdefghij"), 6)) for _ in range(900))] * 2
    texts = [texts[0], texts[1].replace(" ", " once ", 450).replace("once ", "", 449)]
    texts = np.array(texts * 2, object)

    def kept():
        state = Text().fit(Cells(texts, lambda raw, _: raw), COLUMN, Settings())
        number = state.vocabulary.index("once")
        row = Text().encode(texts[1:2], COLUMN, state)[0, state.length :]
        return state.slots, number in -row // COUNTS, state.longer

    slots, found, longer = kept()
    assert slots > 2000
    assert (found, longer) == (True, 0)
    monkeypatch.setattr("fivefold.kinds.grams.CELLS", (2**27, 4000))
    assert kept()[0] == 1024  # many texts of this length would not fit in memory


def test_texts_of_more_terms_than_are_kept_are_told(monkeypatch):
    monkeypatch.setattr("fivefold.kinds.grams.SLOTS", (500, 1024))
    draw = np.random.default_rng(0)
    many = ["".join(draw.choice(list("abcdefghij"), 6)) for _ in range(400)]
    texts = np.array([" ".join(many)] * 5 + ["short"] * 5, object)
    state = Text().fit(Cells(texts, lambda raw, _: raw), COLUMN, Settings(text_length=400))
    (told,) = Text().remarks(COLUMN, state)
    assert (told.code, told.numbers["fraction"]) == ("terms_left_out", 0.5)
    assert state.slots == 1024


def test_row_of_a_long_text_counts_each_word_as_often_as_it_is_there():
    draw = np.random.default_rng(0)
    known = ["once", "often", "twice", "other"]
    found = draw.choice([*known, "unknown"], 2 * LONG).tolist()
    index = TermIndex(known, ("en ", "wic", "unk"))
    row = index.row(found, 99)
    wanted = [found.count(word) for word in known]
    wanted += [wanted[1], wanted[2], found.count("unknown")]  # "often " ends in "en "
    assert (row % COUNTS).tolist() == [min(count, COUNTS - 1) for count in wanted]
    assert (row // COUNTS).tolist() == list(range(7))
    few = found[: LONG - 1]
    whole = index.row([*few, "unknown"] + ["none"] * 5, 99) // COUNTS
    assert whole.tolist() == (index.row(few, 99) // COUNTS).tolist()
