"""Which of two models is better on the same rows, if that can be told."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.delong import delong_difference
from fivefold.metrics.intervals import bootstrap
from fivefold.metrics.metric import Metric
from fivefold.metrics.resampling import Resamples
from fivefold.metrics.weight import weighed, weights_of

Verdict = Literal["wins", "loses", "a tie", "not measured"]


@dataclass(frozen=True)
class Comparison:
    """The outcome of comparing a first model with a second.

    Args:
        difference: the first's score minus the second's, with its interval.
        verdict: of the first model: `wins` or `loses` where the interval is on one side of zero.
    """

    difference: Estimate
    verdict: Verdict


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
    if metric.interval == "delong" and resamples.kind == "row":
        difference = delong_difference(target, scores, others, weight=weight, level=level)
    else:

        def gap(counts: Array) -> Array:
            first = metric.statistic.over(target, scores, counts, weight)
            return first - metric.statistic.over(target, others, counts, weight)

        difference = bootstrap(gap, resamples, level=level)
    verdict: Verdict = "a tie"
    if not np.isfinite(difference.low):
        verdict = "a tie" if np.array_equal(scores, others) else "not measured"
    elif not difference.low <= 0 <= difference.high:
        verdict = "wins" if (difference > 0) == metric.greater else "loses"
    return Comparison(difference, verdict)
