"""Ahead: when the first step is that a window forecasts, which is known of every step after it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.codecs.timegrid import Clock, told
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.datetime import Datetime
from fivefold.kinds.sample import Sample
from fivefold.kinds.slots import SLOTS

YEARS = 2.0
"""Years of training moments from which on the time of year can be told from a trend."""

_YEAR = 365.2425 * 86_400e6


@dataclass(frozen=True)
class AheadState:
    """What the training windows say of their moments.

    Attributes:
        clock: from moment to moment, as `Clock.text`.
        annual: whether the time of year is read.
        middle: a moment of them, in microseconds from 1970.
    """

    clock: str
    annual: bool
    middle: int

    @property
    def slots(self) -> int:
        """Places in the week, or in the year, one number each."""
        return Clock.read(self.clock).slots

    @property
    def width(self) -> int:
        """Numbers a row."""
        return max(1, self.slots + 2 * self.annual)


class Ahead(Datetime):
    """Moments from which the calendar of all steps ahead follows."""

    name = "ahead"
    block = SLOTS  # type: ignore[assignment]
    state = AheadState  # type: ignore[assignment]
    nullable = False
    plural = "moments ahead"
    sources = frozenset({"origin"})
    settings = ()

    def recognise(self, sample: Sample) -> float:
        return 0.0

    def fit(self, cells: Cells, column: Column, settings: Settings) -> AheadState:  # type: ignore[override]
        """The clock of the moments, and whether they are of several years."""
        known = np.unique(cells.values[~np.isnat(cells.values)])
        if not len(known):
            return AheadState(Clock("seconds", 86_400.0).text, False, 0)
        clock = Clock.of(known, np.zeros(len(known), np.int64))
        span = float((known[-1] - known[0]).astype(np.int64))
        monthly = clock.unit == "months"
        return AheadState(
            clock.text,
            span >= YEARS * _YEAR and not monthly,
            int(known[len(known) // 2].astype(int)),
        )

    def encode(self, values: Array, column: Column, state: AheadState) -> Array:  # type: ignore[override]
        """Float32 `(n, width)`: 1 in the place of the slot, then sine and cosine of the year."""
        rows = np.zeros((len(values), state.width), np.float32)
        there = ~np.isnat(values)
        if state.slots:
            slots = Clock.read(state.clock).slot(values[there])
            rows[np.flatnonzero(there), slots] = 1.0
        if state.annual:
            turns = 2 * np.pi * (values[there].astype("M8[us]").astype(np.int64) % _YEAR) / _YEAR
            rows[there, -2:] = np.stack([np.sin(turns), np.cos(turns)], axis=1)
        return rows

    def features(self, column: Column, state: AheadState) -> tuple[Any, ...]:  # type: ignore[override]
        return ()

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: AheadState = fitted.state
        return {
            "form": "the moment of the first step ahead, an ISO 8601 date or time",
            "example": told(np.array([state.middle], "M8[us]"))[0],
            "policy": {},
        }

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        state: AheadState = fitted.state
        clock = Clock.read(state.clock)
        middle = int(clock.number(np.array([state.middle], "M8[us]"))[0])
        return told(clock.moments(middle + rng.integers(-500, 500, rows)))
