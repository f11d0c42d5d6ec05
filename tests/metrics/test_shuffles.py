"""What a score loses where cells are exchanged, and the interval of it."""

import numpy as np
import pytest

from fivefold.metrics.metric import ACCURACY, RMSE
from fivefold.metrics.resampling import resample
from fivefold.metrics.shuffles import DRAWS, UNMOVED, Shuffles


def asked(seed, rows=200, turns=5, weight=1.0, **held):
    """A model that is the truth, `y = x`, and what it answers to shuffled rows."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=rows)
    target = x + draw.normal(size=rows)
    orders = np.stack([draw.permutation(rows) for _ in range(turns)])
    resamples = resample(rows, seed=seed, draws=DRAWS, **held)
    shuffles = Shuffles(RMSE, target, weight * x, orders, resamples)
    return shuffles.loss([weight * x[order] for order in orders])


def test_loss_is_the_mean_difference_of_scores():
    scores = np.eye(2)[[0, 1, 1, 0] * 10]
    target = np.array([0, 1, 1, 1] * 10)
    orders = np.stack([np.roll(np.arange(40), 1), np.roll(np.arange(40), 2)])
    shuffles = Shuffles(ACCURACY, target, scores, orders, resample(40, seed=0, draws=DRAWS))
    told = shuffles.loss([scores[order] for order in orders])
    assert shuffles.whole == 0.75
    by_hand = [0.75 - np.mean(scores[order].argmax(1) == target) for order in orders]
    assert float(told.lost) == pytest.approx(np.mean(by_hand))
    assert told.deviation == pytest.approx(np.std(by_hand, ddof=1))


def test_column_that_moves_no_answer_loses_nothing_surely():
    told = asked(0, weight=0.0)
    assert (told.lost, told.lost.low, told.lost.high, told.p) == (0, 0, 0, 1)
    assert told.lost.method == UNMOVED


def test_few_groups_give_no_interval():
    told = asked(0, group=np.arange(200) % 12)
    assert told.lost.method == "too few groups"
    assert np.isnan([told.lost.low, told.p]).all()
    assert float(told.lost) == pytest.approx(float(asked(0).lost))


@pytest.mark.slow
def test_deviation_is_that_of_other_rows_and_other_shuffles():
    found = [asked(seed).lost for seed in range(120)]
    error = np.mean([score.high - score.low for score in found]) / (2 * 1.972)
    assert error / np.std(found, ddof=1) == pytest.approx(1, abs=0.2)
    truth = 3**0.5 - 1  # y - x' has variance 1 + 1 + 1, where y - x has 1
    held = np.mean([score.low <= truth <= score.high for score in found])
    assert held >= 0.89
