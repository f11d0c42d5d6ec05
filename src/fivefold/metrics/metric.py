"""The metrics of each task, in the order in which people want to read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics import classification, curves, regression
from fivefold.metrics.statistic import Statistic

OwnMetric = Callable[..., float]


@dataclass(frozen=True)
class Metric:
    """A metric with what is needed to show and judge it.

    Args:
        name: the key in `result.metrics`.
        statistic: what computes it.
        greater: whether more is better.
        interval: how its interval is made when rows are independent.
    """

    name: str
    statistic: Statistic
    greater: bool
    interval: Literal["wilson", "delong", "bca"] = "bca"

    @property
    def title(self) -> str:
        """The name as people write it."""
        return title(self.name)

    def __call__(self, target: Array, scores: Array, weight: Array | None = None) -> float:
        """The score; NaN where it is not defined."""
        return self.statistic(target, scores, weight)


_AUC = Metric("roc_auc", curves.roc_auc, True, "delong")
_ACCURACY = Metric("accuracy", classification.accuracy, True, "wilson")
_LOG_LOSS = Metric("log_loss", classification.log_loss, False)
_BALANCED = Metric("balanced_accuracy", classification.balanced_accuracy, True)
_BRIER = Metric("brier", classification.brier, False)
_MCC = Metric("mcc", classification.mcc, True)

BINARY = (
    _AUC,
    Metric("average_precision", curves.average_precision, True),
    _ACCURACY,
    _LOG_LOSS,
    _BALANCED,
    Metric("precision", classification.precision, True, "wilson"),
    Metric("recall", classification.recall, True, "wilson"),
    Metric("f1", classification.f1, True),
    _BRIER,
    _MCC,
)
MULTICLASS = (
    _ACCURACY,
    _BALANCED,
    _LOG_LOSS,
    Metric("roc_auc", curves.roc_auc, True, "delong"),
    Metric("average_precision", curves.average_precision, True),
    Metric("precision", classification.precision, True),
    Metric("recall", classification.recall, True),
    Metric("f1", classification.f1, True),
    _BRIER,
    _MCC,
)
REGRESSION = (
    Metric("rmse", regression.rmse, False),
    Metric("mae", regression.mae, False),
    Metric("r2", regression.r2, True),
    Metric("median_absolute_error", regression.median_absolute_error, False),
)
METRICS: Mapping[str, Mapping[str, Metric]] = {
    "binary": {metric.name: metric for metric in BINARY},
    "multiclass": {metric.name: metric for metric in MULTICLASS},
    "regression": {metric.name: metric for metric in REGRESSION},
}
HEADLINES: Mapping[str, tuple[str, ...]] = {
    task: tuple(metrics)[:3] for task, metrics in METRICS.items()
}
"""The first three metrics of a task; models are compared by the first."""

TITLES = {
    "roc_auc": "ROC-AUC",
    "f1": "F1",
    "mcc": "MCC",
    "log_loss": "log-loss",
    "brier": "Brier score",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
}


def title(name: str) -> str:
    """A metric's name as people write it.

    Example:
        >>> title("roc_auc"), title("balanced_accuracy")
        ('ROC-AUC', 'balanced accuracy')
    """
    return TITLES.get(name, name.replace("_", " "))


def row_losses(task: str, target: Array, scores: Array) -> Array:
    """How wrong each row is: `(n,)` nats, or squared errors."""
    if task == "regression":
        return np.asarray((scores.astype(np.float64) - target) ** 2)
    return classification.row_losses(target, scores)


def why_undefined(name: str, target: Array, scores: Array) -> str:
    """The reason why a metric is NaN on these rows, in a few words.

    Example:
        >>> why_undefined("roc_auc", np.array([1, 1]), np.array([[0.2, 0.8], [0.5, 0.5]]))
        'one class in the rows'
    """
    if len(target) == 0:
        return "no rows"
    if not np.isfinite(scores).all():
        return "scores that are not finite"
    if name == "r2":
        return "the target is constant"
    if name == "precision":
        return "the positive class is never predicted"
    if len(np.unique(target)) == 1 and name in {"roc_auc", "mcc"}:
        return "one class in the rows"
    if name in {"recall", "average_precision", "f1"}:
        return "no row of the positive class"
    return "not defined on these rows"
