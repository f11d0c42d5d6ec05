import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.kinds.codec import Codec
from fivefold.serve.contract import contract_of

SCHEMA = Schema(
    columns=(
        Column(name="codes", kind="text"),
        Column(name="u", kind="text"),
        Column(name="y", kind="numeric", role="target"),
    ),
    targets=("y",),
    task="regression",
)


def fitted(texts, **asked):
    table = Columns(
        {
            "codes": np.array(texts, object),
            "u": np.array(["w"] * len(texts), object),
            "y": np.arange(len(texts), dtype=float),
        }
    )
    return Codec.fit(table, SCHEMA, np.arange(len(texts)), Settings(**asked))


def find_truncated(codec):
    columns = codec.columns.values()
    return tuple(f for column in columns for f in column.kind.remarks(column.column, column.state))


def test_texts_that_are_read_whole_are_no_finding():
    assert find_truncated(fitted(["w w", "w"])) == ()


def test_one_long_text_is_a_note_with_its_numbers():
    (finding,) = find_truncated(fitted(["w w w w"] + ["w"] * 39))
    assert (finding.code, finding.severity, finding.stage) == (
        *("truncated_texts", "note", "Preprocess"),
    )
    assert str(finding) == (
        "1 of 40 training texts of `codes` has more than 1 word: the first word is read, 3 are "
        'not. Where the end matters, truncation="both" reads it too, and text_length=4 reads all.'
    )
    assert finding.numbers == {
        "column": "codes",
        "texts": 40,
        "truncated": 1,
        "length": 1,
        "tail": 0,
        "median_unread": 3.0,
        "total_unread": 3,
        "longest": 4,
    }


def test_many_long_texts_are_a_warning_that_says_which_part_is_read():
    (finding,) = find_truncated(fitted(["w " * 400] * 5 + ["w " * 1000]))
    assert finding.severity == "warning"
    assert str(finding) == (
        "6 of 6 training texts of `codes` have more than 256 words: the first 192 and the last 64 "
        "words are read, a median of 144 a text, 1,464 in all, are not. "
        "Where the middle matters, text_length=1000 reads all."
    )
    (finding,) = find_truncated(fitted(["w " * 9] * 6, text_length=3, truncation="tail"))
    assert "Where the beginning matters" in str(finding)


def test_contract_says_what_is_read_and_what_becomes_of_the_rest():
    long, short = contract_of(fitted(["w " * 400] * 6)).fields
    assert long.policy["too_long"] == "the first 192 and the last 64 words are read"
    assert short.policy["too_long"] == "the first word is read"
    assert long.policy["unseen"] == "unknown words share one code"


def test_codec_that_was_loaded_reads_the_same_words_and_has_no_finding():
    codec = fitted(["w " * 300 + "v"] * 6)
    again = Codec.from_state(*codec.state())
    table = Columns({"codes": np.array(["x " * 500 + "v w"], object), "u": np.array(["w"], object)})
    encoded = again.encode(table)["text/codes"]
    assert encoded.tolist() == codec.encode(table)["text/codes"].tolist()
    v, w = (2 + codec.columns["codes"].state.vocabulary.index(word) for word in "vw")
    assert encoded[0, again.columns["codes"].state.length - 2 :][:2].tolist() == [v, w]
    assert find_truncated(again) == ()


def run(texts, target):
    stages = [ff.Collect(pd.DataFrame({"t": texts, "y": target}), target="y"), ff.Preprocess()]
    return ff.Pipeline([*stages, ff.Train(), ff.Evaluate(baselines=())]).run(seed=0, progress=False)


@pytest.mark.slow
def test_long_texts_whose_last_word_decides_are_learnt_by_default():
    draw = np.random.default_rng(0)
    target = draw.integers(0, 2, 300)
    filler = np.array([f"{a}{b}" for a in "bcdfgh" for b in "aeiou"])
    texts = [" ".join([*draw.choice(filler, 400), "yes" if one else "no"]) for one in target]
    result = run(texts, np.where(target, "in", "out"))
    assert float(result.metrics["accuracy"]) > 0.95
    (finding,) = (f for f in result.findings if f.code == "truncated_texts")
    assert finding.severity == "warning"
    assert finding.numbers["median_unread"] == 145
    assert "truncated_texts" in [f.code for f in result[ff.Preprocessed].findings]
    assert str(finding) in result.tables["limitations"].to_numpy().ravel().tolist()


@pytest.mark.slow
def test_texts_without_spaces_are_texts_and_are_learnt():
    draw = np.random.default_rng(0)
    target = draw.integers(0, 2, 240)
    middle = list("กขคงจฉชซญดตถทธนบปผพฟมยรลวสห")
    ends = ("ไม่ดีเลย", "ดีมากครับ")
    texts = ["".join(draw.choice(middle, 14)) + ends[one] for one in target]
    result = run(texts, np.where(target, "in", "out"))
    assert result[ff.Collected].schema["t"].kind == "text"
    assert float(result.metrics["accuracy"]) > 0.95
