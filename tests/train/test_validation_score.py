"""The leading score while training, against scikit-learn on the same rows."""

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import nn

import fivefold as ff
from fivefold.core.events import Progress
from fivefold.models.choice import BinaryHead
from fivefold.train import validation_score
from fivefold.train.feed import Feed
from fivefold.train.fit import mean_loss
from fivefold.train.validation_score import ValidationScore


@pytest.fixture(scope="module")
def encoded():
    draw = np.random.default_rng(0)
    x = draw.normal(size=(400, 2))
    y = np.where(x[:, 0] + draw.normal(size=400) > 0, "yes", "no")
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y})
    stages = [ff.Collect(frame, target="y"), ff.Preprocess()]
    return ff.Pipeline(stages).run(seed=0, progress=False)[ff.Preprocessed]


def heard(encoded, rows, outputs, *, at_once=7):
    score = ValidationScore(BinaryHead(), encoded.codec, rows)
    for start in range(0, len(outputs), at_once):
        score.hear(start, outputs[start : start + at_once])
    return score


def test_the_score_is_that_of_scikit_learn_on_all_rows_whatever_the_pieces(encoded):
    rows = encoded.valid
    outputs = torch.from_numpy(rows.inputs["numeric"][:, :1].copy())
    score = heard(encoded, rows, outputs)
    assert (score.name, score.title) == ("roc_auc", "ROC-AUC")
    assert score.value == pytest.approx(roc_auc_score(rows.target, outputs[:, 0]))
    assert score.value is None  # until the next epoch is heard


def test_of_many_rows_some_are_drawn_once(encoded, monkeypatch):
    monkeypatch.setattr(validation_score, "MOST", 30)
    rows = encoded.train
    outputs = torch.from_numpy(rows.inputs["numeric"][:, :1].copy())
    drawn = np.sort(np.random.default_rng(0).permutation(len(rows))[:30])
    wanted = roc_auc_score(rows.target[drawn], outputs[drawn, 0])
    assert heard(encoded, rows, outputs).value == pytest.approx(wanted)


def test_scores_that_would_take_too_long_are_left_out(encoded, monkeypatch):
    rows, moment = encoded.valid, [0.0]
    monkeypatch.setattr(validation_score.time, "perf_counter", lambda: moment[0])
    outputs = torch.from_numpy(rows.inputs["numeric"][:, :1].copy())
    score = heard(encoded, rows, outputs)
    assert score.value is not None
    score._spent = 2.0  # of 100 seconds one may be spent
    for now, known in ((100.0, False), (201.0, True)):
        moment[0] = now
        score.hear(0, outputs)
        assert (score.value is not None) == known


def test_a_score_that_fails_or_is_not_defined_ends_no_training(encoded, monkeypatch):
    rows = encoded.valid
    outputs = torch.from_numpy(rows.inputs["numeric"][:, :1].copy())
    alike = rows.take(np.flatnonzero(rows.target == 0))
    assert heard(encoded, alike, outputs[: len(alike)]).value is None  # one class alone
    score = heard(encoded, rows, outputs)
    monkeypatch.setattr(score._head, "scores", lambda _: 1 / 0)
    assert score.value is None


def test_mean_loss_tells_each_piece_by_its_place():
    model, told = nn.Linear(2, 1), []
    feed = Feed(inputs=torch.ones(10, 2), target=torch.ones(10, 1), batch=4)
    mean_loss(model, feed, nn.functional.mse_loss, hear=lambda *piece: told.append(piece))
    assert [(start, len(outputs)) for start, outputs in told] == [(0, 4), (4, 4), (8, 2)]


def test_train_tells_the_score_beside_its_losses(encoded):
    draw, events = np.random.default_rng(1), []
    frame = pd.DataFrame({"x": draw.normal(size=60), "y": draw.normal(size=60)})
    train = ff.Train("mlp", epochs=1, threads=1)
    pipeline = ff.Pipeline([ff.Collect(frame, target="y"), ff.Preprocess(), train])
    result = pipeline.run(seed=0, progress=False, observers=[events.append])
    (told,) = [event for event in events if isinstance(event, Progress)]
    rows, model = result[ff.Preprocessed].valid, result[ff.Trained].model
    found = result.predict(frame.iloc[rows.index])
    wanted = float(np.sqrt(np.mean((found - frame["y"].to_numpy()[rows.index]) ** 2)))
    assert told.titles == {"valid_rmse": "RMSE"}
    assert told.values["valid_rmse"] == pytest.approx(wanted, rel=1e-5)
    assert model.training is False
