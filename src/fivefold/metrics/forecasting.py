"""How good forecasts are.

`target` is `(n, horizon + 3 + levels)`: what came, the mean squared error of a naive forecast, the
usual error of the series before the origin, the levels of the quantiles, and how many these are.
`scores` are `(n, horizon, 1 + levels)`: the expected value, then the quantiles in order.
What did not come, as the table has no such step, is NaN: a row is judged by its other steps.
"""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.metric import SHARE, SIZE, Metric
from fivefold.metrics.statistic import Statistic, weighted_mean


def outcome(ahead: Array, naive: Array, scale: Array, levels: Array) -> Array:
    """The target of rows.

    Args:
        ahead: `(n, horizon)` what came.
        naive: `(n,)` mean squared error of a naive forecast.
        scale: `(n,)` the usual error of the series, above 0.
        levels: `(q,)` of the quantiles.
    """
    told = np.tile([*levels, len(levels)], (len(ahead), 1))
    return np.concatenate([ahead, naive[:, None], scale[:, None], told], axis=1)


def levels_of(target: Array) -> Array:
    """`(q,)` the levels of the quantiles; none of no rows."""
    return target[0, -1 - int(target[0, -1]) : -1] if len(target) else np.zeros(0)


def truth_of(target: Array) -> Array:
    """`(n, horizon)` what came."""
    return target[:, : -3 - len(levels_of(target))] if len(target) else target


def known_of(target: Array) -> Array:
    """`(k,)` all that came."""
    truth = truth_of(target)
    return np.asarray(truth[~np.isnan(truth)])


def quantiles(values: Array, levels: Array) -> Array:
    """`(levels, horizon)` of `(n, horizon)` values, over those that are there."""
    if np.isnan(values).any():
        return np.asarray(np.nanquantile(values, levels, axis=0))
    return np.asarray(np.quantile(values, levels, axis=0))


def over_steps(values: Array) -> Array:
    """`(n,)` the mean of `(n, horizon, ...)` values of each row over the steps that are there."""
    known = ~np.isnan(values)
    if known.all():
        return np.asarray(values.mean(axis=tuple(range(1, values.ndim))))
    flat, there = values.reshape(len(values), -1), known.reshape(len(values), -1)
    return np.asarray(np.where(there, flat, 0.0).sum(1) / np.maximum(there.sum(1), 1))


def naive_of(target: Array) -> Array:
    """`(n,)` the mean squared error of a naive forecast."""
    return np.asarray(target[:, -3 - len(levels_of(target))])


def scale_of(target: Array) -> Array:
    """`(n,)` the usual error of the series."""
    return np.asarray(target[:, -2 - len(levels_of(target))])


def _off(target: Array, scores: Array) -> Array:
    return np.asarray(scores[:, :, 0].astype(np.float64) - truth_of(target))


@Statistic
def skill(target: Array, scores: Array, counts: Array) -> Array:
    """1 less the root mean squared error over that of a naive forecast, each series in its unit.

    1 is perfect, 0 is as good as repeating what was a season ago, below it is worse.
    """
    unit = scale_of(target) ** 2
    ours = weighted_mean(over_steps(_off(target, scores) ** 2) / unit, counts)
    naive = weighted_mean(naive_of(target) / unit, counts)
    return np.where(naive > 0, 1 - np.sqrt(ours / np.where(naive > 0, naive, 1.0)), np.nan)


@Statistic
def forecast_rmse(target: Array, scores: Array, counts: Array) -> Array:
    """Root of the mean squared error over all steps ahead, in the unit of the target."""
    return np.asarray(np.sqrt(weighted_mean(over_steps(_off(target, scores) ** 2), counts)))


@Statistic
def forecast_mae(target: Array, scores: Array, counts: Array) -> Array:
    """Mean absolute error over all steps ahead, in the unit of the target."""
    return weighted_mean(over_steps(np.abs(_off(target, scores))), counts)


@Statistic
def mase(target: Array, scores: Array, counts: Array) -> Array:
    """Mean absolute error over the usual one of the series, between seasons before the origin.

    Reference:
        Hyndman and Koehler, Another look at measures of forecast accuracy, 2006.
    """
    return weighted_mean(over_steps(np.abs(_off(target, scores))) / scale_of(target), counts)


@Statistic
def weighted_quantile_loss(target: Array, scores: Array, counts: Array) -> Array:
    """Twice the pinball loss, mean over levels, over the mean size of the target."""
    truth, at = truth_of(target)[:, :, None], levels_of(target)
    short = truth - scores[:, :, 1:].astype(np.float64)
    losses = 2 * over_steps(np.maximum(at * short, (at - 1) * short))
    size = weighted_mean(over_steps(np.abs(truth)), counts)
    return np.where(size > 0, weighted_mean(losses, counts) / np.where(size > 0, size, 1), np.nan)


def inside(truth: Array, low: Array, high: Array) -> Array:
    """Whether what came lies between two numbers: 1 or 0, NaN where nothing came."""
    held = ((truth >= low) & (truth <= high)).astype(np.float64)
    return np.where(np.isnan(truth), np.nan, held)


@Statistic
def coverage(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of steps ahead whose number lies between the outermost quantiles."""
    truth, low, high = truth_of(target), scores[:, :, 1], scores[:, :, -1]
    return weighted_mean(over_steps(inside(truth, low, high)), counts)


SKILL = Metric("skill", skill, True, gap=0.05, bounds=(-float("inf"), 1.0))
RMSE_AHEAD = Metric("rmse", forecast_rmse, False, bounds=SIZE)
MAE_AHEAD = Metric("mae", forecast_mae, False, bounds=SIZE)
MASE = Metric("mase", mase, False, bounds=SIZE)
WQL = Metric("wql", weighted_quantile_loss, False, bounds=SIZE)
COVERAGE = Metric("coverage", coverage, True, bounds=SHARE)
