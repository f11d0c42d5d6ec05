"""Where the numbers of a fitted column lie, in their own unit."""

import numpy as np

from fivefold.codecs.table import Array
from fivefold.kinds.block import Fitted


def unshifted(fitted: Fitted, name: str) -> float:
    """What the block of numbers has fitted for the column's first number.

    Args:
        fitted: a column that shares `NUMBERS`.
        name: `low`, `high` or `fill`.
    """
    state, place = fitted.shared, fitted.first
    return float(getattr(state, name)[place]) + float(state.offset[place])


def bound(value: float, digits: int) -> float | int | None:
    """A bound without the noise of float32; None where there is none."""
    if abs(value) >= 1e36:
        return None
    rounded = float(f"{value:.{digits}g}")
    return int(rounded) if rounded.is_integer() else rounded


def usual_range(fitted: Fitted, seen: Array | None) -> tuple[float, ...]:
    """The 0.5 % and 99.5 % quantiles of its number; empty if no row is known.

    Args:
        fitted: a column of one number.
        seen: `(n, 1)` training rows of its block, or None.
    """
    if seen is None:
        return ()
    known = seen[~np.isnan(seen[:, 0]), 0].astype(np.float64)
    if not len(known):
        return ()
    offset = fitted.shared.offset[fitted.first]
    ends = np.quantile(known, (0.005, 0.995)) + offset
    digits = 12 if offset else 5
    return tuple(float(f"{end:.{digits}g}") for end in ends.tolist())


def likely_range(fitted: Fitted) -> tuple[float, float]:
    """The bounds of its first number, or three spreads around the middle where there are none."""
    state, place = fitted.shared, fitted.first
    middle, spread = float(state.fill[place]), 3.0 * float(state.scale[place])
    low, high = float(state.low[place]), float(state.high[place])
    low = low if abs(low) < 1e30 else middle - spread
    high = high if abs(high) < 1e30 else middle + spread
    offset = float(state.offset[place])
    return low + offset, max(low, high) + offset
