"""Alarms of a run: the threshold of validation rows, judged on test rows."""

import numpy as np
import pandas as pd
import pytest
from torch import nn

import fivefold as ff
from fivefold.models.score import score


def attacks(rows: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    attack = rng.random(rows) < 0.15
    frame = pd.DataFrame(rng.normal(size=(rows, 3)) + 1.5 * attack[:, None], columns=list("abc"))
    frame["when"] = pd.date_range("2024-01-01", periods=rows, freq="h")
    frame["attack"] = np.where(attack, "yes", "no")
    return frame


def run(frame, network=None, *, time="when", **asked):
    linear = ff.Train(lambda inputs, outputs: nn.Linear(inputs, outputs), epochs=4)
    learn = linear if network is None else ff.Train(network)
    evaluate = ff.Evaluate(baselines=(), **asked)
    collect = ff.Collect(frame, target="attack", time=time)
    return ff.Pipeline([collect, ff.Preprocess(), learn, evaluate]).run(progress=False)


def test_alarms_are_those_of_the_threshold_of_validation_rows():
    result = run(attacks(), false_alarms=0.05, base_rate=0.01)
    data, model = result[ff.Preprocessed], result[ff.Trained].model
    valid, test = (score(model, rows.inputs)[:, 1] for rows in (data.valid, data.test))
    usual = np.sort(valid[data.valid.target == 0])
    threshold = usual[len(usual) - 1 - int(0.05 * len(usual))]
    alarm, odd = test > threshold, data.test.target == 1
    recall, achieved = alarm[odd].mean(), alarm[~odd].mean()
    metrics = result.metrics
    assert metrics["recall_at_fpr"] == pytest.approx(recall)
    assert metrics["false_alarm_rate"] == pytest.approx(achieved)
    assert metrics["false_alarm_rate"].low < 0.05 < metrics["false_alarm_rate"].high
    wanted = 0.01 * recall / (0.01 * recall + 0.99 * achieved)
    assert metrics["precision_at_fpr"] == pytest.approx(wanted)
    [line] = result.tables["alarms"].to_dict("records")
    assert line["threshold"] == pytest.approx(threshold)
    assert line["alarms"] == alarm.sum()
    assert line["usual_validation_rows"] == len(usual)
    assert line["days"] == pytest.approx((len(test) - 1) / 24)
    assert line["alarms_per_day"] == pytest.approx(alarm.sum() / (len(test) - 1) * 24)


def test_alarms_without_moments_have_no_day():
    result = run(attacks(400).drop(columns="when"), time=None, false_alarms=0.1)
    assert np.isnan(result.tables["alarms"]["alarms_per_day"][0])


def test_estimator_learns_from_no_row_that_sets_the_threshold_unless_it_did_before():
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(random_state=0)
    result = run(attacks(600), tree, false_alarms=0.02)
    assert "learnt_threshold" not in {finding.code for finding in result.findings}
    assert result[ff.Trained].settings.rows == len(result[ff.Partition].train)
    frame = attacks(600).drop(columns="when")
    before = ff.Pipeline([ff.Collect(frame, target="attack"), ff.Preprocess(), ff.Train(tree)])
    judge = ff.Pipeline(
        [ff.Evaluate(false_alarms=0.02, baselines=())],
        given=[ff.Collected, ff.Partition, ff.Preprocessed, ff.Trained],
    )
    result = judge.run(given=before.run(progress=False), progress=False)
    assert "learnt_threshold" in {finding.code for finding in result.findings}


def test_alarms_are_refused_where_there_are_no_two_classes():
    frame = attacks(200)
    with pytest.raises(ff.errors.ConfigError, match="`base_rate` has no effect"):
        ff.Evaluate(base_rate=0.1)
    three = frame.assign(attack=np.resize(["a", "b", "c"], 200))
    with pytest.raises(ff.errors.PreflightError, match="expects a task of two classes"):
        run(three, false_alarms=0.1)
    collect = ff.Collect(frame, target="attack", task="anomaly")
    train, evaluate = ff.Train(epochs=1), ff.Evaluate(false_alarms=0.1)
    with pytest.raises(ff.errors.PreflightError, match=r"Pass Train\(false_alarms=0.1\)"):
        ff.Pipeline([collect, ff.Preprocess(), train, evaluate]).run(progress=False)
