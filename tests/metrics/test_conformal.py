"""Limits that hold a further row as often as is stated, on data whose law is known."""

import numpy as np
import pytest

from fivefold.metrics.conformal import chance_of, limit, limit_by_group, rows_needed

REPETITIONS = 10_000


@pytest.mark.parametrize(("rows", "level"), [(9, 0.9), (19, 0.9), (50, 0.9), (30, 0.8), (40, 0.95)])
def test_limit_covers_a_further_row_as_often_as_its_rank_says(rows, level):
    drawn = np.random.default_rng(rows).gumbel(size=(REPETITIONS, rows + 1))
    covered = (drawn[:, -1] <= limit(drawn[:, :-1], level)).mean()
    exact = np.ceil((rows + 1) * level - 1e-9) / (rows + 1)
    assert exact >= level - 1e-9
    assert abs(covered - exact) < 4 * np.sqrt(exact * (1 - exact) / REPETITIONS)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_one_row_fewer_than_needed_gives_no_limit(level):
    needed = rows_needed(level)
    assert np.isfinite(limit(np.arange(float(needed)), level))
    assert np.isinf(limit(np.arange(float(needed - 1)), level))


def test_limit_of_groups_covers_a_row_of_a_further_group_where_that_of_rows_does_not():
    rng, level, groups, hits = np.random.default_rng(0), 0.8, 12, np.zeros(2)
    sizes = np.array([40, *[2] * (groups - 1)])
    for _ in range(500):  # groups of unlike size, whose rows are nearly alike
        size = rng.permutation(sizes)
        group, shift = np.repeat(np.arange(groups), size), rng.exponential(size=groups + 1)
        errors = shift[group] + 0.01 * rng.random(len(group))
        new = shift[-1] + 0.01 * rng.random()
        limits = limit_by_group(errors, group, level), float(limit(errors, level))
        hits += [new <= each for each in limits]
    by_group, by_row = hits / 500
    assert by_group >= level - 4 * np.sqrt(level * (1 - level) / 500)
    assert by_row < level - 4 * np.sqrt(level * (1 - level) / 500)


@pytest.mark.slow
def test_chance_of_coverage_raises_false_alarms_as_seldom_as_it_says():
    rng = np.random.default_rng(0)
    drawn = rng.random((400, 60 + 200))
    reach = limit(drawn[:, :60], 0.9)
    covered = (drawn[:, 60:] <= reach[:, None]).sum(1)
    chances = np.array([chance_of(int(n), 200, 60, 0.9) for n in covered])
    assert (chances < 0.05).mean() < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 400)
    assert chance_of(150, 200, 60, 0.9) < 0.01
