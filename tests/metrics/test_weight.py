from functools import partial

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from fivefold.errors import DataError, ShapeError
from fivefold.metrics.calibration import calibration_error, reliability
from fivefold.metrics.comparison import compare
from fivefold.metrics.confusion import confusion_matrix
from fivefold.metrics.curves import ranked_counts, roc_auc
from fivefold.metrics.delong import delong, delong_difference
from fivefold.metrics.estimates import estimate
from fivefold.metrics.intervals import bootstrap, weighted_wilson, wilson
from fivefold.metrics.metric import ACCURACY, MAE
from fivefold.metrics.resampling import resample
from fivefold.metrics.weight import (
    effective_rows,
    per_answer,
    weighed,
    weight_argument,
    weights_of,
)
from fivefold.tasks.known import task_of

CLASSES = {"binary": 2, "multiclass": 4, "regression": 0}
METRICS = {name: task_of(name).metrics for name in CLASSES}
WEIGHTS = st.lists(st.integers(0, 4), min_size=1, max_size=40)


def _drawn(task: str, n: int, seed: int):
    random = np.random.default_rng(seed)
    if task == "regression":
        target = random.integers(-8, 8, n) / 4
        return target, target + random.integers(-8, 8, n) / 4
    classes = CLASSES[task]
    scores = random.integers(1, 9, (n, classes)).astype(float)  # ties on purpose
    return random.integers(-1, classes, n), scores / scores.sum(1, keepdims=True)


