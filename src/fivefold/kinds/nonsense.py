"""Cells like those of no training row: numbers far beyond, noise, letters at random."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.kinds.disturbance import Change, of_each

MARGIN = 0.1
"""Of the range of training cells, beyond which a number is outside."""

TIMES = 10.0
"""Ranges that a number far outside lies beyond the middle."""


def beyond_range(values: Array, seen: Array) -> Array:
    """`(n,)` bool: cells that lie a tenth of the range of others beyond it.

    Args:
        values: `(n,)` float64, NaN for missing, which is inside.
        seen: `(m,)` likewise.

    Example:
        >>> beyond_range(np.array([5.0, 10.5, 12.0, np.nan]), np.arange(11.0)).tolist()
        [False, False, True, False]
    """
    known = seen[np.isfinite(seen)]
    if not len(known):
        return np.zeros(len(values), bool)
    low, high = float(known.min()), float(known.max())
    margin = MARGIN * (high - low)
    return np.asarray((values < low - margin) | (values > high + margin))


def far_numbers(seen: Array) -> Change | None:
    """Numbers ten ranges beyond the middle, on either side; None where nothing is known."""
    known = seen[np.isfinite(seen)]
    if not len(known):
        return None
    middle, width = float(np.median(known)), float(np.ptp(known)) or 1.0

    def change(values: Array, draw: np.random.Generator) -> Array:
        return middle + TIMES * width * draw.choice([-1.0, 1.0], len(values))

    return change


def new_to(values: Array, seen: Array) -> Array:
    """`(n,)` bool: words that none of the others is; a missing one is none."""
    known = {None, *seen.tolist()}
    return np.array([value not in known for value in values.tolist()], bool)


def letters_at_random(values: Array, draw: np.random.Generator) -> Array:
    """Words of random letters, as many in each cell as there were."""
    alphabet = np.array(list("abcdefghijklmnopqrstuvwxyz"))

    def text(cell: str) -> str:
        sizes = [len(word) for word in cell.split()]
        return " ".join("".join(draw.choice(alphabet, size)) for size in sizes)

    return objects(None if cell is None else text(cell) for cell in values)


def noise_of(seen: Array) -> Change:
    """Arrays of noise, from the least to the largest number of training cells.

    Args:
        seen: `(m,)` canonical pictures, clips or sounds, or None in places.
    """
    known: Sequence[Any] = [one for one in seen if one is not None and one.size]
    low = min((float(one.min()) for one in known), default=0.0)
    high = max((float(one.max()) for one in known), default=1.0)

    def noisy(one: Array, draw: np.random.Generator) -> Array:
        noise: Array = np.asarray(draw.uniform(low, high, one.shape))
        return (noise if one.dtype.kind == "f" else np.rint(noise)).astype(one.dtype)

    return of_each(noisy)
