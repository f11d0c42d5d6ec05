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
        return 0.5 if _are_labels(targets) else 0.0


def _are_labels(targets: Targets) -> bool:
    one = len(targets.columns) == 1
    return one and (targets.positive is not None or targets.look_like_labels)
