"""A cheap look at the column names of a source, before it is read."""

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fivefold.collect.wishes import Wishes
from fivefold.errors import DataError, FivefoldError
from fivefold.reading.arrow import index_columns, name_of
from fivefold.reading.delimited import open_delimited
from fivefold.reading.encoding import detect_encoding
from fivefold.reading.filepaths import find_files
from fivefold.reading.frames import is_lazy, is_pandas, label_text
from fivefold.reading.joined import first_taught
from fivefold.reading.names import FILES, unique_names
from fivefold.reading.options import Reading
from fivefold.reading.query import Query, query_of
from fivefold.reading.records import read_json
from fivefold.reading.source import form_of
from fivefold.reading.sqlite import is_sqlite, sqlite_names
from fivefold.reading.suffix import JSON, TEXT, suffix_of

HEAD = 1 << 18  # bytes looked at


def check_names(source: Any, reading: Reading, wishes: Wishes) -> list[FivefoldError]:
    """Names that the source's columns do not have; nothing where a look is not cheap."""
    try:
        names = glance(source, reading)
    except DataError as fault:
        return [fault]
    if not names:
        return []
    if form_of(source) == "files" and len(find_files(source)) > 1:
        names = [*names, FILES]
    asked, is_file = query_of(source), form_of(source) == "files"
    name = asked.name if asked else Path(source).name if is_file else type(source).__name__
    return wishes.faults(names, name)


def glance(source: Any, reading: Reading) -> list[str]:
    """The column names of a frame or of the first file; empty where a look is not cheap.

    Raises:
        DataError: if a name occurs twice.
    """
    form = form_of(source)
    asked = query_of(source)
    if asked is not None:
        return unique_names(sqlite_names(asked, reading), asked.name) if asked.path else []
    if form in {"frame", "columns"}:
        return unique_names(_labels(source), type(source).__name__)
    if form != "files":
        return []
    paths = find_files(source)
    if not paths:
        return []  # which reading tells
    path = first_taught(paths, paths) or paths[0]
    if is_sqlite(path):
        return unique_names(sqlite_names(Query(str(path)), reading), path.name)
    suffix = suffix_of(path.name)
    head = _head(path)
    if suffix in JSON:
        return _json_names(head, path.name, reading)
    if suffix in TEXT and "idx" not in path.name and not head.startswith((b"PAR1", b"PK\3\4")):
        return _text_names(head, path.name, suffix, reading)
    return []


def _labels(source: Any) -> list[str]:
    """The names of a frame's columns and named index levels, or of a mapping's keys."""
    if is_pandas(source):
        levels = [name for name in source.index.names if name is not None]
        return [label_text(label) for label in (*levels, *source.columns)]
    if hasattr(source, "column_names") and hasattr(source, "schema"):
        _, hidden, ranges = index_columns(source)
        return [*ranges, *(name_of(n, source) for n in source.column_names if n not in hidden)]
    if is_lazy(source):
        return list(source.collect_schema().names())
    columns = source if isinstance(source, Mapping) else getattr(source, "columns", ())
    return [label_text(label) for label in columns]


def _head(path: Path) -> bytes:
    """The first whole lines of a file, gzipped or not; all of it if it is small."""
    with path.open("rb") as file:
        content = file.read(HEAD)
    if content[:2] == b"\x1f\x8b":
        try:
            content = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content)
        except zlib.error:
            return b""
    elif len(content) < HEAD:
        return content
    return content[: content.rfind(b"\n") + 1]


def _text_names(content: bytes, name: str, suffix: str, reading: Reading) -> list[str]:
    encoding = reading.encoding or detect_encoding(content)
    if not content.strip() or encoding.startswith(("utf-16", "utf-32")):
        return []
    try:
        return open_delimited(content, name, reading, suffix).names
    except DataError as fault:
        if "lines" in fault.facts:  # rows that are not whole, here where the file was cut perhaps
            return []
        raise


def _json_names(content: bytes, name: str, reading: Reading) -> list[str]:
    """The columns of a small file; a larger one says nothing, as a key may occur further down."""
    if len(content) >= HEAD // 2:
        return []
    try:
        return list(read_json(content, name, reading).columns)
    except DataError:  # reading it says so, and the last line of a packed file may be cut off
        return []
