"""Where in the week, or in the year, windows begin to forecast: the array of one such column."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.table import Array
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.plain import Dense, Reader


class Slots(Block):
    """Float32 `(n, width)`, as the kind's state says: a place for each slot, then waves."""

    name = "slots"
    dtype = "float32"

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (columns[0].state.width,)

    def summary(self, encoded: Encoded) -> str:
        state = encoded.columns[0].state
        year = " and the time of year" if state.annual else ""
        return f"calendar of {encoded.name!r} ({state.slots} places{year})"

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense]:
        return (Dense(array),)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        """The slot as a number, which trees cut, and the waves."""
        state = columns[0].state
        slot = array[:, : state.slots].argmax(axis=1) if state.slots else np.zeros(len(array))
        found = np.concatenate([slot[:, None], array[:, state.slots :]], axis=1)
        return found, np.zeros(found.shape[1], bool)

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        return "the calendar"


SLOTS = Slots()
