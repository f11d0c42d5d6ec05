import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.artifacts import Preprocessed
from fivefold.evaluate.baselines import fit_baselines


def encoded(columns):
    steps = [ff.Collect(pd.DataFrame(columns), target="tags"), ff.Preprocess()]
    return ff.Pipeline(steps).run(seed=0, progress=False)[Preprocessed]


def accuracy(data, scores):
    there = data.test.target >= 0
    return (scores.argmax(-1) == data.test.target)[there].mean()


@pytest.fixture(scope="module")
def words():
    rng = np.random.default_rng(0)
    names = np.array(["a", "b", "c", "Ulm"])
    tokens = [names[rng.integers(0, 4, rng.integers(2, 9))].tolist() for _ in range(120)]
    tags = [
        ["B-x" if word == "Ulm" and n and row[n - 1] != "a" else "O" for n, word in enumerate(row)]
        for row in tokens
    ]
    return encoded({"tokens": tokens, "tags": tags})


def test_simple_models_of_words_know_the_word_and_its_neighbours(words):
    found = {one.name: one for one in fit_baselines(words)}
    assert list(found) == ["majority label", "linear tagger", "commonest label"]
    train = words.train.joined(words.valid)
    there = train.target >= 0
    usual = np.bincount(train.target[there]) / there.sum()
    np.testing.assert_allclose(found["majority label"].scores[0, 0], usual)
    word = words.train.inputs["tokens"][:, :, 1]
    both = np.concatenate([word, words.valid.inputs["tokens"][:, :, 1]])
    code = both[there].max()
    mine = train.target[there][both[there] == code]
    wanted = (np.bincount(mine, minlength=2) + usual) / (len(mine) + 1)
    at = words.test.inputs["tokens"][:, :, 1] == code
    np.testing.assert_allclose(found["commonest label"].scores[at], np.tile(wanted, (at.sum(), 1)))
    exact = accuracy(words, found["linear tagger"].scores)
    assert exact == 1 > accuracy(words, found["commonest label"].scores)


def test_simple_models_of_numbers_read_steps_near_by():
    rng = np.random.default_rng(0)
    series = [rng.normal(size=int(rng.integers(20, 30))) for _ in range(60)]
    states = [(np.roll(one, 2) > 0).astype(int).tolist() for one in series]
    data = encoded({"signal": series, "tags": states})
    found = {one.name: one for one in fit_baselines(data)}
    assert found["commonest label"].scores is None
    assert accuracy(data, found["linear tagger"].scores) > 0.9
