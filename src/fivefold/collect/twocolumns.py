"""Two columns that together tell the class, though neither does alone."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.digits import per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, quoted

SKILL = 0.98  # fraction of the errors of a blind guess that two columns take away
GAIN = 0.5  # of the errors that the better one leaves, at least
WIDEST = 60  # columns of which pairs are tried
BINS = 16  # of a number, at a first look
WORTH, TRIED = 0.8, 3  # skill at a first look, from which on a pair is learnt; and how many are
FEWEST = 100


class Told(NamedTuple):
    """Two columns that tell the class.

    Args:
        places: of the two.
        skill: fraction of the errors of a blind guess that they take away.
        alone: that of the better one.
    """

    places: tuple[int, int]
    skill: float
    alone: float


def find_together(
    names: tuple[str, ...],
    matrix: Array,
    discrete: Array,
    target: Array,
    fold: Array,
    target_name: str,
) -> list[Finding]:
    """The pair of columns that tells the class of rows nobody learnt from, if there is one.

    Args:
        names: of the columns.
        matrix: `(n, d)` float64, categories as codes, NaN for missing.
        discrete: `(d,)` bool, True where values are categories without an order.
        target: `(n,)` class codes.
        fold: `(n,)` int, which part of the rows each belongs to.
        target_name: for the sentence.
    """
    told = _pair(matrix, discrete, target, fold)
    if told is None:
        return []
    two = [names[place] for place in told.places]
    dropped = ", ".join(map(literal, two))
    sentence = (
        f"Columns {quoted(two)} together predict `{target_name}` almost perfectly "
        f"({per_cent(told.skill)} of the errors of a blind guess fall away, "
        f"{per_cent(round(max(told.alone, 0.0), 4))} by one alone): they may be known only with "
        f"the answer. Pass drop=({dropped}) if so."
    )
    return [finding("target_leakage", sentence, columns=two, score=told.skill, how="together")]


def _pair(matrix: Array, discrete: Array, target: Array, fold: Array) -> Told | None:
    rows, wide = matrix.shape
    blind = 1 - np.bincount(target).max() / rows
    if rows < FEWEST or not 2 <= wide <= WIDEST or blind <= 0:
        return None
    binned = [_binned(column, bool(own)) for column, own in zip(matrix.T, discrete, strict=True)]
    glance = []
    for one, other in combinations(range(wide), 2):
        cells = binned[one][0] * binned[other][1] + binned[other][0]
        if binned[one][1] * binned[other][1] * FEWEST // 10 <= rows * BINS:
            glance.append((_in_cells(cells, target) / blind, one, other))
    likely = sorted((one for one in glance if one[0] <= 1 - WORTH), key=lambda one: one[0])
    alone: dict[int, float] = {}
    for _, one, other in likely[:TRIED]:
        skill = 1 - _error(_features(matrix, (one, other)), target, fold) / blind
        if skill < SKILL:
            continue
        for place in (one, other):
            if place not in alone:
                alone[place] = 1 - _error(matrix[:, [place]], target, fold) / blind
        best = max(alone[one], alone[other])
        if best < SKILL and 1 - skill <= GAIN * (1 - best):
            return Told((one, other), float(skill), float(best))
    return None


def _binned(column: Array, discrete: bool) -> tuple[Array, int]:
    """Which of a few ranges, or which value, a cell is; and how many there are."""
    known = column[np.isfinite(column)]
    values = np.unique(known)
    if discrete or len(values) <= BINS:
        place = np.searchsorted(values, column)
    else:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
        values, place = edges, np.searchsorted(edges, column, side="right")
    place = np.where(np.isfinite(column), place, len(values) + 1)
    return place.astype(np.int64), len(values) + 2


def _in_cells(cells: Array, target: Array) -> float:
    """Errors of the commonest class of each cell, in these very rows."""
    classes = int(target.max()) + 1
    key, counts = np.unique(cells * classes + target, return_counts=True)
    cell = np.flatnonzero(np.diff(key // classes, prepend=-1))
    return float(1 - np.maximum.reduceat(counts, cell).sum() / len(target))


def _features(matrix: Array, places: tuple[int, int]) -> Array:
    """Two columns, and how they stand to one another, in which trees can cut."""
    one, other = np.where(np.isfinite(matrix[:, places]), matrix[:, places], np.nan).T
    first, second = (
        (cells - np.nanmean(cells)) / (np.nanstd(cells) or 1) for cells in (one, other)
    )
    sums = (one + other, one - other, first + second, first - second)
    return np.stack([one, other, *sums], axis=1)


def _error(features: Array, target: Array, fold: Array) -> float:
    """Errors of a tree, in rows that it has not learnt from."""
    from sklearn.tree import DecisionTreeClassifier

    wrong = 0
    features = np.where(np.isnan(features), -1e30, features).clip(-1e30, 1e30).astype(np.float32)
    for part in np.unique(fold):
        learn, judge = fold != part, fold == part
        tree = DecisionTreeClassifier(min_samples_leaf=2, random_state=0, max_leaf_nodes=256)
        tree.fit(features[learn], target[learn])
        wrong += int((tree.predict(features[judge]) != target[judge]).sum())
    return wrong / len(target)
