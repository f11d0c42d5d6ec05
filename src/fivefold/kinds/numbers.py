"""Numbers side by side: the array of every kind whose cells become numbers, and their limits."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted, Quicks
from fivefold.kinds.plain import Dense
from fivefold.kinds.quick import OddCellError, PlainRow
from fivefold.kinds.scaling import HUGE, NumericState, encode_numeric, fit_numeric


class Numbers(Block):
    """Float32 `(n, features)`, NaN for missing, less an offset where float32 would cancel.

    A kind that shares it encodes float64 `(n,)` or `(n, features)`.
    """

    name = "numeric"
    dtype = "float32"
    shared = True
    bounded = True
    state = NumericState
    settings = ("scale", "numeric_missing", "missing_indicator", "outliers")

    def features(self, column: Fitted) -> tuple[str, ...]:
        return tuple(f.name for f in column.kind.features(column.column, column.state))

    def fit(
        self,
        columns: Sequence[Fitted],
        pieces: Callable[[], Iterable[Sequence[Array]]],
        settings: Settings,
    ) -> NumericState:
        features = tuple(
            feature
            for column in columns
            for feature in column.kind.features(column.column, column.state)
        )
        return fit_numeric(features, lambda: map(beside, pieces()), settings)

    def encode(self, parts: Sequence[Array], state: NumericState) -> Array:
        return encode_numeric(beside(parts), state)

    def misfit(self, part: Array, column: Fitted) -> str:
        count = len(self.features(column))
        shapes = [(count,), ()] if count == 1 else [(count,)]
        if part.dtype == np.float64 and part.shape[1:] in shapes:
            return ""
        names = ", ".join(self.features(column)[:4])
        return f"float64 with a number a row for each of its {count} features ({names})"

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (sum(column.count for column in columns),)

    def inliers(self, array: Array, state: NumericState) -> Array:
        outside: Array = (array < state.low) | (array > state.high)
        return np.logical_not(outside.any(axis=1))

    def offsets(self, state: NumericState) -> Array:
        return state.offset

    def summary(self, encoded: Encoded) -> str:
        state: NumericState = encoded.state
        flags = int(state.indicator.sum())
        return plural(len(state), "number") + (f" (+ {flags} missing)" if flags else "")

    def quick(self, columns: Quicks, state: NumericState) -> Callable[[Sequence[PlainRow]], Array]:
        if any(finish for _, (_, finish) in columns):
            return super().quick(columns, state)
        readers = [(place, read) for place, (read, _) in columns]
        # Readers give no number beyond what float32 holds, so that there is nothing to bound.
        if not state.offset.any():
            return lambda rows: matrix(rows, readers, np.float32)
        return lambda rows: encode_numeric(matrix(rows, readers, np.float64), state)

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense, Dense]:
        """Numbers within their bounds, missing ones filled, and which were missing."""
        state: NumericState = columns[0].shared
        values = np.clip(array, state.low, state.high).astype(np.float64)
        missing = np.isnan(values)
        values = np.where(missing, state.fill, values)
        return Dense(_without_exposure(values, columns)), Dense(missing[:, state.indicator])

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        array = _without_exposure(array, columns)
        return array, np.zeros(array.shape[1], dtype=bool)


def exposed(columns: Sequence[Fitted]) -> Fitted | None:
    """The column that says how long each row was watched, which nothing learns from."""
    return next((column for column in columns if column.column.role == "exposure"), None)


def _without_exposure(array: Array, columns: Sequence[Fitted]) -> Array:
    """The same with 0 for exposures."""
    one = exposed(columns)
    if one is None:
        return array
    array = array.copy()
    array[:, one.first] = 0
    return array


def beside(parts: Sequence[Array]) -> Array:
    """Float64 `(n,)` and `(n, k)` side by side, each feature in one piece of memory."""
    turned = [part.T if part.ndim > 1 else part[None] for part in parts]
    joined = np.empty((sum(map(len, turned)), len(parts[0])))
    return np.concatenate(turned, out=joined).T


def matrix(
    rows: Sequence[PlainRow], readers: Sequence[tuple[int, Callable[[Any], Any]]], dtype: type
) -> Array:
    """`(rows, readers)`; one row, which is what servers are asked for most, takes a shorter way."""
    if len(rows) == 1:
        (row,) = rows
        return np.array([[read(row[place]) for place, read in readers]], dtype)
    columns = tuple(zip(*rows, strict=True))
    return np.array([list(map(read, columns[place])) for place, read in readers], dtype).T.copy()


def bounded(number: Any) -> Any:
    """The number, where float32 holds it.

    Raises:
        OddCellError: if it does not.
    """
    if abs(number) > HUGE:
        raise OddCellError
    return number


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


NUMBERS = Numbers()
