"""How far probabilities stray from what comes true, and how far they would by chance.

Everywhere: `confidence` is `(n,)` probabilities, `came_true` is `(n,)` bool, `weight` is `(n,)`
how much each row counts, None for 1 each.
"""

from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.resampling import Resamples
from fivefold.metrics.weight import weighed

BINS = 15
"""Groups of the calibration error."""

DRAWS = 500
"""Resamples for its interval."""


def judged(target: Array, scores: Array) -> tuple[Array, Array]:
    """The probabilities to judge, of `(n,)` classes by `(n, classes)` scores, and what came true.

    Of two classes it is the second's probability, of more the likeliest one's.
    """
    if scores.shape[1] == 2:
        return scores[:, 1].astype(np.float64), target == 1
    guess = scores.argmax(1)
    return scores[np.arange(len(guess)), guess].astype(np.float64), target == guess


@dataclass(frozen=True, eq=False)
class Bins:
    """Rows by confidence, in groups of about equal weight.

    Args:
        rows: `(n,)` by confidence.
        weight: `(n,)` of each of these.
        starts: `(g,)` the first of each group.
    """

    rows: Array
    weight: Array
    starts: Array

    def sums(self, values: Array) -> Array:
        """The weighted sum of `(..., n)` values in each group, `(..., g)`."""
        return np.asarray(
            np.add.reduceat(values[..., self.rows] * self.weight, self.starts, axis=-1)
        )


def bin_rows(confidence: Array, bins: int, weight: Array | None = None) -> Bins:
    """Rows by confidence, in groups of about equal weight; those of equal confidence in one.

    A group ends behind the last of them, so that the order in which rows stand says nothing.

    Args:
        confidence: `(n,)` at least one.
        bins: groups wanted; fewer where there are fewer rows, or where ties leave fewer.
        weight: `(n,)` above 0; None for 1 each.

    Example:
        >>> bin_rows(np.array([0.9, 0.1, 0.1, 0.1]), 2).sums(np.ones(4)).tolist()
        [3.0, 1.0]
    """
    weight, confidence = weighed(weight, confidence)
    rows = np.argsort(confidence, kind="stable")
    ends = weight[rows].cumsum()
    whole = bool((weight % 1 == 0).all())  # then as many rows as the weights say, none of them cut
    wanted = min(bins, int(ends[-1]) if whole else len(rows))
    edges = np.arange(1, wanted) * ends[-1] / wanted
    edges = np.floor(edges) if whole else edges
    last = np.searchsorted(ends, edges)  # the row on which each edge falls
    ordered = confidence[rows]
    starts = np.unique(np.append(0, np.searchsorted(ordered, ordered[last], side="right")))
    return Bins(rows, weight[rows], starts[starts < len(rows)])


def reliability(
    confidence: Array, came_true: Array, *, weight: Array | None = None, bins: int = 10
) -> tuple[Array, Array, Array]:
    """Confidence and what came true, in groups of about equal size, ties in one group.

    As many groups as `bins` are wanted; ties may leave fewer.

    Returns:
        Mean confidence, fraction that came true, and rows (or their weight), one entry a group,
        by confidence; empty for no rows.

    Example:
        >>> sure, share, rows = reliability(np.array([0.5, 0.5, 0.9]), np.array([1, 0, 1]) == 1)
        >>> sure.tolist(), share.tolist(), rows.tolist()
        ([0.5, 0.9], [0.5, 1.0], [2.0, 1.0])
    """
    weight, confidence, came_true = weighed(weight, confidence, came_true)
    if not len(confidence):
        return (np.zeros(0),) * 3
    groups = bin_rows(confidence, bins, weight)
    rows = groups.sums(np.ones(len(confidence)))
    return groups.sums(confidence) / rows, groups.sums(came_true.astype(float)) / rows, rows


