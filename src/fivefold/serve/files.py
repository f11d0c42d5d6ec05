"""Rows in CSV, TSV and JSON files, read with the standard library."""

import codecs
import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import RequestError

DELIMITERS = (",", "\t", ";", "|")
PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")


def read_file(path: Path, schema: Schema) -> dict[str, Any] | list[Any]:
    """What a file holds: columns of text (CSV), or columns or rows of JSON values.

    The delimiter is the one that makes the most known names of the first line. A file without
    a header is taken when the model was fitted on such a file.

    Args:
        path: ends in .json, .jsonl or .ndjson for JSON; anything else is delimited text. `.gz`
            after it is unpacked.
        schema: names the columns.

    Returns:
        A dict of columns or a list of rows.

    Raises:
        RequestError: if there is no file, a row has more or fewer cells than the first one, or a
            line is not JSON. `.row` counts from 0.
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
    text = decode(content)
    if kind in {".json", ".jsonl", ".ndjson"}:
        return json_rows(text, path, schema)
    return csv_columns(text, schema, source=str(path))


def decode(content: bytes) -> str:
    """Bytes as text: UTF-8 (or 16, where it is marked), else Windows-1252, else Latin-1."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return content.decode("utf-16", "replace")
    for encoding in ENCODINGS[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(ENCODINGS[-1])


def csv_columns(text: str, schema: Schema, *, source: str) -> dict[str, Array]:
    """The columns of delimited text, by name.

    Args:
        text: the whole file.
        schema: names the columns and tells how a file without a header is laid out.
        source: for messages.

    Returns:
        One object array of str a column; without rows the arrays are empty.

    Raises:
        RequestError: if the first line names no column, or a row has another number of cells.
    """
    known = {column.name for column in schema.columns}
    first: dict[str, list[str]] = {mark: next(_split(text, mark), []) for mark in DELIMITERS}
    hits = {mark: sum(cell.strip() in known for cell in cells) for mark, cells in first.items()}
    best = max(DELIMITERS, key=lambda mark: hits[mark])
    if hits[best]:
        header = [cell if cell in known else cell.strip() for cell in first[best]]
        return _columns(text, best, header, skip=1, source=source)
    fits = [
        (_share(text, mark, len(names)), mark, names)
        for names in (_headers(schema) if _headerless(schema) else [])
        for mark in DELIMITERS
        if len(first[mark]) == len(names)
    ]
    if fits:
        _, mark, names = max(fits, key=lambda fit: fit[0])
        return _columns(text, mark, names, skip=0, source=source)
    wanted = [column.name for column in schema.inputs]
    raise RequestError(
        f"{source}: expected a first line with the names of columns, found {first[','][:3]}.",
        remedy=f"Write these names in the first line: {', '.join(wanted[:20])}.",
        row=None,
        column=None,
        wanted=wanted,
        found=first[","],
    )


def _headerless(schema: Schema) -> bool:
    """Whether the data had no header, so that a file of requests may have none either."""
    return all(c.name == f"column_{place}" for place, c in enumerate(schema.columns))


def _headers(schema: Schema) -> list[list[str]]:
    """What a file without a header may hold: all columns, all but the target, or the inputs."""
    names = [column.name for column in schema.columns]
    inputs = [column.name for column in schema.inputs]
    return [names, [name for name in names if name != schema.target], inputs]


def _share(text: str, mark: str, width: int) -> float:
    """The fraction of the first 200 lines that this delimiter cuts into so many cells."""
    lines = text.splitlines()[:200]
    widths = [[len(row) for row in _split("\n".join(lines), mark, q)] for q in (False, True)]
    return max(found.count(width) / max(len(found), 1) for found in widths)


def _split(text: str, mark: str, quoted: bool = True, strict: bool = False) -> Any:
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=mark, quoting=quoting, strict=strict)  # type: ignore[arg-type]


def _columns(
    text: str, mark: str, header: Sequence[str], *, skip: int, source: str
) -> dict[str, Array]:
    limit = csv.field_size_limit(2**31 - 1)  # one cell may hold a whole image
    try:
        first = text.lstrip().split("\n", 1)[0]
        quoted = (skip > 0 and '"' in first) or _encloses(text, mark)
        rows = [row or [""] for row in _split(text, mark, quoted) if row or len(header) == 1][skip:]
    except csv.Error as error:
        raise _fault(Path(source), "delimited text", str(error), "Write the file anew.") from None
    finally:
        csv.field_size_limit(limit)
    if skip and rows and {len(row) for row in rows} == {len(header) + 1}:
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


def _encloses(text: str, mark: str) -> bool:
    """Whether double quotes enclose cells, or are letters: the rule by which Collect reads.

    A quote that opens and never closes would join lines, so that rows vanish without a trace.
    """
    if '"' not in text:
        return False
    lines = io.StringIO(text, newline=None)
    bare = Counter(line.count(mark) + 1 for line in lines if line.strip())
    try:
        quoted = Counter(len(row) for row in _split(text, mark, strict=True) if row)
    except csv.Error:
        return len(bare) > 1
    if len(quoted) == 1:
        return len(bare) > 1 or quoted.total() == bare.total()
    return len(bare) > 1 and max(quoted.values()) / quoted.total() >= (
        max(bare.values()) / bare.total()
    )


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
