"""Numbers over time, filled up to one length: the array of one column whose cells are series."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.occlusion import MOST, Pieces, named, stretches
from fivefold.kinds.plain import Dense, Places, Reader

NEAR = 7
"""Steps on each side that a linear model of one of them sees."""


class Signals(Block):
    """Float32 `(n, width)`: channels one after another, a line of what is known, then traits.

    The kind's state has a `length`, so many numbers a line, its `channels`, how many
    `numbers_a_row` these are, and how many are `traits`. The line of what is known is 0 behind the
    end of a series, else above 0, and 1 where every channel is known.
    """

    name = "signals"
    dtype = "float32"
    sequence = True
    spells = True
    changes = ("mask", "speed", "noise", "size")
    moving = ("speed",)

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        state = columns[0].state
        return (state.numbers_a_row + state.traits,)

    def positions(self, columns: Sequence[Fitted]) -> int:
        return int(columns[0].state.length)

    def filled(self, array: Array, columns: Sequence[Fitted]) -> Array:
        state = columns[0].state
        end = state.numbers_a_row
        return np.asarray((array[:, end - state.length : end] > 0).sum(axis=1))

    def lean(self, array: Array, columns: Sequence[Fitted]) -> Array:
        return array[:, : columns[0].state.numbers_a_row]

    def summary(self, encoded: Encoded) -> str:
        [column] = encoded.columns
        state = column.state
        steps = plural(state.length, "step") if state.alike else f"up to {state.length:,} steps"
        means = f", means of {state.stride}" if state.stride > 1 else ""
        channels = plural(state.channels, "channel")
        return f"{column.kind.name} {encoded.name!r} ({steps}{means}, {channels})"

    def pieces(self, cell: Any, column: Any) -> Pieces | None:
        """Stretches of each channel, with the channel's mean in their place."""
        steps, channels = cell.shape
        lines = stretches(channels)
        times = stretches(steps, max(1, min(16, MOST // len(lines))))
        known = np.where(np.isnan(cell), 0.0, cell).sum(axis=0)
        mean = known / np.maximum((~np.isnan(cell)).sum(axis=0), 1)
        places = [(slice(*time), slice(*line)) for line in lines for time in times]

        def without(row: Array) -> Array:
            kept = cell.copy()
            for piece in np.flatnonzero(~row):
                time, line = places[piece]
                kept[time, line] = np.where(np.isnan(cell[time, line]), np.nan, mean[line])
            return np.asarray(kept)

        def encode(inside: Array) -> Array:
            cells = objects(without(row) for row in inside)
            return np.asarray(column.kind.encode(cells, column.column, column.state))

        one = "" if channels == 1 else "channel {}, "
        return Pieces(
            noun="steps",
            names=tuple(
                one.format(first + 1 if last == first + 1 else f"{first + 1} to {last}")
                + named(*time)
                for first, last in lines
                for time in times
            ),
            at=tuple([*time, *line] for line in lines for time in times),
            without="the means of its channels alone",
            encode=encode,
        )

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense]:
        return (Dense(array[:, columns[0].state.numbers_a_row :]),)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        state = columns[0].state
        return array[:, state.numbers_a_row :], np.zeros(state.traits, dtype=bool)

    def places(self, array: Array, columns: Sequence[Fitted]) -> Places:
        state = columns[0].state
        lines = array[:, : state.numbers_a_row].reshape(len(array), -1, state.length)
        return Places(lines.transpose(0, 2, 1), 0, NEAR)

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        return f"{columns[0].kind.plural} by level, spread, trend, memory and frequencies"


SIGNALS = Signals()
