"""Labels for positions, from the source to the answers of a bundle."""

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.tasks.known import TAGGING
from fivefold.testing import check_no_leak, check_task

WORDS = ["Anna", "Bonn", "met", "in", "the", "Paul", "saw", "rain", "Kiel", "Ada"]
LABEL = {"Anna": "B-per", "Paul": "B-per", "Ada": "B-per", "Bonn": "B-loc", "Kiel": "B-loc"}


def sentences(rows, seed=0):
    rng = np.random.default_rng(seed)
    tokens = [[WORDS[i] for i in rng.integers(0, 10, rng.integers(2, 9))] for _ in range(rows)]
    return [{"tokens": row, "tags": [LABEL.get(word, "O") for word in row]} for row in tokens]


def steps(source, *more, epochs=3, **settings):
    train = ff.Train(epochs=epochs)
    return ff.Pipeline([ff.Collect(source, **settings), ff.Preprocess(), train, *more])


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("tagging") / "names.ff"
    pipeline = steps(sentences(160), ff.Evaluate(), ff.Deploy(str(path)), target="tags", epochs=6)
    return pipeline.run(seed=0, progress=False), ff.load(path)


@pytest.mark.slow
def test_words_are_labelled_alike_through_all_doors(model):
    result, bundle = model
    assert result.metrics["entity_f1"] > 0.98
    assert list(result.tables["per_class"]["class"]) == ["O", "B-loc", "B-per"]
    rows = sentences(20, seed=1)
    wanted = [row["tags"] for row in rows]
    lists = [{"tokens": row["tokens"]} for row in rows]
    texts = [{"tokens": " ".join(row["tokens"])} for row in rows]
    for asked in (lists, texts, pd.DataFrame(lists), pd.DataFrame(texts)):
        assert bundle.predict(asked).tolist() == wanted
    offline = result.predict(pd.DataFrame(lists))
    assert offline.tolist() == wanted
    scores = bundle.scores(lists)
    assert np.isnan(scores).all(-1).sum(1).tolist() == [
        scores.shape[1] - len(row["tokens"]) for row in rows
    ]


@pytest.mark.slow
def test_server_answers_with_labels_and_entities(model, ask):
    _, bundle = model
    asked = {"instances": [{"tokens": ["Anna", "saw", "Kiel"]}, {"tokens": "rain in Bonn"}]}
    reply = ask(bundle, "POST", "/predict", {}, json=asked).json()
    page = ask(bundle, "GET", "/", {}).text
    assert reply["predictions"] == [["B-per", "O", "B-loc"], ["O", "O", "B-loc"]]
    assert reply["entities"][0] == [
        {"label": "per", "start": 0, "end": 1, "text": "Anna"},
        {"label": "loc", "start": 2, "end": 3, "text": "Kiel"},
    ]
    assert reply["entities"][1][0]["text"] == "Bonn"
    assert len(reply["probabilities"][0]) == 3
    assert "for each position" in page


@pytest.mark.slow
@pytest.mark.rehearsed
def test_task_keeps_to_what_every_task_must():
    rows = sentences(60)
    inputs = {"tokens": [row["tokens"] for row in rows]}
    tags = {"tags": [row["tags"] for row in rows]}
    check_task(type(TAGGING), tags, inputs=inputs)


@pytest.mark.slow
def test_nothing_of_test_rows_reaches_a_tagger():
    check_no_leak(steps(sentences(120), target="tags", epochs=1))


def chain(rows, seed):
    """Two states that last, seen through noise; what the best possible reader calls each step."""
    rng = np.random.default_rng(seed)
    stay, told, best = 0.92, [], []
    for _ in range(rows):
        count = int(rng.integers(40, 60))
        state = np.cumsum(rng.random(count) > stay) % 2
        seen = state + 0.8 * rng.normal(size=count)
        likely = np.exp(-((seen[:, None] - [0.0, 1.0]) ** 2) / (2 * 0.8**2))
        moves = np.array([[stay, 1 - stay], [1 - stay, stay]])
        ahead, back = np.empty((count, 2)), np.ones((count, 2))
        ahead[0] = likely[0] * ([stay, 1 - stay])
        for step in range(1, count):
            ahead[step] = likely[step] * (ahead[step - 1] @ moves)
            ahead[step] /= ahead[step].sum()
        for step in range(count - 2, -1, -1):
            back[step] = moves @ (likely[step + 1] * back[step + 1])
            back[step] /= back[step].sum()
        told.append((seen, state))
        best.append((ahead * back).argmax(1) == state)
    return told, float(np.concatenate(best).mean())


@pytest.mark.slow
def test_states_of_a_noisy_series_are_found_nearly_as_well_as_can_be():
    (rows, _), (test, best) = chain(300, 0), chain(150, 1)
    long = [
        {"who": who, "at": at, "x": x, "state": ["rest", "walk"][kind]}
        for who, (seen, state) in enumerate([*rows, *test])
        for at, (x, kind) in enumerate(zip(seen, state, strict=True))
    ]
    split = 1 + next(n for n, row in enumerate(long) if row["who"] == 300) - 1
    tables = [pd.DataFrame(part) for part in (long[:split], long[split:])]
    told = {"target": "state", "series_id": "who", "step": "at", "test_source": tables[1]}
    result = steps(tables[0], ff.Evaluate(baselines=()), epochs=12, **told).run(
        seed=0, progress=False
    )
    assert 0.8 < best < 0.95
    assert result.metrics["accuracy"] > best - 0.02


@pytest.mark.slow
def test_letters_are_labelled_by_what_stands_around_them():
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(260):
        text = "".join(rng.choice([*"ACDEFGHIKLMNPQRSTVWY"], int(rng.integers(30, 60))))
        near = [sum(c in "AELKMQ" for c in text[max(0, n - 3) : n + 4]) for n in range(len(text))]
        rows.append({"acids": text, "fold": "".join("H" if n >= 3 else "C" for n in near)})
    result = steps(rows, ff.Evaluate(baselines=()), target="fold", epochs=12).run(
        seed=0, progress=False
    )
    assert result.metrics["accuracy"] > 0.98


def test_labels_of_an_uneven_long_table_stay_with_their_rows():
    """A grid of the usual spacing moved steps, and four in five series were left out."""
    draw = np.random.default_rng(0)
    there = draw.random((30, 20)) > 0.1
    person, second = np.nonzero(there)
    x = draw.normal(size=len(person))
    table = {"person": person, "second": second, "x": x, "state": np.where(x > 0, "up", "down")}
    collect = ff.Collect(table, series_id="person", step="second", target="state")
    found = ff.Pipeline([collect, ff.Preprocess()]).run(seed=0, progress=False)
    collected = found[ff.Collected]
    assert collected.schema.task == "tagging"
    assert collected.usable.all()
    for name, cells in zip(("series", "state"), ("numbers", "labels"), strict=True):
        lengths = [len(c.split() if cells == "labels" else c) for c in collected.table.column(name)]
        assert lengths == there.sum(1).tolist()
