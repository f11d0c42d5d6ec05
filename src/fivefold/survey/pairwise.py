"""How far columns tell one another: numbers, categories, and one by the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array
from fivefold.survey.measured import LEVELS, Coded, Ranked

RANKS, TABLES, GROUPS, TENTHS = "spearman", "cramer", "ratio", "tenths"
"""What says how far two columns go together, by what they are."""
CURVED = 0.15
"""By how much tenths must tell more than the order does, where they are told in its place."""
FEWEST = 20
"""Rows of which both have a cell, below which nothing is said."""


@dataclass(frozen=True, eq=False)
class Associations:
    """How far each pair of columns goes together.

    Args:
        names: of the columns, numbers first.
        values: `(k, k)` -1 to 1 where two have an order, else 0 to 1; NaN of too few rows.
        ways: `(k, k)` by which measure: `spearman`, `cramer`, `ratio` or `tenths`.
    """

    names: tuple[str, ...]
    values: Array
    ways: Array

    def pairs(self) -> Iterator[tuple[str, str, float, str]]:
        """Two columns, how far they go together and the measure; the closest first."""
        one, other = np.triu_indices(len(self.names), 1)
        size = np.nan_to_num(np.abs(self.values[one, other]), nan=-1.0)
        for place in np.argsort(-size, kind="stable"):
            if size[place] >= 0:
                i, j = one[place], other[place]
                value, way = float(self.values[i, j]), str(self.ways[i, j])
                yield self.names[i], self.names[j], value, way

    def alike(self, least: float) -> list[list[str]]:
        """Names of columns of which any two go together by so much, as groups of two or more."""
        groups = clusters(np.abs(np.nan_to_num(self.values)), least)
        return [[self.names[place] for place in group] for group in groups]

    def order(self) -> Array:
        """Places of the columns so that those which go together stand together."""
        size = np.abs(np.nan_to_num(self.values))
        np.fill_diagonal(size, 0)
        left = np.ones(len(size), bool)
        found = list[int]()
        while left.any():
            beside = size[found[-1]] if found else size.sum(axis=0)
            if found and not (beside[left] >= CURVED).any():  # a new group begins
                beside = size.max(axis=0)
            place = int(np.where(left, beside, -1.0).argmax())
            found.append(place)
            left[place] = False
        return np.array(found, np.int64)


def clusters(likeness: Array, least: float) -> list[list[int]]:
    """Groups of which any two are alike by so much: complete linkage, the likest first.

    Args:
        likeness: `(n, n)`, symmetric.
        least: from which on two may be in one group.

    Returns:
        Places, of groups of two or more.

    Example:
        >>> clusters(np.array([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]]), 0.8)
        [[0, 1]]
    """
    groups = [[place] for place in range(len(likeness))]
    between = np.array(likeness, np.float64)
    np.fill_diagonal(between, -np.inf)
    while len(groups) > 1:
        first, second = sorted(divmod(int(between.argmax()), len(groups)))
        if between[first, second] < least:
            break
        both = np.minimum(between[first], between[second])
        between[first], between[:, first] = both, both
        between[first, first] = -np.inf
        between = np.delete(np.delete(between, second, 0), second, 1)
        groups[first] += groups.pop(second)
    return sorted(sorted(group) for group in groups if len(group) > 1)


def associations(ranked: Ranked, coded: Coded) -> Associations:
    """How far columns go together, pair by pair, by the rows in which both have a cell.

    Two columns of numbers by Spearman's rank correlation, or, where the order tells much less, by
    the correlation ratio of the one over tenths of the other; two of categories by Cramer's V
    without its bias; one of each by the correlation ratio of ranks. All but the first are 0 on
    average where columns have nothing to do with one another.

    Args:
        ranked: columns of numbers and moments.
        coded: columns of categories.

    Reference:
        Bergsma, A bias-correction for Cramer's V and Tschuprow's T, 2013; Kelley, An unbiased
        correlation ratio measure, 1935.
    """
    p, q = len(ranked.names), len(coded.names)
    values, ways = np.full((p + q, p + q), np.nan), np.full((p + q, p + q), RANKS)
    rho = _spearman(ranked)
    by_tenths = ratios(ranked.tenths(), ranked)
    both = np.fmax(by_tenths, by_tenths.T)
    curved = both > np.abs(rho) + CURVED
    values[:p, :p] = np.where(curved, both, rho)
    ways[:p, :p][curved] = TENTHS
    across = ratios(coded, ranked)
    values[p:, :p], values[:p, p:] = across, across.T
    ways[p:, :p] = ways[:p, p:] = GROUPS
    values[p:, p:], ways[p:, p:] = cramers(coded, coded), TABLES
    np.fill_diagonal(values, 1.0)
    return Associations((*ranked.names, *coded.names), values, ways)


def _spearman(ranked: Ranked) -> Array:
    """`(p, p)` correlations of ranks, by the rows in which both are known."""
    ranks, known = ranked.ranks, ranked.known
    count, products = known.T @ known, ranks.T @ ranks
    sums, squares = ranks.T @ known, (ranks**2).T @ known
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = products - sums * sums.T / count
        spread = squares - sums**2 / count
        rho = covariance / np.sqrt(spread * spread.T)
    clear = (spread > 1e-9) & (spread.T > 1e-9) & (count >= FEWEST)
    return np.where(clear, np.clip(rho, -1, 1), np.nan)


def ratios(coded: Coded, ranked: Ranked) -> Array:
    """`(q, p)` correlation ratios of ranks over categories, without their bias; 0 to 1."""
    ranks, known = ranked.ranks, ranked.known
    found = np.full((len(coded.names), len(ranked.names)), np.nan)
    squares = ranks**2
    for place in range(len(coded.names)):
        codes = coded.codes[:, place]
        inside = (codes[:, None] == np.arange(codes.max(initial=0) + 1)).astype(np.float64)
        sums, count = inside.T @ ranks, inside.T @ known
        rows, groups = count.sum(axis=0), (count > 0).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = sums.sum(axis=0) ** 2 / rows
            between = np.where(count > 0, sums**2 / count, 0.0).sum(axis=0) - mean
            spread = (inside.T @ squares).sum(axis=0) - mean
            left = (1 - between / spread) * (rows - 1) / (rows - groups)
        clear = (spread > 1e-9) & (rows >= FEWEST) & (groups > 1) & (rows > groups)
        told = np.sqrt(np.clip(1 - np.where(clear, left, 1.0), 0, 1))
        found[place] = np.where(clear, told, np.nan)
    return found


def cramers(one: Coded, other: Coded) -> Array:
    """`(q, r)` Cramer's V of columns of categories, without its bias; 0 to 1."""
    found = np.full((len(one.names), len(other.names)), np.nan)
    width = LEVELS + 1  # the last place is of missing cells
    inner = np.where(other.codes < 0, LEVELS, other.codes)
    inner = inner + np.arange(len(other.names)) * width**2
    for place in range(len(one.names) if len(other.names) else 0):
        outer = np.where(one.codes[:, place] < 0, LEVELS, one.codes[:, place])
        size = len(other.names) * width**2
        counts = np.bincount((inner + outer[:, None] * width).ravel(), minlength=size)
        found[place] = _v_of(counts.reshape(-1, width, width)[:, :LEVELS, :LEVELS])
    return found


def _v_of(counts: Array) -> Array:
    """`(tables,)` Cramer's V of tables of counts, without its bias."""
    down, across = counts.sum(axis=2), counts.sum(axis=1)
    rows = down.sum(axis=1).astype(np.float64)
    k, r = (down > 0).sum(axis=1), (across > 0).sum(axis=1)
    clear = (rows >= FEWEST) & (k > 1) & (r > 1)
    rows = np.where(clear, rows, FEWEST)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = down[:, :, None] * across[:, None, :] / rows[:, None, None]
        squares = np.where(expected > 0, counts**2 / expected, 0.0).sum(axis=(1, 2)) - rows
        phi = np.maximum(squares / rows - (k - 1) * (r - 1) / (rows - 1), 0)
        least = np.minimum(k - (k - 1) ** 2 / (rows - 1), r - (r - 1) ** 2 / (rows - 1)) - 1
        v = np.sqrt(np.clip(phi / least, 0, 1))
    return np.where(clear & (least > 0), v, np.nan)
