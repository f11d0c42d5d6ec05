"""What becomes of the rows of a source that one row knows: the last of them, or one number."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.travel.histories import History

TOGETHER = 1 << 20
"""Cells that are gathered at a time, unless one row alone knows more."""

DAY = 86_400.0


class Pieces(NamedTuple):
    """Numbers that are there, those of one row after those of another, each with one at least."""

    numbers: Array
    starts: Array  # where each row's begin
    counts: Array  # how many each has


def _sum(of: Pieces) -> Array:
    return np.asarray(np.add.reduceat(of.numbers, of.starts))


def _mean(of: Pieces) -> Array:
    return _sum(of) / of.counts


def _std(of: Pieces) -> Array:
    away = of.numbers - np.repeat(_mean(of), of.counts)
    several = np.maximum(of.counts - 1, 1)
    spread = np.sqrt(_sum(of._replace(numbers=away * away)) / several)
    return np.where(of.counts > 1, spread, np.nan)


NUMBERS: dict[str, tuple[str, Callable[[Pieces], Array]]] = {
    "sum": ("their sum", _sum),
    "mean": ("their mean", _mean),
    "std": ("their deviation, from two on", _std),
    "min": ("the smallest", lambda of: np.asarray(np.minimum.reduceat(of.numbers, of.starts))),
    "max": ("the largest", lambda of: np.asarray(np.maximum.reduceat(of.numbers, of.starts))),
}
"""What is made of the numbers and truth values that a row knows, missing ones left out."""

LAST, ROW = "last", "row"
COUNT, SINCE = "count", "since_last"
AGGREGATES = (LAST, *NUMBERS)
"""What may be asked of a column: the last cell that is there, of any kind, or one of `NUMBERS`."""


def rolled(function: str, history: History, name: str, low: Array, high: Array) -> Array:
    """`(m,)` what a function makes of a column, for rows that know those from `low` to `high`.

    Args:
        function: `row` for the cell of the last row, or one of `AGGREGATES`.
        history: of the source.
        name: of its column.
        low: `(m,)`.
        high: `(m,)`; equal where nothing is known, of which the result is missing.

    Example:
        >>> from fivefold.codecs.coded import objects
        >>> cells = {"x": np.array([1.0, np.nan, 5.0])}
        >>> history = History.of([objects(["a", "a", "a"])], np.arange(3.0), cells)
        >>> low, high = np.array([0, 0, 1]), np.array([3, 2, 1])
        >>> rolled("mean", history, "x", low, high).tolist()
        [3.0, 1.0, nan]
        >>> rolled("row", history, "x", low, high).tolist()
        [5.0, nan, nan]
    """
    if function in (ROW, LAST):
        rows = high - 1
        if function == LAST:
            rows = history.latest(name)[rows]
        return history.taken(name, np.where((low < high) & (rows >= low), rows, -1))
    cells, made = history.cells[name], np.full(len(low), np.nan)
    assert isinstance(cells, np.ndarray)
    gather, start = NUMBERS[function][1], 0
    ends = np.cumsum(high - low)
    while start < len(low):
        before = ends[start - 1] if start else 0
        stop = max(int(np.searchsorted(ends, before + TOGETHER, "right")), start + 1)
        _gather(gather, cells, low[start:stop], high[start:stop], made[start:stop])
        start = stop
    return made


def _gather(
    gather: Callable[[Pieces], Array], cells: Array, low: Array, high: Array, made: Array
) -> None:
    """Fill in what rows know; each row's numbers are added up for themselves, to the same bits."""
    counts = high - low
    starts = np.cumsum(counts) - counts
    numbers = cells[np.repeat(low - starts, counts) + np.arange(counts.sum())]
    there = ~np.isnan(numbers)
    rows = np.repeat(np.arange(len(low)), counts)[there]
    present = np.bincount(rows, minlength=len(low))
    some = np.flatnonzero(present)
    if len(some):
        kept = present[some]
        with np.errstate(all="ignore"):
            found = gather(Pieces(numbers[there], np.cumsum(kept) - kept, kept))
        made[some] = np.where(np.isfinite(found), found, np.nan)


def since_last(history: History, moments: Array, low: Array, high: Array) -> Array:
    """`(m,)` how long ago the last known row was: days, or the unit of moments that are numbers."""
    assert history.moments is not None
    known = low < high
    made = np.full(len(low), np.nan)
    apart = moments[known] - history.moments[high[known] - 1]
    made[known] = apart / np.timedelta64(1, "us") / 1e6 / DAY if apart.dtype.kind == "m" else apart
    return made
