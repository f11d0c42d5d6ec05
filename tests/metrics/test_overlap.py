"""Overlap by class, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import f1_score, jaccard_score

from fivefold.metrics import overlap
from fivefold.metrics.estimates import estimate
from fivefold.metrics.resampling import resample


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    target = rng.integers(-1, 3, (40, 5, 6))
    scores = rng.dirichlet((1, 1, 1), target.shape)
    scores[target == 1, 1] += 0.4
    return target, scores / scores.sum(-1, keepdims=True)


def test_overlap_is_that_of_scikit_learn_over_pixels_that_are_judged(answers):
    target, scores = answers
    there = target >= 0
    truth, said = target[there], scores[there].argmax(-1)
    assert overlap.mean_iou(target, scores) == pytest.approx(
        jaccard_score(truth, said, average="macro")
    )
    assert overlap.mean_dice(target, scores) == pytest.approx(
        f1_score(truth, said, average="macro")
    )
    assert overlap.pixel_accuracy(target, scores) == pytest.approx((truth == said).mean())
    each = [metric(target, scores) for metric in overlap.iou_metrics("abc")]
    assert each == pytest.approx(jaccard_score(truth, said, average=None))


def test_a_class_that_is_neither_there_nor_said_does_not_count():
    target, scores = np.zeros((2, 2, 2), int), np.zeros((2, 2, 2, 3))
    scores[..., 0] = 1
    assert overlap.mean_iou(target, scores) == 1
    assert np.isnan(overlap.iou_metrics("abc")[2](target, scores))


def test_intervals_draw_pictures_and_not_pixels():
    """Copies of a picture's pixels within it leave the interval as wide as it was."""
    rng = np.random.default_rng(1)
    target = rng.integers(0, 2, (60, 3, 3))
    scores = np.eye(2)[np.where(rng.random((60, 1, 1)) < 0.3, 1 - target, target)]
    larger = [np.repeat(np.repeat(array, 4, 1), 4, 2) for array in (target, scores)]
    draws = resample(60, seed=0)
    small = estimate(target, scores, [overlap.MEAN_IOU], resamples=draws)["mean_iou"]
    large = estimate(*larger, [overlap.MEAN_IOU], resamples=draws)["mean_iou"]
    assert (small.low, small.high) == pytest.approx((large.low, large.high))
    assert small.n == 60
