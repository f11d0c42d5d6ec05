"""What functions say of rows, and how much it is worth by what people said of some of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.label.crowd import UNKNOWN, Votes, counted
from fivefold.metrics.intervals import wilson

PULL = 2.0
"""Rows by which a function is drawn to what chance would say, so that few of them prove little."""


class Record(NamedTuple):
    """How one function did.

    Args:
        answers: units that it said something of.
        coverage: fraction of all units.
        overlap: fraction of its answers where another function spoke too.
        conflict: fraction of its answers where another one said something else.
        n: answers that people's labels judge.
        right: of these.
        accuracy: `right / n`; NaN without any.
        low: lower end of its interval.
        high: upper end of its interval.
        chance: what it would have right by saying the same of other rows.
    """

    answers: int
    coverage: float
    overlap: float
    conflict: float
    n: int
    right: int
    accuracy: float
    low: float
    high: float
    chance: float


class Weights(NamedTuple):
    """What is likely true where functions speak.

    Args:
        prior: `(classes,)` how common each class is.
        likely: `(functions, classes, classes)` how likely each class is (last axis) where the
            function says one.
    """

    prior: Array
    likely: Array


def recorded(votes: Votes, truth: Array, prior: Array) -> list[Record]:
    """How each function did.

    Args:
        votes: of functions, on units.
        truth: `(units,)` class by people, -1 where none is known that may judge.
        prior: `(classes,)` how common each class is.
    """
    units, functions, _ = votes.sizes
    speakers = np.bincount(votes.item, minlength=units)
    same = counted(votes)[votes.item, votes.said]
    judged = truth[votes.item] != UNKNOWN
    right = judged & (truth[votes.item] == votes.said)
    found = []
    for number in range(functions):
        own = votes.who == number
        answers, n, hits = int(own.sum()), int((own & judged).sum()), int(right[own].sum())
        low, high = wilson(hits, n)
        others = speakers[votes.item[own]]
        found.append(
            Record(
                answers=answers,
                coverage=answers / max(1, units),
                overlap=float((others > 1).mean()) if answers else 0.0,
                conflict=float((others > same[own]).mean()) if answers else 0.0,
                n=n,
                right=hits,
                accuracy=hits / n if n else float("nan"),
                low=low,
                high=high,
                chance=float(prior[votes.said[own & judged]].mean()) if n else float("nan"),
            )
        )
    return found


def prior_of(truth: Array, classes: int) -> Array:
    """`(classes,)` the share of each class in what people said, one row more of each."""
    found = np.bincount(truth[truth != UNKNOWN], minlength=classes) + 1.0
    return np.asarray(found / found.sum())


def weighed(votes: Votes, truth: Array) -> Weights:
    """How much what each function says is worth; nothing where no label of people judges it.

    Args:
        votes: of functions, on units.
        truth: `(units,)` class by people, -1 where none is known that may judge.

    Example:
        >>> said, truth = np.array([1, 1, 1, 0]), np.array([1, 1, 1, 1])
        >>> votes = Votes(np.arange(4), np.array([0, 0, 0, 1]), said, (4, 2, 2))
        >>> weights = weighed(votes, truth)
        >>> bool(weights.likely[0, 1, 1] > weights.prior[1] > weights.likely[1, 0, 0])
        True
    """
    _, functions, classes = votes.sizes
    prior = prior_of(truth, classes)
    likely = np.empty((functions, classes, classes))
    judged = votes.only(truth[votes.item] != UNKNOWN)
    true = truth[judged.item]
    places = (judged.who * classes + judged.said) * classes + true
    seen = np.bincount(places, minlength=functions * classes**2)
    seen = seen.reshape(functions, classes, classes).astype(float)
    for number in range(functions):
        rows = seen[number].sum()
        chance = float((seen[number].sum(axis=1) @ prior) / rows) if rows else 0.0
        accuracy = (np.trace(seen[number]) + PULL * chance) / (rows + PULL)
        for says in range(classes):
            usual = prior.copy()
            if rows and prior[says] < 1:
                usual *= (1 - accuracy) / (1 - prior[says])
                usual[says] = accuracy
            found = seen[number, says]
            likely[number, says] = (found + PULL * usual) / (found.sum() + PULL)
    return Weights(prior, likely)


def combined(votes: Votes, weights: Weights) -> Array:
    """`(units, classes)` how likely each class is by what functions say; the prior where none does.

    What a function says changes the odds by as much as it did where people had labelled.
    """
    units, _, classes = votes.sizes
    likely = np.tile(np.log(weights.prior), (units, 1))
    for k in range(classes):
        gain = np.log(weights.likely[votes.who, votes.said, k] / weights.prior[k])
        likely[:, k] += np.bincount(votes.item, weights=gain, minlength=units)
    likely = np.exp(likely - likely.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


class Gauge(NamedTuple):
    """How a function that gives numbers errs.

    Args:
        n: numbers of its that people's judge.
        bias: by how much it is too high in the mean.
        deviation: root of the mean square of what is left of its errors; NaN where fewer than two
            are known.
        spread: standard deviation of people's numbers there.
    """

    n: int
    bias: float
    deviation: float
    spread: float

    @property
    def tells(self) -> bool:
        """Whether it is nearer to people's numbers than their own mean is."""
        return self.n > 1 and self.deviation < self.spread


def gauged(said: Array, truth: Array) -> Gauge:
    """How a function errs, by `(n,)` numbers of its and of people's, NaN where there is none."""
    there = ~(np.isnan(said) | np.isnan(truth))
    errors, n = said[there] - truth[there], int(there.sum())
    if n < 2:
        return Gauge(n, 0.0, float("nan"), float("nan"))
    bias = float(errors.mean())
    deviation = float(np.sqrt(((errors - bias) ** 2).sum() / (n - 1)))
    return Gauge(n, bias, deviation, float(truth[there].std(ddof=1)))


def blended(said: Sequence[Array], gauges: Sequence[Gauge]) -> Array:
    """`(n,)` the mean of what functions say without their bias, the exact ones counting more.

    Those that tell nothing are left out; NaN where none is left.

    Example:
        >>> good, poor = Gauge(9, 1.0, 0.1, 5.0), Gauge(9, 0.0, 9.0, 5.0)
        >>> blended([np.array([3.0, np.nan]), np.array([9.0, 9.0])], [good, poor]).tolist()
        [2.0, nan]
    """
    total, weights = np.zeros(len(said[0])), np.zeros(len(said[0]))
    for numbers, gauge in zip(said, gauges, strict=True):
        if gauge.tells:
            weight = 1 / max(gauge.deviation, 1e-6 * gauge.spread) ** 2
            there = ~np.isnan(numbers)
            total[there] += weight * (numbers[there] - gauge.bias)
            weights[there] += weight
    found = np.full(len(total), np.nan)
    np.divide(total, weights, out=found, where=weights > 0)
    return found
