import numpy as np
import pytest

from fivefold.collect.twocolumns import find_together

ROWS = 600


def told(one, other, target, discrete=False):
    draw = np.random.default_rng(1)
    matrix = np.stack([draw.normal(size=ROWS), one, other], axis=1).astype(float)
    kinds = np.array([False, discrete, discrete])
    fold = draw.permutation(ROWS) % 3
    return find_together(("a", "b", "c"), matrix, kinds, target, fold, "y")


@pytest.fixture
def draw():
    return np.random.default_rng(0)


def test_two_codes_that_only_together_tell_the_class_are_found(draw):
    one, other = draw.integers(0, 3, (2, ROWS))
    (found,) = told(one, other, (one + other) % 3, discrete=True)
    assert found.numbers["columns"] == ["b", "c"]
    assert found.numbers["score"] == 1
    assert (found.severity, found.numbers["how"]) == ("serious", "together")
    assert 'Pass drop=("b", "c") if so.' in found.sentence
    changed = np.where(draw.random(ROWS) < 0.2, draw.integers(0, 3, ROWS), (one + other) % 3)
    assert not told(one, other, changed, discrete=True)


def test_the_larger_of_two_numbers_is_found_and_a_near_boundary_is_not(draw):
    one, other = draw.normal(size=(2, ROWS))
    gap = np.where(other > one, 0.5, -0.5)
    assert told(one, other + gap, (other > one).astype(int))[0].numbers["columns"] == ["b", "c"]
    noise = other + draw.normal(size=ROWS)
    assert not told(one, other, (noise > one).astype(int))


def test_column_that_tells_the_class_alone_needs_no_other(draw):
    target = draw.integers(0, 2, ROWS)
    assert not told(target, draw.integers(0, 5, ROWS), target, discrete=True)
