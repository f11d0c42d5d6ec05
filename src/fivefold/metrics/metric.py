"""Metrics as values: what computes one, and what is needed to show and judge it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.metrics import classification, counts, curves, labelsets, ordered, regression
from fivefold.metrics.intervals import UNBOUNDED, Bounds
from fivefold.metrics.statistic import Statistic
from fivefold.metrics.weight import weight_argument

OwnMetric = Callable[..., float]


@dataclass(frozen=True)
class Metric:
    """A metric with what is needed to show and judge it.

    Args:
        name: the key in `result.metrics`.
        statistic: what computes it.
        greater: whether more is better.
        interval: how its interval is made when rows are independent; a share of right answers, or
            where less is better of wrong ones, has Wilson's.
        among: where it is a fraction of some rows only, which: `(target, scores)` to `(n,)` bool.
        gap: the least difference that is worth a remark; None where it has no scale of its own.
        ranked: whether rows are put in order by every class, which takes long.
        bounds: the lowest and the highest score that can be.
        decided: whether it counts answers, so that a threshold moves it, and not probabilities.
        by_label: whether labels alone say it too, though no threshold moves it.
    """

    name: str
    statistic: Statistic
    greater: bool
    interval: Literal["wilson", "delong", "bca"] = "bca"
    among: Callable[[Array, Array], Array] | None = None
    gap: float | None = None
    ranked: bool = False
    bounds: Bounds = UNBOUNDED
    decided: bool = False
    by_label: bool = False

    @property
    def title(self) -> str:
        """The name as people write it."""
        return title(self.name)

    def told(self, difference: float, than: str = "") -> str:
        """A difference from another score, with its direction.

        Example:
            >>> RMSE.told(-1.95, "the mean"), ROC_AUC.told(-0.031)
            ('1.95 lower, and so better, than the mean', '0.031 lower, which is worse')
        """
        return directed(difference, self.greater, than)

    def of(self, column: int, name: str) -> "Metric":
        """The same metric of one of several columns.

        Args:
            column: its place.
            name: the key in `result.metrics`.

        Example:
            >>> both = np.array([[1.0, 5.0], [2.0, 5.0]])
            >>> RMSE.of(0, "rmse_first")(both, both + [[3.0, 0.0]]), RMSE(both, both + [[3.0, 0.0]])
            (3.0, 1.5)
        """

        def one(target: Array, scores: Array, counts: Array) -> Array:
            return self.statistic.counted(target[:, column], scores[:, column], counts)

        one.__name__ = name
        return replace(self, name=name, statistic=Statistic(one))

    def __call__(self, target: Array, scores: Array, weight: Array | None = None) -> float:
        """The score; NaN where it is not defined."""
        return self.statistic(target, scores, weight)


SHARE: Bounds = (0.0, 1.0)
SIZE: Bounds = (0.0, float("inf"))

ROC_AUC = Metric("roc_auc", curves.roc_auc, True, "delong", gap=0.05, bounds=SHARE)
AVERAGE_PRECISION = Metric(
    "average_precision", curves.average_precision, True, ranked=True, bounds=SHARE
)
ACCURACY = Metric(
    "accuracy", classification.accuracy, True, "wilson", gap=0.05, bounds=SHARE, decided=True
)
LOG_LOSS = Metric("log_loss", classification.log_loss, False, bounds=SIZE)
BALANCED_ACCURACY = Metric(
    "balanced_accuracy", classification.balanced_accuracy, True, bounds=SHARE, decided=True
)
PRECISION = Metric("precision", classification.precision, True, bounds=SHARE, decided=True)
RECALL = Metric("recall", classification.recall, True, bounds=SHARE, decided=True)
FALSE_ALARM_RATE = Metric(
    "false_alarm_rate",
    classification.false_alarm_rate,
    False,
    "wilson",
    among=lambda target, scores: target == 0,
    bounds=SHARE,
    decided=True,
)
F1 = Metric("f1", classification.f1, True, bounds=SHARE, decided=True)
BRIER = Metric("brier", classification.brier, False, bounds=(0.0, 2.0))
MCC = Metric("mcc", classification.mcc, True, bounds=(-1.0, 1.0), decided=True)

F1_MICRO = Metric("f1_micro", labelsets.f1_micro, True, gap=0.05, bounds=SHARE)
F1_MACRO = Metric("f1_macro", labelsets.f1_macro, True, bounds=SHARE)
MEAN_AVERAGE_PRECISION = Metric(
    "mean_average_precision", labelsets.mean_average_precision, True, ranked=True, bounds=SHARE
)
SUBSET_ACCURACY = Metric("subset_accuracy", labelsets.subset_accuracy, True, bounds=SHARE)
HAMMING_LOSS = Metric("hamming_loss", labelsets.hamming_loss, False, bounds=SHARE)
BINARY_LOG_LOSS = Metric("log_loss", labelsets.binary_log_loss, False, bounds=SIZE)

QUADRATIC_KAPPA = Metric(
    "quadratic_kappa", ordered.quadratic_kappa, True, gap=0.05, bounds=(-1.0, 1.0), by_label=True
)
MEAN_STEPS = Metric("mean_steps", ordered.mean_steps, False, bounds=SIZE, by_label=True)
ORDERED_ACCURACY = Metric("accuracy", ordered.ordered_accuracy, True, bounds=SHARE, by_label=True)
WITHIN_A_STEP = Metric("within_a_step", ordered.within_a_step, True, bounds=SHARE, by_label=True)
RANKED_PROBABILITY = Metric("ranked_probability", ordered.ranked_probability, False, bounds=SIZE)

RMSE = Metric("rmse", regression.rmse, False, bounds=SIZE)
MAE = Metric("mae", regression.mae, False, bounds=SIZE)
R2 = Metric("r2", regression.r2, True, gap=0.1, bounds=(-float("inf"), 1.0))
MEDIAN_ABSOLUTE_ERROR = Metric(
    "median_absolute_error", regression.median_absolute_error, False, bounds=SIZE
)

POISSON_DEVIANCE = Metric("poisson_deviance", counts.poisson_deviance, False, bounds=SIZE)
DEVIANCE_EXPLAINED = Metric(
    "deviance_explained", counts.deviance_explained, True, gap=0.1, bounds=(-float("inf"), 1.0)
)
COUNT_MAE = Metric("mae", counts.mean_error, False, bounds=SIZE)
COUNT_RMSE = Metric("rmse", counts.root_error, False, bounds=SIZE)
COVERAGE = Metric("coverage_90", counts.coverage, True, bounds=SHARE)

TITLES = {
    "roc_auc": "ROC-AUC",
    "explained": "share explained",
    "f1": "F1",
    "f1_micro": "micro F1",
    "f1_macro": "macro F1",
    "hamming_loss": "Hamming loss",
    "quadratic_kappa": "quadratic kappa",
    "mean_steps": "steps off",
    "ranked_probability": "ranked probability score",
    "entity_f1": "entity F1",
    "wer": "word error rate",
    "cer": "character error rate",
    "exact": "exact transcripts",
    "mcc": "MCC",
    "log_loss": "log-loss",
    "brier": "Brier score",
    "false_alarm_rate": "false-alarm rate",
    "recall_at_fpr": "recall at the stated rate",
    "precision_at_fpr": "precision at the stated rate",
    "rmse": "RMSE",
    "mae": "MAE",
    "poisson_deviance": "Poisson deviance",
    "coverage_90": "coverage of 90 %",
    "mase": "MASE",
    "wql": "weighted quantile loss",
    "skill": "skill over naive",
    "r2": "R²",
}


class OwnStatistic(Statistic):
    """A function of the user's as a statistic: rows are repeated as often as they were drawn.

    Args:
        function: `(target, scores) -> number`, which may take the weights of rows too.
    """

    def __init__(self, function: OwnMetric) -> None:
        super().__init__(self._counted)
        self.function = function

    def _counted(self, target: Array, scores: Array, counts: Array) -> Array:
        return self.over(target, scores, counts)

    def over(
        self, target: Array, scores: Array, counts: Array, weight: Array | None = None
    ) -> Array:
        """The score of each resample; NaN for one on which the function fails.

        Weights are left out where the function takes none.
        """
        if weight is not None and not weight_argument(self.function):
            weight = None
        return np.array([self._of(target, scores, line, weight) for line in counts])

    def _of(self, target: Array, scores: Array, line: Array, weight: Array | None) -> float:
        if (line == 1).all():
            return float(self.asked(target, scores, weight))
        rows = np.repeat(np.arange(len(target)), line.astype(np.int64))
        try:
            drawn = None if weight is None else weight[rows]
            return float(self.asked(target[rows], scores[rows], drawn))
        except (ArithmeticError, LookupError, ValueError):
            return float("nan")

    def asked(self, target: Array, scores: Array, weight: Array | None = None) -> float:
        """What the function gives for some rows."""
        if weight is None:
            return self.function(target, scores)
        return self.function(target, scores, **{weight_argument(self.function) or "weight": weight})


def own_metric(name: str, function: OwnMetric) -> Metric:
    """A function of the user's as a metric: more of it is better, unless it says otherwise.

    Args:
        name: the key in `result.metrics`.
        function: `(target, scores) -> number`; one whose attribute `greater` is False should be
            small. A `Metric` says so itself.

    Example:
        >>> cost = lambda target, scores: float(np.abs(target - scores).sum())
        >>> cost.greater = False
        >>> own_metric("cost", cost).greater, own_metric("cost", cost)(np.ones(3), np.zeros(3))
        (False, 3.0)
    """
    if isinstance(function, Metric):
        return replace(function, name=name)
    return Metric(name, OwnStatistic(function), bool(getattr(function, "greater", True)))


def directed(difference: float, greater: bool, than: str = "") -> str:
    """A difference of scores, with which way it goes and whether that is better.

    Args:
        difference: of a score from another.
        greater: whether more is better.
        than: what the other is called; empty for no name.
    """
    if not difference:
        return f"the same as {than}" if than else "the same"
    way = "better" if (difference > 0) == greater else "worse"
    gap = f"{digits(abs(difference))} {'higher' if difference > 0 else 'lower'}"
    return f"{gap}, and so {way}, than {than}" if than else f"{gap}, which is {way}"


def title(name: str) -> str:
    """A metric's name as people write it.

    Example:
        >>> title("roc_auc"), title("balanced_accuracy")
        ('ROC-AUC', 'balanced accuracy')
    """
    return TITLES.get(name, name.replace("_", " "))


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
    if name in {"precision", "precision_at_fpr"}:
        return "the positive class is never predicted"
    if len(np.unique(target)) == 1 and name in {"roc_auc", "mcc"}:
        return "one class in the rows"
    if name in {"false_alarm_rate", "alarm_rate"}:
        return "no usual row"
    if name in {"recall", "recall_at_fpr", "average_precision", "f1"}:
        return "no row of the positive class"
    if name in {"wer", "cer"}:
        return "nothing is said in any row"
    return "not defined on these rows"
