"""Scores in which rows count by their weight."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

from fivefold.artifacts import Evaluated
from fivefold.core.events import Noted
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.finders.row_findings import few_effective_rows
from fivefold.evaluate.finders.score_findings import poor_calibration
from fivefold.partition import Partition


def weigh(world, weight):
    world.columns["w"] = np.asarray(weight, float)
    world.kinds["w"], world.roles["w"] = "numeric", "weight"
    return world


@pytest.fixture
def uneven(numbers):
    """Weights that are larger where the model is wrong more often."""
    far = np.abs(numbers.columns["first"]) < 0.5
    random = np.random.default_rng(0)
    return weigh(numbers, np.where(far, 4, 1) * random.random(1000) * (random.random(1000) > 0.1))


def test_weighted_scores_stand_beside_the_plain_ones(uneven, execute):
    own = {
        "mine": lambda target, scores, weight=None: np.average(scores[:, 1], weights=weight),
        "plain": lambda target, scores: float(scores[0, 0]),
    }
    result = execute(uneven, Evaluate(folds=2, metrics=own))
    made, test = result[Evaluated], result[Partition].test
    weight, target, scores = uneven.columns["w"][test], made.target, made.scores
    assert set(made.weighted) == set(made.metrics) - {"plain"}
    assert_allclose(
        [float(made.weighted[n]) for n in ("accuracy", "roc_auc", "log_loss", "mine")],
        [
            accuracy_score(target, scores.argmax(1), sample_weight=weight),
            roc_auc_score(target, scores[:, 1], sample_weight=weight),
            log_loss(target, scores, sample_weight=weight),
            np.average(scores[:, 1], weights=weight),
        ],
        atol=1e-6,
    )
    assert_allclose(float(made.metrics["accuracy"]), accuracy_score(target, scores.argmax(1)))
    kish = round(weight.sum() ** 2 / (weight**2).sum())
    assert made.weighted["accuracy"].n == made.weighted["log_loss"].n == kish
    assert made.weighted["recall"].n == round(
        weight[target == 1].sum() ** 2 / (weight[target == 1] ** 2).sum()
    )
    assert made.metrics["accuracy"].n == len(test)
    methods = {name: made.weighted[name].method for name in ("accuracy", "roc_auc", "log_loss")}
    assert methods == {"accuracy": "wilson", "roc_auc": "delong", "log_loss": "bca"}
    table = made.tables["model_comparison"]
    assert "weighted_roc_auc" in table
    assert str(table["weighted_roc_auc"][0]) == str(made.weighted["roc_auc"])
    assert all(0.4 < float(score) <= 1 and score.n == kish for score in table["weighted_roc_auc"])
    rows = made.tables["dataset_statistics"].set_index("column")["effective_rows"]
    all_rows = uneven.columns["w"]
    assert_allclose(rows["w"], all_rows.sum() ** 2 / (all_rows**2).sum())
    assert rows.drop("w").isna().all()
    limits = made.tables["limitations"]["limitation"]
    assert limits.str.contains("weighted by `w`").any()
    assert "weighted_roc_auc" in made.tables["folds"]


def test_weights_of_one_change_nothing_but_what_is_called_weighted(numbers, execute):
    plain = execute(numbers, Evaluate())
    same = execute(weigh(numbers, np.ones(1000)), Evaluate())
    assert repr(dict(same.metrics)) == repr(dict(plain.metrics))
    assert plain[Evaluated].weighted == {}
    assert repr(dict(same[Evaluated].weighted)) == repr(dict(plain.metrics))
    table = same.tables["model_comparison"].drop(columns="weighted_roc_auc")
    assert list(table) == list(plain.tables["model_comparison"])


def test_own_metrics_without_weights_are_left_out_with_a_note(uneven, execute, monkeypatch):
    told = []
    monkeypatch.setattr(
        "fivefold.core.session.Session.emit", lambda session, event: told.append(event)
    )
    execute(uneven, Evaluate(metrics={"plain": lambda target, scores: 0.5}))
    notes = [event.text for event in told if isinstance(event, Noted)]
    assert "Weighted scores leave out `plain`: no argument `weight`." in notes


def test_few_effective_rows_are_told_where_few_rows_decide(numbers, sensible):
    assert few_effective_rows(numbers.evidence(sensible)) == []
    weight = np.ones(1000)
    assert few_effective_rows(weigh(numbers, weight).evidence(sensible)) == []
    weight[::50] = 1000
    (finding,) = few_effective_rows(weigh(numbers, weight).evidence(sensible))
    assert (finding.code, finding.severity) == ("few_effective_rows", "warning")
    assert finding.numbers["rows"] == 200
    assert 4 < finding.numbers["effective_rows"] < 5


def test_test_rows_without_any_weight_give_no_weighted_score(numbers, sensible):
    evidence = weigh(numbers, np.arange(1000) < 800).evidence(sensible)
    found = evidence.weighted_estimate(evidence.judged, evidence.task.metrics)
    assert {(score.method, score.n) for score in found.values()} == {("no rows", 0)}
    assert poor_calibration(evidence) == []
    assert few_effective_rows(evidence)[0].numbers["effective_rows"] == 0


def test_calibration_is_judged_by_the_weights(numbers, sensible):
    assert poor_calibration(numbers.evidence(sensible)) == []
    lean = weigh(numbers, np.where(numbers.target == 1, 5.0, 1.0))
    (finding,) = poor_calibration(lean.evidence(sensible))
    assert "rows counted by their weight" in finding.sentence
    target = numbers.target[800:]
    assert_allclose(
        finding.numbers["came_true"], 5 * target.sum() / (5 * target + 1 - target).sum()
    )
