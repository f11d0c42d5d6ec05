import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivefold.codecs.sketch import Moments, Quantiles

NUMBERS = st.lists(st.floats(-1e6, 1e6), max_size=40)


@given(st.lists(NUMBERS, min_size=1, max_size=5))
def test_moments_merged_equal_those_of_all_values(pieces):
    merged = Moments()
    for piece in pieces:
        merged = merged.merge(Moments.of(np.array([*piece, np.nan])))
    values = np.concatenate([np.array(piece) for piece in pieces])
    assert merged.count == len(values)
    if len(values):
        assert merged.mean == pytest.approx(values.mean(), abs=1e-6)
        assert merged.deviation == pytest.approx(values.std(), rel=1e-6, abs=1e-6)


def test_moments_far_from_zero_keep_their_deviation():
    values = 1.7e9 + np.arange(1000.0) % 7
    merged = Moments.of(values[:300]).merge(Moments.of(values[300:]))
    assert merged.deviation == pytest.approx((np.arange(1000) % 7).std(), rel=1e-9)


def test_moments_of_nothing_are_zero():
    assert Moments.of(np.array([np.nan])).deviation == 0.0


@given(st.lists(NUMBERS, max_size=4), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_quantiles_below_capacity_equal_numpy(pieces, fractions):
    sketch = Quantiles()
    for piece in pieces:
        sketch.add(np.array([*piece, np.nan]))
    values = np.concatenate([np.empty(0), *map(np.array, pieces)])
    if not len(values):
        assert sketch.at(np.array(fractions)).tolist() == [0.0] * len(fractions)
        return
    expected = np.quantile(values, fractions)
    np.testing.assert_allclose(sketch.at(np.array(fractions)), expected, rtol=1e-9, atol=1e-6)


def test_quantiles_above_capacity_are_close_and_keep_the_ends():
    values = np.random.default_rng(0).lognormal(size=200_000)
    sketch, other = Quantiles(capacity=2048), Quantiles(capacity=2048)
    for piece in np.array_split(values[:120_000], 50):
        sketch.add(piece)
    other.add(values[120_000:])
    sketch.merge(other)
    assert sum(map(len, sketch.levels)) < 20_000
    assert sketch.sorted()[1].sum() == len(values)
    fractions = np.array([0.005, 0.25, 0.5, 0.75, 0.995])
    ranks = np.searchsorted(np.sort(values), sketch.at(fractions)) / len(values)
    np.testing.assert_allclose(ranks, fractions, atol=0.002)
    assert sketch.at(np.array([0.0, 1.0])).tolist() == [values.min(), values.max()]


def test_quantiles_commonest_is_the_mode_and_the_smaller_of_equals():
    sketch = Quantiles()
    sketch.add(np.array([5.0, 3.0, 3.0, 5.0, 9.0]))
    assert sketch.commonest() == 3.0
    sketch.add(np.array([5.0]))
    assert sketch.commonest() == 5.0
    assert Quantiles().commonest() == 0.0
