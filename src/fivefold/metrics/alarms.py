"""Alarms at a stated rate of false ones: the threshold for it, and what is found beyond it."""

from dataclasses import replace

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.classification import tally
from fivefold.metrics.metric import FALSE_ALARM_RATE, PRECISION, RECALL, Metric
from fivefold.metrics.statistic import Statistic


def threshold_at(target: Array, scores: Array, rate: float) -> float:
    """From where on an alarm is raised, for so many false ones.

    Args:
        target: `(n,)` class indices; those that are not 1 are usual rows, one at least.
        scores: `(n,)` of the positive class, or `(n, 2)` probabilities.
        rate: of usual rows that may raise an alarm, 0 to 1.

    Returns:
        The lowest threshold of which no more of the usual rows than that lie above. An alarm is a
        score above it.

    Example:
        >>> target, scores = np.array([0, 0, 0, 0, 1]), np.array([0.1, 0.2, 0.3, 0.9, 0.5])
        >>> threshold_at(target, scores, 0.25), threshold_at(target, scores, 0.1)
        (0.3, 0.9)
    """
    given = scores[:, 1] if scores.ndim == 2 else scores
    usual = np.sort(given[target != 1])
    return float(usual[len(usual) - 1 - int(np.floor(rate * len(usual) + 1e-9))])


def against(scores: Array, threshold: float) -> Array:
    """`(n, 2)` the threshold, and the score: metrics of classes judge alarms by them as they are.

    Args:
        scores: `(n,)` of the positive class, or `(n, 2)` probabilities.
        threshold: above which an alarm is raised.
    """
    given = scores[:, 1] if scores.ndim == 2 else scores
    return np.stack([np.full_like(given, threshold, np.float64), given.astype(np.float64)], 1)


def recall_at_fpr(rate: float) -> Metric:
    """The share of positive rows found where so many usual ones raise an alarm.

    The threshold is that of the rows themselves, which is what models are compared by, in
    `Evaluate(metrics={"recall_at_1": recall_at_fpr(0.01)})` or a study; `Evaluate(false_alarms=)`
    takes the threshold of validation rows.

    Args:
        rate: of usual rows that may raise an alarm, 0 to 1.

    Example:
        >>> recall = recall_at_fpr(0.25)
        >>> recall(np.array([0, 0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.9, 0.5, 0.2]))
        0.5
    """

    def recall(target: Array, scores: Array, counts: Array) -> Array:
        given = scores[:, 1] if scores.ndim == 2 else scores
        order = np.argsort(-given, kind="stable")
        ends = np.append(np.diff(given[order]) != 0, True)  # of equal scores all raise one, or none
        usual = np.cumsum(counts[:, order] * (target[order] != 1), axis=1)
        found = np.cumsum(counts[:, order] * (target[order] == 1), axis=1)
        allowed = (usual <= rate * usual[:, -1:] + 1e-9) & ends
        most = np.where(allowed, found, 0.0).max(axis=1)
        return np.asarray(most / found[:, -1])

    return Metric("recall_at_fpr", Statistic(recall), True, bounds=(0.0, 1.0))


def alarm_metrics(base_rate: float | None = None) -> tuple[Metric, ...]:
    """What is told of alarms, of scores as `against` gives them: recall, precision, achieved rate.

    Args:
        base_rate: the share of positive rows where the model will be used, 0 to 1: precision is
            what it would be there. None for that of the rows that are judged.
    """
    found = replace(
        RECALL, name="recall_at_fpr", interval="wilson", among=lambda target, scores: target == 1
    )
    right = replace(
        PRECISION,
        name="precision_at_fpr",
        interval="wilson",
        among=lambda target, scores: scores.argmax(1) == 1,
    )
    if base_rate is not None:
        share = base_rate

        def precision(target: Array, scores: Array, counts: Array) -> Array:
            seen = tally(target, scores, counts)
            true = share * seen.hits[:, 1] / seen.support[:, 1]
            false = (1 - share) * (1 - seen.hits[:, 0] / seen.support[:, 0])
            return np.asarray(true / (true + false))

        right = Metric("precision_at_fpr", Statistic(precision), True, bounds=(0.0, 1.0))
    return found, right, FALSE_ALARM_RATE
