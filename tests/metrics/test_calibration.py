import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.calibration import calibration_curve

from fivefold.metrics.calibration import (
    calibration_error,
    calibration_error_by_chance,
    calibration_interval,
    judged,
    reliability,
)
from fivefold.metrics.resampling import resample


def test_calibration_error_equals_a_hand_computation():
    confidence = np.array([0.1, 0.2, 0.3, 0.9, 0.8, 0.7])
    came_true = np.array([0, 0, 1, 1, 1, 0]) == 1
    low = abs(1 / 3 - 0.2) * 3 / 6
    high = abs(2 / 3 - 0.8) * 3 / 6
    assert_allclose(calibration_error(confidence, came_true, bins=2), low + high)


def test_calibration_error_of_calibrated_probabilities_is_what_chance_gives():
    random = np.random.default_rng(0)
    confidence = random.random(3000)
    chance = calibration_error_by_chance(confidence, seed=1)
    errors = [calibration_error(confidence, random.random(3000) < confidence) for _ in range(50)]
    assert abs(np.mean(errors) - chance.mean()) < 3 * chance.std() / np.sqrt(50)


def test_calibration_error_of_no_rows_is_nan():
    assert np.isnan(calibration_error(np.zeros(0), np.zeros(0, bool)))


def test_calibration_error_with_fewer_rows_than_bins_counts_each_row():
    made = calibration_error(np.array([0.2, 0.6]), np.array([False, True]))
    assert_allclose(made, (0.2 + 0.4) / 2)


def test_judged_takes_the_positive_class_or_the_likeliest():
    confidence, came_true = judged(np.array([1, 0]), np.array([[0.3, 0.7], [0.9, 0.1]]))
    assert confidence.tolist() == [0.7, 0.1]
    assert came_true.tolist() == [True, False]
    scores = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
    confidence, came_true = judged(np.array([1, 2]), scores)
    assert confidence.tolist() == [0.5, 0.6]
    assert came_true.tolist() == [True, False]


def test_reliability_of_untied_probabilities_equals_sklearn_quantile_bins():
    random = np.random.default_rng(1)
    confidence = random.random(400)
    came_true = random.random(400) < confidence**2
    wanted = calibration_curve(came_true, confidence, n_bins=10, strategy="quantile")
    mean, share, rows = reliability(confidence, came_true)
    assert_allclose(mean, wanted[1])
    assert_allclose(share, wanted[0])
    assert rows.tolist() == [40] * 10


def test_reliability_of_one_constant_probability_is_one_group():
    mean, share, rows = reliability(np.full(6, 0.5), np.array([1, 1, 1, 0, 0, 0]) == 1)
    assert (mean.tolist(), share.tolist(), rows.tolist()) == ([0.5], [0.5], [6])


def test_reliability_of_no_rows_is_empty():
    assert [len(each) for each in reliability(np.zeros(0), np.zeros(0, bool))] == [0, 0, 0]


def test_calibration_error_does_not_depend_on_the_order_of_rows_of_one_confidence():
    confidence, came_true = np.full(400, 0.5), np.arange(400) % 2 == 1
    ordered = np.argsort(came_true, kind="stable")
    for rows in (slice(None), ordered):
        assert calibration_error(confidence[rows], came_true[rows]) == 0
    coarse = np.repeat([0.1, 0.3, 0.8], 100)
    came_true = np.concatenate([np.arange(100) < n for n in (10, 30, 80)])
    assert calibration_error(coarse, came_true) < 1e-12


@pytest.mark.slow
def test_interval_of_the_calibration_error_holds_what_it_is_without_luck():
    """Percentile and BCa intervals hold 0 of calibrated rows never."""
    draw, rows, held, begun = np.random.default_rng(0), 400, {1: 0, 4: 0}, 0
    for number in range(20):
        given = draw.beta(2, 2, rows)
        chance = calibration_error_by_chance(given, seed=number)
        for heat in held:
            share = 1 / (1 + np.exp(-np.log(given / (1 - given)) / heat))
            came_true = draw.random(rows) < share
            error = calibration_interval(given, came_true, resample(rows, seed=number), chance)
            gaps = np.array_split((share - given)[np.argsort(given)], 15)
            truth = sum(abs(piece.sum()) for piece in gaps) / rows
            held[heat] += error.low <= truth <= error.high
            assert error.low <= error <= error.high
            begun += heat == 4 and error.low > 0
    assert held[1] >= 16
    assert held[4] >= 15
    assert begun >= 18  # what is off is told from luck


def test_interval_of_too_few_rows_says_why_there_is_none():
    given, came_true = np.linspace(0.1, 0.9, 20), np.arange(20) > 9
    chance = calibration_error_by_chance(given, seed=0)
    error = calibration_interval(given, came_true, resample(20, seed=0), chance)
    assert np.isnan(error.low)
    assert error.method == "too few rows"
