"""Series: numbers over time, of one channel or several."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing, null_words, word
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.steps import FAR, NUMPY, deviations, is_series, plain, series_of, thinned
from fivefold.codecs.table import Array
from fivefold.codecs.tracing import traced
from fivefold.codecs.traits import traits
from fivefold.core.wording import plural
from fivefold.errors import DataError
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.disturbance import Disturbance
from fivefold.kinds.interference import of_steps
from fivefold.kinds.kind import Kind
from fivefold.kinds.sample import Sample
from fivefold.kinds.series_state import SeriesState, length_of, measured
from fivefold.kinds.signals import SIGNALS

LONGEST = 1024
"""Steps that a network reads where the length follows from the data; of more it reads means."""

MOST = 8192
"""The same where each step has an answer of its own."""

LOOKED = 1000
"""Different cells that are looked at to recognise a column."""

FLAT = 1e-12
"""Deviation, beside the size of the numbers, at which a channel does not vary."""


class Series(Kind):
    """Numbers over time: steps x channels."""

    name = "series"
    block = SIGNALS
    wanted = "series of numbers"
    state = SeriesState
    settings = ("series_length",)
    control = "numbers"
    item = "a series"
    depth = 1
    written_as = "channels"
    plural = "series"
    sources = frozenset({"steps"})
    suffixes = frozenset((".npy",))
    loose = frozenset((".csv", ".tsv", ".txt"))
    nulls = "asked"
    reads_as = frozenset()
    spoils = True
    saved_as = "CSV with a line of numbers a step, or .npy"
    opaque = True
    places, marks = "steps", "steps"

    def reader(self, column: Column) -> Callable[[object], Array | None]:
        """A cell as `(steps, channels)` float64, or None."""
        absent, channels = null_words(column.missing), _channels_in(column.format)

        def read(value: object) -> Array | None:
            if is_missing(value) or (isinstance(value, str) and word(value) in absent):
                return None
            series = series_of(value)
            if series is not None and channels and series.shape[1] != channels:
                raise ValueError(
                    f"{plural(channels, 'channel')} a step are wanted, it has {series.shape[1]}"
                )
            return series

        return read

    def positions(self, values: Array, column: Column) -> Array:
        """The steps of each."""
        return np.array([0 if one is None else len(one) for one in values], np.int64)

    def fit(self, cells: Cells, column: Column, settings: Settings) -> SeriesState:
        """The length that series have, and the mean and deviation of each channel."""
        series = [one for one in cells.values if one is not None]
        channels = _channels_in(column.format) or _commonest(series)
        count, total, squares = (np.zeros(channels) for _ in range(3))
        start = _start(series, channels)
        for one in series:
            apart = one - start
            count += (~np.isnan(one)).sum(axis=0)
            total, squares = total + np.nansum(apart, 0), squares + np.nansum(apart**2, 0)
        mean = total / np.maximum(count, 1)
        std = np.sqrt(np.maximum(squares / np.maximum(count, 1) - mean**2, 0.0))
        mean = mean + start
        std = np.where(std > FLAT * np.abs(mean), std, 1.0)
        lengths = np.array([len(one) for one in series], np.int64)
        asked = settings.series_length
        if settings.whole and asked is None:
            asked = int(lengths.max(initial=1).clip(1, MOST))
        length, stride = length_of(lengths, asked, LONGEST)
        gone = np.array([np.isnan(one).sum() for one in series], np.int64)
        blank = np.array([np.isnan(one).all() for one in series], bool)
        return SeriesState(
            length=length,
            stride=stride,
            mean=mean,
            std=std,
            alike=len({*lengths.tolist()}) == 1,
            series=len(cells),
            cut=int((lengths > length * stride).sum()),
            longest=int(lengths.max(initial=0)),
            empty=len(cells) - len(series) + int(blank.sum()),
            gaps=int(gone[~blank].sum()),
            holding=int((gone[~blank] > 0).sum()),
            numbers=int(sum(one.size for one in series)),
        )

    def encode(self, values: Array, column: Column, state: SeriesState) -> Array:
        """Float32 `(n, width)`: the channels one after another, how much is known, the traits.

        A missing series, and one without any known number, is one step of the training means.
        """
        length, channels = state.length, state.channels
        first = state.numbers_a_row
        encoded = np.zeros((len(values), first + state.traits), np.float32)
        for row, series in zip(encoded, values, strict=True):
            if series is None:
                series = np.full((1, channels), np.nan)
            if series.shape[1] != channels:
                raise DataError.expected(
                    f"Column `{column.name}`",
                    f"series of {plural(channels, 'channel')}",
                    f"one of {series.shape[1]}",
                    "Give every series the channels of the training rows.",
                )
            gone = np.isnan(series)
            known = (1.0 + (~gone).sum(axis=1, keepdims=True)) / (1.0 + channels)
            scaled = deviations(series, state.mean, state.std)
            lines = thinned(np.concatenate([scaled, known], axis=1), state.stride)[:length]
            row[:first].reshape(channels + 1, length)[:, : len(lines)] = lines.T
            if state.traits:
                row[first:] = traits(scaled)
        return encoded

    def pack(self, state: SeriesState) -> tuple[Any, dict[str, Array]]:
        kept = ("length", "stride", "alike", "bare")
        return {name: getattr(state, name) for name in kept}, {"mean": state.mean, "std": state.std}

    def unpack(self, values: Any, arrays: Mapping[str, Array], column: Column) -> SeriesState:
        return SeriesState(**{**values, **arrays})

    def lean(self, state: SeriesState) -> SeriesState:
        return replace(state, bare=True)

    def remarks(self, column: Column, state: SeriesState) -> tuple[Any, ...]:
        return state.remarks(column.name)

    def sizes(self, values: Array, column: Column) -> dict[str, Array]:
        """The steps of each series, and the share of its numbers that is missing."""
        steps = [np.nan if one is None else len(one) for one in values]
        gone = [np.nan if one is None else float(np.isnan(one).mean()) for one in values]
        return {"steps": np.array(steps, np.float64), "missing_share": np.array(gone, np.float64)}

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        """Lengths, and the level and spread of each channel."""
        return measured(values)

    def drawn(self, cell: Array, column: Column) -> Array:
        """Its channels as lines over time, each between its least and its largest number."""
        return traced(cell)

    # --- recognition

    def is_cell(self, value: object) -> bool:
        return is_series(value) or (isinstance(value, bytes) and value.startswith(NUMPY))

    def recognise(self, sample: Sample) -> float:
        """Lists of numbers in JSON."""
        some = sample.texts[:: max(1, len(sample.texts) // LOOKED)][:LOOKED]
        if not some or not all(text.startswith("[") for text in some):
            return 0.0
        try:
            return 0.85 if all(is_series(json.loads(text)) for text in some) else 0.0
        except ValueError:
            return 0.0

    def form(self, sample: Sample) -> str:
        """The commonest number of channels, `4 channels`."""
        counts: Counter[int] = Counter()
        for cell in sample.items:
            try:
                series = series_of(cell)
            except (ValueError, TypeError):
                continue
            if series is not None:
                counts[series.shape[1]] += 1
        most = max(counts, key=lambda channels: (counts[channels], channels), default=0)
        return plural(most, "channel") if most else ""

    # --- doors

    def weight(self, cell: object) -> int:
        if hasattr(cell, "shape"):
            return int(np.prod(cell.shape))
        inner = cell[0] if isinstance(cell, list) and cell else None
        across = len(inner) if isinstance(inner, list) else 1
        return across * len(cell) if hasattr(cell, "__len__") else 0

    def to_text(self, values: Array, column: Column) -> list[str]:
        return ["" if cell is None else json.dumps(cell) for cell in self.to_json(values, column)]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return [None if series is None else plain(series) for series in values]

    def to_frame(self, values: Array, column: Column) -> Array:
        return objects(values)

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        state: SeriesState = fitted.state
        [example] = self.synthesise(fitted, (), 1, np.random.default_rng(0))
        many = f"a list of steps, each a list of {state.channels} numbers"
        one = "a list of numbers, one a step"
        read = "each step is read" if state.stride == 1 else f"means of {state.stride} are read"
        return {
            "form": f"{one if state.channels == 1 else many}; null where one is missing",
            "shape": (state.steps, state.channels),
            "example": example,
            "policy": {
                "null": "one step of the training means",
                "missing_numbers": "filled in between their neighbours in time",
                "far_off": f"further than {FAR:,.0f} deviations of training is read as that far",
                "too_long": f"{read}; a network reads the first {state.steps:,} steps",
            },
        }

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        """Waves of a random frequency around the training means."""
        state: SeriesState = fitted.state
        cells = []
        for _ in range(rows):
            steps = min(state.steps, 48) if state.alike else int(rng.integers(2, 48))
            turns = rng.uniform(0.5, 4.0, state.channels) * 2 * np.pi
            time = np.linspace(0, 1, steps)[:, None]
            wave = np.sin(turns * time + rng.uniform(0, 6, state.channels))
            numbers = state.mean + state.std * (rng.normal(size=state.channels) + wave)
            cells.append(plain(np.vectorize(lambda x: float(f"{x:.5g}"))(numbers)))
        return cells

    def disturbances(self, column: Column, seen: Array) -> tuple[Disturbance, ...]:
        return of_steps(seen)

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        """The same series backwards, larger and away from where they were; a few are missing."""
        for row in np.flatnonzero(some):
            if values[row] is not None:
                values[row] = np.ascontiguousarray(3.0 * values[row][::-1] + 1.0)
        return super().corrupt(values, some, few)


def _channels_in(format: str) -> int:
    """The channels that the format of a column names: `4 channels`; 0 where it names none."""
    return int(format.split()[0].replace(",", "")) if format else 0


def _commonest(series: list[Array]) -> int:
    counts = Counter(one.shape[1] for one in series)
    return max(counts, key=lambda channels: (counts[channels], channels), default=1)


def _start(series: list[Array], channels: int) -> Array:
    """A known number of each channel, near which sums lose no digits; 0 where there is none."""
    start = np.full(channels, np.nan)
    for one in series:
        if one.shape[1] == channels:
            for channel in np.flatnonzero(np.isnan(start)):
                numbers = one[~np.isnan(one[:, channel]), channel]
                start[channel] = numbers[0] if len(numbers) else np.nan
            if not np.isnan(start).any():
                break
    return np.where(np.isnan(start), 0.0, start)
