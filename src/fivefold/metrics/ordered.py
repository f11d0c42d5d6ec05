"""How good answers are that are one of several classes in order.

Everywhere: `target` is `(n,)` class indices in order, `scores` is `(n, classes)` probabilities.
What is said is the median class, which the fewest steps are to be expected from the truth.
"""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.statistic import Statistic, weighted_mean


def median_class(scores: Array) -> Array:
    """`(n,)` int64: the first class up to which half of the probability lies.

    Example:
        >>> median_class(np.array([[0.4, 0.3, 0.3], [0.5, 0.25, 0.25]])).tolist()
        [1, 0]
    """
    below = np.cumsum(scores.astype(np.float64), axis=-1)[..., :-1]
    return np.asarray((below < 0.5 - 1e-9).sum(-1))


@Statistic
def quadratic_kappa(target: Array, scores: Array, counts: Array) -> Array:
    """Agreement beyond chance, errors counted by the square of their steps; 1 is perfect, 0 chance.

    NaN where truth and answers are one and the same class.

    Reference:
        Cohen, Weighted kappa, Psychological Bulletin 70, 1968.
    """
    true, said = target.astype(np.float64), median_class(scores).astype(np.float64)
    rows = counts.sum(1)
    apart = counts @ (true - said) ** 2 / rows
    squares = counts @ (true**2 + said**2) / rows
    chance = squares - 2 * (counts @ true / rows) * (counts @ said / rows)
    return np.asarray(np.where(chance > 1e-12, 1 - apart / chance, np.nan))


@Statistic
def mean_steps(target: Array, scores: Array, counts: Array) -> Array:
    """How many steps answers are from the truth on average."""
    return weighted_mean(np.abs(target - median_class(scores)), counts)


@Statistic
def ordered_accuracy(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of rows whose median class is the right one."""
    return weighted_mean(median_class(scores) == target, counts)


@Statistic
def within_a_step(target: Array, scores: Array, counts: Array) -> Array:
    """Fraction of rows whose answer is right or one step off."""
    return weighted_mean(np.abs(target - median_class(scores)) <= 1, counts)


@Statistic
def ranked_probability(target: Array, scores: Array, counts: Array) -> Array:
    """Mean squared distance of cumulative probabilities from the truth, summed over the steps.

    Reference:
        Epstein, A scoring system for probability forecasts of ranked categories, Journal of
        Applied Meteorology 8, 1969.
    """
    below = np.cumsum(scores.astype(np.float64), axis=1)[:, :-1]
    truth = target[:, None] <= np.arange(below.shape[1])
    return weighted_mean(((below - truth) ** 2).sum(1), counts)
