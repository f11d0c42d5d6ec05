"""Lags: the last numbers of a series, a step each, and where they are known those ahead."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.core.digits import digits
from fivefold.kinds.binned import Binned, numbers_binned
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.disturbance import Disturbance
from fivefold.kinds.interference import of_steps
from fivefold.kinds.kind import Kind
from fivefold.kinds.sample import Sample
from fivefold.kinds.windows import WINDOWS


@dataclass(frozen=True)
class LagsState:
    """What the training windows say of a channel.

    Attributes:
        steps: of a window.
        mean: of all known numbers.
        std: their deviation; 1 where nothing varies.
    """

    steps: int
    mean: float
    std: float


class Lags(Kind):
    """The numbers of a series on even steps, the oldest first; NaN where a step is absent."""

    name = "lags"
    block = WINDOWS
    wanted = "lists of numbers, one a step"
    state = LagsState
    settings = ()
    control = "numbers"
    item = "a window"
    nullable = False
    depth = 1
    written_as = "steps"
    plural = "lags"
    sources = frozenset({"window"})
    nulls = "asked"
    reads_as = frozenset()

    def reader(self, column: Column) -> Callable[[object], Array | None]:
        """A cell as `(steps,)` float64, or None."""
        steps = int(column.format or 0)

        def read(value: object) -> Array | None:
            if isinstance(value, np.ndarray) and value.dtype == np.float64 and value.ndim == 1:
                numbers = value
            elif isinstance(value, str) and value.strip():
                numbers = _numbers(json.loads(value))
            elif is_missing(value):
                return None
            else:
                numbers = _numbers(value)
            if steps and len(numbers) != steps:
                raise ValueError(f"{steps} steps are wanted, it has {len(numbers)}")
            if np.isinf(numbers).any():
                raise ValueError("numbers must be finite")
            return numbers

        return read

    def form(self, sample: Sample) -> str:
        """How many steps a window has."""
        first = next((cell for cell in sample.items if hasattr(cell, "__len__")), ())
        return str(len(first)) if not isinstance(first, str) else ""

    def fit(self, cells: Cells, column: Column, settings: Settings) -> LagsState:
        """The mean and the deviation of all numbers, by which windows of any unit are alike."""
        windows = [one for one in cells.values if one is not None]
        steps = int(column.format or (len(windows[0]) if windows else 1))
        start = next((float(one[~np.isnan(one)][0]) for one in windows if not _blank(one)), 0.0)
        count, total, squares = 0, 0.0, 0.0
        for one in windows:
            apart = one - start
            known = ~np.isnan(apart)
            count, total = count + int(known.sum()), total + float(apart[known].sum())
            squares += float((apart[known] ** 2).sum())
        mean = total / max(count, 1)
        std = float(np.sqrt(max(squares / max(count, 1) - mean**2, 0.0)))
        mean += start
        return LagsState(steps, mean, std if std > 1e-12 * abs(mean) else 1.0)

    def encode(self, values: Array, column: Column, state: LagsState) -> Array:
        """Float64 `(n, steps)` with mean 0 and deviation 1 over training, NaN where absent."""
        blank = np.full(state.steps, np.nan)
        rows = [blank if one is None else one for one in values]
        stacked = np.stack(rows) if rows else np.empty((0, state.steps))
        return np.asarray((stacked - state.mean) / state.std)

    # --- doors

    def to_text(self, values: Array, column: Column) -> list[str]:
        return ["" if cell is None else json.dumps(cell) for cell in self.to_json(values, column)]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return [None if one is None else _plain(one) for one in values]

    def to_frame(self, values: Array, column: Column) -> Array:
        return objects(values)

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: LagsState = fitted.state
        [example] = self.synthesise(fitted, (), 1, np.random.default_rng(0))
        return {
            "form": f"a list of {state.steps} numbers, a step each, the oldest first; null where "
            "a step is absent",
            "shape": (state.steps, 1),
            "example": example,
            "policy": {"missing_numbers": "on a line between the known ones of the window"},
        }

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        """Waves around the training mean."""
        state: LagsState = fitted.state
        turns = rng.uniform(1, 12, (rows, 1)) * np.linspace(0, 2 * np.pi, state.steps)
        noise = rng.normal(size=(rows, state.steps)) / 4
        numbers = state.mean + state.std * (np.sin(turns) + noise)
        return [[float(f"{number:.5g}") for number in row] for row in numbers]

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return of_steps(seen)

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        """The same windows backwards, larger and away from where they were."""
        for row in np.flatnonzero(some):
            if values[row] is not None:
                values[row] = np.ascontiguousarray(3.0 * values[row][::-1] + 1.0)
        return values

    def binned(self, values: Array, column: Column) -> Binned:
        """By the mean of each window."""
        levels = [np.nan if one is None or _blank(one) else np.nanmean(one) for one in values]
        return numbers_binned(np.array(levels, np.float64), "mean")

    def shown(self, cell: Any, column: Column) -> str:
        """Its last number, and how many there are before it."""
        return f"... {digits(cell[-1])} ({len(cell):,} steps)"

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        """The levels of windows."""
        return {"level": _levels(values)}


def _numbers(cell: Any) -> Array:
    """A list of numbers and None as float64.

    Raises:
        ValueError: if it is anything else.
    """
    try:
        numbers = np.array([np.nan if one is None else one for one in cell])
    except (TypeError, ValueError):
        raise ValueError("it is no list of numbers") from None
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        numbers = numbers[:, 0]
    if numbers.ndim != 1 or numbers.dtype.kind not in "fiu" or not len(numbers):
        raise ValueError("it is no list of numbers")
    return numbers.astype(np.float64)


def _blank(window: Array) -> bool:
    return bool(np.isnan(window).all())


def _plain(window: Array) -> list[float | None]:
    return [None if number != number else number for number in window.tolist()]


def _levels(values: Array) -> Array:
    """`(n,)` the mean of each window, NaN where nothing is known of it."""
    known = [None if one is None else one[~np.isnan(one)] for one in values]
    return np.array([np.nan if one is None or not len(one) else one.mean() for one in known])
