"""When rows are: a column of moments or numbers, or one of days and one of hours."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.cell import word
from fivefold.codecs.coded import Coded, coded_of, objects
from fivefold.codecs.dates import find_dates
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.kinds.canonical import DEFAULT_MISSING, canonical_column
from fivefold.kinds.known import of_type
from fivefold.reading.raw import Raw
from fivefold.reading.stepwise import numbers_of


def moments_of(raw: Raw, names: Sequence[str], pattern: str | None) -> tuple[Array, str]:
    """The moment of each row, and the pattern that its texts have.

    Args:
        raw: one row a step.
        names: of the column; or of one that says the day and one that says the hour.
        pattern: of `strptime`, where it is known.

    Returns:
        `(n,)` datetime64[us], or float64 where time is a number; the pattern, empty for none.

    Raises:
        DataError: if a cell says no moment.
    """
    first, *rest = names
    values = raw.columns[first]
    numbers = numbers_of(values)
    if numbers is not None and not rest:
        _check(raw, first, np.isnan(numbers))
        return numbers, ""
    array = values.array() if isinstance(values, Coded) else values
    pattern = _pattern(array) if pattern is None else pattern
    kind = of_type("moment")
    assert kind is not None
    column = Column(name=first, kind=kind.name, missing=DEFAULT_MISSING, format=pattern)
    found = canonical_column(array, column, on_bad="missing")[0]
    _check(raw, first, np.isnat(found))
    for name in rest:
        hours = numbers_of(raw.columns[name])
        gone = np.ones(len(found), bool) if hours is None else np.isnan(hours)
        _check(raw, name, gone)
        assert hours is not None
        found = found + np.round(hours * 3.6e9).astype("m8[us]")
    return found, pattern


def _pattern(array: Array) -> str:
    if array.dtype.kind == "M":
        return ""
    cells = array if array.dtype == object else objects(array.tolist())
    coded = coded_of(objects(None if v is None else word(v) for v in cells))
    texts, counts = coded.counted()
    return find_dates(texts, counts.tolist()).pattern or ""


def _check(raw: Raw, name: str, gone: Array) -> None:
    rows = np.flatnonzero(gone)
    if len(rows):
        raise DataError(
            f"{raw.name}, column `{name}`, row {rows[0]:,}: expected a moment or a number for "
            f"time=, found none{f', as in {len(rows) - 1:,} more rows' if len(rows) > 1 else ''}.",
            remedy="Leave those rows out, write moments like 2024-01-31 13:00, or name a column of "
            'days and one of hours: time=("day", "hour").',
            column=name,
            rows=tuple(rows[:100].tolist()),
        )
