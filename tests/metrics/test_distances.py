import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from fivefold.metrics.distances import category_distance, number_distance, stability_index


def test_number_distance_equals_scipy():
    random = np.random.default_rng(0)
    first, second = np.round(random.normal(size=400), 1), np.round(random.normal(0.3, 1, 300), 1)
    expected = stats.ks_2samp(first, second, method="asymp")
    distance, chance, statistic = number_distance(first, second)
    assert_allclose(distance, expected.statistic)
    assert statistic == distance
    assert chance == pytest.approx(expected.pvalue, rel=0.35)  # scipy rounds the sample size


def test_number_distance_counts_missing_values():
    first, second = np.zeros(100), np.where(np.arange(100) < 30, np.nan, 0.0)
    assert_allclose(number_distance(first, second)[0], 0.3)


def test_category_distance_equals_scipy():
    first = np.array(["a"] * 50 + ["b"] * 40 + [None] * 10, dtype=object)
    second = np.array(["a"] * 30 + ["b"] * 30 + [None] * 20, dtype=object)
    distance, chance, statistic = category_distance(first, second)
    assert_allclose(distance, (abs(0.5 - 0.375) + abs(0.4 - 0.375) + abs(0.1 - 0.25)) / 2)
    table = [[50, 40, 10], [30, 30, 20]]
    expected = stats.chi2_contingency(table)
    assert_allclose((chance, statistic), (expected.pvalue, expected.statistic))


def test_stability_index_equals_a_worked_example():
    first = np.array(["a"] * 50 + ["b"] * 40 + [None] * 9, dtype=object)
    second = np.array(["a"] * 30 + ["b"] * 50 + [None] * 19, dtype=object)
    ours, theirs = np.array([50.5, 40.5, 9.5]) / 100.5, np.array([30.5, 50.5, 19.5]) / 100.5
    expected = ((theirs - ours) * np.log(theirs / ours)).sum()
    assert_allclose(stability_index(first, second), expected)


def test_stability_index_of_numbers_goes_by_tenths_of_the_first():
    first = np.arange(1000.0)
    gone = np.where(first < 500, np.nan, first)
    assert stability_index(first, first[::2]) < 0.001
    ours, theirs = np.repeat([0.5, 100.5], [1, 10]), np.array([500.5] + [0.5] * 5 + [100.5] * 5)
    expected = ((theirs / 1005.5 - ours / 1005.5) * np.log(theirs / ours)).sum()
    assert_allclose(stability_index(first, gone), expected, rtol=0.01)
