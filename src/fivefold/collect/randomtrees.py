"""Extremely randomised trees that grow side by side, and what each says of rows it has not seen."""

from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array

_LEAF = 3  # rows of a leaf, at least


class _Level(NamedTuple):
    """The nodes that were split at one depth, of all trees."""

    feature: Array  # `(nodes,)` int
    threshold: Array  # `(nodes,)` float32; rows up to it go to the first child
    child: Array  # `(nodes,)` int, number of the first child at the next depth; the other follows
    share: Array  # `(nodes,)` float64, of rows of class 1


def out_of_bag(
    matrix: Array, truth: Array, *, trees: int, features: int, rows: int, seed: int
) -> Array:
    """What a forest says of each row by the trees that have not drawn it.

    All trees grow at once, one depth after another, so that numpy's own loops do the work: a
    forest of thousands of rows costs less than the import of a library that grows one.

    Args:
        matrix: `(n, d)` float32, none missing.
        truth: `(n,)` 0 or 1.
        trees: of the forest.
        features: columns of which each node takes the best random threshold.
        rows: that each tree draws, with replacement.
        seed: of the draws.

    Returns:
        `(n,)` int64, the class; 0 of rows that every tree has drawn.

    Reference:
        Geurts, Ernst, Wehenkel, Extremely randomized trees, Machine Learning 63, 2006.
    """
    draw = np.random.default_rng(seed)
    drawn = draw.integers(0, len(matrix), (trees, rows))
    levels = _grown(matrix, truth.astype(bool), drawn, features, draw)
    free = np.ones((trees, len(matrix)), bool)
    np.put_along_axis(free, drawn, False, axis=1)
    tree, row = np.nonzero(free)
    share = _followed(levels, matrix, tree, row)
    seen = np.bincount(row, minlength=len(matrix))
    said = np.bincount(row, share, minlength=len(matrix))
    found: Array = (said > 0.5 * seen).astype(np.int64)
    return found


def _grown(
    matrix: Array, truth: Array, drawn: Array, features: int, draw: np.random.Generator
) -> list[_Level]:
    """The depths of trees, each of which has its own rows."""
    tree = np.arange(len(drawn))  # of each node
    row, node = drawn.ravel(), np.repeat(tree, drawn.shape[1])
    levels = []
    while len(row):
        first = np.flatnonzero(np.diff(node, prepend=-1))
        count = np.diff(first, append=len(row))
        ones = np.add.reduceat(truth[row], first, dtype=np.int64)
        asked = _window(draw, tree, matrix.shape[1], min(features, matrix.shape[1]))
        cells = matrix[row[:, None], asked[node]]
        low, high = (of.reduceat(cells, first) for of in (np.minimum, np.maximum))
        threshold = low + draw.random(low.shape, np.float32) * (high - low)
        left = cells <= threshold[node]
        gain = _gain(left, truth[row], first, count, ones)
        best = gain.argmax(axis=1)
        each = np.arange(len(tree))
        is_split = (gain[each, best] > -1) & (ones > 0) & (ones < count)
        child = np.where(is_split, 2 * (np.cumsum(is_split) - 1), -1)
        levels.append(_Level(asked[each, best], threshold[each, best], child, ones / count))
        goes = child[node] + ~left[np.arange(len(row)), best[node]]
        kept = is_split[node]
        order = np.argsort(goes[kept], kind="stable")
        row, node, tree = row[kept][order], goes[kept][order], np.repeat(tree[is_split], 2)
    return levels


def _window(draw: np.random.Generator, tree: Array, columns: int, size: int) -> Array:
    """`(nodes, size)`: different columns for each node, in an order that is each tree's own."""
    order = np.argsort(draw.random((int(tree.max()) + 1, columns)), axis=1)
    start = draw.integers(0, columns, len(tree))
    found: Array = order[tree[:, None], (start[:, None] + np.arange(size)) % columns]
    return found


def _gain(left: Array, truth: Array, first: Array, count: Array, ones: Array) -> Array:
    """`(nodes, size)`: how pure both sides are, by Gini; -1 where one has too few rows."""
    many = np.add.reduceat(left, first, dtype=np.int64)
    right = np.add.reduceat(left & truth[:, None], first, dtype=np.int64)
    rest, other = count[:, None] - many, ones[:, None] - right
    pure = (right**2 + (many - right) ** 2) / np.maximum(many, 1)
    pure = pure + (other**2 + (rest - other) ** 2) / np.maximum(rest, 1)
    return np.where((many >= _LEAF) & (rest >= _LEAF), pure, -1.0)


def _followed(levels: list[_Level], matrix: Array, tree: Array, row: Array) -> Array:
    """The share of class 1 in the leaf that each row comes to, in the tree beside it."""
    found = np.empty(len(row))
    place, node = np.arange(len(row)), tree
    for level in levels:
        found[place] = level.share[node]
        on = level.child[node] >= 0
        place, node, row = place[on], node[on], row[on]
        right = matrix[row, level.feature[node]] > level.threshold[node]
        node = level.child[node] + right
    return found
