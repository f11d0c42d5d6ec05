"""A number."""

from fivefold.metrics.metric import REGRESSION
from fivefold.tasks.quantity import Quantity


class Regression(Quantity):
    """A number: a network gives its deviation from the mean, or the logarithm of a rate."""

    name = "regression"
    metrics = REGRESSION
    trees = "number"
