"""How well scores order rows: areas under the ROC curve and the precision-recall curve.

Everywhere: `target` is `(n,)` class indices, -1 for a label that the model has never heard of;
`scores` is `(n, classes)`, or `(n,)` of class 1 alone. With two columns the second, positive
class is judged; with more it is the macro mean of each class against the rest.
"""

from collections.abc import Callable

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.statistic import Statistic, mean_over
from fivefold.metrics.weight import weights_of


def one_against_rest(target: Array, scores: Array) -> list[tuple[Array, Array]]:
    """What is judged: `(n,)` bool, whether a row is of the class, and `(n,)` its scores."""
    if scores.ndim == 1:
        return [(target == 1, scores)]
    columns = (1,) if scores.shape[1] == 2 else range(scores.shape[1])
    return [(target == k, scores[:, k]) for k in columns]


def tie_groups(score: Array) -> tuple[Array, Array]:
    """Rows from the highest score down, and where each run of equal scores starts.

    Example:
        >>> order, starts = tie_groups(np.array([0.5, 0.9, 0.5]))
        >>> order.tolist(), starts.tolist()
        ([1, 0, 2], [0, 1])
    """
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    first = np.append(True, ordered[1:] != ordered[:-1])
    return order, np.flatnonzero(first[: len(score)])


def _hits_and_misses(
    positive: Array, order: Array, starts: Array, counts: Array
) -> tuple[Array, Array]:
    """Positive and negative rows of each run of equal scores, `(b, runs)` each."""
    drawn = counts[:, order]
    hits = np.add.reduceat(drawn * positive[order], starts, axis=1)
    return hits, np.add.reduceat(drawn, starts, axis=1) - hits


def ranked_counts(
    positive: Array, score: Array, weight: Array | None = None
) -> tuple[Array, Array]:
    """True and false positives as the threshold falls, ties taken together.

    Args:
        positive: `(n,)` bool, the truth.
        score: `(n,)` larger means more likely positive.
        weight: `(n,)` how much each row counts; None for 1 each.

    Returns:
        Two arrays of equal length, true and false positives, from 0 to their totals: int64, or
        float64 where there are weights.

    Example:
        >>> hits, misses = ranked_counts(np.array([True, False]), np.array([0.9, 0.1]))
        >>> hits.tolist(), misses.tolist()
        ([0, 1, 1], [0, 0, 1])
    """
    counts = weights_of(weight, len(score))[None]
    hits, misses = _hits_and_misses(positive, *tie_groups(score), counts)
    dtype = np.int64 if weight is None else np.float64
    found, false = (np.append(0, each[0].cumsum()).astype(dtype) for each in (hits, misses))
    return found, false


def placements(positive: Array, score: Array, weight: Array) -> Array:
    """The fraction of the other side that each row is on the right side of; ties count half.

    Args:
        positive: `(n,)` bool, True and False both among them.
        score: `(n,)` larger for positive rows.
        weight: `(n,)` above 0.

    Returns:
        `(n,)` in [0, 1]; the mean over either side is the area under the ROC curve.

    Example:
        >>> truth, score = np.array([False, True, True]), np.array([0.3, 0.3, 0.8])
        >>> placements(truth, score, np.ones(3)).tolist()
        [0.75, 0.5, 1.0]
    """
    order, starts = tie_groups(score)
    hits, misses = (each[0] for each in _hits_and_misses(positive, order, starts, weight[None]))
    positives, negatives = hits.sum(), misses.sum()
    positives_below = positives - hits.cumsum() + hits / 2
    negatives_below = negatives - misses.cumsum() + misses / 2
    run = np.empty(len(score), np.int64)
    run[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(score))))
    beaten, beating = negatives_below[run] / negatives, 1 - positives_below[run] / positives
    return np.asarray(np.where(positive, beaten, beating))


def _mean_of_classes(
    of_class: Callable[[Array, Array, Array], Array], target: Array, scores: Array, counts: Array
) -> Array:
    """The macro mean of a score of each class against the rest, over classes that have one."""
    judged = one_against_rest(target, scores)
    table = np.stack([of_class(*each, counts) for each in judged], 1)
    return mean_over(table, np.isfinite(table))


def _class_roc_auc(positive: Array, score: Array, counts: Array) -> Array:
    hits, misses = _hits_and_misses(positive, *tie_groups(score), counts)
    positives, negatives = hits.sum(1), misses.sum(1)
    below = negatives[:, None] - misses.cumsum(1) + misses / 2
    return np.asarray((hits * below).sum(1) / (positives * negatives))


@Statistic
def roc_auc(target: Array, scores: Array, counts: Array) -> Array:
    """Chance that a random positive row scores above a random other one; ties count half.

    With more than two classes: each against the rest, macro mean over classes present. NaN when
    the rows hold one class.
    """
    return _mean_of_classes(_class_roc_auc, target, scores, counts)


def _class_average_precision(positive: Array, score: Array, counts: Array) -> Array:
    if not positive.any():
        return np.full(len(counts), np.nan)
    order, starts = tie_groups(score)
    hits = np.flatnonzero(positive[order])
    # Only tie groups that hold a positive row move the sum, so others join the next such group.
    last = np.append(starts[1:], len(order)) - 1
    last = last[np.unique(np.searchsorted(last, hits))]
    first_hit = np.searchsorted(np.searchsorted(last, hits), np.arange(len(last)))
    drawn = counts[:, order[: last[-1] + 1]]
    above = np.add.reduceat(drawn, np.append(0, last[:-1] + 1), axis=1)
    found = np.add.reduceat(drawn[:, hits], first_hit, axis=1)
    called, right = above.cumsum(1), found.cumsum(1)
    steps = np.where(called > 0, found * right / called, 0.0)
    return np.asarray(steps.sum(1) / right[:, -1])


@Statistic
def average_precision(target: Array, scores: Array, counts: Array) -> Array:
    """Mean of the precision over the steps of recall (area under the PR curve, no interpolation).

    With more than two classes: each against the rest, macro mean over classes present. NaN when
    there is no positive row.
    """
    return _mean_of_classes(_class_average_precision, target, scores, counts)
