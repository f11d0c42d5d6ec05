"""How far the rates of groups lie apart at most, with an interval that knows it was picked.

The largest of several noisy differences is too large on average, and a resample of it larger still:
where all groups are alike no bootstrap of it reaches down to 0. So each end of the interval stands
on differences of two groups. The lower one is what the surest of all pairs shows beyond the noise
of looking at each of them. The upper one is the largest of the upper ends of all pairs: the two
groups that are truly farthest apart, whichever they are, are among these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.intervals import NORMAL, wilson
from fivefold.metrics.weight import effective_rows, weights_of

FEWEST_OF_RATE = 10
"""Rows that a rate stands on, below which it is in no gap."""
METHOD = "newcombe, all pairs"
DRAWS, WIDEST, LEAST = 2000, 12.0, 1e-12
PLACES = np.linspace(-WIDEST, WIDEST, 401)
BELOW = np.array([NORMAL.cdf(place) for place in PLACES.tolist()])


@dataclass(frozen=True, eq=False)
class Rates:
    """The means of one quantity in groups that are compared with one another.

    Args:
        value: `(g,)` means; of groups that may be compared, so that none is NaN.
        rows: `(g,)` how many independent rows of equal weight would say as much.
        error: `(g,)` standard errors.
        share: whether they are shares of rows, 0 to 1.
    """

    value: Array
    rows: Array
    error: Array
    share: bool = True

    def only(self, kept: Array) -> "Rates":
        """The same of some groups, `(g,)` bool."""
        return Rates(self.value[kept], self.rows[kept], self.error[kept], self.share)

    @cached_property
    def null(self) -> Array:
        """`(g,)` standard errors where all groups have one rate, that of them together."""
        if not self.share:
            return self.error
        pooled = float(np.average(self.value, weights=self.rows))
        return np.asarray(np.sqrt(pooled * (1 - pooled) / self.rows))

    def ends(self, deviations: float) -> tuple[Array, Array]:
        """`(g,)` low and high of each mean, so many standard deviations away."""
        if not self.share:
            return self.value - deviations * self.error, self.value + deviations * self.error
        level = 2 * NORMAL.cdf(deviations) - 1
        pairs = zip(self.value * self.rows, self.rows, strict=True)
        ends = np.array([wilson(float(hits), float(n), level=level) for hits, n in pairs])
        return ends[:, 0], ends[:, 1]


@dataclass(frozen=True)
class Gap:
    """The largest difference of two groups.

    Args:
        estimate: with its interval; NaN, with the reason, where no two groups can be compared.
        chance: how likely as large a difference is, beside its noise, where all groups are alike.
        by_chance: how large the largest difference is on average then.
        where: the place of the quantity, of the group with more and of the one with less of it.
    """

    estimate: Estimate
    chance: float = float("nan")
    by_chance: float = float("nan")
    where: tuple[int, int, int] | None = None


def rates_of(
    values: Array,
    members: Array,
    *,
    weight: Array | None = None,
    unit: Array | None = None,
    share: bool = True,
) -> Rates:
    """The mean of each group, and how sure it is.

    Args:
        values: `(n,)` of the rows: bool or 0 and 1 where they are counted, else numbers.
        members: `(n, g)` bool, the rows of each group.
        weight: `(n,)` how much each row counts; None for 1 each.
        unit: `(n,)` int, what varies independently if that is not rows.
        share: whether means are shares of rows.

    Returns:
        `g` means, NaN for a group without rows.

    Example:
        >>> members = np.arange(6)[:, None] // 3 == np.arange(2)
        >>> rates_of(np.array([1, 1, 0, 0, 0, 0]), members).value.round(3).tolist()
        [0.667, 0.0]
    """
    given, found = weights_of(weight, len(values)), np.asarray(values, np.float64)
    told = [_one(found[some], given[some], None if unit is None else unit[some], share)
            for some in np.asarray(members, bool).T]  # fmt: skip
    value, rows, error = np.array(told, np.float64).reshape(-1, 3).T
    return Rates(value, rows, error, share)


def _one(
    values: Array, weight: Array, unit: Array | None, share: bool
) -> tuple[float, float, float]:
    """Mean, effective rows, standard error of one group."""
    total, rows = float(weight.sum()), effective_rows(weight)
    if not total:
        return float("nan"), 0.0, float("nan")
    mean = float((weight * values).sum() / total)
    moved, units = weight * (values - mean) / total, len(values)
    if unit is not None:
        places = np.unique(unit, return_inverse=True)[1]
        moved = np.asarray(np.bincount(places, weights=moved), np.float64)
        units = len(moved)
        rows = min(rows, units) if not moved.any() else rows
    spread = float((moved**2).sum())
    if not share:
        return mean, rows, (spread * units / max(1, units - 1)) ** 0.5
    if spread and unit is not None:
        rows = min(rows, mean * (1 - mean) / (spread * units / max(1, units - 1)))
    return mean, rows, (mean * (1 - mean) / rows) ** 0.5


def gap(families: Sequence[Rates], *, level: float = 0.95, seed: int = 0) -> Gap:
    """The largest difference of two groups, of any of several quantities.

    Args:
        families: what is compared: differences are of two groups of one of them. Quantities whose
            differences are looked at together, the two rates of equalised odds for one.
        level: coverage of the interval, a fraction.
        seed: of the draws for `by_chance`.

    Returns:
        The gap. Its value is the difference that was found, as others compute it, which is too
        large by chance where groups are many or small; its interval holds the true one as often
        as `level` says, also where that is 0.

    Example:
        >>> members = np.arange(400)[:, None] // 200 == np.arange(2)
        >>> said = np.arange(400) % 200 < np.repeat([120, 80], 200)
        >>> found = gap([rates_of(said, members)])
        >>> print(found.estimate, found.chance < 0.001)
        0.2000 [0.1022, 0.2925] True

    Reference:
        Newcombe, Interval estimation for the difference between independent proportions, Statistics
        in Medicine 17, 1998, method 10; Hayter, A proof of the conjecture that the Tukey-Kramer
        multiple comparisons procedure is conservative, Annals of Statistics 12, 1984; that the
        largest of several differences is too large: Lum, Zhang and Bower, De-biasing "bias"
        measurement, FAccT 2022.
    """
    compared = [(place, one) for place, one in enumerate(families) if len(one.value) > 1]
    if not compared:
        return Gap(Estimate(float("nan"), method="too few groups", n=0, level=level))
    counts = tuple(sorted(len(one.value) for _, one in compared))
    sure, certain = _deviations(counts, level), NORMAL.inv_cdf((1 + level) / 2)
    value, where, low, high, reached = -1.0, (0, 0, 0), 0.0, 0.0, 0.0
    for place, one in compared:
        apart = one.value[:, None] - one.value
        more, less = np.unravel_index(int(apart.argmax()), apart.shape)
        if apart.max() > value:
            value, where = float(apart.max()), (place, int(more), int(less))
        low = max(low, float(_bounds(one, sure)[0].max()))
        high = max(high, float(_bounds(one, certain)[1].max()))
        noise = np.hypot(one.null[:, None], one.null)
        reached = max(reached, float((apart / np.where(noise > 0, noise, np.inf)).max()))
    rows = sum(float(families[where[0]].rows[place]) for place in where[1:])
    high = min(high, 1.0) if families[where[0]].share else high
    told = Estimate(value, low=low, high=high, method=METHOD, n=round(rows), level=level)
    draw = np.random.default_rng(seed)
    drawn = [np.ptp(draw.normal(size=(DRAWS, len(o.value))) * o.null, axis=1) for _, o in compared]
    expected = float(np.max(drawn, axis=0).mean())
    return Gap(told, max(1 - _within(reached, counts), LEAST), expected, where)


def _bounds(one: Rates, deviations: float) -> tuple[Array, Array]:
    """`(g, g)` low and high of each difference of two groups."""
    low, high = one.ends(deviations)
    apart = one.value[:, None] - one.value
    down, up = one.value - low, high - one.value
    return apart - np.hypot(down[:, None], up), apart + np.hypot(up[:, None], down)


@lru_cache(maxsize=256)
def _within(deviations: float, counts: tuple[int, ...]) -> float:
    """How likely all pairs of all families lie within so many deviations of their difference."""
    density = np.exp(-PLACES * PLACES / 2) / (2 * np.pi) ** 0.5
    moved = (PLACES - deviations * 2**0.5).tolist()
    below = np.array([NORMAL.cdf(place) for place in moved])
    inside = BELOW - below  # how likely one of independent normals lies so far below another
    each = {k: k * float(np.trapezoid(density * inside ** (k - 1), PLACES)) for k in {*counts}}
    return min(1.0, float(np.prod([each[k] for k in counts])))


@lru_cache(maxsize=64)
def _deviations(counts: tuple[int, ...], level: float) -> float:
    """Deviations within which all pairs of all families lie with this probability."""
    low, high = 0.0, WIDEST
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, counts) < level else (low, middle)
    return high