def calibration_error(
    confidence: Array, came_true: Array, *, weight: Array | None = None, bins: int = BINS
) -> float:
    """Expected calibration error over groups of equal size.

    Args:
        confidence: `(n,)` probabilities.
        came_true: `(n,)` bool.
        weight: `(n,)` how much each row counts; None for 1 each.
        bins: number of groups, at least 1.

    Returns:
        A fraction in [0, 1]; 0 is perfectly calibrated. NaN for no rows.

    Example:
        >>> calibration_error(np.array([0.5, 0.5, 0.9, 0.9]), np.array([1, 0, 1, 1]) == 1, bins=2)
        0.04999999999999999

    Reference:
        Nguyen and O'Connor, Posterior calibration and exploratory analysis, EMNLP 2015.
    """
    weight, confidence, came_true = weighed(weight, confidence, came_true)
    if not len(confidence):
        return float("nan")
    groups = bin_rows(confidence, bins, weight)
    return float(_mean_gap(groups, came_true - confidence))


def calibration_error_by_chance(
    confidence: Array,
    *,
    seed: int,
    weight: Array | None = None,
    rounds: int = 200,
    bins: int = BINS,
) -> Array:
    """The errors that perfectly calibrated probabilities would show on as many rows.

    Args:
        confidence: `(n,)` probabilities.
        seed: of the draws.
        weight: `(n,)` how much each row counts; a row is drawn once, whatever its weight.
        rounds: number of draws.
        bins: as in `calibration_error`.

    Returns:
        `(rounds,)` fractions; NaN for no rows.
    """
    weight, confidence = weighed(weight, confidence)
    if not len(confidence):
        return np.full(rounds, np.nan)
    order = np.argsort(confidence, kind="stable")
    ordered = confidence[order]
    groups = bin_rows(ordered, bins, weight[order])
    random = np.random.default_rng(seed)
    draws = [random.random(len(ordered)) < ordered for _ in range(rounds)]
    return np.array([_mean_gap(groups, draw - ordered) for draw in draws])


def calibration_interval(
    confidence: Array,
    came_true: Array,
    resamples: Resamples,
    chance: Array,
    *,
    weight: Array | None = None,
    bins: int = BINS,
    level: float = 0.95,
) -> Estimate:
    """The expected calibration error with an interval of what it is without the luck of these rows.

    What is found is too large, as gaps that are luck add up, and resamples add luck to luck: they
    lie above it as far as it lies above the truth. So the interval turns them round (the basic
    bootstrap), and begins at 0 where chance alone explains what was found. Percentile and BCa
    intervals of a calibrated model lie above 0 always.

    Args:
        confidence: `(n,)` probabilities.
        came_true: `(n,)` bool.
        resamples: of the rows.
        chance: `(rounds,)` as `calibration_error_by_chance` gives them.
        weight: `(n,)` how much each row counts; None for 1 each.
        bins: as in `calibration_error`.
        level: coverage, a fraction.

    Returns:
        A fraction in [0, 1]; without an interval where there are fewer than 30 units to draw.

    Reference:
        Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 5.2.
    """
    error = calibration_error(confidence, came_true, weight=weight, bins=bins)
    if why := resamples.too_few:
        return Estimate(error, method=why, n=len(confidence), level=level)
    if weight is not None:
        resamples = resamples.only(weight > 0)
    weight, confidence, came_true = weighed(weight, confidence, came_true)
    groups, gaps = bin_rows(confidence, bins, weight), came_true - confidence

    def over(counts: Array) -> Array:
        total = groups.sums(counts).sum(axis=-1)
        return np.asarray(np.abs(groups.sums(counts * gaps)).sum(axis=-1) / total)

    draws, _ = resamples.fewer(DRAWS).over(over)
    tails = (1 - level) / 2, (1 + level) / 2
    low, high = (float(end) for end in np.quantile(draws, tails))
    luck = float(draws.mean()) - error
    usual = float(np.quantile(chance, tails[1]))
    return Estimate(
        error,
        low=max(0.0, 2 * error - high) if error > usual else 0.0,
        high=min(1.0, max(error, 2 * error - low, high - 2 * luck)),
        method="basic bootstrap",
        n=len(confidence),
        level=level,
    )


def _mean_gap(groups: Bins, gaps: Array) -> Array:
    return np.asarray(np.abs(groups.sums(gaps)).sum() / groups.weight.sum())
