import sys
import zipfile
from collections import Counter

import numpy as np
import pytest

import fivefold as ff
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.errors import ConfigError, PreflightError
from fivefold.kinds.cells import Cells
from fivefold.kinds.subwords import BEGIN, PieceIndex, learn_pieces, spelled
from fivefold.kinds.text import Text
from fivefold.models.inputs import Passage
from fivefold.models.inputs import Text as Size
from fivefold.models.tokens import TokensPart
from fivefold.testing import check_kind, check_no_leak

COLUMN = Column(name="t", kind="text")
TEXTS = [
    *(
        "the players played well",
        "a player plays on",
        "天气很好 天气好",
        "الطقس جميل",
        "👍🏽 great",
    ),
    *("goalkeeper and keepers", "keeper of goals", None, ""),
] * 4


def fitted(texts, **settings):
    cells = Cells(np.array(texts, object), lambda raw, _: raw)
    return Text().fit(cells, COLUMN, Settings(tokens="subwords", **settings))


def written(state, text):
    """What the codes of a text stand for, one after another."""
    codes = Text().encode(np.array([text], object), COLUMN, state)[0, : state.length]
    return [["", "?", *state.pieces][code] for code in codes if code]


def test_pieces_put_together_give_the_text_in_any_script():
    state = fitted(TEXTS, text_length=60)
    for text in ("players of keepers", "天气好", "الطقس جميل", "👍🏽"):
        found = "".join(written(state, text))
        assert found.replace(BEGIN, " ").split() == text.split()
    assert written(state, "天气") == ["天气"]  # learned from characters that stand together
    assert "?" not in written(state, "goalplayer")  # a word that training texts lack
    assert written(state, "goalqueen").count("?") == 2  # letters that they lack
    assert written(state, None) == ["?"]


def test_learned_pieces_are_those_of_pairs_joined_by_hand():
    # "ab" 6 times, "abc" 3: a+b is joined first (9), then ab+c (3); nothing is left twice
    assert learn_pieces({"ab": 6, "abc": 3, "d": 1}, 9, 2) == ("a", "b", "c", "d", "ab", "abc")
    assert learn_pieces({"ab": 6, "abc": 3, "d": 1}, 5, 2) == ("a", "b", "c", "d", "ab")


def test_pieces_are_learned_alike_whatever_the_order_of_texts():
    first, again = fitted(TEXTS), fitted(TEXTS[::-1])
    assert first.pieces == again.pieces
    assert first.size == len(first.pieces) + 2


def test_pieces_of_a_long_word_and_of_a_long_run_are_found():
    state = fitted(TEXTS, text_length=50)
    assert len(written(state, "x" * 100_000)) == 50
    assert len(written(state, "天气" * 20_000)) == 50
    counts = Counter(spelled(["天"] * 9 + ["sky"]))
    assert counts == {"天" * 9: 1, "▁sky": 1}


def test_pieces_are_read_without_the_library_that_learned_them(monkeypatch):
    state = fitted(TEXTS)
    wanted = written(state, "players")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    values, arrays = Text().pack(state)
    again = Text().unpack(values, arrays, COLUMN)
    assert written(again, "players") == wanted
    with pytest.raises(ConfigError, match="expects tokenizers"):
        fitted(TEXTS)


def test_pieces_without_the_library_are_refused_before_the_work(monkeypatch):
    monkeypatch.setattr("fivefold.preprocess.preprocess.find_spec", lambda name: None)
    pipeline = ff.Pipeline([ff.Collect("no.csv", target="y"), ff.Preprocess(tokens="subwords")])
    with pytest.raises(PreflightError, match=r"fivefold\[text\]"):
        pipeline.preflight()


def test_finding_of_cut_texts_counts_pieces():
    state = fitted(["player " * 9] * 9, text_length=4)
    [told] = Text().remarks(COLUMN, state)
    assert "more than 4 pieces: the first 4 pieces are read" in told.sentence


def test_network_of_pieces_is_told_how_many_and_the_linear_model_how_many_words():
    state, without = fitted(TEXTS), fitted(TEXTS, terms=False)
    part, about = TokensPart(), {"length": state.length, "size": state.size}
    about |= {"slots": state.slots, "terms": state.terms, "words": len(state.vocabulary)}
    size = part.measure(part.widen(about))
    assert size == Passage(
        state.length, state.size, state.slots, state.terms, len(state.vocabulary)
    )
    assert size.text == Size(state.length, len(state.pieces) + 2)
    assert (without.slots, without.grams) == (0, ())
    encoded = Text().encode(np.array(TEXTS, object), COLUMN, without)
    assert encoded.shape == (len(TEXTS), without.length)


def test_index_reads_the_longest_piece_first():
    index = PieceIndex(("a", "ab", "abc", "c"), first=2, unknown=1)
    assert index.of("abcab") == [4, 3]
    assert index.of("b") == [1]


def made(rows=120):
    rng = np.random.default_rng(0)
    stems = {"sport": ["goal", "play", "team"], "money": ["bank", "share", "market"]}
    ends = ["s", "er", "ing", "ed"]
    return [
        {"text": " ".join(f"{rng.choice(stems[y])}{rng.choice(ends)}" for _ in range(6)), "y": y}
        for y in ["sport", "money"] * (rows // 2)
    ]


@pytest.mark.slow
def test_pieces_are_learned_from_training_rows_alone():
    collect = ff.Collect(made(), target="y", kinds={"text": "text"})
    stages = [collect, ff.Preprocess(tokens="subwords"), ff.Train(epochs=2), ff.Evaluate()]
    check_no_leak(ff.Pipeline(stages))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "reads"), [("textcnn", False), (None, True)])
def test_bundle_holds_terms_only_where_a_linear_model_weighs_them(tmp_path, model, reads):
    rows = made()
    stages = [
        ff.Collect(rows, target="y", kinds={"text": "text"}),
        ff.Preprocess(tokens="subwords"),
        ff.Train(model, epochs=2),
        ff.Evaluate(),
        ff.Deploy(tmp_path / "texts.ff"),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    with zipfile.ZipFile(tmp_path / "texts.ff") as bundle:
        assert ("grams" in bundle.read("codec.json").decode()) == reads
    served = ff.load(tmp_path / "texts.ff")
    new = [{"text": "goalkeeping teamster"}, {"text": ""}, {"text": rows[0]["text"]}]
    wanted = result.predict_proba(new)
    np.testing.assert_allclose(served.predict_proba(new), wanted, atol=1e-5)


@pytest.mark.slow
@pytest.mark.rehearsed
def test_text_of_any_script_is_a_sound_kind():
    texts = ["天气很好", "الطقس جميل", "👍🏽 ok", "หนังสือ", "mixed 天气 text", "a", "नमस्ते", "été"]
    assert check_kind(Text, [*texts, "", None, "word " * 400]).replayed == "fivefold"
