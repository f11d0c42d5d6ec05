"""The one door: rows in any form become canonical columns, or an error that names the cell."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from os import PathLike
from typing import Any, cast

import numpy as np

from fivefold.codecs.coded import Coded, missing_rows
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Canonical, Columns
from fivefold.errors import DataError, FivefoldError, PreflightError, RequestError
from fivefold.kinds.canonical import canonical_column, wanted_of
from fivefold.kinds.codec import Codec
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import kind_of, may_lack
from fivefold.reading.longtable import long_of
from fivefold.reading.names import composed
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw
from fivefold.reading.source import pieces
from fivefold.reading.windowtable import windows_of
from fivefold.serve.contract import EXPOSURE
from fivefold.travel.changes import Changes

ROWS = 65_536  # rows of a piece
LARGE = 256  # the most rows read at a time where cells may unfold to many numbers, as pictures do

NUMBERS = 16_000_000
"""The most numbers that such cells unfold to at a time, unless one row alone has more."""


def reading_of(
    schema: Schema,
    text: Mapping[str, str] | None = None,
    *,
    root: str | PathLike[str] | None = None,
    keep: tuple[str, ...] = (),
) -> Reading:
    """How rows are read that a model is to answer: by the reader of Collect, with known names.

    Args:
        schema: the columns of the data that the model was fitted on.
        text: how the file of that data is written, see `text_of`.
        root: the folder below which texts of a frame or a file may name pictures.
        keep: columns whose cells are wanted as the source holds them.
    """
    kinds = {column.name: kind_of(column.kind) for column in schema.inputs}
    only = list(kinds.values()) if len(kinds) == 1 else []
    names = tuple(column.name for column in schema.columns if column.in_source)
    return Reading(
        names=names,
        targets=schema.targets,
        inputs=tuple(column.name for column in schema.inputs),
        files=frozenset(name for name, kind in kinds.items() if kind.suffixes),
        lists={name: kind.depth for name, kind in kinds.items() if kind.depth},
        text=text or {},
        skip=int((text or {}).get("skip", 0)),
        headerless=all(name == f"column_{place}" for place, name in enumerate(names)),
        root=root,
        loose=any(kind.loose for kind in only),
        reels=any(kind.made_of for kind in only),
        long=windows_of(text or {}) or long_of(text or {}),
        keep=keep,
    )


def read(data: Any, schema: Schema, reading: Reading | None = None) -> Columns:
    """Rows in any form as the canonical columns that a model reads.

    Args:
        data: whatever Collect reads, a matrix alone, and the values of a single column. Columns
            that are no inputs are ignored.
        schema: the kinds of the columns.
        reading: how it is read; by the schema alone if None.

    Returns:
        One canonical column an input.

    Raises:
        RequestError: with `row` (from 0, or None), `column` (or None), `wanted` and `found`.
    """
    (raw,) = raw_pieces(data, schema, reading, rows=None)
    return canonical_columns(raw, schema, 0)


def read_chunks(
    data: Any, schema: Schema, reading: Reading | None = None, *, complete: bool = False
) -> Iterator[Columns]:
    """The same in consecutive pieces: of `ROWS` rows, a few at a time where cells are large.

    Args:
        data: as for `read`.
        schema: the kinds of the columns.
        reading: how it is read; by the schema alone if None.
        complete: every one of a list of mappings must have every column.

    Yields:
        At least one piece.

    Raises:
        RequestError: as `read` does, rows counted from the first of all.
    """
    first = 0
    for raw in raw_pieces(data, schema, reading, rows=ROWS, complete=complete):
        yield from canonical_chunks(raw, schema, first)
        first += len(raw)


def raw_pieces(
    data: Any,
    schema: Schema,
    reading: Reading | None = None,
    *,
    rows: int | None,
    complete: bool = False,
) -> Iterator[Raw]:
    """Rows in any form as they are read, every input among their columns.

    Raises:
        RequestError: if the container is none that can be read, or lacks a column.
    """
    reading = reading or reading_of(schema)
    try:
        for raw in pieces(data, reading, rows):
            yield _checked(raw, schema, reading, complete)
    except RequestError:
        raise
    except FivefoldError as error:
        raise _as_request(error) from None


def _checked(raw: Raw, schema: Schema, reading: Reading, complete: bool) -> Raw:
    only = reading.only
    if only is not None and only not in raw.columns and only in reading.files:
        wanted = kind_of(schema[only].kind).sources
        alike = [name for name, said in raw.types.items() if said in wanted]
        if len(alike) == 1:
            raw = raw.replace(columns={**raw.columns, only: raw.columns[alike[0]]})
    if not raw.columns and not raw.others:  # a list of no rows
        raw = raw.replace(columns={name: np.empty(0, object) for name in reading.inputs})
    for name in reading.inputs:
        if name not in raw.columns:
            raw = _alike(raw, name)
        if name not in raw.columns:
            row = 0 if raw.name == "records" else None
            raise missing(name, [*raw.columns, *raw.others], row)
        if complete and name in raw.absent:
            row = raw.absent[name]
            there = [key for key in raw.columns if raw.absent.get(key) != row]
            raise missing(name, there, row)
    return raw


def _alike(raw: Raw, name: str) -> Raw:
    """The rows with a column of this name, if one has a name that looks the same."""
    form = composed(name)
    same = next((other for other in raw.columns if composed(other) == form), None)
    if same is None:
        return raw
    absent = {name: raw.absent[same]} if same in raw.absent else {}
    columns = {**raw.columns, name: raw.columns[same]}
    return raw.replace(columns=columns, absent={**raw.absent, **absent})


def canonical_chunks(raw: Raw, schema: Schema, first: int) -> Iterator[Columns]:
    """The canonical columns of rows as they were read; a few at a time where cells are large."""
    kinds = {column.name: kind_of(column.kind) for column in schema.inputs}
    large = [(kind, raw.columns[name]) for name, kind in kinds.items() if kind.chunk]
    start, rows = 0, len(raw)
    while start < rows or start == 0:
        stop = _next_stop(large, start, rows) if large else max(rows, 1)
        piece = raw if stop - start >= rows else raw.take(slice(start, stop))
        yield canonical_columns(piece, schema, first + start)
        start = stop


def canonical_columns(raw: Raw, schema: Schema, first: int) -> Columns:
    """The canonical columns of rows as they were read.

    Raises:
        RequestError: with the row, counted from `first`, and the column.
    """
    read = {
        c.name: _canonical(raw.columns[c.name], c, first, nullable=may_lack(c, schema))
        for c in schema.inputs
    }
    return Canonical(read, schema.inputs)


def encoded(
    codec: Codec, columns: Columns, first: int = 0, changes: Changes | None = None
) -> dict[str, Array]:
    """The arrays of canonical columns.

    Args:
        codec: fitted.
        columns: as `read` gives them.
        first: how many rows of the request came before them.
        changes: what is done to the rows before the codec reads them.

    Raises:
        RequestError: if a picture is on another scale than those of training.
    """
    try:
        return codec.encode(columns if changes is None else changes.apply(columns))
    except DataError as error:
        name, rows = error.facts.get("column"), cast("tuple[int, ...]", error.facts.get("rows"))
        if name is None or not rows:
            raise
        column, row = codec.schema[str(name)], first + rows[0]
        raise _refused(column, row, error.wanted, error.found, remedy=error.remedy) from None


def _next_stop(large: "list[tuple[Kind, Array | Coded]]", start: int, rows: int) -> int:
    """Where a piece that begins at `start` ends, so that its cells fit in memory."""
    stop, numbers = start + 1, 0
    while stop < min(rows, start + LARGE):
        numbers += sum(kind.weight(values[stop - 1]) for kind, values in large)
        if numbers + sum(kind.weight(values[stop]) for kind, values in large) > NUMBERS:
            break
        stop += 1
    return stop


def _canonical(values: "Array | Coded", column: Column, first: int, *, nullable: bool) -> Array:
    try:
        canonical = np.asarray(canonical_column(values, column)[0])
    except DataError as error:
        rows: Any = error.facts.get("rows")
        row = first + rows[0] if rows else None
        raise _refused(column, row, error.wanted, error.found, error.evidence) from None
    if not nullable:
        empty = np.flatnonzero(missing_rows(canonical))
        if len(empty):
            remedy = EXPOSURE["lacking"] if column.role == "exposure" else ""
            place = first + int(empty[0])
            raise _refused(column, place, wanted_of(column.kind), "null", remedy=remedy)
    if column.role == "exposure" and len(low := np.flatnonzero(canonical <= 0)):
        row, found = int(low[0]), f"{canonical[low[0]]:g}"
        raise _refused(column, first + row, EXPOSURE["amount"], found, remedy=EXPOSURE["meant"])
    return canonical


def _refused(
    column: Column,
    row: int | None,
    wanted: object,
    found: object,
    evidence: str = "",
    *,
    remedy: str = "",
) -> RequestError:
    remedy = remedy or kind_of(column.kind).remedy(explained=bool(evidence))
    who = f"Request{'' if row is None else f', row {row:,}'}, column {column.name!r}"
    more = {"evidence": evidence, "row": row, "column": column.name}
    return RequestError.expected(who, wanted, found, remedy, **more)


def missing(name: str, found: Iterable[str], row: int | None = None) -> RequestError:
    """The error for a column that is not there, with the names that come near."""
    there = list(found)
    near = get_close_matches(name, there, n=3, cutoff=0.6)
    where = "Request" if row is None else f"Request, row {row:,}"
    shown = ", ".join(map(repr, there[:20])) + (", ..." if len(there) > 20 else "")
    return RequestError(
        f"{where}: expected a column {name!r}, found {shown or 'no column'}.",
        evidence=f"Near it: {', '.join(map(repr, near))}." if near else "",
        remedy=f"Give {name!r} in every row, null where it is not known.",
        row=row,
        column=name,
        wanted=f"a column {name!r}",
        found=there,
    )


def _as_request(error: FivefoldError) -> RequestError:
    """What a reader found, as the error of a request, without the settings of Collect."""
    rows: Any = error.facts.get("rows")
    facts = {
        "row": rows[0] if isinstance(rows, tuple) and rows else None,
        "column": error.facts.get("column"),
        "wanted": error.facts.get("wanted", "rows that can be read"),
        "found": error.facts.get("found", error.summary),
    }
    remedy = error.remedy.replace(", or pass the right delimiter= to Collect.", ".")
    summary = error.summary
    if isinstance(error, PreflightError) and "expected a source" in summary:
        summary = f"Request: expected {FORMS}, found {error.facts.get('found')}."
        remedy = "Pass a list of dicts, one dict a row: [{...}]."
        facts |= {"wanted": FORMS}
    return RequestError(summary, evidence=error.evidence, remedy=remedy, **facts)


FORMS = "a frame, an Arrow table, a dict of columns, a list of dicts or a path"
