"""Which of two models is better on the same rows, if that can be told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.delong import APART, delong_difference, delong_test
from fivefold.metrics.intervals import bootstrap, tango
from fivefold.metrics.metric import Metric, OwnStatistic
from fivefold.metrics.resampling import DRAWS_OF_OWN, Resamples
from fivefold.metrics.significance import Significance, mcnemar, swap_test
from fivefold.metrics.weight import weighed, weights_of

Ruling = Literal["wins", "loses", "a tie", "not measured"]
"""On the first of two models; on the second it is `turned`."""

_TURNED: dict[Ruling, Ruling] = {"wins": "loses", "loses": "wins"}


def turned(ruling: Ruling) -> Ruling:
    """The ruling on the other one of two.

    Example:
        >>> turned("wins"), turned("a tie")
        ('loses', 'a tie')
    """
    return _TURNED.get(ruling, ruling)


@dataclass(frozen=True)
class Comparison:
    """The outcome of comparing a first model with a second.

    Args:
        difference: the first's score minus the second's, with its interval.
        verdict: of the first model: `wins` or `loses` where the interval is on one side of zero,
            which is where p is below `1 - level`.
        p: two-sided, of this difference where there is none; NaN where it was not measured.
        test: what gave it.
    """

    difference: Estimate
    verdict: Ruling
    p: float = float("nan")
    test: str = ""


def compare(
    metric: Metric,
    target: Array,
    scores: Array,
    others: Array,
    resamples: Resamples,
    *,
    weight: Array | None = None,
    level: float = 0.95,
) -> Comparison:
    """Compare two models by the interval of the paired difference.

    Both are scored on the very same resamples, so what is hard for both cancels; two intervals
    that overlap would say far less.

    Args:
        metric: to compare by.
        target: `(n,)` class indices or values.
        scores: of the first model.
        others: of the second model, the same shape.
        resamples: of the rows.
        weight: `(n,)` how much each row counts in both scores; None for 1 each.
        level: coverage, a fraction.

    Returns:
        The difference and the verdict on the first; without an interval it is "not
        measured", and the difference says why, unless the two answer alike: a tie.

    Example:
        >>> from fivefold.metrics.metric import ACCURACY
        >>> from fivefold.metrics.resampling import resample
        >>> truth = np.arange(60) % 2
        >>> good, bad = np.eye(2)[truth], np.full((60, 2), 0.5)
        >>> compare(ACCURACY, truth, good, bad, resample(60, seed=0)).verdict
        'wins'
    """
    if weight is not None:
        resamples = resamples.only(weights_of(weight, len(target)) > 0)
        weight, target, scores, others = weighed(weight, target, scores, others)
    if isinstance(metric.statistic, OwnStatistic):
        resamples = resamples.fewer(DRAWS_OF_OWN)
    difference, made = _measured(metric, target, scores, others, resamples, weight, level)
    if not np.isfinite(difference.low):
        return _unmeasured(metric, target, scores, others, resamples, weight, difference)
    low, high, p = difference.low, difference.high, made.p
    if not p < 1 - level:  # then no interval may say more
        low, high = min(low, 0.0), max(high, 0.0)
    elif low <= 0 <= high:
        p = 1 - level
    verdict: Ruling = "a tie"
    if not low <= 0 <= high:
        verdict = "wins" if (difference > 0) == metric.greater else "loses"
    gap = Estimate(
        difference, low=low, high=high, method=difference.method, n=difference.n, level=level
    )
    return Comparison(gap, verdict, p, made.method)


def _measured(
    metric: Metric,
    target: Array,
    scores: Array,
    others: Array,
    resamples: Resamples,
    weight: Array | None,
    level: float,
) -> tuple[Estimate, Significance]:
    """The difference with an interval, and how likely it is where there is none."""
    plain = resamples.kind == "row"
    counted = metric.interval == "wilson" and metric.among is None and weight is None
    if counted and plain and not resamples.too_few:
        return _counted(target, scores, others, level)
    if metric.interval == "delong" and plain:
        difference = delong_difference(target, scores, others, weight=weight, level=level)
        if difference.method != APART:
            return difference, delong_test(target, scores, others, weight=weight)
    else:
        difference = bootstrap(_gap(metric, target, scores, others, weight), resamples, level=level)
    if not np.isfinite(difference.low):
        return difference, Significance(np.nan, np.nan, "")
    doubled = None if weight is None else np.concatenate([weight, weight])

    def scored(truth: Array, answers: Array, counts: Array) -> Array:
        return metric.statistic.over(truth, answers, counts, doubled)

    made = swap_test(
        scored,
        *(target, scores, others),
        unit=resamples.part_of_row if resamples.kind == "block" else resamples.unit_of_row,
        draws=len(resamples.drawn),
    )
    return difference, made


def _counted(
    target: Array, scores: Array, others: Array, level: float
) -> tuple[Estimate, Significance]:
    """Of answers that are right or wrong: by the rows where one model alone is right."""
    right, also = scores.argmax(1) == target, others.argmax(1) == target
    one, other, n = int((right & ~also).sum()), int((also & ~right).sum()), len(target)
    low, high = tango(one, other, n, level=level)
    point = (one - other) / n if n else float("nan")
    difference = Estimate(point, low=low, high=high, method="tango", n=n, level=level)
    return difference, mcnemar(right, also)


def _gap(
    metric: Metric, target: Array, scores: Array, others: Array, weight: Array | None
) -> Callable[[Array], Array]:
    """The difference of the two, of resamples."""

    def gap(counts: Array) -> Array:
        first = metric.statistic.over(target, scores, counts, weight)
        return first - metric.statistic.over(target, others, counts, weight)

    return gap


def _unmeasured(
    metric: Metric,
    target: Array,
    scores: Array,
    others: Array,
    resamples: Resamples,
    weight: Array | None,
    difference: Estimate,
) -> Comparison:
    """What is to be said without an interval: a tie where no row tells the two apart."""
    alike = len(target) > 0 and np.array_equal(scores, others)
    if not alike and float(difference) == 0:
        _, left = resamples.over(_gap(metric, target, scores, others, weight))
        alike = not left.any()
    if not alike:
        return Comparison(difference, "not measured")
    gap = Estimate(0.0, method="equal answers", n=difference.n, level=difference.level)
    return Comparison(gap, "a tie", 1.0, "equal answers")
