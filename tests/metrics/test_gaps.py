"""How far groups lie apart, against draws of known laws and what others compute."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm, studentized_range

from fivefold.metrics.gaps import _deviations, _within, gap, rates_of
from fivefold.metrics.intervals import weighted_wilson


def test_chance_of_all_pairs_is_that_of_the_studentised_range():
    for groups, reached in ((2, 1.5), (3, 2.0), (10, 3.0)):
        wanted = studentized_range.cdf(reached * 2**0.5, groups, np.inf)
        assert_allclose(_within(reached, (groups,)), wanted, atol=1e-6)
    assert_allclose(_deviations((2,), 0.9), norm.ppf(0.95), atol=1e-6)
    both = norm.ppf((1 + 0.95**0.5) / 2)  # two independent differences
    assert_allclose(_deviations((2, 2), 0.95), both, atol=1e-6)


def test_rates_by_weight_and_in_clusters_stand_on_as_many_rows_as_say_as_much():
    draw = np.random.default_rng(0)
    said, weight = draw.random(300) < 0.3, draw.exponential(size=300)
    every = np.ones((300, 1), bool)
    found = rates_of(said, every, weight=weight)
    assert_allclose(found.value[0], np.average(said, weights=weight))
    low, high = (float(end[0]) for end in found.ends(norm.ppf(0.975)))
    assert_allclose((low, high), weighted_wilson(said, weight), atol=1e-9)
    repeated = rates_of(np.repeat(said, 4), np.ones((1200, 1), bool), unit=np.arange(1200) // 4)
    assert_allclose(repeated.rows, [299], rtol=1e-6)  # four equal rows are one
    alike = rates_of(np.ones(1200, bool), np.ones((1200, 1), bool), unit=np.arange(1200) // 4)
    assert alike.rows[0] == 300


def test_gap_is_of_the_two_groups_that_differ_most_and_says_which():
    members = np.repeat(np.arange(3), 200)[:, None] == np.arange(3)
    rates = [np.repeat(shares, 200) > np.tile(np.arange(200) / 200, 3) for shares in
             ([0.5, 0.52, 0.48], [0.3, 0.6, 0.5])]  # fmt: skip
    found = gap([rates_of(said, members) for said in rates])
    assert_allclose(found.estimate, 0.3, atol=1e-9)
    assert found.where == (1, 1, 0)
    assert 0.1 < found.estimate.low < 0.25 < 0.35 < found.estimate.high < 0.45
    assert found.chance < 1e-6
    assert 0.05 < found.by_chance < 0.12
    lone = gap([rates_of(rates[0], members[:, :1])])
    assert (lone.estimate.method, lone.where) == ("too few groups", None)


@pytest.mark.parametrize(("rates", "truth"), [([0.4] * 5, 0.0), ([0.5, 0.4, 0.4, 0.4, 0.4], 0.1)])
def test_interval_holds_the_gap_where_a_bootstrap_of_the_largest_does_not(rates, truth):
    draw, inside, naive, loud = np.random.default_rng(1), 0, 0, 0
    sizes = np.array([300, 100, 80, 60, 60])
    members = np.repeat(np.arange(5), sizes)
    which = members[:, None] == np.arange(5)
    for _ in range(100):
        said = draw.random(600) < np.array(rates)[members]
        found = gap([rates_of(said, which)])
        inside += found.estimate.low <= truth <= found.estimate.high
        loud += found.chance < 0.05
        shares = np.bincount(members, said) / sizes
        again = np.ptp(draw.binomial(sizes, shares, (200, 5)) / sizes, axis=1)
        low, high = np.quantile(again, [0.025, 0.975])
        naive += low <= truth <= high
    assert inside >= 92
    assert naive < 60
    if not truth:
        assert loud <= 11  # 5 of 100, and what so few draws stray


def test_means_of_numbers_are_told_apart_by_their_own_spread():
    draw = np.random.default_rng(2)
    members = np.repeat(np.arange(2), [400, 100])[:, None] == np.arange(2)
    values = np.concatenate([draw.normal(0, 1, 400), draw.normal(1, 3, 100)])
    found = gap([rates_of(values, members, share=False)])
    error = (values[:400].var(ddof=1) / 400 + values[400:].var(ddof=1) / 100) ** 0.5
    apart = values[400:].mean() - values[:400].mean()
    assert_allclose(found.estimate, apart)
    assert_allclose(found.estimate.high - apart, 1.959964 * error, rtol=1e-4)
