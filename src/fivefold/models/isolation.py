"""An isolation forest as one operator: how few questions set a row apart from all others."""

from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.models.trees import Trees, round_down

TREES = 200


def fit_isolation(matrix: Array, seed: int, trees: int = TREES) -> Trees:
    """Random trees whose answer is the negative mean depth of a row: odd ones lie near the root.

    It puts rows in the order of scikit-learn's `IsolationForest.score_samples`, negated.

    Args:
        matrix: `(n, width)` float32 without NaN.
        seed: of what is drawn.
        trees: how many.

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
        >>> forest = fit_isolation(rows, seed=0, trees=20)
        >>> import torch
        >>> usual, odd = forest(torch.tensor([[0.0, 0.0], [9.0, 9.0]]))[:, 0].tolist()
        >>> odd > usual
        True

    Reference:
        Liu, Ting and Zhou, Isolation Forest, ICDM 2008.
    """
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=trees, random_state=seed % 2**32)
    forest.fit(matrix)
    sizes, arrays = isolation_nodes(forest)
    made = Trees(*sizes)
    made.load_nodes(arrays)
    return made


def isolation_nodes(forest: Any) -> tuple[list[int], dict[str, Array]]:
    """What `Trees` is built from, and its buffers, of a fitted forest of scikit-learn."""
    parts: dict[str, list[Array]] = {}
    depth = start = 0
    roots = []
    for one, features in zip(forest.estimators_, forest.estimators_features_, strict=True):
        tree = one.tree_
        leaf, itself = tree.children_left < 0, np.arange(tree.node_count)
        level = _levels(tree)
        lengths = level + _mean_length(tree.n_node_samples)
        found = {
            "feature": np.where(leaf, 0, features[np.maximum(tree.feature, 0)]).astype(np.int64),
            "threshold": round_down(np.where(leaf, 0.0, tree.threshold)),
            "left": start + np.where(leaf, itself, tree.children_left).astype(np.int64),
            "right": start + np.where(leaf, itself, tree.children_right).astype(np.int64),
            "value": np.where(leaf, -lengths / len(forest.estimators_), 0.0).astype(np.float32),
        }
        for name, values in found.items():
            parts.setdefault(name, []).append(values)
        roots.append(start)
        start += tree.node_count
        depth = max(depth, int(level.max()))
    arrays = {name: np.concatenate(values) for name, values in parts.items()}
    arrays |= {"root": np.array(roots, np.int64), "bias": np.zeros(1, np.float32)}
    return [start, len(roots), depth, 1], arrays


def _levels(tree: Any) -> Array:
    """How many questions lead to each node."""
    level = np.zeros(tree.node_count)
    for node in range(tree.node_count):  # a node stands behind the one that leads to it
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                level[child] = level[node] + 1
    return level


def _mean_length(rows: Array) -> Array:
    """How many questions more would set apart one of so many rows, on average."""
    many = np.maximum(rows, 3).astype(np.float64)
    length = 2 * (np.log(many - 1) + np.euler_gamma) - 2 * (many - 1) / many
    return np.where(rows <= 1, 0.0, np.where(rows == 2, 1.0, length))
