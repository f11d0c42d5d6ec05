"""What quotes and backslashes mean in a delimited text."""

import csv
import io
import re
from collections import Counter

from fivefold.reading.fields import iterate_lines
from fivefold.reading.shape import Shape


def is_spaced(text: str, delimiter: str, shape: Shape | None) -> bool:
    """Whether quotes after a blank after a delimiter enclose fields: rows are whole so."""
    well_formed = shape is not None and shape.well_formed and shape.quoted > 0
    if well_formed or delimiter == " " or not re.search(rf'{re.escape(delimiter)} +"', text):
        return False
    return is_whole(text, delimiter, quoted=True, spaced=True)


def detect_quoting(text: str, delimiter: str, shape: Shape | None = None) -> bool:
    """Whether double quotes enclose fields, or are characters like any other.

    They enclose if reading them so leaves every row whole; where both readings do, they enclose
    unless rows would be swallowed by a quote that only closes lines later. A first row with all
    its fields in quotes comes from a writer that quotes.
    """
    if '"' not in text:
        return False
    if shape is not None and is_even(shape):
        return encloses(shape, text, delimiter)
    lines = io.StringIO(text, newline=None)
    plain = Counter(line.count(delimiter) + 1 for line in lines if line.strip())
    quoted = _widths(text, delimiter, quoted=True)
    if quoted is not None and opens_quoted(text, delimiter):
        return True
    if quoted is not None and len(quoted) == 1:
        return len(plain) > 1 or quoted.total() == plain.total()
    if len(plain) == 1:
        return False
    share = max(plain.values()) / plain.total()
    return quoted is not None and max(quoted.values()) / quoted.total() >= share


def is_even(shape: Shape) -> bool:
    """Whether all rows are of one width where quotes enclose, with every quote in its place."""
    return shape.simple and shape.well_formed and shape.quoted > 0


def encloses(shape: Shape, text: str, delimiter: str) -> bool:
    """Whether quotes enclose fields in an even text, of which the first row is enough."""
    if opens_quoted(text, delimiter):
        return True
    return not shape.plain or shape.rows == shape.lines


def _widths(text: str, delimiter: str, **options: bool) -> Counter[int] | None:
    """How many rows have how many fields, or None if a quote is out of place."""
    try:
        rows = iterate_lines(text, delimiter, strict=True, **options)
        return Counter(len(row) for row, _ in rows if row)
    except csv.Error:
        return None


def opens_quoted(text: str, delimiter: str) -> bool:
    """Whether each field of the first row stands in quotes."""
    rows = (row for row, _ in iterate_lines(text, delimiter, quoted=True) if row)
    first: list[str] = next(rows, [])
    written = delimiter.join('"' + field.replace('"', '""') + '"' for field in first)
    return text.lstrip("\r\n").startswith(written)


def detect_escapes(text: str, delimiter: str, *, quoted: bool) -> bool:
    r"""Whether backslashes take the meaning of quotes and delimiters away.

    They do if `\\"` inside quotes or a backslash before a delimiter occurs, and rows are whole,
    with every quote in its place, only so.
    """
    if "\\" not in text:
        return False
    mark = re.escape(delimiter)
    inside = re.search(rf'(?:^|[\r\n]|{mark})"[^"\r\n]*\\"', text) if '\\"' in text else None
    if not inside and f"\\{delimiter}" not in text:
        return False
    if is_whole(text, delimiter, quoted=quoted or inside is not None):
        return False
    return is_whole(text, delimiter, quoted=True, escaped=True)


def is_whole(text: str, delimiter: str, **options: bool) -> bool:
    """Whether all rows are of one width, and every quote is in its place; see `iterate_lines`."""
    return len(_widths(text, delimiter, **options) or ()) == 1
