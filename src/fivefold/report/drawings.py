"""The drawings that a task may ask for."""

from collections.abc import Callable, Mapping

from fivefold.report import curves, figures

DRAWINGS: Mapping[str, Callable[..., str]] = {
    "confusion_matrix": figures.confusion_matrix,
    "roc": curves.roc,
    "precision_recall": curves.precision_recall,
    "calibration": curves.calibration,
    "predicted_against_true": curves.predicted_against_true,
}
"""By the name that `fivefold.tasks.task.Picture` gives; each takes its values and gives SVG."""
