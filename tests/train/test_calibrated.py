"""Probabilities that go through a map, by rows kept for it: at every door the same."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits
from sklearn.naive_bayes import GaussianNB
from torch import nn

import fivefold as ff
from fivefold.models.calibration import uncalibrated
from fivefold.models.score import score
from fivefold.report.headline import calibration_told
from fivefold.testing import check_no_leak
from fivefold.train.heldback import held_back, kept_to_calibrate


def table(rows: int = 3000) -> pd.DataFrame:
    """Columns that say the same three times, which naive Bayes counts three times."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({"a": draw.normal(size=rows), "b": draw.normal(size=rows)})
    frame["c"], frame["d"] = frame["a"] + 0.01, frame["a"] - 0.01
    frame["y"] = np.where(frame["a"] + draw.logistic(size=rows) > 0, "yes", "no")
    return frame


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs)


def run(frame, train, folder=None, **evaluate):
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), train]
    judge = [ff.Evaluate(baselines=(), **evaluate)]
    judge += [] if folder is None else [ff.Deploy(folder / "model.ff", parity_rows=30)]
    at = {} if folder is None else {"directory": folder / "run"}
    return ff.Pipeline([*stages, *judge]).run(seed=0, progress=False, **at)


def test_rows_of_the_map_are_none_of_those_that_decide():
    frame = table(2500)
    data = ff.Pipeline([ff.Collect(frame, target="y"), ff.Preprocess()]).run(progress=False)
    data = data[ff.Preprocessed]
    for model, how in ((GaussianNB(), "temperature"), ("mlp", "isotonic")):
        stage = ff.Train(model, calibrate=how, hold_back=True, hold_half=True)
        kept = data.valid.divided(always=True)[1]
        stage, fewer = held_back(stage, data)
        stage, fewer, mapped = kept_to_calibrate(stage, fewer)
        assert stage.calibrate is None
        assert not {*mapped.index} & ({*kept.index} | {*fewer.valid.index})
        assert len(mapped) == {"temperature": 200, "isotonic": 100}[how]


@pytest.mark.parametrize(
    ("target", "task", "how", "told"),
    [
        (["a", "b", "c"] * 20, "multiclass", "isotonic", "two classes for calibrate='isotonic'"),
        (np.arange(60) % 3, "ordinal", "temperature", "in no order, for calibrate='temperature'"),
        (np.arange(60) / 7, "regression", "temperature", "one class a row"),
    ],
)
def test_answers_that_have_no_such_map_are_refused(target, task, how, told):
    given = np.random.default_rng(0).normal(size=60)
    collect = ff.Collect({"x": given, "y": target}, target="y", task=task)
    pipeline = ff.Pipeline([collect, ff.Preprocess(), ff.Train(calibrate=how), ff.Evaluate()])
    with pytest.raises(ff.errors.PreflightError, match=told):
        pipeline.run(progress=False)


def test_members_of_a_mixture_are_not_calibrated_one_by_one():
    with pytest.raises(ff.errors.ConfigError, match="`calibrate` of a member"):
        ff.Mix([{"model": "mlp", "calibrate": "temperature"}, {"model": "mlp"}])


@pytest.mark.slow
def test_rising_map_mends_rows_that_nobody_looked_at_and_travels(tmp_path):
    frame = table()
    asked = {"threshold": "f1", "coverage": 0.9}
    result = run(frame, ff.Train(GaussianNB(), calibrate="isotonic"), tmp_path, **asked)
    model, rows = result[ff.Trained].model, frame.drop(columns="y").head(200)
    lines = result.tables["calibration"].set_index("answers")
    gained = lines.loc["calibrated", "log_loss_change"]
    assert gained.high < -0.02
    assert gained == pytest.approx(
        float(lines.loc["calibrated", "log_loss"]) - float(lines.loc["as learnt", "log_loss"])
    )
    before, after = lines["calibration_error"][["as learnt", "calibrated"]]
    assert before.low > after
    assert after.low == 0.0
    assert "poor_calibration" not in {one.code for one in result.findings}
    judged, data = result[ff.Evaluated], result[ff.Preprocessed]
    kept = data.valid.divided(always=True)[1]
    truth = score(model, kept.inputs)[np.arange(len(kept)), kept.target]
    limits = [one for one in judged.conformal.limits if one is not None]
    assert all(np.isclose(1 - truth, one, atol=2e-5).any() for one in limits)  # of mapped shares
    bundle = ff.load(tmp_path / "model.ff")
    np.testing.assert_allclose(
        bundle.predict_proba(rows), result.predict_proba(rows), rtol=0, atol=1e-5
    )
    with uncalibrated(model.head):
        assert np.abs(result.predict_proba(rows) - bundle.predict_proba(rows)).max() > 0.05


@pytest.mark.slow
def test_module_of_ones_own_comes_back_with_its_map(tmp_path):
    frame = table(1500)
    train = ff.Train(linear, epochs=2, lr=0.5, calibrate="isotonic")
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), train, ff.Evaluate(baselines=())]
    pipeline, asked = ff.Pipeline(stages), {"seed": 0, "progress": False, "directory": tmp_path}
    result, again = pipeline.run(**asked), pipeline.run(**asked, resume=True)
    rows = frame.drop(columns="y").head(50)
    np.testing.assert_array_equal(again.predict_proba(rows), result.predict_proba(rows))
    told = result[ff.Trained].settings.calibration
    assert told["knots"] > 1
    assert again[ff.Trained].settings.calibration == told
    assert calibration_told(told) == ", probabilities by isotonic regression"
    assert "Trained.model" in check_no_leak(result).compared["test"]


@pytest.mark.slow
def test_temperature_of_digits_that_are_learnt_by_heart_mends_new_ones(tmp_path):
    known = load_digits(as_frame=True)
    frame = known.data.assign(y=known.target.astype(str))
    result = run(frame, ff.Train(GaussianNB(), calibrate="temperature"), tmp_path)
    told = result[ff.Trained].settings.calibration
    assert told["temperature"] > 2
    assert result.tables["calibration"]["log_loss_change"][0].high < 0
    rows = known.data.head(30)
    shares = ff.load(tmp_path / "model.ff").predict_proba(rows)
    np.testing.assert_allclose(shares, result.predict_proba(rows), rtol=0, atol=1e-5)
