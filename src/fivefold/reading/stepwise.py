"""Columns of a table that has a row a step, as numbers and as places."""

from collections.abc import Iterable

import numpy as np

from fivefold.codecs.coded import Coded, coded_of, missing_rows, objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.core.wording import nearest, quoted
from fivefold.errors import DataError
from fivefold.kinds.canonical import DEFAULT_MISSING, canonical_column
from fivefold.kinds.known import of_type
from fivefold.kinds.recognition import SourceType
from fivefold.reading.raw import Raw

NUMBERS = 0.9
"""Fraction of cells with something in them that must be numbers, or moments."""


def check_columns(raw: Raw, names: Iterable[str]) -> None:
    """Refuse a name that no column has.

    Raises:
        DataError: naming the first, and the nearest that there is.
    """
    for name in names:
        if name not in raw.columns:
            near = nearest(name, list(raw.columns))
            raise DataError(
                f"{raw.name}: expected a column `{name}`, found none of that name.",
                evidence=f"Columns: {quoted(list(raw.columns), 20)}.",
                remedy=f"Write {near!r}." if near else "Name a column of the table.",
                column=name,
            )


def codes_in(raw: Raw, name: str) -> Array:
    """`(n,)` which series each row is of, in the order of first appearance; each must say it."""
    codes = codes_of(raw.columns[name])
    check_said(raw, name, codes < 0)
    return codes


def numbers_of(values: "Array | Coded", said: SourceType = "number") -> Array | None:
    """A column as float64, moments as seconds, NaN where missing; None if it holds others."""
    kind = of_type(said)
    if kind is None or (getattr(values, "ndim", 1) > 1):
        return None
    column = Column(name="", kind=kind.name, missing=DEFAULT_MISSING)
    array = values.array() if isinstance(values, Coded) else values
    read, bad = canonical_column(array, column, on_bad="missing")
    present = len(read) - int(missing_rows(read).sum())
    if present < NUMBERS * (present + len(bad)) or not present:
        return None
    if read.dtype.kind == "M":
        gone = np.isnat(read)
        seconds = read.astype("M8[us]").astype(np.int64) / 1e6
        return np.where(gone, np.nan, seconds)
    return read.astype(np.float64)


def codes_of(values: "Array | Coded") -> Array:
    """`(n,)` in the order of first appearance, equal where cells are equal; -1 where missing."""
    array = values.array() if isinstance(values, Coded) else values
    cells = array if array.dtype == object else objects(array.tolist())
    return coded_of(cells).codes.astype(np.int64)


def check_said(raw: Raw, name: str, gone: Array) -> None:
    """Refuse rows that a column must say something of, and does not.

    Raises:
        DataError: naming the first.
    """
    rows = np.flatnonzero(gone)
    if len(rows):
        raise DataError(
            f"{raw.name}, column `{name}`, row {rows[0]:,}: expected a value, found none"
            f"{f', as in {len(rows) - 1:,} more rows' if len(rows) > 1 else ''}.",
            remedy="Fill it in, or leave those rows out.",
            column=name,
            rows=tuple(rows[:100].tolist()),
        )
