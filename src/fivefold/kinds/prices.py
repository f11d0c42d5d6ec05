"""Prices: windows of numbers above 0 of which ratios matter, read as logarithms."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.disturbance import Change, Disturbance
from fivefold.kinds.lags import Lags, LagsState


class Prices(Lags):
    """The numbers of a series above 0 on even steps; a network sees their logarithms."""

    name = "prices"
    wanted = "lists of numbers above 0, one a step"
    plural = "prices"
    sources = frozenset({"ratios"})

    def reader(self, column: Column) -> Callable[[object], Array | None]:
        """A cell as `(steps,)` float64, or None."""
        read_lags = super().reader(column)

        def read(value: object) -> Array | None:
            numbers = read_lags(value)
            if numbers is not None and (numbers <= 0).any():
                raise ValueError("numbers must be above 0")
            return numbers

        return read

    def fit(self, cells: Cells, column: Column, settings: Settings) -> LagsState:
        """The mean and the deviation of all logarithms."""
        return super().fit(Cells(_logs(cells.values), lambda raw, first: raw), column, settings)

    def encode(self, values: Array, column: Column, state: LagsState) -> Array:
        """Float64 `(n, steps)` logarithms with mean 0 and deviation 1, NaN where absent."""
        return super().encode(_logs(values), column, state)

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        """Those of steps, of logarithms, so that numbers stay above 0."""
        found = super().disturbances(column, _logs(seen))
        return tuple(one._replace(change=_of_logs(one.change)) for one in found)

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        form = super().field(fitted, seen)
        return {**form, "form": form["form"].replace("numbers", "numbers above 0", 1)}

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        """Waves around the training mean of logarithms."""
        drawn = super().synthesise(fitted, usual, rows, rng)
        return [[float(f"{np.exp(number):.5g}") for number in row] for row in drawn]


def _of_logs(change: Change) -> Change:
    """The same change of the logarithms of prices."""

    def changed(values: Array, rng: np.random.Generator) -> Array:
        worse = change(_logs(values), rng)
        return objects(None if one is None else np.exp(one) for one in worse)

    return changed


def _logs(values: Array) -> Array:
    return objects(None if one is None else np.log(one) for one in values)
