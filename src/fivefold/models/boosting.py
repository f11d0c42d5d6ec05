"""Boosted trees for the rows of a table, as a module that a network can answer beside."""

import time
from collections.abc import Sequence
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


NUMBERS = ("number", "rate")
"""What is learnt by regression."""

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
    learn: Literal["class", "number", "rate", "labels", "each"],
    outputs: int,
    *,
    each: "Sequence[Share]" = (),
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
        each: what is learnt of each of several targets, whose columns stand side by side.
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
    boosting = boosting or Boosting()
    (x, y), (x_valid, y_valid) = train, valid
    counts: dict[str, Array] = {}
    if weights is not None:
        kept, judged = map(np.flatnonzero, weights)
        x, y, x_valid, y_valid = x[kept], y[kept], x_valid[judged], y_valid[judged]
        counts["sample_weight"] = relative(weights[0][kept])
        counts["sample_weight_val"] = relative(weights[1][judged])
    if not len(y_valid) or not x.shape[1]:
        return None
    end = inf if seconds is None else time.perf_counter() + seconds
    threads = torch.get_num_threads() if x.size >= _SEVERAL else 1
    rows = _Rows(x, x_valid, counts, boosting, seed, end, threads)
    asked = each or (Share(learn, outputs, slice(None)),)
    found = [_ordered(one, rows, one.of(y), one.of(y_valid)) for one in asked]
    known = [one for one in found if one is not None]
    if len(known) < len(found) or not any(trees for grown, _ in known for trees in grown):
        return None
    ordered = _alike([trees for grown, _ in known for trees in grown])
    nodes, shares = zip(*(tree for trees in ordered for tree in trees), strict=True)
    sizes, arrays = join_trees(nodes, np.concatenate([bias for _, bias in known]), shares)
    trees = Trees(*sizes)
    trees.load_nodes(arrays)
    return trees.eval()


class Share(NamedTuple):
    """What trees learn of one of several targets.

    Args:
        learn: as `fit_trees` has it.
        outputs: numbers a row.
        columns: its places in the targets.
    """

    learn: str
    outputs: int
    columns: slice

    def of(self, target: Array) -> Array:
        """Its targets, as a booster takes them."""
        own = target[:, self.columns] if self.columns != slice(None) else target
        if self.columns != slice(None) and self.learn != "labels":
            own = own[:, 0]
        return own if self.learn in NUMBERS else own.astype(np.int64)


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


def _ordered(one: Share, rows: _Rows, y: Array, y_valid: Array) -> tuple[list[Grown], Array] | None:
    """Trees of each output, and the biases; None where rows lack a class, or all counts are 0."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    if one.learn == "class" and len(np.unique(y)) < max(2, one.outputs):
        return None
    if one.learn == "rate" and not y.any():
        return None
    numbers = one.learn in NUMBERS
    kind: Any = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
    kind = kind if rows.end == inf else _timed(kind, rows.end)
    if one.learn == "rate":
        kind = partial(kind, loss="poisson")
    if one.learn == "labels":
        return _grow_labels(kind, rows, y, y_valid)
    grown, bias = _grow(kind, rows, y, y_valid, one.outputs)
    # Of two classes one is boosted: half of its logit up, half of it down.
    turns = [-0.5, 0.5] if one.outputs == 2 and not numbers else [1.0] * one.outputs
    ordered = [
        [(nodes, turn * share) for nodes, share in grown[place % len(grown)]]
        for place, turn in enumerate(turns)
    ]
    return ordered, bias * turns


def _alike(grown: list[Grown]) -> list[Grown]:
    """As many trees for each output: those that have fewer get leaves that give 0."""
    most = max(map(len, grown))
    some = next(trees[0][0] for trees in grown if trees)
    nothing = np.zeros(1, some.dtype)
    nothing["is_leaf"] = 1
    return [[*trees, *[(nothing, 1.0)] * (most - len(trees))] for trees in grown]


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
    """Trees of each label, and the biases."""
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
    return grown, bias


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
