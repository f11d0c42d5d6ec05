"""Rows in CSV, TSV and JSON files, read with the standard library by the rules of Collect."""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import DataError, RequestError
from fivefold.reading.dialect import (
    DELIMITERS,
    any_field_size,
    decode,
    detect_encoding,
    detect_quoting,
    first_lines,
    iterate_rows,
    overruled,
    split_rows,
)

PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How the first rows of a text fit a schema.

    Args:
        fit: known names in the first row; a part of one for a text without header that fits.
        delimiter: between the cells.
        names: of the columns, where the first row does not hold them.
    """

    fit: float
    delimiter: str = ","
    names: tuple[str, ...] = ()


def read_file(
    path: Path, schema: Schema, text: Mapping[str, str] | None = None
) -> dict[str, Any] | list[Any]:
    """What a file holds: columns of text (CSV), or columns or rows of JSON values.

    Encoding and delimiter are those that make the most known names of the first line; those of
    the file that the model was fitted on come first. A file without a header is taken when the
    model was fitted on such a file.

    Args:
        path: ends in .json, .jsonl or .ndjson for JSON; anything else is delimited text. `.gz`
            after it is unpacked.
        schema: names the columns.
        text: `encoding`, `delimiter` and `detected` of the file that the model was fitted on.

    Returns:
        A dict of columns or a list of rows.

    Raises:
        RequestError: if there is no file, it is no text, a row has more or fewer cells than the
            first one, or a line is not JSON. `.row` counts from 0.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = suffixes[-1] if suffixes else ""
    if kind in {".parquet", ".feather", ".arrow", ".xlsx", ".xls"} | PICTURES:
        found = f"{kind} file"
        raise _fault(path, "a CSV or JSON file", found, "Read it yourself and pass the frame.")
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise _fault(path, "a file of rows", found, "Give the path of a file.") from None
    given = text or {}
    if kind in {".json", ".jsonl", ".ndjson"}:
        return _first_json(_decoded(content, given, path), path, schema)
    delimiter = given.get("delimiter", "")
    texts = _decoded(content, given, path)
    best = max(texts, key=lambda each: _layout(each, schema, delimiter).fit)
    return csv_columns(best, schema, source=str(path), delimiter=delimiter)


def _decoded(content: bytes, given: Mapping[str, str], path: Path) -> list[str]:
    """The content in the encodings that it may have, the likeliest first."""
    told = given.get("encoding", "")
    shown = overruled(content, told) if told else ""
    detected = detect_encoding(content)
    if not told:
        encodings = [detected]
    elif shown and shown != given.get("detected"):
        encodings = [detected, told]  # the bytes show that it is written otherwise
    else:
        encodings = [told, detected]
    texts: dict[str, None] = {}
    for encoding in encodings:
        try:
            texts[decode(content, encoding, str(path)).removeprefix("\ufeff")] = None
        except DataError as error:
            fault = error
    if not texts:
        found = fault.summary.rpartition("found ")[2].removesuffix(".")
        raise _fault(path, "text", found, "Write the file as UTF-8 text.") from None
    return list(texts)


def _first_json(texts: Sequence[str], path: Path, schema: Schema) -> dict[str, Any] | list[Any]:
    for text in texts[:-1]:
        try:
            return json_rows(text, path, schema)
        except RequestError:
            continue
    return json_rows(texts[-1], path, schema)


def csv_columns(text: str, schema: Schema, *, source: str, delimiter: str = "") -> dict[str, Array]:
    """The columns of delimited text, by name.

    Args:
        text: the whole file.
        schema: names the columns and tells how a file without a header is laid out.
        source: for messages.
        delimiter: the one to try first.

    Returns:
        One object array of str a column; without rows the arrays are empty.

    Raises:
        RequestError: if the first line names no column, or a row has another number of cells.
    """
    layout = _layout(text, schema, delimiter)
    if layout.fit:
        return _columns(text, layout, schema, source)
    wanted = [column.name for column in schema.inputs]
    found = next(iter(split_rows(first_lines(text, 1), ",", quoted=True)), [])
    raise RequestError(
        f"{source}: expected a first line with the names of columns, found {found[:3]}.",
        remedy=f"Write these names in the first line: {', '.join(wanted[:20])}.",
        row=None,
        column=None,
        wanted=wanted,
        found=found,
    )


