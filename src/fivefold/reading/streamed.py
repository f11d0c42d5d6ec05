"""Large files of rows to be answered, read in pieces and never as a whole."""

import codecs
import gzip
import io
import stat
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from fivefold.core.jsontext import parse_json
from fivefold.errors import DataError, FivefoldError
from fivefold.reading.delimited import open_delimited
from fivefold.reading.encoding import plain_name
from fivefold.reading.layout import Layout
from fivefold.reading.options import Reading
from fivefold.reading.parquet import MARK, parquet_pieces
from fivefold.reading.quoting import encloses, is_even
from fivefold.reading.raw import Raw
from fivefold.reading.records import line_pieces
from fivefold.reading.shape import BLOCK, Shape, Shaper, has_shape
from fivefold.reading.suffix import JSON, TEXT

LARGE = 1 << 22  # bytes of a file from which on it is worth two passes
HEAD = 1 << 21  # bytes that show how a text is written
_LINES = 200  # lines that the head has at least: as many are looked at

_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_FAULTS = (OSError, EOFError, zlib.error, UnicodeDecodeError)


def stream(path: Path, reading: Reading, rows: int, suffix: str) -> Iterator[Raw] | None:
    """The rows of a large file in pieces; None where it takes the whole of it to read them.

    Texts are looked at in one pass over their bytes and read in a second one: all rows of one
    width, in UTF-8, without escapes. Whatever is written otherwise is read as a whole.

    Raises:
        DataError: if it changes while it is read.
    """
    try:
        found = path.stat()
        if not reading.asks or not stat.S_ISREG(found.st_mode) or found.st_size < LARGE:
            return None
        with path.open("rb") as file:
            begins = file.read(4)
        packed = begins.startswith(_GZIP)
        if begins == MARK:
            return parquet_pieces(path, reading, rows)
        source = Source(path=path, packed=packed)
        if suffix in TEXT and not begins.startswith(_ZIP):
            return _texts(source, reading, rows, suffix)
        return _lines(source, reading, rows) if suffix in JSON else None
    except _FAULTS:
        return None  # the reader of whole files says what is wrong


@dataclass(frozen=True, kw_only=True)
class Source:
    """The rows of a text in a file."""

    path: Path  # of the file
    packed: bool  # it is gzipped
    start: int = 0  # where the rows begin, in bytes of the text

    def content(self) -> BinaryIO:
        """Opens the bytes."""
        file = gzip.open(self.path) if self.packed else self.path.open("rb")  # noqa: SIM115
        file.seek(self.start)
        return cast("BinaryIO", file)

    def lines(self) -> TextIO:
        """Opens the text by lines that end at a newline and nowhere else."""
        return io.TextIOWrapper(self.content(), encoding="utf-8-sig", newline="\n")


def _texts(source: Source, reading: Reading, rows: int, suffix: str) -> Iterator[Raw] | None:
    head = _head(source)
    if head is None:
        return None
    try:
        opened = open_delimited(head, source.path.name, reading, suffix)
    except FivefoldError:
        return None
    dialect, memory = opened.dialect, opened.content
    if opened.rewritten or dialect.escaped or dialect.spaced or not has_shape(dialect.delimiter):
        return None
    if not head.endswith(memory):
        return None
    source = replace(source, start=len(head) - len(memory))
    shape = _shape(source, dialect.delimiter, reading.text)
    if shape is None or not shape.simple or shape.escapes:
        return None
    told = reading.text.get("quotes", "")
    if told == "escaped" or (shape.has_quotes and (told or not is_even(shape))):
        return None
    enclosed = shape.has_quotes and encloses(shape, memory.decode(), dialect.delimiter)
    width = shape.width(quoted=enclosed)
    if width != opened.layout.width or (enclosed != dialect.quoted and b'"' in memory):
        return None
    whole = replace(
        opened,
        content=b"",
        opener=source.content,
        dialect=replace(dialect, quoted=enclosed, shape=shape),
        layout=Layout(width=width),
        raw=opened.raw.replace(whole=shape.rows - int(dialect.header)),
    )
    return _told(whole.pieces(rows), source)


def _head(source: Source) -> bytes | None:
    """Whole rows at the start of a text; None if it is short, or they are long."""
    for size in (HEAD, 16 * HEAD):
        with source.content() as file:
            head = file.read(size)
            if not file.read(1):
                return None
        stop = head.rfind(b"\n") + 1
        while stop and head.count(b'"', 0, stop) % 2 and head.count(b"\n", stop) < _LINES:
            stop = head.rfind(b"\n", 0, stop - 1) + 1
        if head.count(b"\n", 0, stop) > _LINES:
            return head[:stop]
    return None


def _shape(source: Source, delimiter: str, told: Mapping[str, str]) -> Shape | None:
    """The shape of a text in UTF-8; None of another, or one that may be read by another rule."""
    shaper, decoder = Shaper(delimiter), codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    with source.content() as file:
        while block := file.read(BLOCK):
            if not is_ascii or not block.isascii():
                is_ascii = False
                decoder.decode(block)
            shaper.add(block)
    decoder.decode(b"", final=True)
    encoding = plain_name(told.get("encoding", "utf-8"))
    known = encoding == "utf-8" or (is_ascii and not encoding.startswith(("utf-16", "utf-32")))
    return shaper.shape() if known else None


def _lines(source: Source, reading: Reading, rows: int) -> Iterator[Raw] | None:
    with source.lines() as file:
        present = (line for line in file if line.strip())
        first, second = next(present, ""), next(present, "")
    try:
        is_object = bool(second) and isinstance(parse_json(first), Mapping)
    except (ValueError, RecursionError):
        return None
    shape = _shape(source, ",", reading.text) if is_object else None
    if shape is None:
        return None
    whole = shape.lines if shape.simple else 0
    pieces = line_pieces(source.lines, source.path.name, reading, rows)
    return _told((raw.replace(whole=whole) for raw in pieces), source)


def _told(pieces: Iterator[Raw], source: Source) -> Iterator[Raw]:
    """The pieces, with one error where the file is no longer what it was."""
    try:
        yield from pieces
    except FivefoldError:
        raise
    except (*_FAULTS, ValueError) as fault:  # those of Arrow are ValueErrors
        evidence = f"{str(fault).splitlines()[0]}." if str(fault) else ""
        who, remedy = source.path.name, "Ask again when nobody writes it."
        wanted, found = "the file that was looked at", "it changed"
        raise DataError.expected(who, wanted, found, remedy, evidence=evidence) from None
