"""How likely a difference is where there is none: p-values of paired tests, and of many of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array

FEW = 25
"""Discordant rows below which McNemar's test is exact."""
FEWEST_FOLDS = 3
"""Folds with which a difference may be told from none."""
LEVEL = "the same in every fold"
"""Why scores over folds have no interval, and a difference of them no p-value."""
ALIKE = 1e-6
SWAPPED = 1_000_000
"""Answers that are swapped at once."""


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


def corrected_t_test(
    differences: Array, test_per_train: float, rows: Array | None = None
) -> Significance:
    """Whether paired scores over folds differ on average, by the corrected resampled t-test.

    Training rows of folds overlap, so their differences agree more than independent ones would:
    the variance of the mean is `1/k + test rows / training rows` of that of the differences.

    Args:
        differences: `(k,)` of paired scores, one a fold; folds without one (NaN) are left out.
        test_per_train: test rows over training rows of a fold.
        rows: `(k,)` that the scores of each fold stand on. As many rows more in every fold are one
            difference, though a fold has a row more than another.

    Returns:
        Student's t with k - 1 degrees of freedom. There is no p from fewer than three folds, or
        where all differences are equal: the spread that they are measured by is not known. Where
        all are 0 it is 1.

    Example:
        >>> made = corrected_t_test(np.array([0.01, 0.02, 0.03]), 0.25)
        >>> round(made.statistic, 3), round(made.p, 3)
        (2.619, 0.12)
        >>> corrected_t_test(np.array([0.025, 0.025, 0.025]), 0.5).method
        'the same in every fold'

    Reference:
        Nadeau and Bengio, Inference for the generalization error, Machine Learning 52, 2003.
    """
    from scipy.special import stdtr

    given = np.asarray(differences, np.float64)
    kept = np.isfinite(given)
    known = given[kept]
    k = len(known)
    if k < FEWEST_FOLDS:
        return Significance(math.nan, math.nan, "too few folds")
    mean = float(known.mean())
    if is_level(known) or (rows is not None and is_level(known * np.asarray(rows)[kept])):
        return Significance(0.0 if mean == 0 else math.nan, 1.0 if mean == 0 else math.nan, LEVEL)
    t = mean / math.sqrt(float(known.var(ddof=1)) * (1 / k + test_per_train))
    return Significance(t, float(2 * stdtr(k - 1, -abs(t))), "nadeau-bengio")


def is_level(values: Array) -> bool:
    """Whether numbers are all the same, but for what rounding does to them.

    Example:
        >>> is_level(np.array([0.1 + 0.2, 0.3])), is_level(np.array([0.3, 0.31]))
        (True, False)
    """
    return bool(np.ptp(values) <= ALIKE * np.abs(values).max())


def swap_test(
    statistic: Callable[[Array, Array, Array], Array],
    target: Array,
    scores: Array,
    others: Array,
    *,
    unit: Array,
    draws: int = 2000,
    seed: int = 0,
) -> Significance:
    """Whether two models score alike, by what chance makes of them where it swaps their answers.

    If it does not matter which of them answered, any answers may be swapped: what is further from
    0 than the difference found, of all that swapping makes, is the p-value. It holds for any score
    and any number of rows, where intervals of the bootstrap are too short for few.

    Args:
        statistic: `(target, scores, counts) -> values`, where `counts` is `(b, n)`, one line of
            them a value.
        target: `(n, ...)` the truth.
        scores: `(n, ...)` of the first model.
        others: of the second one.
        unit: `(n,)` whole numbers; answers of one are swapped together.
        draws: how often.
        seed: equal seeds swap the same.

    Returns:
        The difference, and its p, which is at least `1 / (draws + 1)`.

    Example:
        >>> mean = lambda target, scores, counts: counts @ scores / counts.sum(1)
        >>> made = swap_test(mean, np.zeros(5), np.ones(5), np.zeros(5), unit=np.arange(5))
        >>> made.statistic, round(made.p, 2)  # all five one way, or all the other: 2 of 32
        (1.0, 0.06)

    Reference:
        Yeh, More accurate tests for the statistical significance of result differences, COLING
        2000; Phipson and Smyth, Permutation p-values should never be zero, 2010.
    """
    n, random = len(target), np.random.default_rng(seed)
    units, place = np.unique(unit, return_inverse=True)
    both, answers = np.concatenate([target, target]), np.concatenate([scores, others])

    def gap(swapped: Array) -> Array:
        counts = np.concatenate([1 - swapped, swapped], axis=1)
        return np.asarray(statistic(both, answers, counts) - statistic(both, answers, 1 - counts))

    found = float(gap(np.zeros((1, n)))[0])
    step, further = max(1, SWAPPED // max(1, n)), 0
    for start in range(0, draws, step):
        size = (min(step, draws - start), len(units))
        drawn = random.integers(0, 2, size=size, dtype=np.uint8).astype(np.float64)
        nearer = np.abs(gap(drawn[:, place])) < abs(found) * (1 - 1e-9)
        further += int((~nearer).sum())  # one that is not defined counts as further
    return Significance(found, (further + 1) / (draws + 1), "swaps")


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


def chi_squared(statistic: float, freedom: int) -> float:
    """The chance that a sum of so many squared normal numbers is at least this large.

    Args:
        statistic: 0 or more.
        freedom: degrees of freedom, 0 or more; 1.0 for none.

    Example:
        >>> [round(chi_squared(5.0, freedom), 4) for freedom in (1, 2, 3, 40)]
        [0.0253, 0.0821, 0.1718, 1.0]
    """
    if freedom < 1 or statistic <= 0:
        return 1.0
    half = statistic / 2
    odd = freedom % 2
    chance = math.erfc(math.sqrt(half)) if odd else math.exp(-half)
    for step in range(2 - odd, freedom, 2):
        chance += math.exp(step / 2 * math.log(half) - half - math.lgamma(step / 2 + 1))
    return min(1.0, chance)
