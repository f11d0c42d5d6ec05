import numpy as np
import pytest
from numpy.testing import assert_allclose

from fivefold.errors import ConfigError
from fivefold.metrics.estimates import estimate
from fivefold.metrics.intervals import wilson
from fivefold.metrics.metric import BRIER
from fivefold.metrics.resampling import resample
from fivefold.tasks.known import BINARY, REGRESSION


def _binary(n=200, seed=0):
    random = np.random.default_rng(seed)
    target = random.integers(0, 2, n)
    positive = 1 / (1 + np.exp(-(2.0 * target - 1 + random.normal(size=n))))
    return target, np.stack([1 - positive, positive], 1).astype(np.float32)


def test_estimate_of_binary_scores_uses_the_interval_of_each_metric():
    target, scores = _binary()
    made = estimate(target, scores, BINARY.metrics)
    methods = {name: score.method for name, score in made.items()}
    assert methods == {
        "roc_auc": "delong",
        "accuracy": "wilson",
        "precision": "wilson",
        "recall": "wilson",
        **dict.fromkeys(
            ["average_precision", "log_loss", "balanced_accuracy", "f1", "brier", "mcc"], "bca"
        ),
    }
    assert list(made) == [metric.name for metric in BINARY.metrics]
    assert all(score.low < score < score.high for score in made.values())


def test_estimate_of_precision_and_recall_stands_on_their_own_rows():
    target, scores = _binary()
    asked = [metric for metric in BINARY.metrics if metric.name in {"precision", "recall"}]
    made = estimate(target, scores, asked)
    called, hits = scores.argmax(1) == 1, ((scores.argmax(1) == 1) & (target == 1)).sum()
    assert_allclose([made["precision"].low, made["precision"].high], wilson(hits, called.sum()))
    assert made["precision"].n == called.sum()
    assert_allclose([made["recall"].low, made["recall"].high], wilson(hits, target.sum()))


def test_estimate_of_34_of_34_right_claims_no_certainty():
    target = np.arange(34) % 2
    made = estimate(target, np.eye(2)[target], BINARY.metrics)
    for name in ("accuracy", "roc_auc", "precision", "recall"):
        assert made[name] == 1
        assert made[name].low < 0.95
    for name in ("balanced_accuracy", "f1", "mcc"):
        assert made[name] == 1
        assert np.isnan(made[name].low)
        assert made[name].method == "no spread in the resamples"


def test_estimate_below_thirty_rows_keeps_the_exact_intervals():
    target, scores = _binary(20)
    made = estimate(target, scores, BINARY.metrics)
    assert made["accuracy"].method == "wilson"
    assert made["log_loss"].method == "too few rows"


def test_estimate_of_groups_is_clustered_for_every_metric():
    target, scores = _binary()
    resamples = resample(200, seed=0, group=np.arange(200) // 4)
    made = estimate(target, scores, BINARY.metrics, resamples=resamples)
    assert {score.method for score in made.values()} == {"bca, clustered"}


def test_estimate_of_one_class_names_the_reason():
    _, scores = _binary()
    made = estimate(np.ones(200, int), scores, BINARY.metrics)
    assert made["roc_auc"].method == "one class in the rows"
    assert np.isnan(made["roc_auc"])
    assert made["accuracy"].method == "wilson"


def test_estimate_of_no_rows_names_the_reason():
    made = estimate(np.zeros(0), np.zeros(0), REGRESSION.metrics)
    assert {score.method for score in made.values()} == {"no rows"}


def test_estimate_with_one_seed_is_the_same_to_the_bit():
    target, scores = _binary()
    one, same = (
        estimate(target, scores, BINARY.metrics, resamples=resample(200, seed=4)) for _ in range(2)
    )
    assert repr(one) == repr(same)


def test_own_metric_equals_the_built_in_one_with_its_interval():
    target, scores = _binary()

    def my_brier(target, scores):
        return np.mean((scores[:, 1] - target) ** 2)

    made = estimate(target, scores, [BRIER], own={"mine": my_brier})
    assert_allclose(float(made["mine"]), float(made["brier"]))
    width = made["brier"].high - made["brier"].low
    assert abs(made["mine"].low - made["brier"].low) < 0.1 * width
    assert abs(made["mine"].high - made["brier"].high) < 0.1 * width


def test_own_metric_that_gives_no_number_raises_config_error():
    target, scores = _binary()
    with pytest.raises(ConfigError, match="metric 'mine': expected a number, found dict"):
        estimate(target, scores, BINARY.metrics, own={"mine": lambda target, scores: {}})


def test_own_metric_that_fails_raises_its_own_error_with_a_note():
    target, scores = _binary()
    with pytest.raises(KeyError) as caught:
        estimate(target, scores, BINARY.metrics, own={"mine": lambda target, scores: {}["profit"]})
    assert "'mine'" in caught.value.__notes__[0]
