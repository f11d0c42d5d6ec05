"""How far columns tell one another, and which of them belong together for it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array

FEWEST = 30
"""Rows below which nothing is said of two columns."""

MOST_LEVELS = 50
"""Levels of a category that are told apart; the rarer ones are one."""


class Measured(NamedTuple):
    """A column as numbers.

    Args:
        values: `(n,)` float64, NaN for missing; equal for equal cells.
        ordered: whether greater numbers mean more; else they are levels.
    """

    values: Array
    ordered: bool


def associations(columns: Sequence[Measured]) -> Array:
    """How far each two columns tell one another, whatever they are.

    Of two with an order the rank correlation of Spearman without its sign, of two categories
    Cramér's V, of one each the correlation ratio of the ranks; the last two less what chance makes
    of many levels. Missing cells of a category are a level, those of numbers are in the middle.

    Args:
        columns: of the same rows.

    Returns:
        `(columns, columns)` from 0 to 1, symmetric; 1 of each with itself.

    Example:
        >>> told = Measured(np.arange(60.0), True), Measured(np.arange(60) // 20 * 1.0, False)
        >>> associations(told).round(2).tolist()
        [[1.0, 0.94], [0.94, 1.0]]

    Reference:
        Bergsma, A bias-correction for Cramér's V and Tschuprow's T, Journal of the Korean
        Statistical Society 42, 2013; Kelley, An unbiased correlation ratio measure, PNAS 21, 1935.
    """
    found = np.eye(len(columns))
    rows = len(columns[0].values) if columns else 0
    if rows < FEWEST:
        return found
    seen = [_ranks(one.values) if one.ordered else _levels(one.values) for one in columns]
    for second in range(len(columns)):
        for first in range(second):
            pair = sorted((first, second), key=lambda place: not columns[place].ordered)
            one, other = (seen[place] for place in pair)
            orders = sum(columns[place].ordered for place in pair)
            measure = (_cramer, _ratio, _spearman)[orders]
            found[first, second] = found[second, first] = measure(one, other)
    return found


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


def _ranks(values: Array) -> Array:
    """Mean ranks around 0, of length 1; those of missing numbers are 0, and all of one number."""
    known = ~np.isnan(values)
    _, place, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    ranks = np.zeros(len(values))
    ranks[known] = (np.cumsum(counts) - counts / 2)[place]
    ranks[known] -= ranks[known].mean() if known.any() else 0.0
    length = float(np.sqrt(ranks @ ranks))
    return ranks / length if length else ranks


def _levels(values: Array) -> Array:
    """`(n,)` int64 from 0 without a gap, the rare ones one."""
    place, counts = np.unique(values, return_inverse=True, return_counts=True)[1:]
    order = np.argsort(-counts, kind="stable")
    number = np.empty(len(counts), np.int64)
    number[order] = np.minimum(np.arange(len(counts)), MOST_LEVELS)
    return np.asarray(number[place.ravel()])


def _spearman(one: Array, other: Array) -> float:
    return min(1.0, abs(float(one @ other)))


def _ratio(ranks: Array, levels: Array) -> float:
    counts = np.bincount(levels)
    if len(counts) < 2 or not ranks.any():
        return 0.0
    explained = float((np.bincount(levels, ranks) ** 2 / counts).sum())
    free = (len(ranks) - 1) / max(1, len(ranks) - len(counts))
    return float(np.sqrt(np.clip(1 - (1 - explained) * free, 0, 1)))


def _cramer(one: Array, other: Array) -> float:
    rows, shape = len(one), np.array([one.max() + 1, other.max() + 1])
    if shape.min() < 2:
        return 0.0
    found = np.bincount(one * shape[1] + other, minlength=shape.prod()).reshape(shape)
    chance = np.outer(found.sum(1), found.sum(0)) / rows
    strength = float(((found - chance) ** 2 / chance).sum()) / rows
    strength = max(0.0, strength - float((shape - 1).prod()) / (rows - 1))
    free = float((shape - (shape - 1) ** 2 / (rows - 1)).min()) - 1
    return float(np.sqrt(min(1.0, strength / free))) if free > 0 else 0.0
