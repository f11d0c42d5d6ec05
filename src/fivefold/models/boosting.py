"""Boosted trees for the rows of a table, as a module that a network can answer beside."""

import time
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any, Literal, NamedTuple

import numpy as np
import torch

from fivefold.codecs.table import Array
from fivefold.metrics.weight import relative
from fivefold.models.trees import Trees, join_trees

_SEVERAL = 10_000_000
"""Numbers of a matrix from which more threads than one pay; the trees are the same."""


MANY = 5
"""Labels from which on each has one booster."""


@dataclass(frozen=True, kw_only=True)
class Boosting:
    """How trees are grown.

    Args:
        rounds: at most, of each booster.
        trees: at most, of each booster, over all outputs.
        boosters: fitted with different columns at each split; their answers are averaged.
        lr: what each round adds of its step.
        leaves: of a tree, at most.
        depth: of a tree, at most.
        leaf_rows: training rows in a leaf, at least.
        columns: fraction of the columns that a split may choose from.
        patience: rounds without a better validation loss after which a booster stops.
    """

    rounds: int = 400
    trees: int = 1500
    boosters: int = 3
    lr: float = 0.05
    leaves: int = 16
    depth: int = 10
    leaf_rows: int = 10
    columns: float = 0.4
    patience: int = 40


def fit_trees(
    train: tuple[Array, Array],
    valid: tuple[Array, Array],
    learn: Literal["class", "number", "rate", "labels"],
    outputs: int,
    *,
    weights: tuple[Array, Array] | None = None,
    boosting: Boosting | None = None,
    seed: int = 0,
    seconds: float | None = None,
) -> Trees | None:
    """Grow trees on training rows; validation rows choose the rounds.

    Args:
        train: a float32 matrix `(n, width)` without NaN, and its targets: class indices, values
            or rates in the unit that the network learns, or `(n, labels)` of 0 and 1.
        valid: the same for validation rows.
        learn: what the targets are.
        outputs: numbers a row: 1 for two classes and for values, else one a class or label.
        weights: how much each training and each validation row counts; None for 1 each.
        boosting: how trees are grown.
        seed: of the columns that splits choose from.
        seconds: that growing may take; None for no limit. A round that was begun is finished.

    Returns:
        A module that gives logits, values in the unit of the targets or logarithms of rates; None
        where training or validation rows lack a class, or there are no validation rows or columns.
        A label that they lack, or all have, gets the logit of its share.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> x = rng.random((300, 2)).astype(np.float32)
        >>> y = (x[:, 0] > 0.5).astype(np.int64)
        >>> trees = fit_trees((x[:200], y[:200]), (x[200:], y[200:]), "class", 1)
        >>> trees is not None and trees.outputs
        1
    """
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    boosting = boosting or Boosting()
    is_number = learn in ("number", "rate")
    (x, y), (x_valid, y_valid) = train, valid
    counts: dict[str, Array] = {}
    if weights is not None:
        kept, judged = map(np.flatnonzero, weights)
        x, y, x_valid, y_valid = x[kept], y[kept], x_valid[judged], y_valid[judged]
        counts["sample_weight"] = relative(weights[0][kept])
        counts["sample_weight_val"] = relative(weights[1][judged])
    if not len(y_valid) or not x.shape[1]:
        return None
    if learn == "class" and len(np.unique(y)) < max(2, outputs):
        return None
    kind: Any = HistGradientBoostingRegressor if is_number else HistGradientBoostingClassifier
    if learn == "rate":
        if not y.any():
            return None
        kind = partial(kind, loss="poisson")
    end = inf if seconds is None else time.perf_counter() + seconds
    made = kind if seconds is None else _timed(kind, end)
    threads = torch.get_num_threads() if x.size >= _SEVERAL else 1
    bundle = _Rows(x, x_valid, counts, boosting, seed, end, threads)
    if learn != "labels":
        grown, bias = _grow(made, bundle, y, y_valid, outputs)
        # Of two classes one is boosted: half of its logit up, half of it down.
        turns = [-0.5, 0.5] if outputs == 2 and not is_number else [1.0] * outputs
        ordered = [
            [(nodes, turn * share) for nodes, share in grown[place % len(grown)]]
            for place, turn in enumerate(turns)
        ]
        bias = bias * turns
    else:
        ordered, bias = _grow_labels(made, bundle, y, y_valid)
    if not any(ordered):
        return None
    nodes, shares = zip(*(tree for trees in ordered for tree in trees), strict=True)
    sizes, arrays = join_trees(nodes, bias, shares)
    trees = Trees(*sizes)
    trees.load_nodes(arrays)
    return trees.eval()


