import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import metrics as reference

from fivefold.errors import ShapeError
from fivefold.metrics.classification import SMALLEST
from fivefold.tasks.known import MULTICLASS


def _drawn(classes: int, n: int = 300, seed: int = 0, decimals: int = 2):
    random = np.random.default_rng(seed)
    target = random.integers(0, classes, n)
    logits = random.normal(size=(n, classes)) + 1.2 * np.eye(classes)[target]
    scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    scores = np.round(scores, decimals) + 0.01  # ties on purpose
    return target, scores / scores.sum(1, keepdims=True)


def _expected(target, scores):
    guess = scores.argmax(1)
    binary = scores.shape[1] == 2
    average = "binary" if binary else "macro"
    hot = np.eye(scores.shape[1])[target]
    return {
        "accuracy": reference.accuracy_score(target, guess),
        "balanced_accuracy": reference.balanced_accuracy_score(target, guess),
        "precision": reference.precision_score(target, guess, average=average),
        "recall": reference.recall_score(target, guess, average=average),
        "f1": reference.f1_score(target, guess, average=average),
        "mcc": reference.matthews_corrcoef(target, guess),
        "log_loss": reference.log_loss(target, scores),
        "brier": np.mean((scores[:, 1] - target) ** 2)
        if binary
        else np.mean(((scores - hot) ** 2).sum(1)),
        "roc_auc": reference.roc_auc_score(target, scores[:, 1])
        if binary
        else reference.roc_auc_score(target, scores, multi_class="ovr"),
        "average_precision": reference.average_precision_score(target, scores[:, 1])
        if binary
        else reference.average_precision_score(hot, scores, average="macro"),
    }


OURS = {metric.name: metric.statistic for metric in MULTICLASS.metrics}
NAMES = list(_expected(*_drawn(2)))


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("name", NAMES)
def test_metric_on_random_scores_equals_scikit_learn(name, classes):
    target, scores = _drawn(classes)
    assert_allclose(OURS[name](target, scores), _expected(target, scores)[name], rtol=1e-6)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", NAMES)
def test_metric_over_counts_equals_the_metric_of_repeated_rows(name, classes):
    target, scores = _drawn(classes, n=120)
    metric = OURS[name]
    counts = np.random.default_rng(1).poisson(1.0, (6, 120)).astype(float)
    repeated = [np.repeat(np.arange(120), line.astype(int)) for line in counts]
    expected = [metric(target[rows], scores[rows]) for rows in repeated]
    assert_allclose(metric.over(target, scores, counts), expected, rtol=1e-9)


def test_metric_with_all_scores_equal_counts_ties_as_half():
    target, scores = np.array([0, 1, 1, 0, 0]), np.full((5, 2), 0.5)
    assert OURS["roc_auc"](target, scores) == 0.5
    assert_allclose(OURS["average_precision"](target, scores), 0.4)


def test_metric_with_a_class_missing_in_the_rows_leaves_it_out():
    target, scores = _drawn(4)
    kept = target != 3
    target, scores = target[kept], scores[kept]
    guess = scores.argmax(1)
    recalls = reference.recall_score(target, guess, labels=[0, 1, 2], average=None)
    assert_allclose(OURS["balanced_accuracy"](target, scores), recalls.mean())
    assert_allclose(OURS["recall"](target, scores), recalls.mean())
    areas = [reference.roc_auc_score(target == k, scores[:, k]) for k in range(3)]
    assert_allclose(OURS["roc_auc"](target, scores), np.mean(areas))
    precisions = [reference.average_precision_score(target == k, scores[:, k]) for k in range(3)]
    assert_allclose(OURS["average_precision"](target, scores), np.mean(precisions))


def test_metric_with_a_class_never_predicted_counts_it_as_zero():
    target = np.array([0, 0, 1, 2])
    scores = np.eye(3)[[0, 0, 1, 0]]
    assert_allclose(OURS["precision"](target, scores), (2 / 3 + 1 + 0) / 3)
    assert_allclose(OURS["f1"](target, scores), (0.8 + 1 + 0) / 3)


@pytest.mark.parametrize("name", ["roc_auc", "mcc"])
def test_metric_with_one_class_in_the_rows_is_nan(name):
    scores = np.array([[0.2, 0.8], [0.7, 0.3]])
    assert np.isnan(OURS[name](np.array([1, 1]), scores))


@pytest.mark.parametrize(("name", "target"), [("recall", [0, 0]), ("average_precision", [0, 0])])
def test_metric_without_a_positive_row_is_nan(name, target):
    scores = np.array([[0.2, 0.8], [0.7, 0.3]])
    assert np.isnan(OURS[name](np.array(target), scores))


def test_precision_without_a_positive_prediction_is_nan():
    assert np.isnan(OURS["precision"](np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]])))


def test_mcc_of_a_constant_prediction_is_zero():
    assert OURS["mcc"](np.array([0, 1, 1]), np.tile([0.1, 0.9], (3, 1))) == 0


@pytest.mark.parametrize("name", NAMES)
def test_metric_of_no_rows_is_nan(name):
    assert np.isnan(OURS[name](np.zeros(0, int), np.zeros((0, 3))))


def test_metric_with_an_unknown_label_counts_the_row_as_wrong():
    target, scores = np.array([0, 1, -1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    assert_allclose(OURS["accuracy"](target, scores), 2 / 3)
    expected = -(np.log(0.9) + np.log(0.8) + np.log(SMALLEST)) / 3
    assert_allclose(OURS["log_loss"](target, scores), expected)
    assert np.isfinite(OURS["mcc"](target, scores))


def test_metric_with_other_lengths_raises_shape_error():
    with pytest.raises(ShapeError, match="found 3 scores and 2 targets") as caught:
        OURS["accuracy"](np.array([0, 1]), np.ones((3, 2)))
    assert caught.value.scores == 3


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_log_loss_of_sure_mistakes_is_that_of_scikit_learn(kind):
    target = np.array([0, 1, 1, 0])
    scores = np.array([[1, 0], [1, 0], [0.5, 0.5], [0.25, 0.75]], dtype=kind)
    assert_allclose(OURS["log_loss"](target, scores), reference.log_loss(target, scores), rtol=1e-7)
