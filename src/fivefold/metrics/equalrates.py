"""Thresholds of groups by which a rate is the same in all of them."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.metrics.gaps import FEWEST_OF_RATE
from fivefold.metrics.groups import FEWEST_ROWS

Parity = Literal["equal_opportunity", "demographic_parity"]
STEPS = 200


class Chosen(NamedTuple):
    """Thresholds of probabilities, above which the second class is answered.

    Args:
        values: `(g,)` of the groups.
        own: `(g,)` bool, whether a group has one of its own, or that of all rows, as it has few.
        rate: that all have, as nearly as rows allow.
    """

    values: Array
    own: Array
    rate: float


def equal_rates(
    score: Array, target: Array, group: Array, groups: int, parity: Parity, weight: Array
) -> Chosen:
    """The thresholds that give all groups one rate, that of the most right answers.

    Args:
        score: `(n,)` probabilities of the second class.
        target: `(n,)` 0 or 1.
        group: `(n,)` numbers from 0.
        groups: how many there are.
        parity: which rate: of answers, or of those that are of the second class.
        weight: `(n,)` how much each row counts.

    Returns:
        The thresholds. Groups of fewer than 30 rows, or of 10 that the rate is of, have the one
        of all rows.

    Example:
        >>> score = np.concatenate([np.linspace(0, 1, 100), np.linspace(0, 0.5, 100)])
        >>> true = np.tile(np.arange(100) >= 60, 2).astype(int)
        >>> found = equal_rates(score, true, np.repeat([0, 1], 100), 2, "equal_opportunity",
        ...                     np.ones(200))
        >>> found.values.round(1).tolist(), round(found.rate, 1)
        ([0.6, 0.3], 1.0)
    """
    of = np.ones(len(score), bool) if parity == "demographic_parity" else target == 1
    rows = np.bincount(group, minlength=groups)
    counted = np.bincount(group[of], minlength=groups)
    own = (rows >= FEWEST_ROWS) & (counted >= FEWEST_OF_RATE)
    every = _at(score, of, weight)
    parts = [group == k for k in range(groups)]
    each = [
        _at(score[part], of[part], weight[part]) if own[k] else every
        for k, part in enumerate(parts)
    ]
    best: tuple[float, float, Array] = (-1.0, 0.0, np.full(groups, 0.5))
    for rate in np.arange(STEPS + 1) / STEPS:
        values = np.array([at(float(rate)) for at in each])
        right = (score > values[group]) == (target == 1)
        share = float(np.average(right, weights=weight)) if weight.any() else 0.0
        if share > best[0]:
            best = share, float(rate), values
    return Chosen(best[2], own, best[1])


def _at(score: Array, of: Array, weight: Array) -> Callable[[float], float]:
    """The threshold above which such a share of rows lies: the highest but for rows between.

    Args:
        score: `(n,)` of all rows.
        of: `(n,)` bool, the rows that the share is of; half way from one of them to the next lower
            row, whichever that is, lies a threshold.
        weight: `(n,)` how much each row counts.
    """
    every = np.concatenate([[0.0], np.unique(score), [1.0]])
    values, places = np.unique(score[of], return_inverse=True)
    above = np.cumsum(np.bincount(places, weights=weight[of])[::-1])[::-1]
    first = np.searchsorted(every[1:-1], values) + 1
    lower, upper = np.append(first - 1, len(every) - 2), np.append(first, len(every) - 1)
    middles = np.clip((every[lower] + every[upper]) / 2, 1e-6, 1 - 1e-6)
    shares = np.append(above, 0.0) / max(above[0] if len(above) else 0.0, 1e-300)
    return lambda rate: float(middles[np.abs(shares - rate).argmin()])
