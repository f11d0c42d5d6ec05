"""Which of many groups of rows stray from zero, beyond what looking at all of them explains.

A group's statistic is the sum of its rows' values beside the spread of that sum. The chance of the
largest one is found by drawing values as they are where nothing is wrong, and taking the largest of
all groups each time: so overlapping groups are not counted as if each were looked at by itself.

Everywhere: `values` is `(n,)` float64, 0 on average where nothing is wrong; `members` is `(n, g)`
bool, which rows are in which group.

Reference:
    Zhang and Neill, Identifying Significant Predictive Bias in Classifiers, 2016, section 2;
    Westfall and Young, Resampling-Based Multiple Testing, 1993, section 2.3.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array

DRAWS, PIECE = 1000, 100
ENOUGH = 10
"""Draws that are larger, from which on the chance of the largest one is known well enough."""
FEWEST_UNITS = 10
"""Of a group that signs can tell anything of."""


class Scanned(NamedTuple):
    """What was found of each group.

    Args:
        strength: `(g,)` standard deviations by which it strays, above 0 for too much.
        chance: `(g,)` how often the largest of all is as large where nothing is wrong.
    """

    strength: Array
    chance: Array


def scan_by_draws(
    values: Array,
    variance: Array,
    members: Array,
    draw: Callable[[int, np.random.Generator], Array],
    *,
    seed: int = 0,
) -> Scanned:
    """Groups whose sum is larger than values that are drawn anew have.

    Args:
        values: of each row.
        variance: `(n,)` of each, where nothing is wrong.
        members: of each group.
        draw: gives `(b, n)` values of `b` draws where nothing is wrong.
        seed: of the draws.

    Example:
        >>> normal = lambda many, random: random.normal(size=(many, 1000))
        >>> values = normal(1, np.random.default_rng(0))[0]
        >>> members = np.arange(1000)[:, None] % 8 == np.arange(8)
        >>> bool((scan_by_draws(values, np.ones(1000), members, normal).chance > 0.05).all())
        True
        >>> values += members[:, 5]
        >>> int(scan_by_draws(values, np.ones(1000), members, normal).chance.argmin())
        5
    """
    weights = members.astype(np.float32)
    spread = np.sqrt(np.maximum(variance @ weights, 1e-12))
    random = np.random.default_rng(seed)
    drawn = (draw(PIECE, random).astype(np.float32) @ weights / spread for _ in _pieces())
    strength = values @ weights / spread
    return Scanned(strength, _chances(strength, drawn))


def scan_by_signs(
    values: Array,
    members: Array,
    *,
    unit: Array | None = None,
    two_sided: bool = False,
    seed: int = 0,
) -> Scanned:
    """Groups whose sum is larger than with the signs of values drawn anew.

    Args:
        values: of each row, as likely above 0 as below where nothing is wrong.
        members: of each group.
        unit: `(n,)` int, what varies independently and so keeps one sign; None for rows.
        two_sided: whether sums below 0 count as well.
        seed: of the draws.

    Example:
        >>> values = np.random.default_rng(0).normal(size=1000)
        >>> members = np.arange(1000)[:, None] % 8 == np.arange(8)
        >>> int(scan_by_signs(values + members[:, 5], members).chance.argmin())
        5
    """
    parts = (values[:, None] * members).astype(np.float32)
    if unit is not None:
        order = np.argsort(unit, kind="stable")
        starts = np.flatnonzero(np.diff(unit[order], prepend=-1))
        parts = np.add.reduceat(parts[order], starts, axis=0)
    spread = np.sqrt((parts**2).sum(axis=0))
    spread[(parts != 0).sum(axis=0) < FEWEST_UNITS] = np.inf
    spread[spread == 0] = np.inf
    random = np.random.default_rng(seed)

    def one_piece() -> Array:
        signs = random.integers(0, 2, (PIECE, len(parts))).astype(np.float32) * 2 - 1
        found: Array = signs @ parts / spread
        return np.abs(found) if two_sided else found

    strength = parts.sum(axis=0) / spread
    reached = np.abs(strength) if two_sided else strength
    return Scanned(strength, _chances(reached, (one_piece() for _ in _pieces())))


def _pieces() -> Iterator[int]:
    yield from range(DRAWS // PIECE)


def _chances(reached: Array, drawn: Iterable[Array]) -> Array:
    """How often the largest of all is at least as large as each; fewer draws where that is often.

    Args:
        reached: `(g,)` statistics.
        drawn: `(b, g)` of each piece.
    """
    larger, draws = np.zeros(len(reached)), 0
    if not len(reached):
        return larger
    for piece in drawn:
        most = piece.max(axis=1)
        larger += (most[:, None] >= reached).sum(axis=0)
        draws += len(most)
        if larger[reached.argmax()] >= ENOUGH:
            break
    return np.asarray((larger + 1) / (draws + 1))
