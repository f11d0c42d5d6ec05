"""Where the rows of series stand in time, and series of even steps."""

from dataclasses import dataclass

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.reading.options import Long

EVEN = 1e-6
"""How far steps may be from their spacing, as a part of it, and still count as even."""

GROWN = 20
"""How many times as many steps evening out may make of a series; others stay as they are."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Order:
    """Rows in order, series after series.

    Attributes:
        rows: `(n,)` their places in the table.
        starts: `(series,)` the first row of each, among these.
        steps: `(n,)` float64 where each row stands in time, in this order; None without a column.
    """

    rows: Array
    starts: Array
    steps: Array | None

    @property
    def ends(self) -> Array:
        """`(series,)` the row behind the last of each."""
        return np.append(self.starts[1:], len(self.rows))

    @property
    def series(self) -> Array:
        """`(n,)` which series each row belongs to."""
        return np.repeat(np.arange(len(self.starts)), self.ends - self.starts)


def spacing_of(order: Order, long: Long) -> float:
    """The usual distance from step to step; 0 where it is not known."""
    if order.steps is None:
        return 0.0
    if long.channels:
        return long.spacing
    apart = np.diff(order.steps)[np.diff(order.series) == 0]
    apart = apart[apart > 0]
    return float(np.median(apart)) if len(apart) else 0.0


def cells_of(numbers: Array, order: Order, spacing: float) -> tuple[Array, int, int]:
    """`(series,)` arrays; how many were put on a grid, and how many have steps too far apart."""
    cells: list[Array] = []
    uneven = odd = 0
    for start, end in zip(order.starts.tolist(), order.ends.tolist(), strict=True):
        series = numbers[start:end]
        if order.steps is not None and spacing:
            steps = order.steps[start:end]
            apart = np.diff(steps)
            if (np.abs(apart - spacing) > EVEN * spacing).any():
                if (steps[-1] - steps[0]) / spacing > GROWN * len(steps):
                    odd += 1
                else:
                    uneven += 1
                    series = _evened(series, steps, spacing)
        cells.append(np.ascontiguousarray(series, np.float64))
    return objects(cells), uneven, odd


def _evened(series: Array, steps: Array, spacing: float) -> Array:
    """Numbers at even steps, on lines between the known ones; of equal steps the mean."""
    count = round(float(steps[-1] - steps[0]) / spacing) + 1
    grid = steps[0] + spacing * np.arange(count)
    evened = np.full((count, series.shape[1]), np.nan)
    for channel in range(series.shape[1]):
        known = ~np.isnan(series[:, channel])
        if known.any():
            at, where = np.unique(steps[known], return_inverse=True)
            total = np.bincount(where, series[known, channel])
            evened[:, channel] = np.interp(grid, at, total / np.bincount(where))
    return evened
