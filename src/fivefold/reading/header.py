"""Where the rows of a delimited text begin, and what their first line holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from fivefold.core.wording import quoted as listed
from fivefold.errors import DataError
from fivefold.reading.dialect import DELIMITERS, Body, Dialect, detect_dialect, find_body, line_end
from fivefold.reading.encoding import Text
from fivefold.reading.fields import first_lines, first_row, iterate_rows, split_lines
from fivefold.reading.names import composed
from fivefold.reading.options import Reading
from fivefold.reading.plainlines import plain_lines

_DEEP = 50  # lines in which a header with known names is looked for


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A text with what its beginning says."""

    text: Text  # with its encoding
    body: Body  # its rows
    content: bytes  # of the body, as UTF-8
    dialect: Dialect  # how the rows are written
    first: list[str]  # the fields of the first row
    # of the columns, where they follow from the number of fields; empty elsewhere
    names: tuple[str, ...] = ()
    fit: float = 0.0  # known names in the header; a part of one for rows without header that fit


def opening_of(text: Text, name: str, reading: Reading, suffix: str) -> Opening:
    """Find header and dialect: by known names when rows are to be answered, else by their look.

    Raises:
        DataError: if the text is empty; if no line has the names that a model reads.
    """
    known = reading.delimiter or ""
    skip = 0 if reading.asks else reading.skip  # names, or the width of rows, show where they begin
    body = find_body(text.content, skip=skip, delimiter=known, names=reading.names)
    body = plain_lines(body, reading, suffix)
    if reading.asks:
        return _by_names(text, body, name, reading)
    if not body.text or body.text.isspace():
        remedy = "Pass a file that holds rows."
        raise DataError.expected(name, "a header and rows", "an empty file", remedy, rows=0)
    return _opened(text, body, reading, known or body.delimiter, reading.header, suffix=suffix)


def _opened(
    text: Text,
    body: Body,
    reading: Reading,
    delimiter: str,
    header: bool | None,
    *,
    suffix: str = "",
    names: tuple[str, ...] = (),
    fit: float = 0.0,
) -> Opening:
    whole = len(body.text) == len(text.content) and not body.rewritten
    content = text.utf8 if whole else None
    if content is None:
        content = body.text.encode("utf-8", "surrogatepass")
    dialect = detect_dialect(
        body.text,
        content=content,
        delimiter=delimiter or None,
        header=header,
        suffix=suffix,
        names=reading.names,
        quotes=reading.text.get("quotes", ""),
    )
    first = first_row(body.text, dialect.delimiter, **dialect.options)
    return Opening(
        text=text, body=body, content=content, dialect=dialect, first=first, names=names, fit=fit
    )


def _by_names(text: Text, body: Body, name: str, reading: Reading) -> Opening:
    marks = [reading.delimiter, body.delimiter, reading.text.get("delimiter"), *DELIMITERS]
    delimiters = list(dict.fromkeys(mark for mark in marks if mark))
    known, needed = set(map(composed, reading.names)), 1.0
    for skipped, rest in islice(_beginnings(body.text), _DEEP):
        best, mark = 0.0, ""
        for delimiter in delimiters:
            for is_quoted in (True, False):
                row = [composed(cell) for cell in _first_row(rest, delimiter, is_quoted)]
                held = len(known & {cell.strip() for cell in row} | known & set(row))
                best, mark = max((best, mark), (float(held), delimiter), key=lambda pair: pair[0])
        if best >= needed:
            lower = replace(body, text=rest, above=body.above + skipped, comments=0)
            return _opened(text, lower, reading, mark, True, fit=best)
        needed = max(1.0, len(reading.inputs) / 2)
    if reading.headerless and body.text.strip():
        fitting = _without_header(body.text, delimiters, reading)
        if reading.skip:
            lower = find_body(text.content, skip=reading.skip, names=reading.names)
            lower = plain_lines(lower, reading)
            other = _without_header(lower.text, delimiters, reading)
            if _closeness(other) > _closeness(fitting):
                body, fitting = lower, other
        fit, mark, layout = fitting
        if layout:
            return _opened(text, body, reading, mark, False, names=layout, fit=fit)
    row = next(iter(split_lines(first_lines(body.text, 1), delimiters[0], quoted=True)), [])
    raise DataError(
        f"{name}: expected a first line with the names of columns, found {row[:3]}.",
        remedy=f"Write these names in the first line: {', '.join(reading.inputs[:20])}.",
        wanted=list(reading.inputs),
        found=row,
        evidence="" if row else f"It is empty. Names: {listed(reading.inputs, 20)}.",
    )


_HEAD = 1 << 20


def _first_row(text: str, delimiter: str, is_quoted: bool) -> list[str]:
    """The fields of the first row, a name with line ends in quotes among them."""
    rows = iterate_rows(text[:_HEAD], delimiter, quoted=is_quoted, spaced=is_quoted)
    return next((row for row in rows if row), [])


def _beginnings(text: str) -> Iterator[tuple[int, str]]:
    """The text from its first line on, from its second on, and so forth, with lines left out."""
    start, skipped = 0, 0
    while start < len(text):
        end = line_end(text, start)
        if text[start:end].strip():
            yield skipped, text[start:]
        start, skipped = end, skipped + 1


Fitting = tuple[float, str, tuple[str, ...]]
"""How well rows fit, the delimiter, and the columns that they hold."""


def _closeness(fitting: Fitting) -> tuple[float, int]:
    """More is better: rows that fit, then columns."""
    return fitting[0], len(fitting[2])


def _without_header(text: str, delimiters: Sequence[str], reading: Reading) -> Fitting:
    """The delimiter and layout that make the most rows as wide as the model's columns, if any."""
    lines = first_lines(text, 200)
    found: list[Fitting] = []
    for layout in reading.layouts():
        for delimiter in delimiters:
            for is_quoted in (True, False):
                rows = split_lines(lines, delimiter, quoted=is_quoted)
                if rows and len(rows[0]) == len(layout):
                    share = sum(len(row) == len(layout) for row in rows) / len(rows)
                    found.append((share / 2, delimiter, layout))
    return max(found, key=_closeness, default=(0.0, "", ()))
