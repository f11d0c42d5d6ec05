"""How much of a string stands in another one: aligned in a band, many pairs at once."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.table import Array

CELLS = 500_000
"""Numbers of a row of the table that is filled in at a time, of all pairs."""


def identities(shorter: Sequence[Array], longer: Sequence[Array], band: int) -> Array:
    """The fraction of each shorter string that stands in the longer one, aligned as well as it can.

    It is 1 less the edits that turn the shorter string into some stretch of the longer one, by its
    length. Edits that would leave the band are not looked for, so that strings which are less alike
    have a lower bound of their identity.

    Args:
        shorter: codes of symbols, at least 0, one symbol at least.
        longer: the other string of each pair, not shorter.
        band: how far insertions or deletions may move one along the other.

    Returns:
        `(pairs,)` float64, 0 to 1.

    Example:
        >>> one, other = np.array([1, 2, 3, 4]), np.array([9, 1, 2, 4, 9])
        >>> identities([one], [other], 2).tolist()
        [0.75]

    Reference:
        Sellers, The theory and computation of evolutionary distances: Pattern recognition,
        Journal of Algorithms 1, 1980.
    """
    lengths = np.array([len(text) for text in shorter], np.int64)
    slack = np.array([len(text) for text in longer], np.int64) - lengths
    found = np.zeros(len(lengths))
    about = slack // max(8, band)  # pairs whose tables are about as wide
    order = np.lexsort((lengths, about))
    start = 0
    while start < len(order):
        alike = int(np.searchsorted(about[order], about[order[start]], side="right"))
        width = 2 * band + 1 + int(slack[order[start:alike]].max())
        some = order[start : min(alike, start + max(1, CELLS // width))]
        found[some] = _aligned([shorter[p] for p in some], [longer[p] for p in some], band)
        start += len(some)
    return found


def _aligned(shorter: list[Array], longer: list[Array], band: int) -> Array:
    """The same of pairs whose table has about one width."""
    first, ends = _padded(shorter, -1)
    second, lasts = _padded(longer, -2)
    width = 2 * band + 1 + int((lasts - ends).max())
    edge = np.full((len(second), band + 1), -2, np.int32)
    tail = np.full((len(second), band + width + first.shape[1]), -2, np.int32)
    laid = np.concatenate([edge, second, tail], axis=1)
    steps = np.arange(width, dtype=np.int32)
    offsets = np.arange(width) - band
    none = np.int32(2**30)
    cost = np.where((offsets >= 0) & (offsets <= lasts[:, None]), 0, none).astype(np.int32)
    best = np.full(len(first), none, np.int32)
    for row in range(1, first.shape[1] + 1):
        places = offsets + row
        there = laid[:, row : row + width]  # the letter before each place
        cost_here = cost + (there != first[:, row - 1 : row])
        above = np.concatenate([cost[:, 1:], np.full((len(cost), 1), none)], axis=1) + 1
        cost_here = np.minimum(cost_here, above)
        cost_here[(places < 0) | (places > lasts[:, None])] = none
        cost = np.minimum.accumulate(cost_here - steps, axis=1) + steps
        cost = np.minimum(cost, none).astype(np.int32)
        done = ends == row
        if done.any():
            inside = np.where(places <= lasts[done, None], cost[done], none)
            best[done] = inside.min(axis=1)
    return np.asarray(1 - np.minimum(best, ends) / ends)


def _padded(texts: list[Array], pad: int) -> tuple[Array, Array]:
    """Strings as lines of one array, and their lengths."""
    lengths = np.array([len(text) for text in texts])
    laid = np.full((len(texts), int(lengths.max())), pad, np.int32)
    laid[np.arange(laid.shape[1]) < lengths[:, None]] = np.concatenate(texts)
    return laid, lengths
