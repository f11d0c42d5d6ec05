"""Dates to numbers: elapsed time, and where in the year, week and day."""

import numpy as np

from fivefold.codecs.table import Array

_DAY = 86_400_000_000  # microseconds


def has_times(values: Array) -> bool:
    """Whether any of these datetime64[us] is not a midnight."""
    known = values[~np.isnat(values)].astype(np.int64)
    return bool((known % _DAY != 0).any())


def part_names(name: str, *, times: bool) -> tuple[str, ...]:
    """The features of a datetime column; `times` adds the time of day.

    Example:
        >>> part_names("when", times=False)[:4]
        ('when.days', 'when.year', 'when.month_sin', 'when.month_cos')
    """
    cycles = ("month", "weekday", "hour")[: 3 if times else 2]
    waves = (f"{name}.{cycle}_{wave}" for cycle in cycles for wave in ("sin", "cos"))
    return f"{name}.days", f"{name}.year", *waves


def date_parts(values: Array, *, times: bool) -> Array:
    """Datetime64[us] `(n,)` to float64 `(n, 6)`, or `(n, 8)` with times; NaT to NaN.

    Columns: days since 1970 with their fraction, year, sine and cosine of the month (January at 0
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
    if times:
        waves += _waves(elapsed % _DAY / _DAY)
    parts = np.stack([elapsed / _DAY, months // 12 + 1970.0, *waves]).T
    parts[absent] = np.nan
    return parts


def _waves(cycle: Array, places: Array | slice = slice(None)) -> list[Array]:
    """Sine and cosine of fractions of a turn, at these places of them."""
    turns = 2.0 * np.pi * cycle
    return [np.sin(turns)[places], np.cos(turns)[places]]
