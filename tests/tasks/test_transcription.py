import numpy as np
import pytest

import fivefold as ff
from fivefold.artifacts import Preprocessed
from fivefold.core.session import Session
from fivefold.errors import DataError
from fivefold.kinds.codec import Codec
from fivefold.metrics import transcripts
from fivefold.tasks.known import TRANSCRIPTION, task_of

SAID = ["one two", "two", "", " two  one ", "true", "007", "one"] * 8


def sequences(rows, seed=0):
    rng = np.random.default_rng(seed)
    return ["".join(rng.choice([*"ACGT"], rng.integers(16, 24))) for _ in range(rows)]


def collected(said, sequence=None, **settings):
    source = {"sequence": sequences(len(said)) if sequence is None else sequence, "said": said}
    asked = {"target": "said", "task": "transcription", **settings}
    return ff.Collect(source, **asked).run(session=Session(seed=0))


def target_of(found):
    rows = np.flatnonzero(found.usable)
    codec = Codec.fit(found.table, found.schema, rows)
    return codec.encode_target(found.table.take(rows))


def spelt(target, schema):
    """What encoded rows say, through scores and answers."""
    rows = transcripts.letters_of(target)
    scores = transcripts.spelling(rows, target.shape[1], len(schema.classes))
    return TRANSCRIPTION.answers(scores, schema).tolist()


def test_texts_are_spelt_with_letters_as_they_are_written():
    found = collected(SAID)
    assert found.schema.task == "transcription"
    assert found.schema.classes == ("0", "7", " ", *"enortuw")
    assert found.usable.all()
    wanted = [" ".join(text.split()) for text in SAID]
    assert spelt(target_of(found), found.schema) == wanted
    assert [m.name for m in task_of(found.schema).headlines] == ["wer", "cer", "exact"]


@pytest.mark.parametrize("listed", [True, False])
def test_lists_and_sentences_are_spelt_with_words(listed):
    said = [text.split() for text in SAID] if listed else SAID
    found = collected(said, **({} if listed else {"kinds": {"said": "sentence"}}))
    assert found.schema.classes == ("007", "one", "true", "two")
    wanted = [" ".join(text.split()) for text in SAID]
    assert spelt(target_of(found), found.schema) == wanted


def test_missing_cells_are_not_used_and_empty_ones_say_nothing():
    said = ["ab", None, "", "?", float("nan"), "b"] * 6
    found = collected(said)
    assert found.usable.tolist() == [True, False, True, True, False, True] * 6
    assert spelt(target_of(found), found.schema) == ["ab", "", "?", "b"] * 6
    found = collected(said, missing={"said": ["?", ""]})
    assert found.usable.tolist() == [True, False, False, False, False, True] * 6


def test_csv_file_of_digit_strings_keeps_zeros_and_empty_cells(tmp_path):
    said = ["00", "7", "", "1.0"] * 10
    rows = [",".join(pair) for pair in zip(sequences(40), said, strict=True)]
    path = tmp_path / "said.csv"
    path.write_text("\n".join(["sequence,said", *rows]) + "\n")
    found = ff.Collect(path, target="said", task="transcription").run(session=Session(seed=0))
    assert spelt(target_of(found), found.schema) == said


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        (
            {"x": np.arange(20) % 7 / 3},
            r"column of sequences .* found `x` \(numeric\)",
        ),
        ({"a": sequences(20), "b": sequences(20, 1)}, "found `a` .* and `b` "),
    ],
)
def test_inputs_that_cannot_be_written_down_are_refused_with_a_remedy(inputs, told):
    collect = ff.Collect({**inputs, "said": ["ab", "b"] * 10}, target="said", task="transcription")
    with pytest.raises(DataError, match=told) as caught:
        ff.Pipeline([collect, ff.Preprocess()]).run(seed=0, progress=False)
    assert caught.value.remedy


