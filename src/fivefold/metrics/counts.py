"""How good predicted means of counts are.

Everywhere: `target` is `(n,)` counts; `scores` is `(n, 2)`: the mean of each row, and how much more
than a Poisson count spreads its count does: the variance is `mean + excess * mean**2`.
"""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.regression import mae, rmse
from fivefold.metrics.statistic import Statistic, weighted_mean

LEAST = 1e-9
LEVEL = 0.9
"""Of intervals for single counts."""

MOST = 2_000
"""Rows by which an excess is chosen, evenly among all."""

NARROWEST, WIDEST = 1e-4, 2.0
"""Excesses between which one is sought, in so many steps."""

STEPS = 12

LARGE = 500.0
"""Means from which on a count's interval is that of a normal logarithm of the same spread."""


def deviances(target: Array, means: Array) -> Array:
    """Twice the nats that each mean costs more than the count itself would, `(n,)`."""
    mean = np.maximum(means.astype(np.float64), LEAST)
    ratio = np.where(target > 0, target / mean, 1.0)
    return np.asarray(2 * (target * np.log(ratio) - target + mean))


@Statistic
def poisson_deviance(target: Array, scores: Array, counts: Array) -> Array:
    """Mean Poisson deviance; 0 is perfect."""
    return weighted_mean(deviances(target, scores[:, 0]), counts)


@Statistic
def deviance_explained(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of the deviance of the mean count that is explained; NaN if all counts are 0."""
    mean = counts @ target / counts.sum(1)
    logs = counts @ np.where(target > 0, target * np.log(np.maximum(target, 1)), 0.0)
    none = 2 * (logs - counts @ target * np.log(np.maximum(mean, LEAST)))
    left = counts @ deviances(target, scores[:, 0])
    return np.asarray(np.where(none > 1e-9, 1 - left / none, np.nan))


@Statistic
def mean_error(target: Array, scores: Array, counts: Array) -> Array:
    """Mean absolute error of the means."""
    return mae.counted(target, scores[:, 0], counts)


@Statistic
def root_error(target: Array, scores: Array, counts: Array) -> Array:
    """Root of the mean squared error of the means."""
    return rmse.counted(target, scores[:, 0], counts)


@Statistic
def coverage(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of rows whose count lies in its interval of 90 %."""
    low, high = intervals(scores)
    return weighted_mean((target >= low) & (target <= high), counts)


def excess_of(target: Array, means: Array, weight: Array | None = None) -> float:
    """The least spread over Poisson's with which intervals hold 90 % of these counts, at least 0.

    So many of `n` rows that another one lies in its interval with 90 %: nine tenths of `n + 1`.

    Example:
        >>> means = np.full(20, 5.0)
        >>> excess_of(means, means), round(excess_of(means + 9, means), 1)
        (0.0, 0.6)

    Reference:
        Vovk et al., Algorithmic Learning in a Random World, 2005, section 2.2.
    """
    rows = np.arange(len(target)) if len(target) <= MOST else np.linspace(0, len(target) - 1, MOST)
    rows = rows.astype(np.int64)
    counts, means = target[rows], means[rows].astype(np.float64)
    share = np.ones(len(rows)) if weight is None else weight[rows].astype(np.float64)
    if not share.sum() > 0:
        return 0.0
    share = share / share.sum()
    wanted = min(1.0, LEVEL * (len(rows) + 1) / len(rows)) - 1e-9

    def held(excess: float) -> float:
        low, high = intervals(np.stack([means, np.full(len(means), excess)], axis=1))
        return float(share @ ((counts >= low) & (counts <= high)))

    if held(0.0) >= wanted:
        return 0.0
    if held(WIDEST) < wanted:  # beyond it most of the probability is that of 0, and none is wider
        return float(max(np.geomspace(NARROWEST, WIDEST, 20), key=held))
    less, more = np.log(NARROWEST), np.log(WIDEST)
    for _ in range(STEPS):
        middle = (less + more) / 2
        less, more = (less, middle) if held(float(np.exp(middle))) >= wanted else (middle, more)
    return float(np.exp(more))


def counted(
    rates: Array, means: Array, weight: Array | None = None, exposure: Array | None = None
) -> tuple[Array, Array, Array | None]:
    """Counts, their means and weights of rates that count by how long each row was watched.

    Args:
        rates: `(n,)` counts by exposure.
        means: predicted ones.
        weight: `(n,)` times exposure, how much each rate counts; None for 1 each.
        exposure: `(n,)`; None where rates are counts.
    """
    if exposure is None:
        return np.asarray(np.rint(rates)), means, weight
    counts = np.asarray(np.rint(rates * exposure))
    return counts, means * exposure, None if weight is None else weight / exposure


def deviation(scores: Array) -> Array:
    """`(n,)` how far each count lies from its mean, typically.

    Example:
        >>> deviation(np.array([[4.0, 0.0], [4.0, 0.5]])).round(2).tolist()
        [2.0, 3.46]
    """
    mean = np.maximum(scores[:, 0].astype(np.float64), LEAST)
    return np.asarray(np.sqrt(mean + np.maximum(scores[:, 1], 0.0) * mean**2))


def intervals(scores: Array) -> tuple[Array, Array]:
    """The counts between which a count lies with 90 %: `(n,)` low and high, whole numbers.

    They are quantiles of the negative binomial distribution, of Poisson's where nothing exceeds it.

    Example:
        >>> low, high = intervals(np.array([[4.0, 0.0], [4.0, 1.0]]))
        >>> low.tolist(), high.tolist()
        ([1.0, 0.0], [8.0, 13.0])
    """
    ends = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    found = np.stack([_quantiles(scores.astype(np.float64), end) for end in ends])
    return found[0], found[1]


def _quantiles(scores: Array, share: float) -> Array:
    """The least counts that are not exceeded with this probability."""
    mean, excess = np.maximum(scores[:, 0], LEAST), np.maximum(scores[:, 1], 0.0)
    known = np.isfinite(mean)
    found = np.full(len(mean), np.nan)
    large = known & (mean >= LARGE)
    spread = np.sqrt(np.log1p(1 / np.where(large, mean, 1.0) + excess))
    normal = _NORMAL[share > 0.5]
    found[large] = np.rint(mean * np.exp(normal * spread - spread**2 / 2))[large]
    rows = np.flatnonzero(known & ~large)
    mean, excess = mean[rows], excess[rows]
    over = excess > 1e-6
    size = 1 / np.where(over, excess, 1.0)  # of the negative binomial distribution
    odds = np.where(over, mean / (mean + size), mean)
    logs = np.where(over, -size * np.log1p(mean / size), -mean)  # of the share of the count
    below, count = np.exp(logs), np.zeros(len(rows))
    left = np.flatnonzero(below < share)
    while len(left):
        count[left] += 1
        now = count[left]
        logs[left] += np.log(odds[left] * np.where(over[left], now - 1 + size[left], 1.0) / now)
        below[left] += np.exp(logs[left])
        left = left[below[left] < share]
    found[rows] = count
    return found


_NORMAL = (-1.6448536269514722, 1.6448536269514722)
"""Quantiles of the normal distribution at the two ends of 90 %."""
