"""How likely a difference is where there is none: p-values of paired tests, and of many of them."""

import math
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array

FEW = 25
"""Discordant rows below which McNemar's test is exact."""


@dataclass(frozen=True)
class Significance:
    """The outcome of a test.

    Args:
        statistic: of the test; the number of rows in the smaller cell where it is exact.
        p: two-sided, 0 to 1; NaN where there is too little to test.
        method: which test it was.
    """

    statistic: float
    p: float
    method: str


def corrected_t_test(differences: Array, test_per_train: float) -> Significance:
    """Whether paired scores over folds differ on average, by the corrected resampled t-test.

    Training rows of folds overlap, so their differences agree more than independent ones would:
    the variance of the mean is `1/k + test rows / training rows` of that of the differences.

    Args:
        differences: `(k,)` of paired scores, one a fold; folds without one (NaN) are left out.
        test_per_train: test rows over training rows of a fold.

    Returns:
        Student's t with k - 1 degrees of freedom. Scores that are the same in all folds have p 1.

    Example:
        >>> made = corrected_t_test(np.array([0.01, 0.02, 0.03]), 0.25)
        >>> round(made.statistic, 3), round(made.p, 3)
        (2.619, 0.12)

    Reference:
        Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003.
    """
    from scipy.special import stdtr

    method, known = "nadeau-bengio", np.asarray(differences, np.float64)
    known = known[np.isfinite(known)]
    k = len(known)
    if k < 2:
        return Significance(math.nan, math.nan, "too few folds")
    mean = float(known.mean())
    spread = float(known.var(ddof=1)) * (1 / k + test_per_train)
    if spread == 0:
        return Significance(
            math.copysign(math.inf, mean) if mean else 0.0, 0.0 if mean else 1.0, method
        )
    t = mean / math.sqrt(spread)
    return Significance(t, float(2 * stdtr(k - 1, -abs(t))), method)


def mcnemar(first: Array, second: Array) -> Significance:
    """Whether two models are right equally often, by the rows where one alone is.

    Args:
        first: `(n,)` bool, rows that the first model gets right.
        second: the same of the second model.

    Returns:
        The binomial test where fewer than 25 rows are discordant, else chi-square with one degree
        of freedom and Edwards's correction for continuity.

    Example:
        >>> made = mcnemar(np.arange(20) < 15, np.arange(20) >= 5)
        >>> made.statistic, made.p, made.method
        (5.0, 1.0, 'mcnemar, exact')

    Reference:
        McNemar, Note on the sampling error of the difference between correlated proportions,
        Psychometrika 12, 1947; Edwards, Note on the correction for continuity, Psychometrika 13,
        1948.
    """
    from scipy.special import bdtr, chdtrc

    one, other = int((first & ~second).sum()), int((second & ~first).sum())
    discordant, smaller = one + other, min(one, other)
    if discordant < FEW:
        p = min(1.0, 2 * float(bdtr(smaller, discordant, 0.5))) if discordant else 1.0
        return Significance(float(smaller), p, "mcnemar, exact")
    statistic = max(0.0, abs(one - other) - 1) ** 2 / discordant
    return Significance(statistic, float(chdtrc(1, statistic)), "mcnemar, chi-square")


def holm(p: Array) -> Array:
    """P-values of a family of tests, made larger so that they may be read one by one.

    Whatever is true, the chance that any difference is called one where there is none stays below
    the level at which they are read.

    Args:
        p: `(m,)`; NaN is no test, and stays.

    Returns:
        `(m,)` at least p, at most 1.

    Example:
        >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).tolist()
        [0.03, 0.06, nan, 0.06]

    Reference:
        Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
        Statistics 6, 1979.
    """
    adjusted = np.array(p, np.float64)
    known = np.flatnonzero(np.isfinite(adjusted))
    order = known[np.argsort(adjusted[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(adjusted[order] * factors))
    return adjusted