def _layout(text: str, schema: Schema, delimiter: str) -> Layout:
    """The delimiter that makes the most known names, or rows as wide as those without header."""
    known = {column.name for column in schema.columns}
    marks = dict.fromkeys((delimiter, *DELIMITERS) if delimiter else DELIMITERS)
    lines = first_lines(text)
    rows = [(mark, split_rows(lines, mark, quoted)) for mark in marks for quoted in (True, False)]
    rows = [(mark, found) for mark, found in rows if found]
    named = [
        Layout(
            fit=len(known & {cell.strip() for cell in found[0]} | known & {*found[0]}),
            delimiter=mark,
        )
        for mark, found in rows
    ]
    best = max(named, key=lambda layout: layout.fit, default=Layout(fit=0))
    if best.fit or not _headerless(schema):
        return best
    bare = [
        Layout(fit=_share(found, len(names)) / 2, delimiter=mark, names=tuple(names))
        for names in _headers(schema)
        for mark, found in rows
        if len(found[0]) == len(names)
    ]
    return max(bare, key=lambda layout: layout.fit, default=best)


def _headerless(schema: Schema) -> bool:
    """Whether the data had no header, so that a file of requests may have none either."""
    return all(c.name == f"column_{place}" for place, c in enumerate(schema.columns))


def _headers(schema: Schema) -> list[list[str]]:
    """What a file without a header may hold: all columns, all but the target, or the inputs."""
    names = [column.name for column in schema.columns]
    inputs = [column.name for column in schema.inputs]
    return [names, [name for name in names if name != schema.target], inputs]


def _share(rows: Sequence[Sequence[str]], width: int) -> float:
    """The fraction of rows with so many cells."""
    return sum(len(row) == width for row in rows) / len(rows)


def _columns(text: str, layout: Layout, schema: Schema, source: str) -> dict[str, Array]:
    mark = layout.delimiter
    try:
        with any_field_size():  # one cell may hold a whole image
            rows = list(iterate_rows(text, mark, detect_quoting(text, mark)))
    except csv.Error as error:
        raise _fault(Path(source), "delimited text", str(error), "Write the file anew.") from None
    header = list(layout.names)
    if not header:
        place = next(place for place, row in enumerate(rows) if row)
        known = {column.name for column in schema.columns}
        header = [cell if cell in known else cell.strip() for cell in rows[place]]
        rows = rows[place + 1 :]
    rows = [row or [""] for row in rows if row or len(header) == 1]
    if not layout.names and rows and {len(row) for row in rows} == {len(header) + 1}:
        header = ["", *header]  # R leaves the corner above the names of rows empty
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise RequestError(
                f"{source}, row {number:,}: expected {len(header)} cells, found {len(row)}.",
                remedy="Give every row as many cells as the first line.",
                row=number,
                column=None,
                wanted=len(header),
                found=len(row),
            )
    names = [name or f"column_{place}" for place, name in enumerate(header)]
    return _by_name(names, list(zip(*rows, strict=True)) or [()] * len(names), source)


def _by_name(
    header: Sequence[str], cells: Sequence[Sequence[str]], source: str
) -> dict[str, Array]:
    columns: dict[str, Array] = {}
    for name, values in zip(header, cells, strict=True):
        if name in columns:
            raise RequestError(
                f"{source}: expected one column {name!r}, found two.",
                remedy="Rename or drop one of them.",
                row=None,
                column=name,
                wanted="one column",
                found="two",
            )
        columns[name] = np.array(values, dtype=object)
    return columns


def json_rows(text: str, path: Path, schema: Schema) -> dict[str, Any] | list[Any]:
    """The rows of JSON lines, of a JSON list, or of a request body; or a dict of columns."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = _json_lines(text, path)
    if isinstance(value, dict) and "instances" in value and "instances" not in schema.by_name:
        value = value["instances"]
    if isinstance(value, dict) and not all(isinstance(v, list) for v in value.values()):
        return [value]  # JSON lines with one line
    if isinstance(value, dict | list):
        return value
    raise _fault(path, "rows", repr(value)[:60], "Write one JSON object a line.")


def _json_lines(text: str, path: Path) -> list[Any]:
    rows = []
    for number, line in enumerate(line for line in text.split("\n") if line.strip()):
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise RequestError(
                f"{path}, row {number:,}: expected a JSON object, found {line[:60]!r}.",
                evidence=f"{error}.",
                remedy="Write one JSON object a line.",
                row=number,
                column=None,
                wanted="a JSON object",
                found=line[:60],
            ) from None
    return rows


def _fault(path: Path, wanted: str, found: str, remedy: str) -> RequestError:
    return RequestError(
        f"{path}: expected {wanted}, found {found}.",
        remedy=remedy,
        row=None,
        column=None,
        wanted=wanted,
        found=found,
    )