class _Rows(NamedTuple):
    """What all boosters of a call share."""

    x: Array
    x_valid: Array
    counts: dict[str, Array]
    boosting: Boosting
    seed: int
    end: float
    threads: int


Grown = list[tuple[Any, float]]
"""Trees of one output with what each counts."""


def _grow(
    kind: Any, rows: _Rows, y: Array, y_valid: Array, outputs: int, boosters: int = 0
) -> tuple[list[Grown], Array]:
    """Trees of each output that is boosted, and the bias of all."""
    from threadpoolctl import threadpool_limits

    found: list[Any] = []
    baselines: list[Array] = []
    for place in range(boosters or rows.boosting.boosters):
        begun = time.perf_counter()
        model = _booster(kind, rows.boosting, outputs, (rows.seed + 7919 * place) % 2**32)
        with threadpool_limits(limits=rows.threads):
            model.fit(rows.x, y, X_val=rows.x_valid, y_val=y_valid, **rows.counts)
        best = int(np.argmax(model.validation_score_))
        found.append(model._predictors[:best])
        baselines.append(np.ravel(model._baseline_prediction))
        if 2 * time.perf_counter() - begun > rows.end:  # one more would take as long
            break
    bias = sum(baseline / len(found) for baseline in baselines)
    boosted = len(baselines[0])
    grown = [
        [(rounds[place].nodes, 1.0 / len(found)) for kept in found for rounds in kept]
        for place in range(boosted)
    ]
    return grown, np.asarray(bias)


def _grow_labels(kind: Any, rows: _Rows, y: Array, y_valid: Array) -> tuple[list[Grown], Array]:
    """Trees of each label, as many for each, and the biases."""
    labels = y.shape[1]
    boosters = rows.boosting.boosters if labels <= MANY else 1
    grown: list[Grown] = []
    bias = np.zeros(labels)
    for place in range(labels):
        own, judged = y[:, place], y_valid[:, place]
        if min(np.ptp(own), np.ptp(judged)) == 0 or time.perf_counter() > rows.end:
            share = (own.sum() + 0.5) / (len(own) + 1)
            bias[place] = np.log(share / (1 - share))
            grown.append([])
            continue
        [trees], base = _grow(kind, rows, own, judged, labels, boosters)
        bias[place] = base[0]
        grown.append(trees)
    most = max(map(len, grown))
    some = next((trees[0][0] for trees in grown if trees), None)
    if some is None:
        return [], bias
    nothing = np.zeros(1, some.dtype)  # a leaf that gives 0
    nothing["is_leaf"] = 1
    return [[*trees, *[(nothing, 1.0)] * (most - len(trees))] for trees in grown], bias


def _booster(kind: Any, boosting: Boosting, outputs: int, seed: int) -> Any:
    """A booster of this kind, still to be fitted."""
    return kind(
        max_iter=max(1, min(boosting.rounds, boosting.trees // outputs)),
        learning_rate=boosting.lr,
        max_leaf_nodes=boosting.leaves,
        max_depth=boosting.depth,
        min_samples_leaf=boosting.leaf_rows,
        max_features=boosting.columns,
        l2_regularization=1.0,  # without it, many rare classes make the boosting diverge
        early_stopping=True,
        scoring="loss",
        n_iter_no_change=boosting.patience,
        tol=0.0,
        random_state=seed,
    )


def _timed(kind: Any, end: float) -> Any:
    """A kind of boosting that stops early at a moment of the clock too."""

    class Timed(kind):  # type: ignore[misc]
        def _should_stop(self, scores: Any) -> bool:
            return time.perf_counter() >= end or super()._should_stop(scores)

    return Timed
