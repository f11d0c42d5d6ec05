import numpy as np
import pytest

from fivefold.metrics.forecasting import (
    COVERAGE,
    MAE_AHEAD,
    MASE,
    RMSE_AHEAD,
    SKILL,
    WQL,
    levels_of,
    outcome,
    truth_of,
)

LEVELS = np.array([0.2, 0.9])
AHEAD = np.array([[10.0, 20.0], [30.0, 50.0]])
TARGET = outcome(AHEAD, np.array([8.0, 50.0]), np.array([2.0, 5.0]), LEVELS)
OFF, ABOVE = np.array([[1, -3], [0, 10]]), np.array([[1, 6], [-2, 5]])
SCORES = np.stack([AHEAD + OFF, AHEAD - 4, AHEAD + ABOVE], axis=2)


def test_outcome_is_taken_apart_as_it_was_put_together():
    assert truth_of(TARGET).tolist() == AHEAD.tolist()
    assert levels_of(TARGET).tolist() == LEVELS.tolist()


def test_metrics_of_two_forecasts_are_those_of_a_hand_computation():
    assert RMSE_AHEAD(TARGET, SCORES) == pytest.approx(np.sqrt((1 + 9 + 0 + 100) / 4))
    assert MAE_AHEAD(TARGET, SCORES) == pytest.approx((1 + 3 + 0 + 10) / 4)
    assert MASE(TARGET, SCORES) == pytest.approx((2 / 2 + 5 / 5) / 2)
    ours, naive = (5 / 4 + 50 / 25) / 2, (8 / 4 + 50 / 25) / 2
    assert SKILL(TARGET, SCORES) == pytest.approx(1 - np.sqrt(ours / naive))
    assert COVERAGE(TARGET, SCORES) == pytest.approx(3 / 4)


def test_quantile_loss_is_that_of_scikit_learn_over_the_size_of_the_target():
    from sklearn.metrics import mean_pinball_loss

    losses = [
        2 * mean_pinball_loss(AHEAD.ravel(), SCORES[:, :, 1 + at].ravel(), alpha=level)
        for at, level in enumerate(LEVELS)
    ]
    assert WQL(TARGET, SCORES) == pytest.approx(np.mean(losses) / np.abs(AHEAD).mean())


def test_skill_of_the_naive_forecast_itself_is_zero():
    naive = outcome(AHEAD, ((SCORES[:, :, 0] - AHEAD) ** 2).mean(1), np.ones(2), LEVELS)
    assert SKILL(naive, SCORES) == pytest.approx(0.0)
