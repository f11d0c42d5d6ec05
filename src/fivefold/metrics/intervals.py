"""Intervals of proportions, of areas under the ROC curve, of anything, and of means over folds."""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.resampling import Resamples
from fivefold.metrics.significance import LEVEL, is_level
from fivefold.metrics.weight import effective_rows, weighed

NORMAL = NormalDist()
NAN = float("nan")
Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-float("inf"), float("inf"))
METHODS = {
    "group": "bca, clustered",
    "block": "bca, blocks of time",
    "cluster": "bca, clustered by row",
}


def wilson(successes: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a proportion.

    Args:
        successes: rows counted, 0 to n.
        n: rows; effective ones where they have weights.
        level: coverage, a fraction.

    Returns:
        Low and high in [0, 1], never both 1 or both 0; NaN for no rows.

    Example:
        >>> [round(end, 4) for end in wilson(34, 34)]
        [0.8985, 1.0]

    Reference:
        Wilson, Probable inference, the law of succession, and statistical inference, JASA 1927.
    """
    if n == 0:
        return NAN, NAN
    z = NORMAL.inv_cdf((1 + level) / 2)
    share = successes / n
    centre = share + z**2 / (2 * n)
    half = z * (share * (1 - share) / n + z**2 / (4 * n**2)) ** 0.5
    low, high = (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


def tango(one: int, other: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Score interval of the difference of two proportions that were counted on the same rows.

    Args:
        one: rows that count for the first alone.
        other: rows that count for the second alone.
        n: all rows.
        level: coverage, a fraction.

    Returns:
        Low and high in [-1, 1]: the differences from which `(one - other) / n` lies as far as the
        level allows, also where no row tells the two apart; NaN for no rows.

    Example:
        >>> [round(end, 4) for end in tango(12, 2, 50)], [round(end, 4) for end in tango(0, 0, 50)]
        ([0.0611, 0.3447], [-0.0713, 0.0713])

    Reference:
        Tango, Equivalence test and confidence interval for the difference in proportions for the
        paired-sample design, Statistics in Medicine 17, 1998; Newcombe, Improved confidence
        intervals for the difference between binomial proportions based on paired data, same volume.
    """
    if not n:
        return NAN, NAN
    z, found = NORMAL.inv_cdf((1 + level) / 2), (one - other) / n

    def reached(truth: float) -> bool:
        b = (2 * n - one + other) * truth - one - other
        c = -other * truth * (1 - truth)
        rare = ((b * b - 8 * n * c) ** 0.5 - b) / (4 * n)  # likeliest share of `other`
        spread = n * (2 * rare + truth * (1 - truth))
        return bool((n * (found - truth)) ** 2 <= z * z * spread)

    ends = []
    for certain in (-1.0, 1.0):
        inside, outside = found, certain
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if reached(middle) else (inside, middle)
        ends.append(inside)
    return ends[0], ends[1]


def bca(
    point: float, draws: Array, left: Array, *, level: float = 0.95, units: int | None = None
) -> tuple[float, float, str]:
    """Bias-corrected and accelerated bootstrap interval.

    Args:
        point: the statistic of all rows.
        draws: `(b,)` the statistic of each resample; NaN where it was not defined.
        left: `(g,)` the statistic without each row (or group of rows).
        level: coverage, a fraction.
        units: that were drawn, 2 at least, by whose number the interval is wider: resamples of
            few units vary less than samples do. None for so many that it hardly matters.

    Returns:
        Low, high and `bca`; NaN, NaN and the reason where the draws cannot carry an interval:
        they are all equal, or too many of them are not defined.

    Example:
        >>> bca(1.0, np.ones(2000), np.ones(34))
        (nan, nan, 'no spread in the resamples')

    Reference:
        Efron, Better bootstrap confidence intervals, JASA 1987; ties between draws and the point
        count half. Hesterberg, What teachers should know about the bootstrap, 2015, for `units`.
    """
    defined = draws[np.isfinite(draws)]
    if len(defined) < 0.95 * len(draws):
        return NAN, NAN, "not defined in many resamples"
    if not np.isfinite(point) or np.ptp(defined) <= 1e-12 * max(1e-300, abs(point)):
        return NAN, NAN, "no spread in the resamples"
    below = (np.sum(defined < point) + np.sum(defined == point) / 2) / len(defined)
    if not 0 < below < 1:
        return NAN, NAN, "resamples all on one side"
    bias = NORMAL.inv_cdf(float(below))
    pull = left[np.isfinite(left)]
    pull = pull.mean() - pull if len(pull) else pull
    scale = float((pull**2).sum()) ** 1.5
    acceleration = float((pull**3).sum()) / (6 * scale) if scale > 0 else 0.0
    ends, wider = [], 1.0 if units is None else _wider(units, level)
    for tail in ((1 - level) / 2, (1 + level) / 2):
        shifted = bias + wider * NORMAL.inv_cdf(tail)
        ends.append(NORMAL.cdf(bias + shifted / max(1e-6, 1 - acceleration * shifted)))
    low, high = np.quantile(defined, ends)
    return float(low), float(high), "bca"


def _wider(units: int, level: float) -> float:
    """How many times further the ends of an interval of so few units lie than those of many."""
    from scipy.special import stdtrit

    far = float(stdtrit(units - 1, (1 + level) / 2)) * (units / (units - 1)) ** 0.5
    return float(far / NORMAL.inv_cdf((1 + level) / 2))


def weighted_wilson(
    success: Array, weight: Array | None = None, *, level: float = 0.95
) -> tuple[float, float]:
    """Wilson's score interval of a weighted proportion.

    It stands on effective rows (Kish): weights make the rows that carry them count more, but
    bring no new ones.

    Args:
        success: `(n,)` bool.
        weight: `(n,)` how much each row counts; None for 1 each, as in `wilson`.
        level: coverage, a fraction.

    Returns:
        Low and high in [0, 1]; NaN for no rows.

    Example:
        >>> [round(end, 4) for end in weighted_wilson(np.ones(34), np.full(34, 0.5))]
        [0.8985, 1.0]
    """
    weight, success = weighed(weight, success)
    if not len(weight):
        return NAN, NAN
    total, hits = float(weight.sum()), float((weight * success).sum())
    scale = effective_rows(weight) / total
    return wilson(hits * scale, total * scale, level=level)


def bootstrap(
    statistic: Callable[[Array], Array],
    resamples: Resamples,
    *,
    level: float = 0.95,
) -> Estimate:
    """A score with its BCa interval.

    Args:
        statistic: `(b, n)` counts to `(b,)` values.
        resamples: of the n rows.
        level: coverage, a fraction.

    Returns:
        The estimate; without an interval when there are fewer than 30 units to draw.
    """
    n = len(resamples)
    point = float(statistic(np.ones((1, n)))[0]) if n else NAN
    low, high, method = NAN, NAN, resamples.too_few
    if not method:
        units = None if resamples.kind == "row" else resamples.independent
        low, high, method = bca(point, *resamples.over(statistic), level=level, units=units)
    if method == "bca" and resamples.kind != "row":
        method = METHODS[resamples.kind]
    return Estimate(point, low=low, high=high, method=method, n=n, level=level)


def corrected_t(
    values: Array, test_per_train: float, *, level: float = 0.95, within: Bounds = UNBOUNDED
) -> Estimate:
    """Mean over folds with the interval of Nadeau and Bengio.

    The folds' training rows overlap, so their scores agree more than independent ones would:
    the variance is multiplied by `1/k + test rows / training rows` instead of `1/k`.

    Args:
        values: `(k,)` one score a fold; folds without a score (NaN) are left out.
        test_per_train: test rows over training rows of a fold.
        level: coverage, a fraction.
        within: the lowest and the highest score that can be, beyond which no interval reaches.

    Returns:
        The mean; without an interval when fewer than two folds have a score, or all have the same,
        which says nothing of how far the next one may lie.

    Example:
        >>> score = corrected_t(np.array([0.8, 0.9]), 0.25)
        >>> f"{score:.2f} {score.high - score:.3f}"
        '0.85 0.778'
        >>> print(corrected_t(np.array([0.8, 0.9]), 0.25, within=(0, 1)))
        0.8500 [0.0719, 1.0000]

    Reference:
        Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003.
    """
    from scipy.special import stdtrit

    defined = np.asarray(values, np.float64)
    defined = defined[np.isfinite(defined)]
    k = len(defined)
    mean = float(defined.mean()) if k else NAN
    if k < 2 or is_level(defined):
        return Estimate(mean, method="too few folds" if k < 2 else LEVEL, n=k, level=level)
    spread = float(defined.var(ddof=1)) * (1 / k + test_per_train)
    half = float(stdtrit(k - 1, (1 + level) / 2)) * spread**0.5
    low, high = np.clip([mean - half, mean + half], *within).tolist()
    return Estimate(mean, low=low, high=high, method="nadeau-bengio", n=k, level=level)


def student_t(
    value: float, error: float, freedom: int, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Interval of a value by its standard error, and how likely it is where the truth is 0.

    Args:
        value: what was found.
        error: its standard error, above 0.
        freedom: degrees of freedom of the error.
        level: coverage, a fraction.

    Returns:
        Low, high, and the two-sided p-value.

    Example:
        >>> [round(number, 3) for number in student_t(2.0, 1.0, 30)]
        [-0.042, 4.042, 0.055]
    """
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(freedom, (1 + level) / 2)) * error
    return value - half, value + half, float(2 * stdtr(freedom, -abs(value) / error))
