"""How good answers are of which a row may have several.

Everywhere: `target` is `(n, labels)`, 1 where a row has a label; `scores` is `(n, labels, 2)`: the
probability of each label, and the threshold from which on it is said.
"""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.curves import average_precision
from fivefold.metrics.statistic import Statistic, mean_over, weighted_mean

SMALLEST = float(np.finfo(np.float32).eps)
FEWEST = 5
"""Rows of a label below which its threshold is that of all labels together."""


def said(scores: Array) -> Array:
    """`(n, labels)` bool: which labels are said."""
    return np.asarray(scores[..., 0] >= scores[..., 1])


def with_thresholds(shares: Array, thresholds: Array) -> Array:
    """Scores of probabilities `(n, labels)` and one threshold a label."""
    return np.stack([shares, np.broadcast_to(thresholds, shares.shape)], axis=-1)


@Statistic
def f1_micro(target: Array, scores: Array, counts: Array) -> Array:
    """F1 over all pairs of a row and a label; NaN where no label is there or said."""
    truth, told = target == 1, said(scores)
    hits = counts @ (truth & told).sum(1)
    return np.asarray(2 * hits / (counts @ (truth.sum(1) + told.sum(1))))


@Statistic
def f1_macro(target: Array, scores: Array, counts: Array) -> Array:
    """Mean of the F1 of each label that is there or said."""
    truth, told = target == 1, said(scores)
    hits = counts @ (truth & told)
    named = counts @ truth + counts @ told
    return mean_over(2 * hits / named, named > 0)


@Statistic
def mean_average_precision(target: Array, scores: Array, counts: Array) -> Array:
    """Mean of the average precision of each label that some row has; thresholds do not count."""
    each = [
        average_precision.counted(target[:, place] == 1, scores[:, place, 0], counts)
        for place in range(target.shape[1])
    ]
    values = np.stack(each, axis=1)
    return mean_over(values, np.isfinite(values))


@Statistic
def subset_accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of rows of which all labels are said, and no other."""
    return weighted_mean(((target == 1) == said(scores)).all(1), counts)


@Statistic
def hamming_loss(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of pairs of a row and a label that are wrong."""
    return weighted_mean(((target == 1) != said(scores)).mean(1), counts)


@Statistic
def binary_log_loss(target: Array, scores: Array, counts: Array) -> Array:
    """Mean negative logarithm of the probability given to the truth of each label, in nats."""
    return weighted_mean(row_losses(target, scores), counts)


def row_losses(target: Array, scores: Array) -> Array:
    """The same by row, `(n,)` nats a label."""
    given = np.where(target == 1, scores[..., 0], 1.0 - scores[..., 0].astype(np.float64))
    return np.asarray(-np.log(np.clip(given, SMALLEST, 1 - SMALLEST)).mean(1))


def best_thresholds(target: Array, shares: Array, weight: Array | None = None) -> Array:
    """From which probability on each label is best said, by F1 over these rows.

    Args:
        target: `(n, labels)`, 1 where a row has a label.
        shares: `(n, labels)` probabilities.
        weight: `(n,)` how much each row counts; None for 1 each.

    Returns:
        `(labels,)` float64 between probabilities; labels that fewer than 5 rows have get the best
        one of all labels together, and that is one half where no row has any.

    Example:
        >>> shares = np.array([[0.1], [0.2], [0.3], [0.4]] * 5)
        >>> best_thresholds(shares > 0.25, shares).round(6).tolist()
        [0.25]
    """
    truth = target == 1
    counts = np.ones(len(truth)) if weight is None else weight
    every = np.repeat(counts, truth.shape[1])
    shared = _best(truth.ravel(), shares.ravel(), every)
    return np.array(
        [
            _best(truth[:, place], shares[:, place], counts)
            if truth[:, place].sum() >= FEWEST
            else shared
            for place in range(truth.shape[1])
        ]
    )


def _best(truth: Array, share: Array, counts: Array) -> float:
    total = float(counts[truth].sum())
    if not total:
        return 0.5
    order = np.argsort(-share, kind="stable")
    ranked = share[order].astype(np.float64)
    found = np.cumsum(counts[order] * truth[order])
    named = np.cumsum(counts[order])
    ends = np.append(np.diff(ranked) < 0, True)  # equal probabilities are said together
    scores = np.where(ends, 2 * found / (named + total), -1.0)
    place = int(scores.argmax())
    below = ranked[place + 1] if place + 1 < len(ranked) else 0.0
    return float((ranked[place] + below) / 2)
