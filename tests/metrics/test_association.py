"""How far columns tell one another, and groups of them."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from scipy.stats import spearmanr
from scipy.stats.contingency import association

from fivefold.metrics.association import Measured, associations, clusters


def pair(one, other, *ordered):
    return associations([Measured(one, ordered[0]), Measured(other, ordered[1])])[0, 1]


def test_numbers_are_associated_as_scipy_correlates_their_ranks():
    draw = np.random.default_rng(0)
    one = draw.integers(0, 9, 400).astype(float)
    other = -one + 3 * draw.normal(size=400)
    wanted = abs(spearmanr(one, other).statistic)
    assert pair(one, other, True, True) == pytest.approx(wanted, abs=1e-12)


def test_categories_are_associated_as_scipy_says_where_chance_makes_nothing():
    draw = np.random.default_rng(1)
    one = draw.integers(0, 3, 40_000)
    other = np.where(draw.random(40_000) < 0.5, one, draw.integers(0, 4, 40_000))
    table = np.zeros((3, 4), int)
    np.add.at(table, (one, other), 1)
    found = pair(one.astype(float), other.astype(float), False, False)
    assert found == pytest.approx(association(table, method="cramer"), abs=1e-3)


@pytest.mark.parametrize("ordered", [(True, True), (True, False), (False, False)])
def test_columns_without_a_tie_are_told_apart_and_equal_ones_are_not(ordered):
    draw = np.random.default_rng(2)
    one, other = draw.integers(0, 12, (2, 600)).astype(float)
    assert pair(one, other, *ordered) < 0.15
    assert pair(one, one * 2, *ordered) == pytest.approx(1)


def test_groups_are_those_of_complete_linkage():
    draw = np.random.default_rng(3)
    likeness = draw.random((9, 9))
    likeness = (likeness + likeness.T) / 2
    np.fill_diagonal(likeness, 1)
    tree = linkage(squareform(1 - likeness, checks=False), "complete")
    wanted = fcluster(tree, 0.4, "distance")
    groups = [np.flatnonzero(wanted == n).tolist() for n in range(1, wanted.max() + 1)]
    assert clusters(likeness, 0.6) == sorted(group for group in groups if len(group) > 1) != []
