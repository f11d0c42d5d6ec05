"""The rows of a table as steps of series, on the grid of their clock."""

from dataclasses import dataclass, replace

import numpy as np

from fivefold.codecs.table import Array
from fivefold.codecs.timegrid import Clock
from fivefold.errors import DataError
from fivefold.reading.moments import moments_of
from fivefold.reading.options import Windows
from fivefold.reading.raw import Raw
from fivefold.reading.spacing import GROWN, Order
from fivefold.reading.stepwise import check_columns, codes_in, numbers_of
from fivefold.reading.stretch import Stretch

RARE = 0.05
"""Fraction of rows below which some that come twice may be those of a night in autumn."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """A table of steps in order: where each row stands, and its series on the grid of the clock."""

    order: Order
    clock: Clock
    slots: Array
    series: tuple[Stretch, ...]


def steps_of(raw: Raw, asked: Windows) -> tuple[Steps, Windows]:
    """The steps of a table, and what was asked with the clock and the form of times written in.

    Raises:
        DataError: if a column is absent or holds no numbers or times, or two rows are one step.
    """
    check_columns(raw, asked.names)
    moments, pattern = moments_of(raw, asked.time, asked.pattern)
    codes = codes_in(raw, asked.series_id) if asked.series_id else np.zeros(len(moments), np.int64)
    rows = np.lexsort((moments, codes))
    starts = np.flatnonzero(np.diff(codes[rows], prepend=-1))
    order = Order(rows=rows, starts=starts, steps=None)
    ordered = moments[rows]
    clock = Clock.read(asked.clock) if asked.clock else Clock.of(ordered, codes[rows])
    slots = clock.number(ordered)
    _check_apart(raw, asked, order, slots, clock)
    channels = {}
    for name in (asked.target, *asked.past, *asked.known):
        found = numbers_of(raw.columns[name])
        if found is None:
            raise DataError(
                f"{raw.name}, column `{name}`: expected numbers to forecast "
                f"{'' if name == asked.target else 'from '}by steps, found others.",
                remedy="Name columns of numbers; what is one text a series is used as it is.",
                column=name,
            )
        if name == asked.target and asked.logs and (found <= 0).any():
            row = int(np.flatnonzero(found <= 0)[0])
            raise DataError(
                f"{raw.name}, column `{name}`, row {row:,}: expected numbers above 0, as returns "
                f"are forecast, found {found[row]:g}.",
                remedy='Leave out task="returns", so that the numbers themselves are forecast.',
                column=name,
                rows=(row,),
            )
        channels[name] = found[rows]
    series = tuple(
        Stretch.of(slots[a:b], {n: c[a:b] for n, c in channels.items()}, asked)
        for a, b in zip(order.starts.tolist(), order.ends.tolist(), strict=True)
    )
    asked = replace(asked, clock=clock.text, pattern=pattern)
    return Steps(order=order, clock=clock, slots=slots, series=series), asked


def _check_apart(raw: Raw, asked: Windows, order: Order, slots: Array, clock: Clock) -> None:
    """Refuse two rows of one step, and series that are mostly gaps."""
    same = np.flatnonzero((np.diff(slots) == 0) & (np.diff(order.series) == 0))
    if len(same):
        one, two = order.rows[same[0] : same[0] + 2].tolist()
        hint = (
            "" if asked.series_id else " Several series? Name the column of their ids, series_id=."
        )
        if len(same) < RARE * len(slots):
            hint += " Clocks that go back? Write times with their offset, 02:00+01:00. Moments off "
            hint += 'an even clock? Round them: table[time].dt.round("h").'
        raise DataError(
            f"{raw.name}, column `{asked.time[0]}`: expected one row a step of {clock.words}, "
            f"found {len(same):,} more, the first at rows {one:,} and {two:,}.",
            remedy=f'Days and hours in two columns? Name both: time=("day", "hour").{hint}',
            column=asked.time[0],
            rows=(one, two),
        )
    firsts, lasts = slots[order.starts], slots[order.ends - 1]
    wide = np.flatnonzero(lasts - firsts > GROWN * (order.ends - order.starts) + GROWN)
    if len(wide):
        raise DataError(
            f"{raw.name}, column `{asked.time[0]}`: expected steps of about {clock.words}, found a "
            f"series of {order.ends[wide[0]] - order.starts[wide[0]]:,} rows over "
            f"{lasts[wide[0]] - firsts[wide[0]]:,} of them.",
            remedy="Leave out rows with moments that stray; round moments that follow no even "
            'clock, table[time].dt.round("h"), and take the mean of each; or name another column.',
            column=asked.time[0],
        )
