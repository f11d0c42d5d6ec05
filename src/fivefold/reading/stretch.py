"""One series on the grid of its clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from fivefold.codecs.table import Array
from fivefold.reading.options import Windows


@dataclass(frozen=True, eq=False)
class Stretch:
    """The steps of a series, one after another, NaN where there is no row.

    Args:
        first: number of the first step on the clock.
        channels: `(n,)` float64 by name.
        name: of the channel that is forecast.
        rows: how many steps have a row.
        logs: whether errors are those of the logarithm.
    """

    first: int
    channels: Mapping[str, Array]
    name: str
    rows: int
    logs: bool = False

    @classmethod
    def of(cls, slots: Array, channels: Mapping[str, Array], asked: Windows) -> Self:
        """The series of rows in order, each with the number of its step."""
        first, steps = int(slots[0]), int(slots[-1] - slots[0]) + 1
        gridded = {}
        for channel, values in channels.items():
            gridded[channel] = np.full(steps, np.nan)
            gridded[channel][slots - first] = values
        return cls(first, gridded, asked.target, len(slots), asked.logs)

    @property
    def target(self) -> Array:
        """What is forecast."""
        return self.channels[self.name]

    @cached_property
    def measured(self) -> Array:
        """The target in the unit of its errors."""
        return np.asarray(np.log(self.target)) if self.logs else self.target

    @cached_property
    def known(self) -> Array:
        """`(n + 1,)` how many steps before each are known."""
        return np.concatenate([[0], np.cumsum(~np.isnan(self.target))])

    @cached_property
    def held(self) -> Array:
        """What is measured, with the last known number where one is missing."""
        places = np.where(np.isnan(self.target), 0, np.arange(len(self.target)))
        return np.asarray(self.measured[np.maximum.accumulate(places)])

    def counted(self, origins: Array) -> int:
        """How many of these windows there are."""
        return len(origins)

    def slices(self, name: str, origins: Array, history: int, beyond: int) -> list[Array]:
        """Views of a channel, `history` steps before each origin and `beyond` after it."""
        values = self.channels[name]
        lack = max(0, history - int(origins.min(initial=history)))
        over = max(0, int(origins.max(initial=0)) + beyond - len(values))
        if lack or over:
            values = np.concatenate([np.full(lack, np.nan), values, np.full(over, np.nan)])
        values.flags.writeable = False
        return [values[o + lack - history : o + lack + beyond] for o in origins.tolist()]

    def naive(self, origins: Array, horizon: int, season: int) -> Array:
        """`(n, horizon)` what was a whole number of seasons ago, from what each origin knows."""
        ahead = np.arange(1, horizon + 1)
        back = ahead - 1 - season * -(-ahead // season)
        return np.asarray(self.held[np.maximum(origins[:, None] + back, 0)])

    def judged(self, origins: Array, horizon: int, season: int) -> tuple[Array, Array, Array]:
        """What came after origins, the mean squared error of a naive forecast, a usual error.

        The usual error is that of the number a season ago, over all steps before the origin.
        """
        if not len(origins):
            return np.empty((0, horizon)), np.empty(0), np.empty(0)
        ahead = sliding_window_view(self.target, horizon)[origins]
        came = sliding_window_view(self.measured, horizon)[origins]
        off = (came - self.naive(origins, horizon, season)) ** 2
        gone = np.isnan(off)
        naive = np.where(gone, 0.0, off).sum(axis=1) / np.maximum(horizon - gone.sum(axis=1), 1)
        apart = np.abs(self.measured[season:] - self.measured[:-season])
        there = ~np.isnan(apart)
        sums = np.concatenate([np.zeros(season + 1), np.cumsum(np.where(there, apart, 0.0))])
        counts = np.concatenate([np.zeros(season + 1), np.cumsum(there)])
        scale = sums[origins] / np.maximum(counts[origins], 1)
        floor = 1e-6 * np.maximum(np.abs(self.held[np.maximum(origins - 1, 0)]), 1e-6)
        return ahead, naive, np.maximum(np.nan_to_num(scale), np.nan_to_num(floor, nan=1e-12))

    def errors(self, season: int, horizon: int, upto: int) -> tuple[float, int]:
        """The sum of absolute errors of that naive forecast up to a step, and of how many."""
        origins = np.arange(season, max(season, upto - horizon), max(1, upto // 400))
        if not len(origins):
            return 0.0, 0
        ahead = sliding_window_view(self.measured, horizon)[origins]
        off = np.abs(ahead - self.naive(origins, horizon, season))
        return float(np.nansum(off)), int((~np.isnan(off)).sum())
