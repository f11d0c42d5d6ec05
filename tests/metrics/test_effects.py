"""Accumulated local effects, and what stands for them where cells have no order."""

import numpy as np
import pytest

from fivefold.metrics.effects import Bins, along, among, steps_of

ONCE = np.ones((1, 400))


def test_steps_hold_rows_between_any_two_of_them():
    draw = np.random.default_rng(0)
    for numbers in (draw.normal(size=400), np.r_[np.zeros(380), 1000 * draw.random(20)]):
        steps = steps_of(numbers)
        assert (steps[0], steps[-1]) == (numbers.min(), numbers.max())
        assert np.isin(steps, numbers).all()
        assert np.histogram(numbers, steps)[0].min() >= 5


def test_effect_is_that_of_the_formula_though_columns_are_correlated():
    draw = np.random.default_rng(1)
    x = draw.normal(size=400)
    other = x + 0.1 * draw.normal(size=400)
    steps = steps_of(x)
    bins = Bins.of(x, steps)

    def model(cells):  # where x and the other are far apart, as in no row, it answers 1,000
        return np.where(np.abs(cells - other) < 2.5, cells**2 + 5 * other, 1000.0)[:, None]

    moved = model(steps[bins.place]) - model(steps[bins.place - 1])
    (curve,) = along(bins, moved, ONCE)[..., 0]
    assert curve - curve[0] == pytest.approx(steps**2 - steps[0] ** 2)
    at_rows = np.interp(x, steps, curve)
    assert at_rows.mean() == pytest.approx(0, abs=1e-12)


def test_rows_that_are_drawn_twice_count_twice():
    draw = np.random.default_rng(2)
    x, moved = draw.normal(size=400), draw.random((400, 2))
    steps, counts = steps_of(x), draw.integers(0, 3, 400)
    found = along(Bins.of(x, steps), moved, np.stack([np.ones(400), counts]))[1]
    often = np.repeat(np.arange(400), counts)
    wanted = along(Bins.of(x[often], steps), moved[often], np.ones((1, len(often))))[0]
    assert found == pytest.approx(wanted)


def test_levels_of_a_sum_have_its_effects_and_two_are_compared_by_their_own_rows():
    draw = np.random.default_rng(3)
    level, effect = draw.choice(4, 400, p=[0.5, 0.3, 0.1, 0.1]), np.array([1.0, -2.0, 0.5, 4.0])
    other = draw.normal(size=400) + level
    told = (effect[None] + other[:, None])[..., None]
    (found,) = among(level, told, ONCE)[..., 0]
    assert found == pytest.approx(effect - effect[level].mean())
    pair, told = level % 2, draw.normal(size=(400, 2, 1))
    (one, two) = among(pair, told, ONCE)[0, :, 0]
    assert two - one == pytest.approx((told[:, 1] - told[:, 0]).mean())
