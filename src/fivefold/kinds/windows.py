"""The windows of series side by side: the array of all columns of lags."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.plain import Dense, Reader

TREE_LAGS = 48
"""Lags that boosted trees read at most: the last ones, and some of a week."""


class Windows(Block):
    """Float32 `(n, lines, steps)`: a line a column, then which steps of the first are known.

    The first column is the one that is forecast. Absent steps lie on a line between the known ones
    of the same window, at its ends they are the nearest; a window without any is the training mean.
    Lines that end at the origin are followed by zeros where others go on.
    """

    name = "windows"
    dtype = "float32"
    shared = True

    def encode(self, parts: Sequence[Array], state: object) -> Array:
        steps = max(part.shape[1] for part in parts)
        lines = np.zeros((len(parts[0]), len(parts) + 1, steps), np.float32)
        for place, part in enumerate(parts):
            lines[:, place, : part.shape[1]] = filled(part)
        lines[:, -1, : parts[0].shape[1]] = ~np.isnan(parts[0])
        return lines

    def misfit(self, part: Array, column: Fitted) -> str:
        steps = column.state.steps
        good = part.dtype == np.float64 and part.shape[1:] == (steps,)
        return "" if good else f"float64 of shape (rows, {steps})"

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (len(columns) + 1, max(column.state.steps for column in columns))

    def summary(self, encoded: Encoded) -> str:
        history = encoded.columns[0].state.steps
        ahead = max(column.state.steps for column in encoded.columns) - history
        known = sum(column.state.steps > history for column in encoded.columns)
        told = f", {plural(known, 'channel')} known {plural(ahead, 'step')} ahead" if known else ""
        channels = plural(len(encoded.columns), "channel")
        return f"windows of {plural(history, 'step')} of {channels}{told}"

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense]:
        return (Dense(self._flat(array, columns)),)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        flat = self._flat(array, columns)
        return flat, np.zeros(flat.shape[1], bool)

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        return "lags"

    def _flat(self, array: Array, columns: Sequence[Fitted]) -> Array:
        """The numbers of each line as far as it goes, one line after another."""
        parts = [array[:, place, : c.state.steps] for place, c in enumerate(columns)]
        return np.concatenate(parts, axis=1)


def filled(windows: Array) -> Array:
    """Windows `(n, steps)` whose missing numbers lie on lines between their own known ones."""
    gone = np.isnan(windows)
    if not gone.any():
        return windows
    whole, places = windows.copy(), np.arange(windows.shape[1])
    for row in np.flatnonzero(gone.any(axis=1)):
        known = ~gone[row]
        if known.any():
            whole[row] = np.interp(places, places[known], windows[row, known])
        else:
            whole[row] = 0.0
    return whole


WINDOWS = Windows()
