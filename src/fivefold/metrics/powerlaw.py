"""How a score grows with the rows that a model learns from: a power law, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.estimate import Estimate
from fivefold.metrics.significance import LEVEL

METHOD = "power law"
DRAWS = 1000
POWERS = np.geomspace(0.02, 2.0, 60)
"""Exponents that are tried first."""
FINER = 12
"""How many more are tried on either side of the best of these."""


@dataclass(frozen=True, eq=False)
class PowerLaw:
    """`a + b * rows ** -c`, with the laws that the scatter of the folds allows as well.

    Args:
        law: `(3,)` a, b and c.
        draws: `(m, 3)` the same of curves that are as likely as the one that was seen.
        level: coverage of intervals, a fraction.
        folds: that the law stands on.
    """

    law: Array
    draws: Array
    level: float
    folds: int

    def at(self, rows: float) -> Estimate:
        """The score with so many training rows."""
        return self._estimate(self._values(self.law, rows), self._values(self.draws, rows))

    def gain(self, rows: float, more: float) -> Estimate:
        """What so many more training rows change: the score with `more` minus that with `rows`."""
        point = self._values(self.law, more) - self._values(self.law, rows)
        draws = self._values(self.draws, more) - self._values(self.draws, rows)
        return self._estimate(point, draws)

    @property
    def parameters(self) -> dict[str, Estimate]:
        """The three numbers, each with its interval: `a` is where the curve ends."""
        return {
            name: self._estimate(self.law[place], self.draws[:, place])
            for place, name in enumerate("abc")
        }

    @staticmethod
    def _values(laws: Array, rows: float) -> Array:
        return np.asarray(laws[..., 0] + laws[..., 1] * rows ** -laws[..., 2])

    def _estimate(self, point: Array, draws: Array) -> Estimate:
        tail = (1 - self.level) / 2
        low, high = np.quantile(draws, [tail, 1 - tail])
        value = float(point)
        if np.ptp(draws) == 0:  # folds that do not differ say nothing of the next one
            return Estimate(value, method=LEVEL, n=self.folds, level=self.level)
        return Estimate(
            value,
            low=min(float(low), value),
            high=max(float(high), value),
            method=METHOD,
            n=self.folds,
            level=self.level,
        )


def fit_power_law(
    rows: Sequence[float] | Array,
    scores: Array,
    *,
    greater: bool,
    bounds: tuple[float, float] = (0.0, 1.0),
    test_per_train: float = 0.0,
    level: float = 0.95,
    seed: int = 0,
) -> PowerLaw:
    """Fit `a + b * rows ** -c` to scores over folds, by least squares of their means.

    A score that should be great grows to the highest that can be at most, one that should be small
    falls to the lowest, and more rows never make it worse: b has the sign that says so.

    Args:
        rows: `(s,)` training rows, at least three sizes.
        scores: `(k, s)` one row a fold, one column a size.
        greater: whether more is better.
        bounds: the lowest and the highest score that can be.
        test_per_train: held-out rows over training rows, by which the scatter of the means is
            larger than that of independent folds (Nadeau and Bengio).
        level: coverage of intervals, a fraction.
        seed: of the curves that are drawn.

    Returns:
        The law, with 1,000 others: of curves drawn around the means with the covariance that the
        folds have, as Student's t with k - 1 degrees of freedom.

    Example:
        >>> rows = np.array([100, 200, 400, 800])
        >>> law = fit_power_law(rows, np.tile(0.1 + 2 * rows**-0.5, (3, 1)), greater=False)
        >>> [round(float(value), 2) for value in law.law]
        [0.1, 2.0, 0.5]

    Reference:
        Hestness et al., Deep learning scaling is predictable, empirically, 2017; Nadeau and
        Bengio, Inference for the generalization error, Machine Learning 52, 2003.
    """
    sizes, table = np.asarray(rows, np.float64), np.asarray(scores, np.float64)
    folds = len(table)
    means = table.mean(0)
    law = _fitted(sizes, means[None], greater, bounds)[0]
    draws = np.repeat(law[None], 2, axis=0)
    if folds > 1:
        rng = np.random.default_rng(seed)
        apart = (table - means) / np.sqrt(folds - 1)
        normal = rng.normal(size=(DRAWS, folds)) @ apart
        spread = np.sqrt((folds - 1) / rng.chisquare(folds - 1, size=(DRAWS, 1)))
        scale = np.sqrt(1 / folds + test_per_train)
        draws = _fitted(sizes, means + scale * spread * normal, greater, bounds)
    return PowerLaw(law=law, draws=draws, level=level, folds=folds)


def _fitted(sizes: Array, curves: Array, greater: bool, bounds: tuple[float, float]) -> Array:
    """`(m, 3)` the best law for each of `(m, s)` curves."""
    centre = sizes[0]  # rows count in units of the smallest size, so that powers stay near 1
    each, powers = np.arange(len(curves)), POWERS[None]
    around = np.geomspace(POWERS[0] / POWERS[1], POWERS[1] / POWERS[0], 2 * FINER + 1)
    for _ in range(2):  # first those that are tried for all, then some around the best of each
        x = (sizes / centre) ** -powers[..., None]
        end, slope = _line(x, curves[:, None], greater, bounds)
        errors = ((end[..., None] + slope[..., None] * x - curves[:, None]) ** 2).sum(-1)
        best = errors.argmin(1)
        power = np.broadcast_to(powers, errors.shape)[each, best]
        found = end[each, best], slope[each, best] * centre**power, power
        powers = power[:, None] * around
    return np.stack(found, axis=1)


def _line(
    x: Array, curves: Array, greater: bool, bounds: tuple[float, float]
) -> tuple[Array, Array]:
    """The best end and slope within their bounds, by least squares over the last axis."""
    bound, sign = (bounds[1], -1.0) if greater else (bounds[0], 1.0)
    apart = x - x.mean(-1, keepdims=True)
    slope = (curves * apart).sum(-1) / (apart**2).sum(-1)
    slope = np.where(sign * slope < 0, 0.0, slope)
    end = curves.mean(-1) - slope * x.mean(-1)
    if not np.isfinite(bound):
        return end, slope
    tied = ((curves - bound) * x).sum(-1) / (x**2).sum(-1)
    tied = np.where(sign * tied < 0, 0.0, tied)
    beyond = sign * (end - bound) < 0
    return np.where(beyond, bound, end), np.where(beyond, tied, slope)
