"""How a delimited text is written: its encoding, delimiter, quoting and header."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fivefold.errors import DataError

DELIMITERS = (",", "\t", ";", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?%?")
_SAMPLE = 200


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The way one text is written.

    Args:
        delimiter: the one character between fields.
        quoted: a field may stand in double quotes, and then hold delimiters and line ends.
        header: the first row holds the names.
    """

    delimiter: str
    quoted: bool
    header: bool


def detect_encoding(content: bytes) -> str:
    """The encoding of a text: by its mark, as UTF-8, or as Windows and Latin-1 last.

    Example:
        >>> detect_encoding("naïve".encode()), detect_encoding("naïve".encode("cp1252"))
        ('utf-8', 'cp1252')
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding
    head = content[:4096]
    if len(head) > 3 and head.count(0) > len(head) // 4:
        return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def overruled(content: bytes, encoding: str) -> str:
    """The encoding that the bytes themselves show beyond doubt, if it is not this one; else empty.

    A mark shows it, and so do letters beyond ASCII in valid UTF-8.

    Example:
        >>> overruled("né".encode(), "latin-1"), overruled("né".encode("latin-1"), "latin-1")
        ('utf-8', '')
    """
    detected = detect_encoding(content)
    shown = _is_marked(content) or (detected == "utf-8" and not content.isascii())
    return detected if shown and _plain(detected) != _plain(encoding) else ""


def text_form(content: bytes, encoding: str) -> dict[str, str]:
    """The `encoding` by which a text was read, and what it overrules (`detected`), if anything."""
    shown = overruled(content, encoding)
    return {"encoding": encoding} | ({"detected": shown} if shown else {})


def _is_marked(content: bytes) -> bool:
    return any(content.startswith(mark) for mark, _ in _BOMS)


def _plain(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name.removesuffix("-sig")
    except LookupError:
        return encoding


def decode(content: bytes, encoding: str, source: str) -> str:
    """The text of a file.

    Raises:
        DataError: if it is not written in this encoding, or holds zero bytes without a
            byte-order mark to say that it is text all the same.
    """
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError) as fault:
        raise DataError(
            f"{source}: expected text in {encoding}, found other bytes.",
            evidence=f"{fault}.",
            remedy="Pass the right encoding= to Collect, or leave it out to have it detected.",
            encoding=encoding,
        ) from None
    if "\0" in text[:1_000_000] and not _is_marked(content):
        raise DataError(
            f"{source}: expected text, found zero bytes.",
            remedy="Pass a CSV, TSV, Parquet, JSON lines or Excel file.",
        )
    return text


def detect_dialect(
    text: str, *, delimiter: str | None, header: bool | None, suffix: str = "", target: str = ""
) -> Dialect:
    """The dialect of a text.

    Args:
        text: all of it; quoting is decided by what keeps every row whole.
        delimiter: None to detect.
        header: None to detect.
        suffix: of the file: `.tsv` prefers tabs.
        target: a column name that a header would hold.
    """
    lines = first_lines(text)
    delimiter = delimiter or detect_delimiter(lines, suffix)
    quoted = detect_quoting(text, delimiter)
    if header is None:
        header = detect_header(split_rows(lines, delimiter, quoted), target)
    return Dialect(delimiter=delimiter, quoted=quoted, header=header)


def first_lines(text: str, lines: int = _SAMPLE) -> list[str]:
    """The first lines that are not blank, with their line ends."""
    reader = io.StringIO(text, newline=None)
    found = (line for line in reader if line.strip())
    return [line for line, _ in zip(found, range(lines), strict=False)]


def split_rows(lines: list[str], delimiter: str, quoted: bool) -> list[list[str]]:
    """Lines as rows of fields."""
    if not quoted:
        return [line.rstrip("\r\n").split(delimiter) for line in lines]
    with any_field_size():
        return list(csv.reader(lines, delimiter=delimiter))


def iterate_rows(text: str, delimiter: str, quoted: bool) -> Any:
    """All rows of a text by a `csv` reader; blank lines are empty rows."""
    stream = io.StringIO(text, newline="")
    if quoted:
        return csv.reader(stream, delimiter=delimiter)
    return csv.reader(stream, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def detect_delimiter(lines: list[str], suffix: str = "") -> str:
    """The character that divides the most lines into the same number of fields.

    Example:
        >>> detect_delimiter(["a;b;c", "1,5;2;x", "2,5;3;y"])
        ';'
    """
    preferred = ("\t", *DELIMITERS) if suffix in {".tsv", ".tab"} else DELIMITERS
    best, delimiter = (0.0, 0), preferred[0]
    for candidate in preferred:
        for quoted in (False, True):
            rows = split_rows(lines, candidate, quoted)
            widths = Counter(len(row) for row in rows)
            width, rows_of_it = widths.most_common(1)[0] if widths else (1, 0)
            same_start = bool(rows) and len(rows[0]) in (width, width - 1)
            share = rows_of_it / max(len(rows), 1)
            if width > 1 and same_start and (round(share, 2), width) > best:
                best, delimiter = (round(share, 2), width), candidate
    return delimiter


def detect_quoting(text: str, delimiter: str) -> bool:
    """Whether double quotes enclose fields, or are characters like any other.

    They enclose if reading them so leaves every row whole; where both readings do, they enclose
    unless rows would be swallowed by a quote that only closes lines later. A first row with all
    its fields in quotes comes from a writer that quotes.
    """
    if '"' not in text:
        return False
    plain = Counter(
        line.count(delimiter) + 1 for line in io.StringIO(text, newline=None) if line.strip()
    )
    quoted = _quoted_widths(text, delimiter)
    if quoted is not None and _opens_quoted(text, delimiter):
        return True
    if quoted is not None and len(quoted) == 1:
        return len(plain) > 1 or quoted.total() == plain.total()
    if len(plain) == 1:
        return False
    share = max(plain.values()) / plain.total()
    return quoted is not None and max(quoted.values()) / quoted.total() >= share


def _quoted_widths(text: str, delimiter: str) -> "Counter[int] | None":
    """How many rows have how many fields, or None if a quote is out of place."""
    try:
        with any_field_size():
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            return Counter(len(row) for row in rows if row)
    except csv.Error:
        return None


def _opens_quoted(text: str, delimiter: str) -> bool:
    """Whether each field of the first row stands in quotes."""
    with any_field_size():
        rows = iterate_rows(text, delimiter, quoted=True)
        first: list[str] = next((row for row in rows if row), [])
    written = delimiter.join('"' + field.replace('"', '""') + '"' for field in first)
    return text.lstrip("\r\n").startswith(written)


@contextmanager
def any_field_size() -> Iterator[None]:
    """Let the `csv` module read fields of more than 131,072 characters, for a while."""
    limit = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def detect_header(rows: list[list[str]], target: str = "") -> bool:
    """Whether the first row names the columns.

    It does if it holds the target's name; it does not if it holds a number, or a value that
    comes again below. Else short names above numbers, or above other texts, are a header.
    """
    if not rows:
        return False
    first = [field.strip() for field in rows[0]]
    if target and target in first:
        return True
    if any(_NUMBER.fullmatch(field) for field in first):
        return False
    if max(map(len, first)) > 80 or sum(not field for field in first) > 1:
        return False
    if len(rows) == 1:
        return True
    for place, name in enumerate(first):
        below = [row[place].strip() for row in rows[1:] if place < len(row)]
        if name and sum(value == name for value in below) > 0:
            return False
    for place in range(len(first)):
        below = [row[place].strip() for row in rows[1:] if place < len(row) and row[place].strip()]
        if below and sum(bool(_NUMBER.fullmatch(value)) for value in below) > 0.5 * len(below):
            return True
    return all(len(field.split()) <= 4 for field in first)
