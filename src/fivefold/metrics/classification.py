"""How good probabilities of classes are.

Everywhere: `target` is `(n,)` class indices, -1 for a label that the model has never heard of;
`scores` is `(n, classes)` probabilities. With two columns a score is about the second, positive
class; with more it is the macro mean over classes.
"""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.confusion import Confusion, confusion
from fivefold.metrics.statistic import Statistic, mean_over, weighted_mean

SMALLEST = float(np.finfo(np.float32).eps)


def tally(target: Array, scores: Array, counts: Array) -> Confusion:
    """Count truth against prediction in each resample; the likeliest class decides."""
    return confusion(target, scores.argmax(1), scores.shape[1], counts)


@Statistic
def accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of rows whose likeliest class is the right one."""
    return weighted_mean(scores.argmax(1) == target, counts)


@Statistic
def balanced_accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Mean over the classes present of the fraction of their rows found."""
    seen = tally(target, scores, counts)
    return mean_over(seen.hits / seen.support, seen.support > 0)


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
    return mean_over(right, (seen.predicted > 0) | (seen.support > 0))


@Statistic
def recall(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction found of the positive rows; macro mean over the classes present."""
    seen = tally(target, scores, counts)
    if scores.shape[1] == 2:
        return np.asarray(seen.hits[:, 1] / seen.support[:, 1])
    return mean_over(seen.hits / seen.support, seen.support > 0)


@Statistic
def false_alarm_rate(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction called positive of the negative rows; of two classes. NaN without such rows."""
    seen = tally(target, scores, counts)
    return np.asarray(1 - seen.hits[:, 0] / seen.support[:, 0])


@Statistic
def f1(target: Array, scores: Array, counts: Array) -> Array:
    """Harmonic mean of precision and recall of the positive class; macro mean else.

    Macro: over the classes that are present or predicted.
    """
    seen = tally(target, scores, counts)
    named = seen.support + seen.predicted
    values = 2 * seen.hits / named
    return values[:, 1] if scores.shape[1] == 2 else mean_over(values, named > 0)


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
    both = n * seen.hits.sum(1) - (seen.support * seen.predicted).sum(1)
    truth = n**2 - (seen.support**2).sum(1) - seen.unknown**2
    guess = n**2 - (seen.predicted**2).sum(1)
    classes = (seen.support > 0).sum(1) + (seen.unknown > 0)
    correlation = np.where((seen.predicted > 0).sum(1) > 1, both / np.sqrt(truth * guess), 0.0)
    return np.where(classes > 1, correlation, np.nan)


@Statistic
def log_loss(target: Array, scores: Array, counts: Array) -> Array:
    """Mean negative logarithm of the probability given to the truth, in nats.

    Probabilities are kept away from 0 and 1 by the step of their type (1.2e-7 for float32, 2.2e-16
    for float64), as scikit-learn does. An unknown label has probability 1.2e-7, whatever the type,
    so that models of both can stand side by side.
    """
    return weighted_mean(row_losses(target, scores), counts)


def row_losses(target: Array, scores: Array) -> Array:
    """Negative logarithm of the probability given to the truth, `(n,)` nats."""
    step = float(np.finfo(scores.dtype).eps) if scores.dtype.kind == "f" else SMALLEST
    given = scores[np.arange(len(target)), np.maximum(target, 0)].astype(np.float64)
    losses: Array = -np.log(np.where(target >= 0, np.clip(given, step, 1 - step), SMALLEST))
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
