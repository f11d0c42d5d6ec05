"""Statistics of a stream of numbers that merge: moments and quantiles."""

from dataclasses import dataclass, field

import numpy as np

from fivefold.codecs.table import Array


@dataclass(frozen=True)
class Moments:
    """Count, mean and summed squared deviations, in float64.

    Example:
        >>> left, right = Moments.of(np.array([1.0, 2.0])), Moments.of(np.array([6.0]))
        >>> left.merge(right).mean, round(left.merge(right).deviation ** 2, 3)
        (3.0, 4.667)

    Reference:
        Chan, Golub, LeVeque, Updating formulae and a pairwise algorithm for computing sample
        variances, 1982.
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: Array) -> "Moments":
        """The moments of these values; NaN is left out."""
        values = values[~np.isnan(values)]
        if not len(values):
            return cls()
        mean = float(values.mean())
        return cls(len(values), mean, float(np.square(values - mean).sum()))

    def merge(self, other: "Moments") -> "Moments":
        """The moments of both streams together."""
        count = self.count + other.count
        if not count:
            return self
        step = other.mean - self.mean
        return Moments(
            count,
            self.mean + step * (other.count / count),
            self.squares + other.squares + step * step * (self.count * other.count / count),
        )

    @property
    def deviation(self) -> float:
        """The standard deviation with divisor `count`; 0 for an empty stream."""
        return float(np.sqrt(self.squares / self.count)) if self.count else 0.0


_FEW = 16
"""Quantiles up to which values are put in place for each, not sorted."""


@dataclass
class Quantiles:
    """The sorted values of a stream: all of them up to `capacity`, a weighted sample above it.

    Above it a full level is sorted and every second value kept with twice the weight, so a rank is
    off by about `log2(n / capacity) / capacity` of all ranks at most; nothing is random.

    Args:
        capacity: values held a level, even.

    Reference:
        Munro and Paterson, Selection and sorting with limited storage, 1980.
    """

    capacity: int = 1 << 20
    levels: list[Array] = field(default_factory=lambda: [np.empty(0)])
    offsets: list[int] = field(default_factory=lambda: [0])
    least: float = np.inf
    most: float = -np.inf
    _is_sorted: bool = field(default=False, init=False, repr=False, compare=False)

    def add(self, values: Array) -> None:
        """Take values in; NaN is left out."""
        values = values[~np.isnan(values)]
        if len(values):
            self.least = min(self.least, float(values.min()))
            self.most = max(self.most, float(values.max()))
            self._add(values, 0)

    def merge(self, other: "Quantiles") -> None:
        """Take another stream in."""
        self.least, self.most = min(self.least, other.least), max(self.most, other.most)
        for level, values in enumerate(other.levels):
            self._add(values, level)

    def _add(self, values: Array, level: int) -> None:
        while level >= len(self.levels):
            self.levels.append(np.empty(0))
            self.offsets.append(0)
        self._is_sorted = False
        held = np.concatenate([self.levels[level], values])
        if len(held) <= self.capacity:
            self.levels[level] = held
            return
        even = len(held) // 2 * 2
        self.levels[level] = held[even:]
        kept = np.sort(held[:even])[self.offsets[level] :: 2]
        self.offsets[level] = 1 - self.offsets[level]
        self._add(kept, level + 1)

    def sorted(self) -> tuple[Array, Array]:
        """The values in order, and how many of the stream each stands for."""
        if not self._is_sorted:
            self.levels = [np.sort(level) for level in self.levels]
            self._is_sorted = True
        if len(self.levels) == 1:
            return self.levels[0], np.ones(len(self.levels[0]))
        values = np.concatenate(self.levels)
        weights = np.concatenate([np.full(len(v), 2.0**i) for i, v in enumerate(self.levels)])
        order = np.argsort(values, kind="stable")
        return values[order], weights[order]

    def at(self, fractions: Array) -> Array:
        """Quantiles, as `numpy.quantile` gives them where the stream is held whole.

        Returns:
            One value a fraction; zeros for an empty stream.
        """
        if len(self.levels) == 1:
            return self._of_all(np.asarray(fractions))
        values, weights = self.sorted()
        if not len(values):
            return np.zeros(len(fractions))
        ends = np.cumsum(weights)
        middle = ends - (weights + 1.0) / 2.0  # the mean rank of what each value stands for
        ranks, points = np.r_[0.0, middle, ends[-1] - 1.0], np.r_[self.least, values, self.most]
        quantiles: Array = np.interp(np.asarray(fractions) * (ends[-1] - 1.0), ranks, points)
        return quantiles

    def _of_all(self, fractions: Array) -> Array:
        """The same where every value is at hand: only some need to be in their places."""
        values = self.levels[0]
        if not len(values):
            return np.zeros(len(fractions))
        ranks = fractions * (len(values) - 1.0)
        below = np.floor(ranks).astype(np.int64)
        above = np.minimum(below + 1, len(values) - 1)
        if not self._is_sorted and len(fractions) > _FEW:
            self.sorted()
        elif not self._is_sorted:
            values.partition(np.unique([below, above]))
        values = self.levels[0]
        quantiles: Array = (values[above] - values[below]) * (ranks - below) + values[below]
        return quantiles

    def commonest(self) -> float:
        """The most frequent value, the smallest of equals; 0 for an empty stream."""
        values, weights = self.sorted()
        if not len(values):
            return 0.0
        starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
        return float(values[starts[np.argmax(np.add.reduceat(weights, starts))]])
