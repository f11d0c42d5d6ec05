"""How good probabilities of classes are.

Everywhere: `target` is `(n,)` class indices, -1 for a label that the model has never heard of;
`scores` is `(n, classes)` probabilities. With two columns a score is about the second, positive
class; with more it is the macro mean over classes.
"""

from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.statistic import Statistic, weighted_mean

SMALLEST = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Confusion:
    """What was predicted for what, of each resample.

    Args:
        hits: `(b, classes)` rows of a class that were given it.
        support: `(b, classes)` rows of a class.
        predicted: `(b, classes)` rows that were given a class.
        rows: `(b,)` rows, those of unknown labels among them.
    """

    hits: Array
    support: Array
    predicted: Array
    rows: Array


def tally(target: Array, scores: Array, counts: Array) -> Confusion:
    """Count hits, support and predictions of each resample, the likeliest class decides."""
    classes = scores.shape[1]
    guesses = scores.argmax(1)
    cells, cell_of_row = np.unique((target + 1) * classes + guesses, return_inverse=True)
    order = np.argsort(cell_of_row, kind="stable")
    starts = np.searchsorted(cell_of_row[order], np.arange(len(cells)))
    sums = np.add.reduceat(counts[:, order], starts, axis=1)
    truths, guesses = cells // classes - 1, cells % classes
    each = np.arange(classes)
    is_truth, is_guess = truths[:, None] == each, guesses[:, None] == each
    return Confusion(
        hits=sums @ (is_truth & is_guess).astype(float),
        support=sums @ is_truth.astype(float),
        predicted=sums @ is_guess.astype(float),
        rows=sums.sum(1),
    )


def confusion_matrix(target: Array, scores: Array) -> Array:
    """How often each class (line) was called each class (column).

    Returns:
        `(classes, classes)` int64; rows with an unknown label are left out.

    Example:
        >>> confusion_matrix(np.array([0, 1, 1]), np.array([[1, 0], [0, 1], [1, 0]])).tolist()
        [[1, 0], [1, 1]]
    """
    classes = scores.shape[1]
    known = target >= 0
    cells = target[known] * classes + scores[known].argmax(1)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def _mean_over(values: Array, where: Array) -> Array:
    return np.asarray(np.where(where, values, 0.0).sum(1) / where.sum(1))


@Statistic
def accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of rows whose likeliest class is the right one."""
    return weighted_mean(scores.argmax(1) == target, counts)


@Statistic
def balanced_accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Mean over the classes present of the fraction of their rows found."""
    seen = tally(target, scores, counts)
    return _mean_over(seen.hits / seen.support, seen.support > 0)


