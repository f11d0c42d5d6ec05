"""One of several classes."""

from fivefold.metrics.metric import MULTICLASS
from fivefold.tasks.choice import Choice


class Multiclass(Choice):
    """One of several classes: a network gives a logit for each."""

    name = "multiclass"
    metrics = MULTICLASS
    trees = "class"
