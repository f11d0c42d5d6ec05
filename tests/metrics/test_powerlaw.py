import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import curve_fit

from fivefold.metrics.powerlaw import fit_power_law

ROWS = np.array([100, 200, 400, 800, 1600])


@pytest.mark.parametrize(
    ("a", "b", "c", "greater"), [(0.9, -3.0, 0.7, True), (0.2, 4.0, 0.4, False)]
)
def test_power_law_without_scatter_is_found(a, b, c, greater):
    made = fit_power_law(ROWS, np.tile(a + b * ROWS**-c, (4, 1)), greater=greater)
    assert_allclose(float(made.at(1600)), a + b * 1600**-c, atol=1e-4)
    assert_allclose(float(made.at(16000)), a + b * 16000**-c, atol=2e-3)
    assert_allclose(float(made.parameters["c"]), c, rtol=0.02)


def test_power_law_is_that_of_scipy_where_no_bound_is_met():
    draw = np.random.default_rng(1)
    scores = 0.3 + 2 * ROWS**-0.5 + draw.normal(0, 0.003, (5, 5))
    made = fit_power_law(ROWS, scores, greater=False)
    wanted, _ = curve_fit(lambda n, a, b, c: a + b * n**-c, ROWS, scores.mean(0), [0.3, 2, 0.5])
    assert_allclose(float(made.at(3200)), wanted[0] + wanted[1] * 3200 ** -wanted[2], atol=1e-3)


@pytest.mark.slow
def test_power_law_intervals_hold_the_truth_as_often_as_they_say():
    held, trials = 0, 100
    for trial in range(trials):
        draw = np.random.default_rng(trial)
        folds = draw.normal(0, 0.01, (8, 1)) + draw.normal(0, 0.01, (8, 5))  # of one fold alike
        scores = 0.85 - 2 * ROWS**-0.6 + folds
        score = fit_power_law(ROWS, scores, greater=True, seed=trial).at(3200)
        held += score.low <= 0.85 - 2 * 3200**-0.6 <= score.high
    assert 0.88 < held / trials <= 1


def test_power_law_of_a_curve_that_does_not_rise_promises_nothing():
    draw = np.random.default_rng(2)
    made = fit_power_law(ROWS, 0.7 + draw.normal(0, 0.01, (6, 5)), greater=True)
    gain = made.gain(1600, 3200)
    assert gain.low == pytest.approx(0, abs=1e-6)
    assert gain < 0.02


def test_power_law_stays_within_what_a_score_can_be():
    made = fit_power_law(ROWS, np.tile([0.5, 0.7, 0.85, 0.95, 0.99], (3, 1)), greater=True)
    assert made.at(1e9) <= 1
    made = fit_power_law(ROWS, np.tile([0.5, 0.3, 0.15, 0.05, 0.01], (3, 1)), greater=False)
    assert made.at(1e9) >= 0


def test_power_law_of_overlapping_folds_is_less_sure():
    draw = np.random.default_rng(3)
    scores = 0.8 - 2 * ROWS**-0.6 + draw.normal(0, 0.01, (5, 5))
    alone, overlapping = (
        fit_power_law(ROWS, scores, greater=True, test_per_train=ratio).at(3200)
        for ratio in (0.0, 0.25)
    )
    assert overlapping.high - overlapping.low > 1.2 * (alone.high - alone.low)


def test_power_law_of_a_score_without_bounds_may_grow_beyond_one():
    rows = np.array([100, 200, 400, 800])
    law = fit_power_law(
        rows, np.tile(50 - 200 * rows**-0.5, (3, 1)), greater=True, bounds=(-np.inf, np.inf)
    )
    assert_allclose(law.law, [50, -200, 0.5], rtol=0.02)
    assert np.isnan(law.at(1600).low)
    assert law.at(1600).method == "the same in every fold"
