from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from fivefold.metrics.metric import MAE
from fivefold.metrics.significance import corrected_t_test, holm, mcnemar, swap_test


def test_corrected_t_is_that_of_scipy_where_folds_share_no_training_row():
    differences = np.random.default_rng(0).normal(0.1, 1, 12)
    made = corrected_t_test(differences, 0.0)
    wanted = stats.ttest_1samp(differences, 0.0)
    assert_allclose([made.statistic, made.p], [wanted.statistic, wanted.pvalue], rtol=1e-12)


def test_corrected_t_is_what_a_hand_computation_gives():
    differences = np.array([0.02, -0.01, 0.03, 0.04, 0.01, np.nan])
    made = corrected_t_test(differences, 1 / 9)
    mean, deviation = 0.018, np.sqrt((0.002**2 + 0.028**2 + 0.012**2 + 0.022**2 + 0.008**2) / 4)
    t = mean / (deviation * np.sqrt(1 / 5 + 1 / 9))
    assert_allclose(made.statistic, t, rtol=1e-12)
    assert_allclose(made.p, 2 * stats.t.sf(t, 4), rtol=1e-12)


def test_corrected_t_of_the_same_scores_has_p_one():
    assert corrected_t_test(np.zeros(5), 0.1).p == 1.0


@pytest.mark.parametrize(
    ("differences", "rows", "reason"),
    [
        ([0.1, 0.2], None, "too few folds"),
        ([0.1, np.nan, 0.2], None, "too few folds"),
        ([0.25] * 5, None, "the same in every fold"),
        ([0.1 + 0.2 - 0.3, 0.0, 0.0], None, "nadeau-bengio"),
        ([0.3, 0.1 + 0.2, 0.3], None, "the same in every fold"),
        ([1 / 40, 1 / 40, 1 / 41], [40, 40, 41], "the same in every fold"),
        ([1 / 40, 2 / 40, 1 / 41], [40, 40, 41], "nadeau-bengio"),
    ],
)
def test_corrected_t_has_no_p_of_two_folds_or_without_spread(differences, rows, reason):
    made = corrected_t_test(np.array(differences), 0.1, rows and np.array(rows))
    assert made.method == reason
    assert np.isnan(made.p) == (reason != "nadeau-bengio")


def test_swap_test_is_the_test_of_signs_of_all_differences():
    random = np.random.default_rng(0)
    target, scores = random.normal(size=12), random.normal(size=(2, 12))
    made = swap_test(MAE.statistic.over, target, *scores, unit=np.arange(12), draws=20_000)
    gaps = np.abs(scores[0] - target) - np.abs(scores[1] - target)
    signs = np.array(list(product([-1, 1], repeat=12)))
    wanted = np.mean(np.abs(signs @ gaps) >= abs(gaps.sum()) - 1e-12)
    assert_allclose(made.statistic, gaps.mean())
    assert_allclose(made.p, wanted, atol=0.012)


def test_swap_test_swaps_rows_of_a_unit_together():
    target, unit = np.zeros(40), np.repeat(np.arange(4), 10)
    made = swap_test(MAE.statistic.over, target, np.ones(40), np.zeros(40), unit=unit)
    assert 0.09 < made.p < 0.16  # all four one way, or all the other: 2 of 16
    alone = swap_test(MAE.statistic.over, target, np.ones(40), np.zeros(40), unit=np.arange(40))
    assert alone.p == 1 / 2001


@pytest.mark.parametrize(("one", "other"), [(0, 0), (3, 9), (12, 12), (24, 0)])
def test_mcnemar_of_few_discordant_rows_is_the_binomial_test(one, other):
    first = np.repeat([True, False, True, False], [one, other, 30, 10])
    second = np.repeat([False, True, True, False], [one, other, 30, 10])
    made = mcnemar(first, second)
    wanted = stats.binomtest(one, one + other).pvalue if one + other else 1.0
    assert_allclose(made.p, wanted, rtol=1e-12)
    assert made.method == "mcnemar, exact"


def test_mcnemar_of_many_discordant_rows_is_chi_square_with_the_correction_of_edwards():
    first = np.repeat([True, False, True], [40, 20, 100])
    second = np.repeat([False, True, True], [40, 20, 100])
    made = mcnemar(first, second)
    assert_allclose(made.statistic, 19**2 / 60)
    assert_allclose(made.p, stats.chi2.sf(19**2 / 60, 1), rtol=1e-12)


def test_holm_is_the_hand_computation_of_its_paper_and_keeps_the_order():
    made = holm(np.array([0.04, 0.01, 0.03, 0.005]))
    assert_allclose(made, [0.06, 0.03, 0.06, 0.02])
    assert_array_equal(holm(np.array([0.9, 0.8])), [1.0, 1.0])
    assert holm(np.zeros(0)).size == 0


def test_holm_keeps_errors_of_a_family_below_the_level():
    draws = np.random.default_rng(1).uniform(size=(4000, 5))
    wrong = np.mean([(holm(p) < 0.05).any() for p in draws])
    assert 0.035 < wrong < 0.06
