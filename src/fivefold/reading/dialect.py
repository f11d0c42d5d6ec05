"""How a delimited text is written: what stands above its rows, delimiter, quoting, header."""

import io
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fivefold.reading.fields import first_lines, split_lines
from fivefold.reading.quoting import (
    detect_escapes,
    detect_quoting,
    is_spaced,
    is_whole,
    opens_quoted,
)
from fivefold.reading.shape import Shape, shape_of

DELIMITERS = (",", "\t", ";", "|")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?%?")
_SEPARATOR = re.compile(r'"?sep=(.)"?[ ,;\t|]*(\r\n|\n|\r|$)', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")
_SAMPLE = 200


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The way one text is written."""

    delimiter: str  # the one character between fields
    quoted: bool  # a field may stand in double quotes, and then hold delimiters and line ends
    header: bool  # the first row holds the names
    escaped: bool = False  # a backslash takes the meaning of a quote or delimiter away
    spaced: bool = False  # blanks before a field are none of it, and a quote may follow them
    shape: Shape | None = None  # of the text, where it was looked at

    @property
    def options(self) -> dict[str, bool]:
        """How rows are taken apart, besides the delimiter; see `iterate_lines`."""
        return {"quoted": self.quoted, "escaped": self.escaped, "spaced": self.spaced}

    @property
    def width(self) -> int:
        """Fields of every row, as far as the shape shows it; else 0."""
        return 0 if self.shape is None else self.shape.width(quoted=self.quoted)


@dataclass(frozen=True, kw_only=True)
class Body:
    """The rows of a text without what stands above them."""

    text: str  # from the header, or the first row, on
    above: int = 0  # how many lines were left out
    comments: int = 0  # how many of those begin with `#`
    delimiter: str = ""  # that a line `sep=;` names; empty if there is none
    rewritten: str = ""  # what was made plain: see `plain_lines`


def find_body(
    text: str, *, skip: int = 0, delimiter: str = "", names: Collection[str] = ()
) -> Body:
    r"""Leave out what stands above the rows: blank lines, `sep=;`, comments after `#`.

    Above rows that have no header of their own, the first line after `#` that is as wide as they
    are is the header itself, or a row.

    Args:
        text: all of it.
        skip: lines to leave out in any case.
        delimiter: between fields, where it is known.
        names: some that a header holds.

    Example:
        >>> body = find_body("sep=;\na;b\n1;2\n")
        >>> body.text, body.above, body.delimiter
        ('a;b\n1;2\n', 1, ';')
    """
    start, above = 0, 0
    for _ in range(skip):
        start, above = line_end(text, start), above + 1
    named = ""
    while start < len(text):
        line = text[start : line_end(text, start)]
        separator = _SEPARATOR.fullmatch(line)
        if separator and not named:
            named = separator[1]
        elif line.strip():
            break
        start, above = line_end(text, start), above + 1
    comments = _comments(text[start:], delimiter or named, names)
    for _ in range(comments):
        start, above = line_end(text, start), above + 1
    while start < len(text) and not text[start : line_end(text, start)].strip():
        start, above = line_end(text, start), above + 1
    return Body(text=text[start:], above=above, comments=comments, delimiter=named)


def line_end(text: str, start: int) -> int:
    """Where the line ends that begins at `start`, its line end included."""
    match = _LINE.match(text, start)
    return match.end() if match else len(text)


def _comments(text: str, delimiter: str, names: Collection[str]) -> int:
    """How many lines at the top are comments, blank ones among them."""
    if not text.startswith("#"):
        return 0
    lines = list(io.StringIO(text[: 1 << 20], newline=None))[:_SAMPLE]
    above = [n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")]
    count = above[0] if above else len(lines)
    below = [line for line in lines[count:] if line.strip()]
    if not below:
        return 0
    mark = delimiter or detect_delimiter(below)
    rows = split_lines(below, mark, quoted=True)
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    if width < 2 and not set(rows[0]) & set(names):
        return 0
    if detect_header(rows, names):
        return count
    wide = (n for n in range(count) if len(split_lines([lines[n]], mark, quoted=True)[0]) == width)
    return next(wide, count)  # the first line as wide as the rows is their header, or a row


def detect_dialect(
    text: str,
    *,
    content: bytes,
    delimiter: str | None,
    header: bool | None,
    suffix: str = "",
    names: Collection[str] = (),
    quotes: str = "",
) -> Dialect:
    """The dialect of a text.

    Args:
        text: all of it; quoting is decided by what keeps every row whole.
        content: the same as UTF-8.
        delimiter: None to detect.
        header: None to detect.
        suffix: of the file: `.tsv` prefers tabs.
        names: of columns that a header would hold.
        quotes: `letters` or `escaped`, as in the file that a model was fitted on, which is kept
            to where rows are whole so.
    """
    lines = first_lines(text, _SAMPLE)
    delimiter = delimiter or detect_delimiter(lines, suffix)
    shape = shape_of(content, delimiter)
    quoted = detect_quoting(text, delimiter, shape)
    if header is None:
        header = detect_header(split_lines(lines, delimiter, quoted=quoted), names)
    spaced = is_spaced(text, delimiter, shape)
    escaped = not spaced and detect_escapes(text, delimiter, quoted=quoted)
    if quotes == "letters" and quoted and '""' not in text and not opens_quoted(text, delimiter):
        quoted = not is_whole(text, delimiter, quoted=False)
    if quotes == "escaped" and "\\" in text:
        escaped = escaped or is_whole(text, delimiter, quoted=True, escaped=True)
    return Dialect(
        delimiter=delimiter,
        quoted=quoted or escaped or spaced,
        header=header,
        escaped=escaped,
        spaced=spaced,
        shape=None if escaped or spaced else shape,
    )


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
            rows = split_lines(lines, candidate, quoted=quoted)
            widths = Counter(len(row) for row in rows)
            width, rows_of_it = widths.most_common(1)[0] if widths else (1, 0)
            same_start = bool(rows) and len(rows[0]) in (width, width - 1)
            share = rows_of_it / max(len(rows), 1)
            if width > 1 and same_start and (round(share, 2), width) > best:
                best, delimiter = (round(share, 2), width), candidate
    return delimiter


def detect_header(rows: Sequence[Sequence[str]], names: Collection[str] = ()) -> bool:
    """Whether the first row names the columns.

    It does if it holds one of the names; it does not if it holds a number, or a value that
    comes again below. Else short names above numbers, or above other texts, are a header.
    """
    if not rows:
        return False
    first = [field.strip() for field in rows[0]]
    if any(name in names for name in first if name):
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
