"""A number."""

from fivefold.metrics.metric import MAE, MEDIAN_ABSOLUTE_ERROR, R2, RMSE
from fivefold.tasks.quantity import Quantity
from fivefold.tasks.target import Targets


class Regression(Quantity):
    """A number: a network gives its deviation from the mean, or the logarithm of a rate."""

    name = "regression"
    metrics = (RMSE, MAE, R2, MEDIAN_ABSOLUTE_ERROR)
    trees = "number"

    def recognise(self, targets: Targets) -> float:
        one = len(targets.columns) == 1
        return float(one and targets.positive is None and not targets.look_like_labels)
