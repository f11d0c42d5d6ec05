"""How far the truth lies from answers, at most, as often as is stated: split conformal limits.

Everywhere: `errors` are `(..., n)` of rows that nothing learnt from, the larger the farther a row's
truth lies from its answer. A further row that is exchangeable with them lies within the limit with
the stated probability at least, whatever the model is.

Reference:
    Vovk et al., Algorithmic Learning in a Random World, 2005; Lei et al., Distribution-Free
    Predictive Inference for Regression, JASA 2018.
"""

from dataclasses import replace
from math import ceil

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.metric import ACCURACY, SIZE, Metric
from fivefold.metrics.statistic import Statistic, weighted_mean

ROUNDING = 1e-9
COVERAGE = replace(ACCURACY, name="coverage", gap=None, decided=False)
"""Of `(n, 2)` scores whether the truth of a row is outside and inside, beside targets of 1."""


@Statistic
def size(target: Array, scores: Array, counts: Array) -> Array:
    """Mean of `(n,)` widths, or of how many classes are in a set."""
    return weighted_mean(scores, counts)


INTERVAL_WIDTH = Metric("interval_width", size, False, bounds=SIZE)
SET_SIZE = Metric("set_size", size, False, bounds=SIZE)


def rows_needed(level: float) -> int:
    """The fewest rows that give a limit at all: `n` of which `ceil((n + 1) * level)` is at most n.

    Example:
        >>> rows_needed(0.9), rows_needed(0.95), rows_needed(0.5)
        (9, 19, 1)
    """
    return ceil(level / (1 - level) - ROUNDING)


def limit(errors: Array, level: float) -> Array:
    """The `ceil((n + 1) * level)`-th smallest error; infinite where there are too few rows.

    Args:
        errors: `(..., n)` float64.
        level: 0 to 1, of a further row.

    Returns:
        `(...)` float64.

    Example:
        >>> float(limit(np.arange(1.0, 20.0), 0.9)), float(limit(np.ones(8), 0.9))
        (18.0, inf)
    """
    rows = errors.shape[-1]
    rank = ceil((rows + 1) * level - ROUNDING)
    if rank > rows:
        return np.full(errors.shape[:-1], np.inf)
    return np.asarray(np.partition(errors, rank - 1, axis=-1)[..., rank - 1], np.float64)


def limit_by_group(errors: Array, groups: Array, level: float) -> float:
    """The limit for a row of a further group, where groups are exchangeable and their rows alike.

    Each of the k groups counts for `1 / (k + 1)`, whatever its size, and shares that among its
    rows; groups of one row each give the limit of rows.

    Args:
        errors: `(n,)` float64.
        groups: `(n,)`, equal within a group.
        level: 0 to 1.

    Returns:
        Infinite where there are too few groups.

    Example:
        >>> limit_by_group(np.arange(1.0, 20.0), np.arange(19), 0.9)
        18.0

    Reference:
        Lee, Barber and Willett, Distribution-free inference with hierarchical data, 2023.
    """
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(errors, kind="stable")
    reached = (1 / sizes[group])[order].cumsum() / (len(sizes) + 1)
    place = int(np.searchsorted(reached, level - ROUNDING))
    return float(errors[order[place]]) if place < len(errors) else float("inf")


def chance_of(covered: int, tested: int, kept: int, level: float) -> float:
    """How likely so few of the tested rows are covered by chance, where the limit does as it says.

    Which share a limit by `kept` rows covers is itself left to chance, a beta distribution; how
    many of the tested rows it covers is beta-binomial.

    Args:
        covered: rows within the limit.
        tested: of so many.
        kept: rows that set it, enough for a limit.
        level: that was asked for.

    Returns:
        A probability.

    Example:
        >>> round(chance_of(90, 100, 99, 0.9), 2), chance_of(60, 100, 99, 0.9) < 1e-4
        (0.51, True)
    """
    from scipy.stats import betabinom

    rank = ceil((kept + 1) * level - ROUNDING)
    return float(betabinom.cdf(covered, tested, rank, kept + 1 - rank))
