"""The area under the ROC curve with DeLong's interval, in O(n log n)."""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.curves import one_against_rest, placements
from fivefold.metrics.intervals import NORMAL
from fivefold.metrics.significance import Significance
from fivefold.metrics.weight import effective_rows, weighed, weights_of

FEWEST_OF_A_CLASS, MANY_OF_A_CLASS = 2, 30
APART = "delong, apart"
"""Where the difference is bounded by the two intervals."""


def auc_influence(
    positive: Array, score: Array, weight: Array | None = None
) -> tuple[float, Array]:
    """The area and how much each row moves it.

    Args:
        positive: `(n,)` bool.
        score: `(n,)`, larger for positive rows.
        weight: `(n,)` above 0, how much each row counts; None for 1 each.

    Returns:
        The area in [0, 1], and `(n,)` influences whose squares sum to DeLong's variance. NaN and
        zeros when a class has no row.

    Reference:
        DeLong et al., Biometrics 1988; Sun and Xu, Fast implementation of DeLong's algorithm,
        IEEE Signal Processing Letters 21, 2014.
    """
    weight = weights_of(weight, len(score))
    influence = np.zeros(len(score))
    if positive.all() or not positive.any():
        return float("nan"), influence
    placed = placements(positive, score, weight)
    # `roc_auc`, as a mean of placements: equal but for the last bit, which results keep.
    area = float((weight * placed)[positive].sum() / weight[positive].sum())
    for side in (positive, ~positive):
        ours = weight[side]
        spare = max(1.0, effective_rows(ours) - 1)
        influence[side] = ours * (placed[side] - area) / ((ours**2).sum() * spare) ** 0.5
    return area, influence


def macro_influence(
    target: Array, scores: Array, weight: Array | None = None
) -> tuple[float, Array]:
    """The area (binary, or mean of each class against the rest) and each row's influence on it.

    Classes without a row, or with all of them, are left out.
    """
    pairs = [auc_influence(*judged, weight) for judged in one_against_rest(target, scores)]
    pairs = [(area, influence) for area, influence in pairs if np.isfinite(area)]
    if not pairs:
        return float("nan"), np.zeros(len(target))
    areas, influences = zip(*pairs, strict=True)
    return float(np.mean(areas)), np.mean(influences, axis=0)


def delong(
    target: Array, scores: Array, *, weight: Array | None = None, level: float = 0.95
) -> Estimate:
    """ROC-AUC with DeLong's interval on the logit scale.

    Args:
        target: `(n,)` class indices.
        scores: `(n, classes)` probabilities, or `(n,)` of class 1.
        weight: `(n,)` how much each row counts in the area, None for 1 each. The interval knows
            that a row of weight 3 is still one row.
        level: coverage, a fraction.

    Returns:
        The area. Where every pair is in the right order the variance is 0 and says nothing: then
        the lower end is the area at which that would happen in one of `2 / (1 - level)` data
        sets, from the pairs that share no row.

    Example:
        >>> scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]])
        >>> estimate = delong(np.array([0, 0, 1, 1]), scores)
        >>> f"{estimate:.2f}", estimate.method
        ('0.75', 'delong or newcombe')
    """
    weight, target, scores = weighed(weight, target, scores)
    area, influence = macro_influence(target, scores, weight)
    n = len(target)
    smallest, others = _rows_of_the_sides(target, scores, weight)
    if not np.isfinite(area) or smallest < FEWEST_OF_A_CLASS:
        reason = "one class in the rows" if not smallest else "too few rows of a class"
        return Estimate(area, method=reason, n=n, level=level)
    error = float(influence @ influence) ** 0.5
    if area in (0.0, 1.0):
        reach = ((1 - level) / 2) ** (1 / smallest)
        low, high = (reach, 1.0) if area else (0.0, 1 - reach)
        return Estimate(area, low=low, high=high, method="disjoint pairs", n=n, level=level)
    logit = np.log(area / (1 - area))
    half = _quantile(target, influence, weight, level) * error / (area * (1 - area))
    low, high = (float(1 / (1 + np.exp(-end))) for end in (logit - half, logit + half))
    if not others or smallest >= MANY_OF_A_CLASS:
        return Estimate(area, low=low, high=high, method="delong", n=n, level=level)
    ends = newcombe(area, smallest, others, level=level)
    low, high = min(low, ends[0]), max(high, ends[1])
    return Estimate(area, low=low, high=high, method="delong or newcombe", n=n, level=level)