@Statistic
def precision(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction right of the rows called positive; macro mean with more than two classes.

    A class that is present and never predicted counts as 0; one that is neither is left out.
    Binary: NaN when nothing is called positive.
    """
    seen = tally(target, scores, counts)
    if scores.shape[1] == 2:
        return np.asarray(seen.hits[:, 1] / seen.predicted[:, 1])
    right = np.where(seen.predicted > 0, seen.hits / seen.predicted, 0.0)
    return _mean_over(right, (seen.predicted > 0) | (seen.support > 0))


@Statistic
def recall(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction found of the positive rows; macro mean over the classes present."""
    seen = tally(target, scores, counts)
    if scores.shape[1] == 2:
        return np.asarray(seen.hits[:, 1] / seen.support[:, 1])
    return _mean_over(seen.hits / seen.support, seen.support > 0)


@Statistic
def f1(target: Array, scores: Array, counts: Array) -> Array:
    """Harmonic mean of precision and recall of the positive class; macro mean else.

    Macro: over the classes that are present or predicted.
    """
    seen = tally(target, scores, counts)
    named = seen.support + seen.predicted
    values = 2 * seen.hits / named
    return values[:, 1] if scores.shape[1] == 2 else _mean_over(values, named > 0)


@Statistic
def mcc(target: Array, scores: Array, counts: Array) -> Array:
    """Matthews correlation of prediction and truth, -1 to 1, 0 is chance.

    0 when one class is always predicted; NaN when only one is present.

    Reference:
        Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient,
        Computational Biology and Chemistry 28, 2004.
    """
    seen = tally(target, scores, counts)
    n = seen.rows
    unknown = n - seen.support.sum(1)
    both = n * seen.hits.sum(1) - (seen.support * seen.predicted).sum(1)
    truth = n**2 - (seen.support**2).sum(1) - unknown**2
    guess = n**2 - (seen.predicted**2).sum(1)
    correlation = np.where(guess > 0, both / np.sqrt(truth * guess), 0.0)
    return np.where(truth > 0, correlation, np.nan)


@Statistic
def log_loss(target: Array, scores: Array, counts: Array) -> Array:
    """Mean negative logarithm of the probability given to the truth, in nats.

    Probabilities are kept 1.2e-7 away from 0 and 1; an unknown label has probability 0.
    """
    return weighted_mean(row_losses(target, scores), counts)


def row_losses(target: Array, scores: Array) -> Array:
    """Negative logarithm of the probability given to the truth, `(n,)` nats."""
    given = np.where(target >= 0, scores[np.arange(len(target)), np.maximum(target, 0)], 0.0)
    losses: Array = -np.log(np.clip(given.astype(np.float64), SMALLEST, 1 - SMALLEST))
    return losses


@Statistic
def brier(target: Array, scores: Array, counts: Array) -> Array:
    """Mean squared distance of the probabilities from the truth.

    Binary: of the positive class, 0 to 1. More classes: summed over them, 0 to 2.
    """
    wide = scores.astype(np.float64)
    truth = target[:, None] == np.arange(scores.shape[1])
    distance = (wide - truth) ** 2
    each = distance[:, 1] if scores.shape[1] == 2 else distance.sum(1)
    return weighted_mean(each, counts)


def _one_against_rest(scores: Array) -> tuple[int, ...]:
    return (1,) if scores.shape[1] == 2 else tuple(range(scores.shape[1]))


def _tie_ends(ordered: Array) -> Array:
    return np.append(ordered[1:] != ordered[:-1], True)


def _class_roc_auc(positive: Array, score: Array, counts: Array) -> Array:
    order = np.argsort(-score, kind="stable")
    drawn, positive = counts[:, order], positive[order]
    starts = np.flatnonzero(np.append(True, _tie_ends(score[order])[:-1]))
    hits = np.add.reduceat(drawn * positive, starts, axis=1)
    misses = np.add.reduceat(drawn, starts, axis=1) - hits
    positives, negatives = hits.sum(1), misses.sum(1)
    below = negatives[:, None] - misses.cumsum(1) + misses / 2
    return np.asarray((hits * below).sum(1) / (positives * negatives))


@Statistic
def roc_auc(target: Array, scores: Array, counts: Array) -> Array:
    """Chance that a random positive row scores above a random other one; ties count half.

    With more than two classes: each against the rest, macro mean over classes present. NaN when
    the rows hold one class.
    """
    values = [_class_roc_auc(target == k, scores[:, k], counts) for k in _one_against_rest(scores)]
    table = np.stack(values, 1)
    return _mean_over(table, np.isfinite(table))


def _class_average_precision(positive: Array, score: Array, counts: Array) -> Array:
    if not positive.any():
        return np.full(len(counts), np.nan)
    order = np.argsort(-score, kind="stable")
    positive = positive[order]
    # Only tie groups that hold a positive row move the sum, so others join the next such group.
    group = np.cumsum(np.append(True, _tie_ends(score[order])[:-1])) - 1
    holds = np.zeros(group[-1] + 1, dtype=bool)
    holds[group[positive]] = True
    last = np.flatnonzero(_tie_ends(group) & holds[group])
    hits = np.flatnonzero(positive)
    step_of_hit = np.searchsorted(last, hits)
    first_hit = np.searchsorted(step_of_hit, np.arange(len(last)))
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
    values = [
        _class_average_precision(target == k, scores[:, k], counts)
        for k in _one_against_rest(scores)
    ]
    table = np.stack(values, 1)
    return _mean_over(table, np.isfinite(table))
