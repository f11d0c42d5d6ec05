"""How good predicted values are; `target` and `scores` are values in the same unit.

They are `(n,)`; of `(n, columns)` the score is the mean of the columns' own.
"""

from functools import wraps

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.statistic import Counted, Statistic, weighted_mean


def _mean_of_columns(counted: Counted) -> Counted:
    """The same score, of several columns the mean of each one's."""

    @wraps(counted)
    def each(target: Array, scores: Array, counts: Array) -> Array:
        if target.ndim == 1:
            return counted(target, scores, counts)
        pairs = zip(target.T, scores.T, strict=True)
        return np.asarray(np.mean([counted(*pair, counts) for pair in pairs], axis=0))

    return each


def _errors(target: Array, scores: Array) -> Array:
    return np.asarray(scores.astype(np.float64) - target)


@Statistic
@_mean_of_columns
def rmse(target: Array, scores: Array, counts: Array) -> Array:
    """Root of the mean squared error, in the unit of the target."""
    return np.asarray(np.sqrt(weighted_mean(_errors(target, scores) ** 2, counts)))


@Statistic
@_mean_of_columns
def mae(target: Array, scores: Array, counts: Array) -> Array:
    """Mean absolute error, in the unit of the target."""
    return weighted_mean(np.abs(_errors(target, scores)), counts)


@Statistic
@_mean_of_columns
def r2(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of the variance explained: 1 is perfect, 0 the mean of these rows, else below.

    NaN when the target is constant.
    """
    centred = target - target.mean()  # a large offset would cancel in the sums of squares
    n = counts.sum(1)
    squares = counts @ centred**2
    spread = squares - (counts @ centred) ** 2 / n
    left = counts @ _errors(target, scores) ** 2
    return np.where(spread > 1e-12 * np.maximum(squares, 1e-300), 1 - left / spread, np.nan)


@Statistic
@_mean_of_columns
def median_absolute_error(target: Array, scores: Array, counts: Array) -> Array:
    """Median absolute error, in the unit of the target."""
    sizes = np.abs(_errors(target, scores))
    order = np.argsort(sizes)
    sizes, reached = sizes[order], counts[:, order].cumsum(1)
    half = reached[:, -1:] / 2
    lower = (reached < half).sum(1)  # the first row at which half of the draws are reached
    upper = np.minimum((reached <= half).sum(1), len(sizes) - 1)
    return np.asarray((sizes[lower] + sizes[upper]) / 2)