def newcombe(
    area: float, positives: float, negatives: float, *, level: float = 0.95
) -> tuple[float, float]:
    """Score interval of an area under the ROC curve from the class sizes alone.

    DeLong's variance is too small where few rows of a class happen to be well ordered (ten
    positive rows and an area of 0.96: it covers 83 % instead of 95 %); this one does not look at
    how they are ordered.

    Returns:
        The areas from which the one found lies as far as the level allows.

    Example:
        >>> [round(end, 3) for end in newcombe(0.96, 10, 1990)]
        [0.833, 0.99]

    Reference:
        Newcombe, Confidence intervals for an effect size measure based on the Mann-Whitney
        statistic, part 2, Statistics in Medicine 25, 2006, method 5.
    """
    z, half = NORMAL.inv_cdf((1 + level) / 2), (positives + negatives) / 2 - 1

    def reach(truth: float) -> float:
        spread = 1 + half * (1 - truth) / (2 - truth) + half * truth / (1 + truth)
        return float(z * (truth * (1 - truth) * spread / (positives * negatives)) ** 0.5)

    ends = []
    for certain in (0.0, 1.0):
        inside, outside = area, certain
        for _ in range(50):
            middle = (inside + outside) / 2
            if abs(middle - area) <= reach(middle):
                inside = middle
            else:
                outside = middle
        ends.append(inside)
    return ends[0], ends[1]


def delong_difference(
    target: Array,
    scores: Array,
    others: Array,
    *,
    weight: Array | None = None,
    level: float = 0.95,
) -> Estimate:
    """The first model's ROC-AUC minus the second's on the same rows, with its interval.

    The parameters are those of `delong`; `others` are the scores of the second model.
    """
    weight, target, scores, others = weighed(weight, target, scores, others)
    point, gap = _gap(target, scores, others, weight)
    half = _quantile(target, gap, weight, level) * float(gap @ gap) ** 0.5
    smallest, _ = _rows_of_the_sides(target, scores, weight)
    if not np.isfinite(point) or smallest < FEWEST_OF_A_CLASS:
        return Estimate(point, method="too few rows of a class", n=len(target), level=level)
    if not gap.any() and not np.array_equal(scores, others):
        # No row's order speaks of the spread, as when one of them is perfect: the two intervals,
        # each with its own care for few rows, bound the difference instead.
        ours, theirs = (
            delong(target, each, weight=weight, level=level) for each in (scores, others)
        )
        low, high = ours.low - theirs.high, ours.high - theirs.low
        return Estimate(point, low=low, high=high, method=APART, n=len(target), level=level)
    low, high = max(-1.0, point - half), min(1.0, point + half)
    return Estimate(point, low=low, high=high, method="delong", n=len(target), level=level)


def delong_test(
    target: Array, scores: Array, others: Array, *, weight: Array | None = None
) -> Significance:
    """Whether two models order rows equally well: the test that `delong_difference` inverts.

    The parameters are those of `delong`; `others` are the scores of the second model.
    """
    from scipy.special import stdtr

    weight, target, scores, others = weighed(weight, target, scores, others)
    point, gap = _gap(target, scores, others, weight)
    error = float(gap @ gap) ** 0.5
    if not error:
        return Significance(0.0, 1.0 if point == 0 else float("nan"), "delong")
    t, degrees = point / error, _degrees(target, gap, weight)
    return Significance(t, float(2 * stdtr(degrees, -abs(t))), "delong")


def _gap(target: Array, scores: Array, others: Array, weight: Array) -> tuple[float, Array]:
    """The difference of two areas, and what each row moves it by."""
    first, moved = macro_influence(target, scores, weight)
    second, moved_too = macro_influence(target, others, weight)
    return first - second, moved - moved_too


def _quantile(target: Array, influence: Array, weight: Array, level: float) -> float:
    """The quantile of Student's t; of the normal distribution where no row moves anything."""
    from scipy.special import stdtrit

    if not influence.any():
        return NORMAL.inv_cdf((1 + level) / 2)
    return float(stdtrit(_degrees(target, influence, weight), (1 + level) / 2))


def _degrees(target: Array, influence: Array, weight: Array) -> float:
    """The degrees of freedom by Welch and Satterthwaite; some row has an influence.

    DeLong's variance of a class with few rows is itself uncertain: with 8 positive rows the
    normal quantile covers 87 % instead of 95 %.
    """
    classes, of_row = np.unique(target, return_inverse=True)
    shares = np.bincount(of_row, influence**2, len(classes))
    rows = np.bincount(of_row, weight) ** 2 / np.bincount(of_row, weight**2)  # effective ones
    return float(shares.sum() ** 2 / (shares**2 / np.maximum(rows - 1, 1)).sum())


def _rows_of_the_sides(target: Array, scores: Array, weight: Array) -> tuple[float, float]:
    """Effective rows of the rarer and of the other side, of the class that has fewest.

    Of several classes those without a row, or with all of them, are left out, and there is no
    other side: 0.
    """
    sides = [
        sorted((effective_rows(weight[positive]), effective_rows(weight[~positive])))
        for positive, _ in one_against_rest(target, scores)
    ]
    if len(sides) == 1:
        return sides[0][0], sides[0][1]
    return min((rarer for rarer, _ in sides if rarer), default=0.0), 0.0
