"""Dates and times: elapsed time, and where in the year, week and day."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing, moment, null_words, word
from fivefold.codecs.coded import Coded
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.codecs.timestamp import script_form
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal
from fivefold.kinds.block import Fitted
from fivefold.kinds.cells import Cells
from fivefold.kinds.feature import Feature
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS, likely_range, unshifted
from fivefold.kinds.sample import Sample
from fivefold.kinds.scripted import Scripted, script

_DAY = 86_400_000_000  # microseconds
_YEARS = (-700_000, 2_900_000)  # in days from 1970: years 54 to 9909


@dataclass(frozen=True)
class Times:
    """What the training rows say of a column of dates.

    Attributes:
        times: whether one of them has a time of day.
    """

    times: bool


class Datetime(Kind):
    """Dates, and times in UTC where a zone is given."""

    name = "datetime"
    block = NUMBERS
    wanted = "dates"
    dtype = "M8[us]"
    explains = False
    state = Times
    control = "moment"
    written_as = "date_format"
    plural = "dates"
    dated = True
    sources = frozenset({"moment"})
    notation = ("date_format",)
    nulls = "usual"
    reads_as = frozenset()
    ordered = True

    def reader(self, column: Column) -> Callable[[object], np.datetime64]:
        absent, format = null_words(column.missing), column.format
        missing: np.datetime64 = self.empty

        def read(value: object) -> np.datetime64:
            if is_missing(value):
                return missing
            if isinstance(value, str | int | float) and word(value) in absent:
                return missing
            return moment(value, format)

        return read

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        if isinstance(values, Coded) or values.ndim != 1 or values.dtype.kind != "M":
            return None
        return values.astype("M8[us]", copy=False), np.empty(0, np.int64)

    def fit(self, cells: Cells, column: Column, settings: Settings) -> Times:
        known = cells.values[~np.isnat(cells.values)].astype(np.int64)
        return Times(bool((known % _DAY != 0).any()))

    def encode(self, values: Array, column: Column, state: Times) -> Array:
        """Float64 `(n, 6)`, or `(n, 8)` with times.

        Days since 1970 with their fraction, year, sine and cosine of the month (January at 0
        degrees), of the weekday (Monday at 0) and of the time of day (midnight at 0).
        """
        absent = np.isnat(values)
        known = np.where(absent, np.datetime64(0, "us"), values)
        elapsed = known.astype(np.int64)
        months = known.astype("M8[M]").astype(np.int64)
        days = elapsed // _DAY
        waves = [
            *_waves(np.arange(12) / 12.0, months % 12),
            *_waves(np.arange(7) / 7.0, (days + 3) % 7),
        ]
        if state.times:
            waves += _waves(elapsed % _DAY / _DAY)
        parts = np.stack([elapsed / _DAY, months // 12 + 1970.0, *waves]).T
        parts[absent] = np.nan
        return parts

    def features(self, column: Column, state: Times) -> tuple[Feature, ...]:
        """Days, the year, and the waves; missing together."""
        name, cycles = column.name, ("month", "weekday", "hour")[: 3 if state.times else 2]
        waves = (f"{name}.{cycle}_{wave}" for cycle in cycles for wave in ("sin", "cos"))
        return (
            Feature(f"{name}.days", "elapsed"),
            Feature(f"{name}.year", "elapsed", flagged=False),
            *(Feature(wave, "wave", flagged=False) for wave in waves),
        )

    # --- recognition

    def recognise(self, sample: Sample) -> float:
        return 0.0 if sample.dates.pattern is None else 0.8

    def form(self, sample: Sample) -> str:
        """Their `strptime` pattern; the one that the user says, if none was found."""
        found = sample.dates.pattern
        return found if found is not None else sample.notation.date_format or ""

    def noted(self, sample: Sample, name: str) -> list[Finding]:
        """That the day may be the month."""
        form, other = self.form(sample), sample.dates.other
        sentence = f"Dates in `{name}` fit {form} and {other}; {form} is taken."
        found = finding("ambiguous_dates", sentence, column=name, format=form, other=other)
        return [found] if other else []

    def doubted(self, sample: Sample, name: str, read_as: str) -> list[Finding]:
        """That no one pattern reads dates."""
        torn = sample.dates.torn
        if sample.strays.dressed or not torn:
            return []
        who = f"no one pattern reads both {torn[0]!r} and {torn[-1]!r}"
        who = who if len(torn) > 1 else f"no pattern reads {torn[0]!r}"
        sentence = (
            f"Column `{name}` looks like dates but {who}; it is read as {read_as}. Pass "
            f"date_format={{{literal(name)}: ...}} for one, or write them like 2024-01-31."
        )
        return [finding("date_like", sentence, column=name, samples=list(torn))]

    # --- doors

    def to_text(self, values: Array, column: Column) -> list[str]:
        return ["" if np.isnat(v) else str(v) for v in values]

    def to_json(self, values: Array, column: Column) -> list[Any]:
        return [None if np.isnat(v) else str(v) for v in values]

    def field(self, fitted: Fitted, seen: Array | None) -> dict[str, Any]:
        form = "an ISO 8601 date or time, in UTC where it names a zone"
        if fitted.column.format:
            form += f", or a text written like {fitted.column.format}"
        return {
            "form": form,
            "example": _day(unshifted(fitted, "fill")),
            "policy": {"out_of_range": "pulled in to the range of training"},
        }

    def scripted(self, fitted: Fitted) -> Scripted:
        format, state = fitted.column.format, fitted.state
        form = script_form(format) if format else ""
        facts = {"form": form, "zoned": script_form(""), "times": state.times}
        code = script("codecs/cell.js", "codecs/timestamp.js", "kinds/datetime.js")
        return Scripted("moment", facts, code)

    def synthesise(
        self, fitted: Fitted, usual: tuple[float, ...], rows: int, rng: np.random.Generator
    ) -> list[Any]:
        days = np.clip(rng.uniform(*likely_range(fitted), rows), *_YEARS)
        return [_day(day) for day in days]

    def corrupt(self, values: Array, some: Array, few: Array) -> Array:
        """Ten years later."""
        values[some] = values[some] + np.timedelta64(3653, "D")
        values[few] = self.empty
        return values

    # --- statistics

    def shown(self, cell: Any, column: Column) -> str:
        """The day, with the time where it is not midnight."""
        return (
            str(np.datetime64(cell, "us")).removesuffix("T00:00:00.000000").removesuffix(".000000")
        )

    def suspect(self, values: Array) -> tuple[Array, bool]:
        return np.where(np.isnat(values), np.nan, values.astype(np.int64)), True

    def compared(self, values: Array, column: Column) -> dict[str, Array]:
        return {"": values}


def _day(days: float) -> str:
    """The day that is so many days after the first of 1970."""
    return str(np.datetime64(0, "D") + np.timedelta64(int(days), "D"))


def _waves(cycle: Array, places: Array | slice = slice(None)) -> list[Array]:
    """Sine and cosine of fractions of a turn, at these places of them."""
    turns = 2.0 * np.pi * cycle
    return [np.sin(turns)[places], np.cos(turns)[places]]
