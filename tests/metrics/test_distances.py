import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from fivefold.metrics.distances import category_distance, number_distance


def test_number_distance_equals_scipy():
    random = np.random.default_rng(0)
    first, second = np.round(random.normal(size=400), 1), np.round(random.normal(0.3, 1, 300), 1)
    expected = stats.ks_2samp(first, second, method="asymp")
    distance, chance = number_distance(first, second)
    assert_allclose(distance, expected.statistic)
    assert chance == pytest.approx(expected.pvalue, rel=0.35)  # scipy rounds the sample size


def test_number_distance_counts_missing_values():
    first, second = np.zeros(100), np.where(np.arange(100) < 30, np.nan, 0.0)
    assert_allclose(number_distance(first, second)[0], 0.3)


def test_category_distance_equals_scipy():
    first = np.array(["a"] * 50 + ["b"] * 40 + [None] * 10, dtype=object)
    second = np.array(["a"] * 30 + ["b"] * 30 + [None] * 20, dtype=object)
    distance, chance = category_distance(first, second)
    assert_allclose(distance, (abs(0.5 - 0.375) + abs(0.4 - 0.375) + abs(0.1 - 0.25)) / 2)
    table = [[50, 40, 10], [30, 30, 20]]
    assert_allclose(chance, stats.chi2_contingency(table).pvalue)