def test_transcripts_all_alike_and_too_many_words_are_refused():
    with pytest.raises(DataError, match="at least two different values"):
        collected(["ab"] * 20)
    with pytest.raises(DataError, match="at most 1,000 different words"):
        collected([[f"w{row}", f"v{row}"] for row in range(600)])


def test_texts_that_hardly_repeat_beside_what_can_be_written_down_name_the_task():
    texts = sequences(80, 1)
    source = {"sequence": sequences(80), "said": texts}
    collect = ff.Collect(source, target="said", kinds={"sequence": "sequence"})
    with pytest.raises(DataError, match="classes that repeat") as caught:
        collect.run(session=Session(seed=0))
    assert 'pass task="transcription" for a text that each row says' in caught.value.remedy


def prepared(said):
    """The last ten rows are given as test rows; all have eight steps."""
    rng = np.random.default_rng(0)
    sequence = ["".join(rng.choice([*"ACGT"], 8)) for _ in said]
    collect = ff.Collect(
        {"sequence": sequence[:-10], "said": said[:-10]},
        target="said",
        task="transcription",
        kinds={"sequence": "sequence"},
        test_source={"sequence": sequence[-10:], "said": said[-10:]},
    )
    return ff.Pipeline([collect, ff.Preprocess()]).run(seed=0, progress=False)[Preprocessed]


def test_transcripts_longer_than_their_rows_are_told_with_these():
    said = ["abab", "ba"] * 25
    said[3], said[7], said[45] = "abababab", "aaaaa", "aaaaa"  # eight, nine and nine steps
    [told] = [f for f in prepared(said).findings if f.code == "transcript_too_long"]
    assert told.numbers["rows"] == [7, 45]
    assert told.numbers["test_rows"] == 1
    assert "has 8 for 9" in told.sentence


def test_letters_that_no_training_row_has_are_counted_and_told():
    said = ["ab", "ba"] * 25
    said[41], said[42] = "xx", "axb"
    [told] = [f for f in prepared(said).findings if f.code == "unseen_letters"]
    assert told.numbers["letters"] == {"x": 3}
    assert told.numbers["rows"] == [41, 42]


def test_reply_says_how_sure_it_is_and_where_each_letter_stands():
    schema = collected(SAID).schema
    place = schema.classes.index("t") + 1
    shares = np.full((1, 4, len(schema.classes) + 1), 1e-6)
    shares[0, [0, 1, 2, 3], [0, place, place, 0]] = [0.9, 0.8, 0.7, 0.95]
    shares[0, :, 0] = np.maximum(shares[0, :, 0], [0, 0.2, 0.3, 0])
    told = TRANSCRIPTION.reply(shares, schema)
    assert told["predictions"] == ["t"]
    assert told["spans"] == [[{"text": "t", "start": 1, "end": 3}]]
    # a letter at the second step, the third, or both
    wanted = 0.9 * 0.95 * (0.8 * 0.7 + 0.8 * 0.3 + 0.2 * 0.7)
    assert told["confidence"][0] == pytest.approx(wanted, rel=1e-3)


def test_errors_are_told_by_what_was_taken_left_out_and_added():
    schema = collected(SAID).schema
    rows = [[schema.classes.index(letter) for letter in text] for text in ("one", "two", "")]
    target = np.array([row + [-1] * (3 - len(row)) for row in rows])
    said = [np.array([schema.classes.index(c) for c in text], int) for text in ("ene", "tw", "u")]
    scores = transcripts.spelling(said, 8, len(schema.classes))
    told = TRANSCRIPTION.mistakes(target, scores, schema, str)
    assert told == (
        "of 6 letters in the test rows 3 are wrong: 1 substituted, 1 left out, 1 added; "
        "o taken for e (1)"
    )
    assert TRANSCRIPTION.errors(target, scores).tolist() == [1.0, 1.0, 1.0]
    edits, rows = (picture.values for picture in TRANSCRIPTION.pictures(target, scores, schema))
    assert edits["edits"] == [("o", "e"), ("o", None), (None, "u")]
    assert ("two", "tw") in rows["rows"]
