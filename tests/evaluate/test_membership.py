"""Whether training rows can be told from others by what a model loses on them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

import fivefold as ff
from fivefold.evaluate.finders.memorised import memorised
from fivefold.evaluate.membership import BESIDE, LOSS, attacked, caught


def test_the_attack_is_the_area_of_the_losses_with_a_line_a_class():
    draw = np.random.default_rng(0)
    learnt, others = draw.normal(0, 1, 600), draw.normal(1, 1, 400)
    targets = (np.arange(600) % 2, np.arange(400) % 2)
    table = attacked({LOSS: (learnt, others), BESIDE: (others, learnt)}, targets, ("a", "b"))
    is_learnt = np.r_[np.ones(600), np.zeros(400)]
    area = roc_auc_score(is_learnt, -np.r_[learnt, others])
    assert [*table["class"]] == ["", "", "a", "b"]
    assert float(table["roc_auc"][0]) == pytest.approx(area)
    assert float(table["roc_auc"][1]) == pytest.approx(1 - area)
    assert table["roc_auc"][0].level == 0.975  # both attacks together are at 0.95


def test_rows_of_several_labels_have_a_line_a_label():
    draw = np.random.default_rng(0)
    losses, labels = draw.random((2, 400)), draw.integers(0, 2, (2, 400, 3))
    table = attacked({LOSS: losses}, labels, ("a", "b", "c"))
    assert table["class"].tolist() == ["", "a", "b", "c"]
    assert table["learnt"].tolist() == [400, *labels[0].sum(axis=0)]


def test_interval_of_what_is_caught_holds_the_truth_with_an_estimated_threshold():
    draw, held = np.random.default_rng(0), 0
    truth = norm.sf(norm.isf(0.01) - 1.0)
    for _ in range(200):
        found = caught(draw.normal(1, 1, 800), draw.normal(0, 1, 800))
        held += found.low <= truth <= found.high
    assert held >= 190


def test_too_few_others_say_nothing_of_rare_mistakes():
    assert np.isnan(caught(np.ones(500), np.zeros(299)))
    assert caught(np.ones(500), np.zeros(300)) == 1.0


def test_only_what_is_surely_much_is_told():
    draw = np.random.default_rng(0)
    near, far = draw.normal(0, 1, 1000), draw.normal(0.8, 1, 1000)
    assert not memorised(SimpleNamespace(attacked=attacked({LOSS: (near, near + 0.05)})))
    (found,) = memorised(SimpleNamespace(attacked=attacked({LOSS: (near, far)})))
    assert found.numbers["low"] > 0.6
    few = attacked({LOSS: (near[:40], near[40:80] + 0.4)})  # 0.61, give or take 0.13
    assert not memorised(SimpleNamespace(attacked=few))


@pytest.fixture(scope="module")
def frame():
    draw = np.random.default_rng(0)
    rows = pd.DataFrame(draw.normal(size=(2_000, 6)), columns=list("abcdef"))
    return rows.assign(y=np.where(rows["a"] + draw.normal(size=2_000) > 0, "yes", "no"))


def run(frame, model, **settings):
    stages = [ff.Collect(frame, target="y", **settings), ff.Preprocess(), ff.Train(model)]
    stages += [ff.Evaluate(baselines=(), robustness=0, explain=0, shortcuts=0)]
    return ff.Pipeline(stages).run(seed=0, progress=False)


@pytest.mark.slow
def test_an_overfitted_model_is_told_and_a_regularised_one_is_not(frame):
    deep = run(frame, RandomForestClassifier(30, random_state=0))
    plain = run(frame, LogisticRegression(C=0.1))
    told = [[f.code for f in one.findings].count("memorised") for one in (deep, plain)]
    assert told == [1, 0]
    line = plain.tables["membership"].iloc[0]
    assert line["roc_auc"].low < 0.5 < line["roc_auc"].high
    assert {LOSS, BESIDE} == {*deep.tables["membership"]["attack"]}


@pytest.mark.slow
def test_a_private_network_is_not_told(frame):
    private = ff.Train("mlp", epochs=3, privacy=ff.Privacy(epsilon=3))
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), private]
    stages += [ff.Evaluate(baselines=(), robustness=0, explain=0)]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    assert "memorised" not in [one.code for one in result.findings]
    area = result.tables["membership"]["roc_auc"][0]
    assert area.low < 0.5 < area.high


@pytest.mark.slow
def test_rows_that_are_divided_by_time_are_not_judged(frame):
    dated = frame.assign(day=pd.date_range("2020-01-01", periods=len(frame)))
    result = run(dated, RandomForestClassifier(30, random_state=0), time="day")
    assert "memorised" not in [one.code for one in result.findings]
    assert result.tables["membership"]["roc_auc"][0].method == "rows are divided by time"
