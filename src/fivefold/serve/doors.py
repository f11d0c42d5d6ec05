"""The one door: rows in any form become canonical columns, or an error that names the cell."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fivefold.codecs.canonical import WANTED, canonical_column
from fivefold.codecs.picture import pixels_of
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Columns
from fivefold.errors import DataError, RequestError
from fivefold.serve.containers import raw_columns

PICTURES = 256
"""The most pictures decoded at a time."""

PIXELS = 16_000_000
"""The most pixels decoded at a time, unless one picture alone has more."""


def read(data: Any, schema: Schema) -> Columns:
    """Rows in any form as the canonical columns that a model reads.

    Args:
        data: a frame, an Arrow table, a dict of columns, a list of dicts, a path; see
            `raw_columns`. Columns that are no inputs are ignored.
        schema: the kinds of the columns.

    Returns:
        One canonical column an input.

    Raises:
        RequestError: with `row` (from 0, or None), `column` (or None), `wanted` and `found`.
    """
    return _canonical_columns(raw_columns(data, schema), schema, 0)


def read_chunks(data: Any, schema: Schema) -> Iterator[Columns]:
    """The same in consecutive pieces: whole tables, but pictures a few at a time.

    Args:
        data: as for `read`.
        schema: the kinds of the columns.

    Yields:
        At least one piece.

    Raises:
        RequestError: as `read` does, rows counted from the first of all.
    """
    raw = raw_columns(data, schema)
    rows = len(next(iter(raw.values())))
    images = [raw[column.name] for column in schema.inputs if column.kind == "image"]
    start = 0
    while start < rows or start == 0:
        stop = _next_stop(images, start, rows) if images else max(rows, 1)
        piece = {name: values[start:stop] for name, values in raw.items()}
        yield _canonical_columns(piece, schema, start)
        start = stop


def _next_stop(images: list[Array], start: int, rows: int) -> int:
    """Where a piece that begins at `start` ends, so that its pictures fit in memory."""
    stop, pixels = start + 1, 0
    while stop < min(rows, start + PICTURES):
        pixels += sum(pixels_of(values[stop - 1]) for values in images)
        if pixels + sum(pixels_of(values[stop]) for values in images) > PIXELS:
            break
        stop += 1
    return stop


def _canonical_columns(raw: Mapping[str, Array], schema: Schema, first: int) -> Columns:
    return Columns({c.name: _canonical(raw[c.name], c, first) for c in schema.inputs})


def _canonical(values: Array, column: Column, first: int) -> Array:
    try:
        canonical = np.asarray(canonical_column(values, column)[0])
    except DataError as error:
        rows: Any = error.facts.get("rows")
        row = first + rows[0] if rows else None
        raise _refused(column, row, error.wanted, error.found) from None
    if column.kind == "image" and canonical.dtype == object:
        empty = [row for row, value in enumerate(canonical) if value is None]
        if empty:
            raise _refused(column, first + empty[0], WANTED["image"], "null")
    return canonical


def _refused(column: Column, row: int | None, wanted: object, found: object) -> RequestError:
    where = "" if row is None else f", row {row:,}"
    return RequestError(
        f"Request{where}, column {column.name!r}: expected {wanted}, found {found}.",
        remedy="Correct it, or give null where a value is not known."
        if column.kind != "image"
        else "Give a picture in every row.",
        row=row,
        column=column.name,
        wanted=wanted,
        found=found,
    )
