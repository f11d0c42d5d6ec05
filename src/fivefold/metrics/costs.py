"""What answers cost, where errors of one sort are dearer than those of another."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.metric import Metric
from fivefold.metrics.statistic import Statistic

COST = "cost"


def cost_metric(costs: Sequence[Sequence[float]]) -> Metric:
    """The mean cost of an answer; rows of a label that is not known are left out.

    Args:
        costs: `(classes, classes)` by true class (line) and answered class.

    Example:
        >>> cost = cost_metric([[0, 1], [9, 0]])
        >>> cost(np.array([0, 1, 1, 1]), np.array([[0.2, 0.8], [0.9, 0.1], [0, 1], [0, 1]]))
        2.5
    """
    matrix = np.asarray(costs, np.float64)

    def cost(target: Array, scores: Array, counts: Array) -> Array:
        known = target >= 0
        each = matrix[target[known], scores[known].argmax(1)]
        return np.asarray(counts[:, known] @ each / counts[:, known].sum(1))

    bounds = (min(0.0, float(matrix.min())), float("inf"))
    return Metric(COST, Statistic(cost), False, bounds=bounds, decided=True)
