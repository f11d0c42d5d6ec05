import numpy as np
import pytest

from fivefold.collect import difficulty
from fivefold.collect.difficulty import (
    carry_over,
    find_difficulty,
    groups_of,
)

ROWS = 3000


def table(seed, rows=ROWS):
    """Two honest columns, a third that is weaker, and what is left to chance."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4))
    logit = 3 * x[:, 0] + 2 * x[:, 1] + x[:, 2]
    truth = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    return rng, x, logit, truth


def found(x, truth, extra, seed=0):
    names = (*(f"x{place}" for place in range(x.shape[1])), "extra")
    return [
        finding.numbers["columns"][0]
        for finding in find_difficulty(names, np.c_[x, extra], truth, "y", seed=seed)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_count_of_models_that_were_right_is_found(seed):
    rng, x, logit, truth = table(seed)
    right = np.stack([((logit + rng.normal(size=ROWS)) > 0) == truth for _ in range(21)]).sum(0)
    assert found(x, truth, right.astype(float), seed) == ["extra"]


def test_a_first_look_at_few_of_many_rows_finds_the_same(monkeypatch):
    forests = []
    grown = difficulty._out_of_bag
    monkeypatch.setattr(
        difficulty, "_out_of_bag", lambda *args: forests.append(len(args[0])) or grown(*args)
    )
    rng, x, logit, truth = table(0, 9_000)
    assert found(x, truth, rng.normal(size=9_000)) == []
    assert set(forests) == {4_000}
    right = np.stack([((logit + rng.normal(size=9_000)) > 0) == truth for _ in range(21)]).sum(0)
    assert found(x, truth, right.astype(float)) == ["extra"]
    assert forests[-1] == 9_000


@pytest.mark.parametrize("seed", range(3))
def test_honest_columns_are_no_alarm_however_strong(seed):
    rng, x, _, truth = table(seed)
    assert found(x, truth, rng.normal(size=ROWS), seed) == []
    strong = truth + 0.4 * rng.normal(size=ROWS)
    assert found(x, truth, strong, seed) == []


@pytest.mark.parametrize("seed", range(3))
def test_measure_of_noise_is_no_alarm_though_it_goes_with_errors(seed):
    rng, x, _, _ = table(seed)
    noise = rng.uniform(0, 3, ROWS)
    truth = (x[:, 0] + x[:, 1] + noise * rng.normal(size=ROWS) > 0).astype(np.int64)
    assert found(x, truth, noise, seed) == []


def test_few_rows_or_columns_say_nothing():
    _, x, logit, truth = table(0)
    right = ((logit > 0) == truth).astype(float)
    assert found(x[:300], truth[:300], right[:300]) == []
    assert find_difficulty(("a", "b"), np.c_[x[:, 0], right], truth, "y") == []


def test_carry_over_without_an_error_knows_nothing():
    side = np.arange(200) % 2
    assert carry_over(side, np.zeros(200, bool), side, np.mean) == 0.5


def test_carry_over_is_high_for_doubt_and_low_for_a_direction():
    rng = np.random.default_rng(0)
    side = rng.integers(0, 2, 4000)
    high = rng.integers(0, 2, 4000)
    doubt = rng.random(4000) < np.where(high == 1, 0.4, 0.05)
    direction = rng.random(4000) < np.where(high == side, 0.4, 0.05)
    assert carry_over(high, doubt, side, np.min) > 0.65
    assert carry_over(high, direction, side, np.min) < 0.35


def test_groups_keep_few_values_and_divide_many():
    assert groups_of(np.array([3.0, 1.0, 3.0])).tolist() == [1, 0, 1]
    sizes = np.bincount(groups_of(np.arange(1000.0)))
    assert len(sizes) == 20
    assert sizes.min() >= 49
