import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.core.session import Session
from fivefold.kinds.codec import Codec
from fivefold.metrics.entities import mark_entities
from fivefold.tasks.known import TAGGING, task_of

WORDS = ["Anna", "Bonn", "met", "in", "the", "Paul", "saw", "rain"]
LABEL = {"Anna": "B-per", "Paul": "B-per", "Bonn": "B-loc"}


def sentences(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    tokens = [[WORDS[i] for i in rng.integers(0, 8, rng.integers(2, 9))] for _ in range(rows)]
    return tokens, [[LABEL.get(word, "O") for word in row] for row in tokens]


def collected(columns, target="tags", **settings):
    return ff.Collect(pd.DataFrame(columns), target=target, **settings).run(session=Session(seed=0))


def targets_of(found):
    rows = np.flatnonzero(found.usable)
    codec = Codec.fit(found.table, found.schema, rows)
    return codec.encode_target(found.table.take(rows))


@pytest.mark.parametrize("join", [list, " ".join])
def test_labels_of_each_word_are_recognised_in_lists_and_texts(join):
    tokens, tags = sentences()
    found = collected({"tokens": map(join, tokens), "tags": map(join, tags)})
    assert found.schema.task == "tagging"
    assert found.schema.classes == ("O", "B-loc", "B-per")
    target = targets_of(found)
    for row, labels in zip(target, tags, strict=True):
        assert [found.schema.classes[place] for place in row[row >= 0]] == labels
    assert found.schema["tokens"].kind == "sentence"


def test_letters_and_states_are_recognised_and_numbers_stay_numbers():
    rng = np.random.default_rng(0)
    proteins = [
        "".join(rng.choice([*"ACDEFGHIKLMNPQRSTVWY"], rng.integers(20, 40))) for _ in range(40)
    ]
    shapes = ["".join("H" if letter in "AELKMQ" else "C" for letter in text) for text in proteins]
    found = collected({"sequence": proteins, "tags": shapes})
    assert (found.schema.task, found.schema.classes) == ("tagging", ("C", "H"))
    assert found.schema["sequence"].kind == "sequence"
    series = [rng.normal(size=(rng.integers(20, 30), 2)) for _ in range(30)]
    states = [(one[:, 0] > 0).astype(int).tolist() for one in series]
    found = collected({"signal": series, "tags": states})
    assert (found.schema.task, found.schema.classes) == ("tagging", (0, 1))
    assert found.schema["signal"].kind == "series"


def test_classes_of_rows_are_not_taken_for_labels_of_positions():
    rng = np.random.default_rng(0)
    code = ["".join(rng.choice([*"abc"], 2)) for _ in range(60)]
    found = collected({"state": code, "tags": [text[::-1] for text in code]})
    assert found.schema.task == "multiclass"
    words = rng.choice(["very good", "quite bad"], 60)
    found = collected({"name": rng.choice(["John Smith", "Ann Miller"], 60), "tags": words})
    assert found.schema.task == "binary"


@pytest.mark.parametrize("target", [np.arange(60) / 7, np.arange(60) % 7 + 0.5 > 3])
def test_numbers_and_truths_beside_a_sequence_are_no_labels_of_positions(target):
    rng = np.random.default_rng(0)
    dna = ["".join(rng.choice([*"ACGT"], rng.integers(20, 80))) for _ in range(60)]
    found = collected({"dna": dna, "tags": target})
    assert found.schema.task == ("regression" if target.dtype == float else "binary")


def test_rows_of_other_lengths_are_told_and_not_used():
    tokens, tags = sentences()
    tags[3], tags[7] = tags[3][:-1], [*tags[7], "O"]
    found = collected({"tokens": tokens, "tags": tags}, task="tagging")
    assert np.flatnonzero(~found.usable).tolist() == [3, 7]
    [told] = [one for one in found.findings if one.code == "unequal_lengths"]
    assert told.numbers["rows"] == [3, 7]


def test_entities_lead_where_labels_mark_them():
    tokens, tags = sentences()
    schema = collected({"tokens": tokens, "tags": tags}).schema
    names = [metric.name for metric in task_of(schema).headlines]
    assert names == ["entity_f1", "entity_precision", "entity_recall"]
    assert task_of("tagging") is TAGGING
    scores = np.full((1, 3, 3), 0.1, np.float32)
    scores[0, 0, 1] = scores[0, 1, 2] = 0.8
    scores[0, 2] = np.nan
    reply = task_of(schema).reply(scores, schema)
    assert reply["predictions"] == [["B-loc", "B-per"]]
    assert reply["entities"] == [
        [{"label": "loc", "start": 0, "end": 1}, {"label": "per", "start": 1, "end": 2}]
    ]
    assert mark_entities(schema.classes)


def test_errors_and_losses_of_rows_are_means_over_their_positions():
    target = np.array([[0, 1, -1], [1, -1, -1]])
    scores = np.array(
        [[[0.6, 0.4], [0.7, 0.3], [np.nan] * 2], [[0.2, 0.8], [np.nan] * 2, [np.nan] * 2]]
    )
    assert TAGGING.errors(target, scores).tolist() == [0.5, 0.0]
    wanted = [-(np.log(0.6) + np.log(0.3)) / 2, -np.log(0.8)]
    np.testing.assert_allclose(TAGGING.row_losses(target, scores), wanted)
