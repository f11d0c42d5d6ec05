"""Cases of trouble that people had with other tools and that were right here: they stay so."""

import asyncio
import errno
import threading

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn import metrics
from torch import nn

import fivefold as ff
from fivefold.cli import main
from fivefold.errors import BundleError, ConfigError
from fivefold.serve.requests import read as ask

ROWS = 120
DRAW = np.random.default_rng(0)
X, Z = DRAW.normal(size=(2, ROWS))
FRAME = pd.DataFrame({"x": X, "z": Z, "y": np.where(X + Z / 4 > 0, "a", "b")})


def collect(source, **options):
    pipeline = ff.Pipeline([ff.Collect(source, **options)])
    return pipeline.run(seed=0, progress=False)[ff.Collected]


def run(source=FRAME, *more, train=None, target="y", **options):
    stages = [
        ff.Collect(source, target=target, **options),
        ff.Preprocess(),
        train or ff.Train(epochs=2, quality="fast", threads=1),
        ff.Evaluate(baselines=()),
        *more,
    ]
    return ff.Pipeline(stages).run(seed=0, progress=False)


def test_offsets_that_differ_from_row_to_row_are_one_time_in_utc(tmp_path):
    texts = [
        "2024-01-01T12:00:00+01:00",
        "2024-01-01T12:00:00-05:00",
        "2024-01-01T12:00:00Z",
        "2024-06-30T23:30:00+05:30",
    ]
    wanted = np.array(
        ["2024-01-01T11", "2024-01-01T17", "2024-01-01T12", "2024-06-30T18"], "M8[us]"
    )
    frame = FRAME.assign(when=texts * 30)
    frame.to_csv(tmp_path / "t.csv", index=False)
    for source in (frame, tmp_path / "t.csv", frame.to_dict("records")):
        collected = collect(source, target="y")
        assert collected.schema["when"].kind == "datetime"
        np.testing.assert_array_equal(collected.table.column("when")[:4], wanted)
        answered = ask(source, collected.schema).column("when")
        np.testing.assert_array_equal(answered[:4], wanted)


def test_categories_with_unused_and_ordered_levels_agree_at_every_door(tmp_path):
    levels = pd.Categorical(["low", "high", None] * 40, ["none", "low", "high"], ordered=True)
    frame = FRAME.assign(level=levels)
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_csv(tmp_path / "t.csv", index=False)
    for source in (frame, tmp_path / "t.parquet", tmp_path / "t.csv"):
        collected = collect(source, target="y")
        assert collected.table.column("level")[:3].tolist() == ["low", "high", None]
        assert ask(source, collected.schema).column("level")[:3].tolist() == ["low", "high", None]


@pytest.mark.parametrize("labels", [np.str_, "string", "category"])
def test_labels_of_text_types_come_back_as_text(labels):
    y = [np.str_(label) for label in FRAME["y"]] if labels is np.str_ else FRAME["y"].astype(labels)
    answers = run(FRAME.assign(y=y)).predict(FRAME[["x", "z"]])
    assert {type(label) for label in answers.tolist()} == {str}
    assert set(answers) <= {"a", "b"}


def test_scores_are_those_of_scikit_learn():
    result = run()
    evaluated = result[ff.Evaluated]
    truth, scores = evaluated.target, evaluated.scores
    found = result.metrics
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(truth, scores[:, 1]), abs=1e-5)
    assert found["accuracy"] == pytest.approx(
        metrics.accuracy_score(truth, scores.argmax(axis=1)), abs=1e-5
    )
    numbers = run(FRAME.assign(y=2 * X + Z))
    truth, scores = numbers[ff.Evaluated].target, numbers[ff.Evaluated].scores
    rmse = metrics.root_mean_squared_error(truth, scores)
    assert numbers.metrics["rmse"] == pytest.approx(rmse, rel=1e-5)


