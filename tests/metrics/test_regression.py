import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import metrics as reference

from fivefold.metrics import regression as ours
from fivefold.metrics.metric import MAE, MEDIAN_ABSOLUTE_ERROR, R2, RMSE

EXPECTED = {
    "rmse": reference.root_mean_squared_error,
    "mae": reference.mean_absolute_error,
    "r2": reference.r2_score,
    "median_absolute_error": reference.median_absolute_error,
}


def _drawn(n=101, offset=0.0):
    random = np.random.default_rng(3)
    target = random.normal(size=n) + offset
    return target, target + random.standard_t(3, size=n)


@pytest.mark.parametrize("n", [100, 101])
@pytest.mark.parametrize("name", EXPECTED)
def test_metric_on_random_values_equals_scikit_learn(name, n):
    target, scores = _drawn(n)
    assert_allclose(getattr(ours, name)(target, scores), EXPECTED[name](target, scores))


@pytest.mark.parametrize("name", EXPECTED)
def test_metric_over_counts_equals_the_metric_of_repeated_rows(name):
    target, scores = _drawn(60)
    metric = getattr(ours, name)
    counts = np.random.default_rng(1).poisson(1.0, (8, 60)).astype(float)
    repeated = [np.repeat(np.arange(60), line.astype(int)) for line in counts]
    expected = [EXPECTED[name](target[rows], scores[rows]) for rows in repeated]
    assert_allclose(metric.over(target, scores, counts), expected)


def test_r2_with_a_large_offset_does_not_cancel():
    target, scores = _drawn(100)
    assert_allclose(
        ours.r2(target + 1e9, scores + 1e9), reference.r2_score(target, scores), rtol=1e-6
    )


def test_r2_of_a_constant_target_is_nan():
    assert np.isnan(ours.r2(np.full(5, 0.1), np.arange(5.0)))


@pytest.mark.parametrize("name", EXPECTED)
def test_metric_of_no_rows_is_nan(name):
    assert np.isnan(getattr(ours, name)(np.zeros(0), np.zeros(0)))


@pytest.mark.parametrize("name", EXPECTED)
def test_metric_of_columns_is_their_mean_and_of_one_that_of_the_column(name):
    target, scores = np.stack([_drawn(50)[0], 1e3 * _drawn(50, 5.0)[0]], 1), np.ones((50, 2))
    metric = {metric.name: metric for metric in (RMSE, MAE, R2, MEDIAN_ABSOLUTE_ERROR)}[name]
    expected = EXPECTED[name](target, scores, multioutput="raw_values")
    assert_allclose(metric(target, scores), expected.mean())
    second = metric.of(1, "second")
    assert second.name == "second"
    assert_allclose(second(target, scores), expected[1])
    counts = np.random.default_rng(1).poisson(1.0, (8, 50)).astype(float)
    over = [m.statistic.over(target, scores, counts) for m in (metric.of(0, "first"), second)]
    assert_allclose(metric.statistic.over(target, scores, counts), np.mean(over, axis=0))
