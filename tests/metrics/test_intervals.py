import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

from fivefold.metrics.intervals import bca, bootstrap, corrected_t, tango, wilson
from fivefold.metrics.resampling import resample


@pytest.mark.parametrize(("hits", "n"), [(34, 34), (0, 34), (7, 30), (499, 500), (1, 1)])
def test_wilson_equals_scipy(hits, n):
    expected = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert_allclose(wilson(hits, n), (expected.low, expected.high), atol=1e-12)


def test_wilson_of_34_of_34_is_not_certainty():
    low, high = wilson(34, 34)
    assert 0.89 < low < 0.90
    assert high == 1


def test_wilson_of_no_rows_is_nan():
    assert np.isnan(wilson(0, 0)).all()


def test_bca_of_a_mean_equals_scipy():
    values = np.random.default_rng(0).exponential(size=80)
    resamples = resample(80, seed=1)
    mine = bootstrap(lambda c: c @ values / c.sum(1), resamples)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(2)
    ).confidence_interval
    width = theirs.high - theirs.low
    assert mine.method == "bca"
    assert abs(mine.low - theirs.low) < 0.05 * width
    assert abs(mine.high - theirs.high) < 0.05 * width


def test_bca_without_spread_says_so_instead_of_certainty():
    low, high, reason = bca(1.0, np.ones(2000), np.ones(34))
    assert np.isnan([low, high]).all()
    assert reason == "no spread in the resamples"


def test_bca_with_many_undefined_resamples_says_so():
    draws = np.where(np.arange(1000) % 5 == 0, np.nan, np.random.default_rng(0).normal(size=1000))
    assert bca(0.0, draws, np.arange(30.0))[2] == "not defined in many resamples"


@pytest.mark.parametrize(("n", "method"), [(29, "too few rows"), (30, "bca")])
def test_bootstrap_below_thirty_rows_gives_no_interval(n, method):
    values = np.random.default_rng(0).normal(size=n)
    made = bootstrap(lambda c: c @ values / c.sum(1), resample(n, seed=0))
    assert made.method == method
    assert made.n == n
    assert np.isnan(made.low) == (method != "bca")


def test_corrected_t_equals_the_formula():
    values, ratio = np.array([0.81, 0.85, 0.79, 0.84, 0.80]), 0.25
    made = corrected_t(values, ratio)
    error = np.sqrt((1 / 5 + ratio) * values.var(ddof=1))
    low, high = stats.t.interval(0.95, 4, loc=values.mean(), scale=error)
    assert_allclose([made.low, made.high], [low, high])
    assert made.method == "nadeau-bengio"
    assert made.n == 5


def test_corrected_t_leaves_out_folds_without_a_score():
    made = corrected_t(np.array([0.8, np.nan, 0.9]), 0.5)
    assert_allclose(float(made), 0.85)
    assert made.n == 2


def test_corrected_t_of_one_fold_has_no_interval():
    made = corrected_t(np.array([0.8]), 0.5)
    assert np.isnan(made.low)
    assert made.method == "too few folds"


def test_corrected_t_of_scores_that_do_not_differ_has_no_interval():
    made = corrected_t(np.array([0.3, 0.1 + 0.2, 0.3]), 0.5)
    assert np.isnan(made.low)
    assert made.method == "the same in every fold"


def test_corrected_t_stays_within_what_a_score_can_be():
    values = np.array([0.93, 1.0, 0.97])
    free, made = corrected_t(values, 0.5), corrected_t(values, 0.5, within=(0.0, 1.0))
    assert free.high > 1
    assert (made.low, made.high) == (free.low, 1.0)


@pytest.mark.parametrize(("one", "other", "n"), [(12, 2, 50), (3, 0, 30), (0, 0, 40), (1, 9, 44)])
def test_tango_ends_where_the_likeliest_shares_make_the_difference_as_rare_as_the_level(
    one, other, n
):
    for truth in tango(one, other, n):

        def unlikely(share, truth=truth):
            cells = np.array([share + truth, share, 1 - 2 * share - truth])
            return -np.array([one, other, n - one - other]) @ np.log(np.maximum(cells, 1e-300))

        low, high = max(0.0, -truth), min((1 - truth) / 2, 1.0)
        share = optimize.minimize_scalar(
            unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
        ).x
        z = ((one - other) / n - truth) / np.sqrt((2 * share + truth - truth**2) / n)
        assert_allclose(abs(z), stats.norm.ppf(0.975), rtol=1e-4)


@pytest.mark.slow
def test_bca_of_a_skewed_statistic_covers_what_it_promises():
    covered, rounds = 0, 400
    truth = np.sqrt(2.0)  # RMSE of errors whose square is exponential with mean 2
    for seed in range(rounds):
        errors = np.random.default_rng(seed).exponential(2.0, size=120)
        made = bootstrap(lambda c, e=errors: np.sqrt(c @ e / c.sum(1)), resample(120, seed=seed))
        covered += made.low <= truth <= made.high
    assert 0.92 <= covered / rounds <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.8, 0.95, 0.99])
def test_wilson_covers_what_it_promises(share):
    hits = np.random.default_rng(0).binomial(60, share, size=4000)
    ends = [wilson(k, 60) for k in hits]
    covered = np.mean([low <= share <= high for low, high in ends])
    assert covered >= 0.92


def test_interval_of_few_groups_is_wider_by_their_number():
    draws = np.random.default_rng(0).normal(size=20_000)
    left = np.random.default_rng(1).normal(size=40)
    widths = [high - low for low, high, _ in (bca(0.0, draws, left, units=n) for n in (None, 40))]
    assert widths[1] / widths[0] == pytest.approx(2.0227 / 1.9600 * (40 / 39) ** 0.5, rel=0.02)
    assert bca(0.0, draws, left, units=100_000)[:2] == pytest.approx(
        bca(0.0, draws, left)[:2], rel=1e-3
    )