class Tied(nn.Module):
    """Two layers of one weight, and a third that is no contiguous piece of memory."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)
        self.second.weight = self.first.weight
        self.last = nn.Linear(2, 1)
        self.last.weight = nn.Parameter(torch.randn(2, 1).t())

    def forward(self, inputs):
        return self.last(torch.relu(self.second(torch.relu(self.first(inputs)))))


@pytest.mark.slow
def test_weights_that_are_tied_or_not_contiguous_are_saved_and_served(tmp_path):
    result = run(FRAME, ff.Deploy(tmp_path / "m.ff"), train=ff.Train(Tied(), epochs=2, threads=1))
    body = result[ff.Trained].model.body
    assert body.first.weight is body.second.weight
    np.testing.assert_allclose(
        ff.load(tmp_path / "m.ff").predict_proba(FRAME), result.predict_proba(FRAME), atol=1e-5
    )


@pytest.mark.slow
def test_pipeline_runs_in_a_thread_and_in_an_event_loop():
    scores = []
    thread = threading.Thread(target=lambda: scores.append(run()[ff.Evaluated].scores))
    thread.start()
    thread.join()

    async def inside():
        return run()[ff.Evaluated].scores

    scores.append(asyncio.run(inside()))
    np.testing.assert_array_equal(scores[0], scores[1])


def test_module_that_cannot_be_copied_is_refused_when_built():
    with pytest.warns(FutureWarning):
        module = nn.utils.weight_norm(nn.Linear(2, 1))
    module(torch.zeros(1, 2))
    with pytest.raises(ConfigError, match="deepcopy"):
        ff.Train(module)


@pytest.mark.slow
def test_bundle_on_a_full_disk_is_an_error_and_leaves_nothing(tmp_path, monkeypatch):
    from fivefold.deploy import bundle

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bundle.os, "fsync", full)
    with pytest.raises(BundleError, match="No space left"):
        run(FRAME, ff.Deploy(tmp_path / "m.ff"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_server_answers_clean_requests_and_refuses_tokens_that_json_lacks(tmp_path, ask):
    run(FRAME, ff.Deploy(tmp_path / "m.ff"))
    body = b'{"instances": [{"x": 1.5, "z": null}]}'
    model = ff.load(tmp_path / "m.ff")

    async def parts():
        yield body[:9]
        yield body[9:]

    wanted = ask(model, "POST", "/predict", content=body).json()
    assert ask(model, "POST", "/predict", content=parts()).json() == wanted
    plain = {"content-type": "text/plain"}
    assert ask(model, "POST", "/predict", content=body, headers=plain).json() == wanted
    for token in (b"NaN", b"Infinity", b"-Infinity"):
        answer = ask(model, "POST", "/predict", content=body.replace(b"null", token))
        assert answer.status_code == 422


def far_and_near(path, offset, loss):
    """The same numbers to predict near zero and far from it."""
    results = []
    for shift, more in ((0.0, []), (offset, [ff.Deploy(path)])):
        frame = pd.DataFrame({"x": X, "z": Z, "y": shift + 16 * X + 8 * Z})
        train = ff.Train(epochs=5, quality="fast", loss=loss, threads=1)
        stages = [ff.Collect(frame, target="y"), ff.Preprocess(), train, *more]
        results.append(ff.Pipeline(stages).run(seed=0, progress=False))
    return frame, *results


@pytest.mark.unrehearsed
@pytest.mark.parametrize(
    ("offset", "loss"),
    [
        (1.7e9, None),
        pytest.param(-1e12, "quantile", marks=pytest.mark.slow),
        pytest.param(1.7e9, nn.L1Loss(), marks=pytest.mark.slow),
    ],
)
def test_numbers_far_from_zero_are_predicted_as_those_near_it(tmp_path, offset, loss):
    frame, near, far = far_and_near(tmp_path / "far.ff", offset, loss)
    wanted, deviation = near.predict(frame), (16 * X + 8 * Z).std()
    assert len(np.unique(wanted)) == ROWS
    model = ff.load(tmp_path / "far.ff")
    answers = [far.predict(frame), model.predict(frame), model.predict(frame.to_dict("records"))]
    rows, told = tmp_path / "rows.csv", tmp_path / "told.csv"
    frame.drop(columns="y").to_csv(rows, index=False)
    assert main(["predict", str(tmp_path / "far.ff"), str(rows), "--to", str(told)]) == 0
    answers.append(pd.read_csv(told)["prediction"].to_numpy())
    for found in answers:
        np.testing.assert_allclose(found - offset, wanted, atol=1e-3 * deviation)
    assert far[ff.Deployed].parity["tolerance"] < 1e-4 * deviation
