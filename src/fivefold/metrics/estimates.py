"""Scores with the interval that suits each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.errors import ConfigError
from fivefold.metrics.delong import delong
from fivefold.metrics.intervals import bootstrap, weighted_wilson
from fivefold.metrics.metric import Metric, OwnMetric, OwnStatistic, why_undefined
from fivefold.metrics.resampling import DRAWS_OF_OWN, Resamples, resample
from fivefold.metrics.weight import effective_rows, weighed, weights_of

DRAWS_OF_RANKED = 200_000_000


def estimate(
    target: Array,
    scores: Array,
    metrics: Sequence[Metric],
    *,
    resamples: Resamples | None = None,
    own: Mapping[str, OwnMetric] | None = None,
    weight: Array | None = None,
    level: float = 0.95,
    marks: Array | None = None,
) -> dict[str, Estimate]:
    """Metrics with their intervals.

    Proportions have Wilson's interval, areas under the ROC curve DeLong's, all else BCa; where
    rows are drawn in groups or blocks, all have BCa over those.

    Args:
        target: `(n, ...)` class indices or values.
        scores: `(n, ...)` probabilities or values.
        metrics: those wanted; a task lists its own.
        resamples: of the rows; drawn one by one with seed 0 if None.
        own: functions `(target, scores) -> number` by name; where there are weights they are
            given the argument `weight` too, or `sample_weight` if they have that.
        weight: `(n,)` how much each row counts in the scores, None for 1 each. Rows of weight 0
            are left out; intervals know that a row of weight 3 is still one row.
        level: coverage, a fraction.
        marks: `(n, classes)` of which the largest is the answer, for metrics that count answers;
            None for the scores.

    Returns:
        By name; a metric that is not defined on these rows is NaN, with the reason as its method.
        Where there are weights, `n` is how many rows of equal weight would say as much.

    Raises:
        ConfigError: if an own metric gives anything but a number.

    Example:
        >>> from fivefold.metrics.metric import ACCURACY
        >>> right = np.eye(2)[np.arange(34) % 2]
        >>> print(estimate(np.arange(34) % 2, right, [ACCURACY])["accuracy"])
        1.0000 [0.8985, 1.0000]
    """
    resamples = resample(len(target), seed=0) if resamples is None else resamples
    marks = scores if marks is None else marks
    if weight is not None:
        resamples = resamples.only(weights_of(weight, len(target)) > 0)
        marks = weighed(weight, target, marks)[2]
        weight, target, scores = weighed(weight, target, scores)
    scored = {
        metric.name: estimate_one(
            *(metric, target, marks if metric.decided else scores, resamples),
            weight=weight,
            level=level,
        )
        for metric in metrics
    }
    for name, function in (own or {}).items():
        scored[name] = _own(name, function, target, scores, resamples, weight, level)
    return scored


def estimate_one(
    metric: Metric,
    target: Array,
    scores: Array,
    resamples: Resamples,
    *,
    weight: Array | None = None,
    level: float = 0.95,
) -> Estimate:
    """One metric with its interval; weights are above 0."""
    n = len(target)
    point = metric(target, scores, weight)
    if not np.isfinite(point):
        why = why_undefined(metric.name, target, scores)
        return _standing_on(weight, Estimate(point, method=why, n=n, level=level))
    if resamples.kind == "row":
        if metric.interval == "delong":
            return _standing_on(weight, delong(target, scores, weight=weight, level=level))
        if metric.interval == "wilson":
            rows = np.ones(n, dtype=bool) if metric.among is None else metric.among(target, scores)
            right = ((scores.argmax(1) == target) == metric.greater)[rows]
            theirs = None if weight is None else weight[rows]
            low, high = weighted_wilson(right, theirs, level=level)
            score = Estimate(point, low=low, high=high, method="wilson", n=len(right), level=level)
            return _standing_on(theirs, score)
    if scores.ndim >= 2 and metric.ranked:
        resamples = resamples.fewer(DRAWS_OF_RANKED // max(1, scores.size))
    score = bootstrap(
        lambda counts: metric.statistic.over(target, scores, counts, weight),
        resamples,
        level=level,
    )
    return _standing_on(weight, score)


def _standing_on(weight: Array | None, score: Estimate) -> Estimate:
    """The same score, its `n` of effective rows."""
    if weight is None:
        return score
    rows = round(effective_rows(weight))
    return Estimate(
        score, low=score.low, high=score.high, method=score.method, n=rows, level=score.level
    )


def number(
    name: str, function: OwnMetric, target: Array, scores: Array, weight: Array | None = None
) -> float:
    """What an own metric gives, as a float.

    Raises:
        ConfigError: if it gives anything but a number; errors of its own get a note.
    """
    try:
        found: Any = OwnStatistic(function).asked(target, scores, weight)
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
    weight: Array | None,
    level: float,
) -> Estimate:
    point = number(name, function, target, scores, weight)
    if not np.isfinite(point):
        score = Estimate(point, method="not a finite number", n=len(target), level=level)
        return _standing_on(weight, score)
    statistic = OwnStatistic(function)
    score = bootstrap(
        lambda counts: statistic.over(target, scores, counts, weight),
        resamples.fewer(DRAWS_OF_OWN),
        level=level,
    )
    return _standing_on(weight, score)
