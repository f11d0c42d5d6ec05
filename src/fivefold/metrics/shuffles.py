"""What a score loses where cells are exchanged among rows, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.intervals import student_t
from fivefold.metrics.metric import Metric
from fivefold.metrics.resampling import Resamples

DRAWS = 200
"""Resamples, of which only the deviation is taken."""

CHUNK = 2_000_000
UNMOVED = "no answer changes"
FEW_DEFINED = 0.95
"""Share of the resamples that must have a score."""


class Loss(NamedTuple):
    """What is lost.

    Args:
        lost: with its interval.
        deviation: over the shuffles.
        p: two-sided, that nothing is; NaN where there is no interval.
    """

    lost: Estimate
    deviation: float
    p: float


@dataclass(frozen=True, eq=False)
class Shuffles:
    """Some shuffles of rows, and resamples that tell how far what they tell would differ elsewhere.

    A row has two parts in a shuffle: it is asked, and its cells are given to another row. A
    resample counts both, each pair of rows by the mean of how often it holds the two, so that the
    deviation over resamples is half of what drawing other rows makes of the loss. The pairs are a
    few of all that there are, which makes it a little larger than that.

    Args:
        metric: that is lost.
        target: `(m, ...)` of the answers.
        scores: `(m, ...)` of the rows as they are.
        orders: `(shuffles, n)` the row that gives its cells to each.
        resamples: of the n rows.
        row: `(m,)` the row that each answer belongs to; None where each row has one.

    Reference:
        Fisher, Rudin and Dominici, All models are wrong, but many are useful, JMLR 20, 2019, where
        the loss is a U-statistic of pairs of rows; Hoeffding, A class of statistics with
        asymptotically normal distribution, 1948.
    """

    metric: Metric
    target: Array
    scores: Array
    orders: Array
    resamples: Resamples
    row: Array | None = None
    whole: float = field(init=False)
    _drawn: list[Array] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", self.metric(self.target, self.scores))
        if not self.resamples.too_few:
            found = [self._over(self.scores, order) for order in self.orders]
            object.__setattr__(self, "_drawn", found)

    def loss(self, shuffled: Sequence[Array], *, level: float = 0.95) -> Loss:
        """What is lost by answers to shuffled rows.

        Args:
            shuffled: `(m, ...)` scores, one for each of the orders.
            level: coverage of the interval.

        Returns:
            The mean over shuffles, above 0 where the score gets worse; NaN where it is not defined.
        """
        sign = 1 if self.metric.greater else -1
        one_by_one = np.array([self.metric(self.target, each) for each in shuffled])
        found = sign * (self.whole - one_by_one)
        lost, deviation = float(found.mean()), float(found.std(ddof=1))
        low = high = p = float("nan")
        method = self.resamples.too_few
        if not method and all(np.array_equal(each, self.scores) for each in shuffled):
            low, high, p, method = 0.0, 0.0, 1.0, UNMOVED
        elif not method:
            pairs = zip(self._drawn, shuffled, self.orders, strict=True)
            drawn = np.array([sign * (base - self._over(s, o)) for base, s, o in pairs])
            error = _error(drawn)
            method = "no spread in the resamples" if error == 0 else "not defined in many resamples"
            if error > 0 and np.isfinite(lost):
                low, high, p = student_t(lost, error, self.resamples.independent - 1, level=level)
                method = "bootstrap of pairs"
        n = len(self.resamples)
        told = Estimate(lost, low=low, high=high, method=method, n=n, level=level)
        return Loss(told, deviation, p)

    def _over(self, scores: Array, order: Array) -> Array:
        """The score of each resample by pairs of one shuffle."""
        drawn, place = self.resamples.drawn, self.resamples.unit_of_row
        given = place[order]
        step, found = max(1, CHUNK // max(1, len(self.target))), []
        for start in range(0, len(drawn), step):
            counts = drawn[start : start + step].astype(np.float64)
            pairs = (counts[:, place] + counts[:, given]) / 2
            of_answers = pairs if self.row is None else pairs[:, self.row]
            found.append(self.metric.statistic.over(self.target, scores, of_answers))
        return np.concatenate(found)


def _error(drawn: Array) -> float:
    """The standard error of the mean over shuffles, by `(shuffles, b)` draws; NaN for too few."""
    drawn = drawn[:, np.isfinite(drawn).all(axis=0)] if drawn.size else drawn
    if drawn.shape[1] < FEW_DEFINED * DRAWS:
        return float("nan")
    return 2 * float(drawn.mean(axis=0).std(ddof=1))
