import numpy as np
import pytest
from numpy.testing import assert_allclose

from fivefold.metrics.intervals import bootstrap
from fivefold.metrics.resampling import block_length, resample


def _drawn_rows(resamples):
    kept = []
    resamples.over(lambda counts: kept.append(counts) or counts[:, 0])
    return np.concatenate(kept[: len(kept) // 2 or 1])


def test_resamples_of_rows_hold_n_rows_each():
    made = resample(50, seed=0)
    counts = made.drawn[:, made.unit_of_row]
    assert (counts.sum(1) == 50).all()
    assert len(made.drawn) == 2000
    assert_allclose(counts.mean(0), 1, atol=0.15)
    assert counts.var() == pytest.approx(1, abs=0.05)


def test_resamples_with_one_seed_are_equal_and_with_another_differ():
    one, same, other = (resample(40, seed=seed).drawn for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_resamples_of_groups_keep_groups_together():
    group = np.repeat(["a", "b", "c", "d"], [1, 2, 3, 4])
    made = resample(10, seed=0, group=group)
    counts = made.drawn[:, made.unit_of_row]
    for label in "abcd":
        assert (np.ptp(counts[:, group == label], axis=1) == 0).all()
    assert made.independent == 4
    assert made.too_few == "too few groups"


def test_resamples_of_time_keep_neighbours_together():
    random = np.random.default_rng(0)
    time = random.permutation(900)
    series = np.repeat(random.normal(size=30), 30)  # in order of time
    made = resample(900, seed=0, time=time, losses=series[time])
    counts = made.drawn[:, made.unit_of_row]
    in_order = np.empty_like(counts)
    in_order[:, time] = counts
    changes = (in_order[:, 1:] != in_order[:, :-1]).sum(1).mean()
    assert changes < 2.2 * made.independent
    assert made.independent == 30
    assert (counts.sum(1) == 900).all()
    assert_allclose(counts.mean(0), 1, atol=0.2)


def test_leave_outs_leave_each_row_out_once():
    made = resample(35, seed=0)
    left = []
    made.over(lambda counts: left.append(counts) or counts[:, 0])
    assert (np.concatenate(left)[2000:].sum(0) == 34).all()


def test_resamples_of_many_rows_are_drawn_in_bundles_of_equal_spread():
    values = np.random.default_rng(0).normal(size=40_000)
    made = resample(40_000, seed=0)
    assert made.drawn.shape[1] == 32_000
    estimate = bootstrap(lambda c: c @ values / c.sum(1), made)
    expected = 2 * 1.96 * values.std() / 200
    assert estimate.high - estimate.low == pytest.approx(expected, rel=0.08)


@pytest.mark.parametrize("options", [{}, {"group": np.zeros(0)}, {"time": np.zeros(0)}])
def test_resamples_of_no_rows_are_empty(options):
    made = resample(0, seed=0, **options)
    assert made.too_few
    assert len(made) == 0


@pytest.mark.parametrize("agreement", [0.3, 0.7])
def test_block_length_grows_with_agreement_and_stays_below_a_thirtieth(agreement):
    random = np.random.default_rng(0)
    series = np.zeros(3000)
    for i in range(1, 3000):
        series[i] = agreement * series[i - 1] + random.normal()
    length = block_length(series)
    expected = (6 * agreement**2 / (1 - agreement**2) ** 2 * 3000) ** (1 / 3)
    assert length == pytest.approx(max(expected, 3000 ** (1 / 3)), rel=0.15)
    assert length <= 100


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["group", "time"])
def test_clustered_interval_of_dependent_rows_covers_what_it_promises(kind):
    covered, naive, rounds = 0, 0, 120
    for seed in range(rounds):
        random = np.random.default_rng(seed)
        if kind == "group":
            labels = np.repeat(np.arange(60), 8)
            values = random.normal(size=60)[labels] + random.normal(size=480)
            made = resample(480, seed=seed, group=labels)
        else:
            values = np.zeros(900)
            for i in range(1, 900):
                values[i] = 0.7 * values[i - 1] + random.normal()
            made = resample(900, seed=seed, time=np.arange(900), losses=values)

        def mean(counts, values=values):
            return counts @ values / counts.sum(1)

        clustered = bootstrap(mean, made)
        rows = bootstrap(mean, resample(len(values), seed=seed))
        covered += clustered.low <= 0 <= clustered.high
        naive += rows.low <= 0 <= rows.high
    assert covered / rounds >= 0.89
    assert naive / rounds < 0.75