def _equal(made, wanted):
    assert_allclose(made, wanted, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("task", CLASSES)
@settings(deadline=None, max_examples=60)
@given(weights=WEIGHTS, seed=st.integers(0, 10_000))
def test_every_metric_with_whole_weights_equals_that_of_repeated_rows(task, weights, seed):
    weight = np.array(weights)
    target, scores = _drawn(task, len(weight), seed)
    rows = np.repeat(np.arange(len(weight)), weight)
    for metric in METRICS[task]:
        _equal(metric(target, scores, weight), metric(target[rows], scores[rows]))


@pytest.mark.parametrize("task", CLASSES)
@settings(deadline=None, max_examples=30)
@given(weights=WEIGHTS, seed=st.integers(0, 10_000))
def test_every_metric_of_resamples_with_whole_weights_equals_that_of_repeated_rows(
    task, weights, seed
):
    weight = np.array(weights)
    target, scores = _drawn(task, len(weight), seed)
    counts = np.random.default_rng(seed).poisson(1.0, (3, len(weight))).astype(float)
    rows = np.repeat(np.arange(len(weight)), weight)
    for metric in METRICS[task]:
        made = metric.statistic.over(target, scores, counts, weight)
        _equal(made, metric.statistic.over(target[rows], scores[rows], counts[:, rows]))


@settings(deadline=None, max_examples=200)
@given(weights=WEIGHTS, seed=st.integers(0, 10_000), bins=st.integers(1, 15))
def test_counts_and_bins_with_whole_weights_equal_those_of_repeated_rows(weights, seed, bins):
    weight = np.array(weights)
    target, scores = _drawn("binary", len(weight), seed)
    rows = np.repeat(np.arange(len(weight)), weight)
    predicted, score, positive = scores.argmax(1), scores[:, 1], target == 1
    assert (
        confusion_matrix(target, predicted, 2, weight).tolist()
        == confusion_matrix(target[rows], predicted[rows], 2).tolist()
    )
    repeated = calibration_error(score[rows], positive[rows], bins=bins)
    _equal(calibration_error(score, positive, weight=weight, bins=bins), repeated)
    made = reliability(score, positive, weight=weight, bins=bins)
    wanted = reliability(score[rows], positive[rows], bins=bins)
    for ours, theirs in zip(made, wanted, strict=True):
        _equal(ours, theirs)


def test_ranked_counts_with_whole_weights_equal_those_of_repeated_rows():
    random = np.random.default_rng(0)
    positive, score = random.random(50) < 0.4, random.integers(0, 9, 50) / 9
    weight = random.integers(1, 4, 50)
    rows = np.repeat(np.arange(50), weight)
    made, wanted = (
        ranked_counts(positive, score, weight),
        ranked_counts(positive[rows], score[rows]),
    )
    assert [each.tolist() for each in made] == [each.tolist() for each in wanted]


@pytest.mark.parametrize("task", CLASSES)
def test_estimates_with_weights_of_one_are_the_same_to_the_bit(task):
    target, scores = _drawn(task, 200, 3)
    assert repr(estimate(target, scores, METRICS[task], weight=np.ones(200))) == repr(
        estimate(target, scores, METRICS[task])
    )


@pytest.mark.parametrize("task", CLASSES)
def test_estimates_do_not_look_at_rows_of_weight_zero(task):
    target, scores = _drawn(task, 120, 4)
    weight = np.random.default_rng(0).random(120)
    spoiled, nonsense = np.append(target, target[:5]), np.append(scores, scores[:5] * np.nan, 0)
    made = estimate(spoiled, nonsense, METRICS[task], weight=np.append(weight, np.zeros(5)))
    wanted = estimate(target, scores, METRICS[task], weight=weight)
    for name, score in wanted.items():
        assert float(made[name]) == float(score)
        assert made[name].n == score.n
        assert np.isfinite(made[name].low)


def test_estimates_do_not_change_with_the_unit_of_the_weights():
    target, scores = _drawn("binary", 150, 5)
    weight = np.random.default_rng(1).random(150)
    made, wanted = (
        estimate(target, scores, METRICS["binary"], weight=w) for w in (1000 * weight, weight)
    )
    for name, score in wanted.items():
        _equal(
            [float(made[name]), made[name].low, made[name].high],
            [float(score), score.low, score.high],
        )


def test_interval_of_rows_that_all_weigh_five_is_no_narrower():
    target, scores = _drawn("binary", 150, 5)
    plain = estimate(target, scores, METRICS["binary"])
    for name, score in estimate(
        target, scores, METRICS["binary"], weight=np.full(150, 5.0)
    ).items():
        wanted = plain[name]
        _equal([score.low, score.high], [wanted.low, wanted.high])
        assert score.n == wanted.n


def test_delong_with_weights_agrees_with_the_bootstrap():
    random = np.random.default_rng(0)
    target = (random.random(500) < 0.3).astype(int)
    score = random.normal(size=500) + 1.2 * target
    weight = random.exponential(size=500)
    made = delong(target, score, weight=weight)
    assert float(made) == pytest.approx(roc_auc(target, score, weight))
    resamples = resample(500, seed=0)
    drawn = bootstrap(lambda c: roc_auc.over(target, score, c, weight), resamples)
    assert made.high - made.low == pytest.approx(drawn.high - drawn.low, rel=0.1)
    others = score + random.normal(size=500)
    gap = delong_difference(target, score, others, weight=weight)
    drawn = bootstrap(
        lambda c: roc_auc.over(target, score, c, weight) - roc_auc.over(target, others, c, weight),
        resamples,
    )
    assert float(gap) == pytest.approx(float(drawn))
    assert gap.high - gap.low == pytest.approx(drawn.high - drawn.low, rel=0.1)


def test_comparison_judges_by_the_rows_that_weigh():
    random = np.random.default_rng(0)
    target, weight = random.normal(size=200), np.repeat([1.0, 0.01], 100)
    first = target + random.normal(size=200) * np.repeat([0.1, 9.0], 100)
    second = target + random.normal(size=200)
    metric, resamples = MAE, resample(200, seed=0)
    assert compare(metric, target, first, second, resamples).verdict == "loses"
    assert compare(metric, target, first, second, resamples, weight=weight).verdict == "wins"


def test_own_metric_is_given_the_weights():
    target, scores = _drawn("regression", 100, 6)
    weight = np.random.default_rng(0).random(100)

    def mine(target, scores, weight):
        return np.average(np.abs(target - scores), weights=weight)

    made = estimate(target, scores, [MAE], own={"mine": mine}, weight=weight)
    _equal(float(made["mine"]), float(made["mae"]))
    assert made["mine"].high == pytest.approx(made["mae"].high, rel=0.05)


def test_weighted_wilson_stands_on_effective_rows():
    success = np.arange(40) % 4 > 0
    assert weighted_wilson(success) == wilson(30, 40)
    assert_allclose(weighted_wilson(success, np.full(40, 0.1)), wilson(30, 40))
    halves = np.tile([3.0, 1.0], 20)
    share, rows = halves @ success / halves.sum(), 40 * 4 / 5
    assert effective_rows(halves) == rows
    assert_allclose(weighted_wilson(success, halves), wilson(share * rows, rows))


def test_weighed_leaves_rows_of_weight_zero_out():
    weight, kept = weighed(np.array([0, 2, 1]), np.array(["a", "b", "c"]))
    assert (weight.tolist(), kept.tolist()) == ([2.0, 1.0], ["b", "c"])


def test_weights_of_another_number_of_rows_raise_shape_error():
    with pytest.raises(ShapeError, match="one weight for each of 3 rows") as caught:
        weights_of(np.ones(2), 3)
    assert caught.value.rows == 3


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_weight_that_is_no_amount_raises_data_error_with_its_row(wrong):
    with pytest.raises(DataError, match="weight, row 1") as caught:
        ACCURACY(np.array([0, 1]), np.eye(2), np.array([1.0, wrong]))
    assert caught.value.rows == (1,)


def test_every_metric_with_weights_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    weight = random.exponential(size=300)
    target, guess = random.integers(0, 2, 300), random.random(300)
    scores, labels = np.stack([1 - guess, guess], 1), guess > 0.5
    known = {
        "roc_auc": sk.roc_auc_score(target, guess, sample_weight=weight),
        "average_precision": sk.average_precision_score(target, guess, sample_weight=weight),
        "log_loss": sk.log_loss(target, guess, sample_weight=weight),
        "brier": sk.brier_score_loss(target, guess, sample_weight=weight),
    }
    for name in ("accuracy", "balanced_accuracy", "precision", "recall", "f1"):
        known[name] = getattr(sk, f"{name}_score")(target, labels, sample_weight=weight)
    known["mcc"] = sk.matthews_corrcoef(target, labels, sample_weight=weight)
    found = estimate(target, scores, METRICS["binary"], weight=weight)
    assert_allclose([float(found[name]) for name in known], list(known.values()), atol=1e-12)
    assert set(found) == set(known)
    numbers = {
        "rmse": sk.root_mean_squared_error(target, guess, sample_weight=weight),
        "mae": sk.mean_absolute_error(target, guess, sample_weight=weight),
        "r2": sk.r2_score(target, guess, sample_weight=weight),
    }
    found = estimate(target.astype(float), guess, METRICS["regression"], weight=weight)
    assert_allclose([float(found[name]) for name in numbers], list(numbers.values()), atol=1e-12)


def test_own_metric_of_scikit_learn_is_given_the_weights():
    target, scores = _drawn("regression", 100, 3)
    weight = np.random.default_rng(0).random(100)
    own = {"max": sk.mean_absolute_percentage_error}
    found = estimate(target, scores, [], own=own, weight=weight)["max"]
    wanted = sk.mean_absolute_percentage_error(target, scores, sample_weight=weight)
    assert_allclose(float(found), wanted)


def test_argument_for_weights_is_found_by_its_name():
    def bare(target, scores): ...

    def weighted(target, scores, *, weight=None): ...

    class Loss(torch.nn.Module):
        def forward(self, outputs, target, weight=None): ...

    names = [weight_argument(f) for f in (bare, weighted, sk.log_loss, Loss())]
    assert names == ["", "weight", "sample_weight", "weight"]
    of_torch = (torch.nn.functional.cross_entropy, torch.nn.CrossEntropyLoss())
    assert not any(map(weight_argument, (*of_torch, partial(of_torch[0], label_smoothing=0.1))))


def test_weights_of_rows_belong_to_each_answer_of_theirs():
    known = np.array([[True, True], [False, False], [True, False]])
    assert per_answer(np.array([2.0, 3.0, 4.0]), known).tolist() == [2.0, 2.0, 4.0]
    assert per_answer(np.array([2.0, 3.0, 4.0]), known[:, 0]).tolist() == [2.0, 4.0]
