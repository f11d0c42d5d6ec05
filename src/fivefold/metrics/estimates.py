"""Scores with the interval that suits each of them."""

from collections.abc import Callable, Mapping

import numpy as np

from fivefold.codecs.schema import Task
from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.errors import ConfigError
from fivefold.metrics.delong import delong
from fivefold.metrics.intervals import bootstrap, wilson
from fivefold.metrics.metric import METRICS, Metric, OwnMetric, why_undefined
from fivefold.metrics.resampling import Resamples, resample

DRAWS_OF_OWN = 500
DRAWS_OF_RANKED = 200_000_000


def estimate(
    target: Array,
    scores: Array,
    task: Task,
    *,
    resamples: Resamples | None = None,
    names: tuple[str, ...] = (),
    own: Mapping[str, OwnMetric] | None = None,
    level: float = 0.95,
) -> dict[str, Estimate]:
    """Every metric of a task with its interval.

    Proportions have Wilson's interval, areas under the ROC curve DeLong's, all else BCa; where
    rows are drawn in groups or blocks, all have BCa over those.

    Args:
        target: `(n,)` class indices or values.
        scores: `(n, classes)` probabilities or `(n,)` values.
        task: decides which metrics.
        resamples: of the rows; drawn one by one with seed 0 if None.
        names: the metrics wanted; all of the task if empty.
        own: functions `(target, scores) -> number` by name.
        level: coverage, a fraction.

    Returns:
        By name; a metric that is not defined on these rows is NaN, with the reason as its method.

    Raises:
        ConfigError: if an own metric gives anything but a number.

    Example:
        >>> right = np.eye(2)[np.arange(34) % 2]
        >>> print(estimate(np.arange(34) % 2, right, "binary")["accuracy"])
        1.0000 [0.8985, 1.0000]
    """
    resamples = resample(len(target), seed=0) if resamples is None else resamples
    chosen = [METRICS[task][name] for name in names] if names else [*METRICS[task].values()]
    scored = {
        metric.name: estimate_one(metric, target, scores, resamples, level=level)
        for metric in chosen
    }
    for name, function in (own or {}).items():
        scored[name] = _own(name, function, target, scores, resamples, level)
    return scored


def estimate_one(
    metric: Metric, target: Array, scores: Array, resamples: Resamples, *, level: float = 0.95
) -> Estimate:
    """One metric with its interval."""
    n = len(target)
    point = metric(target, scores)
    if not np.isfinite(point):
        return Estimate(point, method=why_undefined(metric.name, target, scores), n=n, level=level)
    if resamples.kind == "row":
        if metric.interval == "delong":
            return delong(target, scores, level=level)
        if metric.interval == "wilson":
            hits, rows = _proportion(metric.name, target, scores)
            low, high = wilson(hits, rows, level=level)
            return Estimate(point, low=low, high=high, method="wilson", n=rows, level=level)
    if scores.ndim == 2 and metric.name == "average_precision":
        resamples = resamples.fewer(DRAWS_OF_RANKED // max(1, scores.size))
    return bootstrap(
        {metric.name: lambda counts: metric.statistic.over(target, scores, counts)},
        resamples,
        level=level,
    )[metric.name]


def _proportion(name: str, target: Array, scores: Array) -> tuple[int, int]:
    """Successes and rows of a metric that is one."""
    guesses = scores.argmax(1)
    rows = np.ones(len(target), dtype=bool)
    if name == "precision":
        rows = guesses == 1
    elif name == "recall":
        rows = target == 1
    return int((guesses == target)[rows].sum()), int(rows.sum())


def number(name: str, function: OwnMetric, target: Array, scores: Array) -> float:
    """What an own metric gives, as a float.

    Raises:
        ConfigError: if it gives anything but a number; errors of its own get a note.
    """
    try:
        found = function(target, scores)
    except Exception as error:
        error.add_note(f"in the own metric {name!r} of Evaluate")
        raise
    try:
        return float(found)
    except (TypeError, ValueError):
        raise ConfigError(
            f"Evaluate, metric {name!r}: expected a number, found {type(found).__name__}.",
            remedy="Return a float from the function.",
            metric=name,
        ) from None


def _own(
    name: str,
    function: OwnMetric,
    target: Array,
    scores: Array,
    resamples: Resamples,
    level: float,
) -> Estimate:
    point = number(name, function, target, scores)
    if not np.isfinite(point):
        return Estimate(point, method="not a finite number", n=len(target), level=level)
    statistic = _resampled(function, target, scores, point)
    return bootstrap({name: statistic}, resamples.fewer(DRAWS_OF_OWN), level=level)[name]


def _resampled(
    function: OwnMetric, target: Array, scores: Array, point: float
) -> Callable[[Array], Array]:
    """A statistic over counts, by repeating rows; a resample on which it fails gives NaN."""

    def once(counts: Array) -> float:
        if (counts == 1).all():
            return point
        rows = np.repeat(np.arange(len(target)), counts.astype(np.int64))
        try:
            return float(function(target[rows], scores[rows]))
        except (ArithmeticError, LookupError, ValueError):
            return float("nan")

    return lambda counts: np.array([once(line) for line in counts])
