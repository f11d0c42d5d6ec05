"""What may happen to cells on their way to a model: noise, gaps, slips, each with a strength."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array

Change = Callable[[Array, np.random.Generator], Array]
"""`(n, ...)` canonical cells to as many, which stay cells of their kind."""

SHARES = (0.05, 0.2)
"""Of cells that are taken away; the first is mild."""

DEVIATIONS = (0.02, 0.1, 0.5)
"""Of a column, by which numbers are off; the first is mild."""


class Disturbance(NamedTuple):
    """One way in which cells of a kind become worse, at one strength.

    Args:
        name: what happens, in a word or two: `noise`.
        strength: how much of it, in words: `5% of cells`.
        change: what does it to canonical cells, `(n, ...)`, with a generator to draw with.
        mild: whether people would hardly notice, so that answers should not mind either.
        moves: whether what stands at a position of a cell is moved to another one.

    Example:
        >>> from fivefold.kinds.numeric import Numeric
        >>> from fivefold.codecs.schema import Column
        >>> kind, column = Numeric(), Column(name="x", kind="numeric")
        >>> for one in kind.disturbances(column, np.arange(100.0)):
        ...     print(one.name, one.strength, one.mild)
        missing 5% of cells True
        missing 20% of cells False
        noise 0.02 deviations True
        noise 0.1 deviations False
        noise 0.5 deviations False
    """

    name: str
    strength: str
    change: Change
    mild: bool = False
    moves: bool = False


def missing_cells(empty: Any) -> tuple[Disturbance, ...]:
    """Cells that are missing, here and there.

    Args:
        empty: the missing cell of the kind.
    """

    def without(share: float) -> Change:
        def change(values: Array, rng: np.random.Generator) -> Array:
            worse = values.copy()
            worse[rng.random(len(values)) < share] = empty
            return worse

        return change

    return tuple(
        Disturbance("missing", f"{share:.0%} of cells", without(share), share == SHARES[0])
        for share in SHARES
    )


def unseen_words() -> tuple[Disturbance, ...]:
    """Categories that nobody has heard of, here and there."""

    def unheard(share: float) -> Change:
        def change(values: Array, rng: np.random.Generator) -> Array:
            worse = values.copy()
            worse[rng.random(len(values)) < share] = "unheard-of"
            return worse

        return change

    return tuple(
        Disturbance("unseen", f"{share:.0%} of cells", unheard(share), share == SHARES[0])
        for share in SHARES
    )


def noisy_numbers(seen: Array) -> tuple[Disturbance, ...]:
    """Numbers that are off by a part of what they usually differ by.

    The deviation is that of the middle half, so that a few large numbers, or a value that most rows
    have, do not make it. Whole numbers stay whole, and none leaves the range by it.

    Args:
        seen: `(m,)` float64, of training rows.
    """
    known = seen[np.isfinite(seen)]
    if not len(known):
        return ()
    low, first, third, high = np.quantile(known, [0.0, 0.25, 0.75, 1.0])
    deviation, whole = float(third - first) / 1.349, bool((known == np.rint(known)).all())

    def off(share: float) -> Change:
        def change(values: Array, rng: np.random.Generator) -> Array:
            worse = values + rng.normal(0.0, share * deviation, values.shape)
            worse = np.rint(worse) if whole else worse
            ends = np.fmin(low, values), np.fmax(high, values)
            return np.where(np.isnan(values), values, np.clip(worse, *ends))

        return change

    return tuple(
        Disturbance("noise", f"{share:g} deviations", off(share), share == DEVIATIONS[0])
        for share in DEVIATIONS
    )


def of_each(change: Callable[[Any, np.random.Generator], Any]) -> Change:
    """The change of every cell that is not missing, one by one."""

    def every(values: Array, rng: np.random.Generator) -> Array:
        return objects(None if one is None else change(one, rng) for one in values)

    return every
