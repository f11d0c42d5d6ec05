"""One of several classes."""

from fivefold.metrics.metric import (
    ACCURACY,
    AVERAGE_PRECISION,
    BALANCED_ACCURACY,
    BRIER,
    F1,
    LOG_LOSS,
    MCC,
    PRECISION,
    RECALL,
    ROC_AUC,
)
from fivefold.tasks.choice import Choice
from fivefold.tasks.target import Targets


class Multiclass(Choice):
    """One of several classes: a network gives a logit for each."""

    name = "multiclass"
    metrics = (
        ACCURACY,
        BALANCED_ACCURACY,
        LOG_LOSS,
        ROC_AUC,
        AVERAGE_PRECISION,
        PRECISION,
        RECALL,
        F1,
        BRIER,
        MCC,
    )
    trees = "class"

    def recognise(self, targets: Targets) -> float:
        """Labels, where nobody is surer."""
        if len(targets.columns) > 1 or (targets.positive is None and not targets.look_like_labels):
            return 0.0
        return 0.5
