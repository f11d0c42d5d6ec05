"""The shape of a delimited text, found in one pass over its bytes."""

from dataclasses import dataclass

import numpy as np

from fivefold.codecs.table import Array

BLOCK = 1 << 22
"""Bytes looked at at a time."""
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a text looks like in rows and fields.

    Args:
        plain: fields of every line, quotes being letters like any other; 0 if lines differ.
        quoted: fields of every row, quotes enclosing; 0 if rows differ.
        lines: how many.
        rows: how many, line ends inside quotes not counted.
        well_formed: quotes stand at both ends of a field or twice inside one, and each closes.
        simple: there is no blank line, no lone carriage return and no zero byte.
    """

    plain: int
    quoted: int
    lines: int
    rows: int
    well_formed: bool
    simple: bool


def shape_of(content: bytes, delimiter: str) -> Shape | None:
    r"""The shape of UTF-8 bytes; None where the delimiter is not one byte.

    Example:
        >>> shape = shape_of(b'a,b\n1,"x,y"\n', ",")
        >>> shape.plain, shape.quoted, shape.rows, shape.well_formed, shape.simple
        (0, 2, 2, True, True)
    """
    if not (len(delimiter) == 1 and delimiter.isascii()) or not content:
        return None
    has_quotes = b'"' in content
    plain, quoted = _Widths(), _Widths()
    inside, well_formed, before = np.uint8(0), True, _NEWLINE
    for start in range(0, len(content), BLOCK):
        block = np.frombuffer(content, np.uint8, min(BLOCK, len(content) - start), start)
        ends, marks = block == _NEWLINE, block == ord(delimiter)
        plain.add(ends, marks)
        if not has_quotes:
            continue
        quotes = block == _QUOTE
        parity = np.bitwise_xor.accumulate(quotes.astype(np.uint8)) ^ inside
        outside = parity == 0
        quoted.add(ends & outside, marks & outside)
        if well_formed:
            after = content[start + len(block)] if start + len(block) < len(content) else _NEWLINE
            near = np.concatenate([[before], block, [after]]).astype(np.uint8)
            well_formed = _quotes_fit(near, quotes, parity, ord(delimiter))
        inside, before = parity[-1], int(block[-1])
    plain.close(content)
    quoted.close(content)
    return Shape(
        plain=plain.width,
        quoted=quoted.width if has_quotes else plain.width,
        lines=plain.rows,
        rows=quoted.rows if has_quotes else plain.rows,
        well_formed=well_formed and not int(inside),
        simple=_is_simple(content),
    )


class _Widths:
    """Fields a row, as long as all rows have the same number."""

    def __init__(self) -> None:
        self.width, self.rows, self._open = -1, 0, 0

    def add(self, ends: Array, marks: Array) -> None:
        """Count the delimiters between line ends of one block."""
        places, at = np.flatnonzero(ends), np.flatnonzero(marks)
        upto = np.searchsorted(at, places)
        counts = np.diff(upto, prepend=0)
        if len(counts):
            counts[0] += self._open
            self._open = len(at) - int(upto[-1])
        else:
            self._open += len(at)
        self.rows += len(counts)
        self._agree(counts + 1)

    def close(self, content: bytes) -> None:
        """Count a last row without a line end."""
        if not content.endswith(b"\n"):
            self.rows += 1
            self._agree(np.array([self._open + 1]))
        self.width = max(self.width, 0)

    def _agree(self, widths: Array) -> None:
        if len(widths) and self.width:
            first = int(widths[0]) if self.width < 0 else self.width
            self.width = first if bool((widths == first).all()) else 0


def _quotes_fit(near: Array, quotes: Array, parity: Array, delimiter: int) -> bool:
    """Whether quotes open at the start of a field and close at its end.

    Args:
        near: `(n + 2,)` the bytes, with the one before them and the one after.
        quotes: `(n,)` where quotes are.
        parity: `(n,)` 1 from an opening quote up to the byte before the closing one.
        delimiter: its byte.
    """
    places = np.flatnonzero(quotes)
    opening = parity[places] == 1
    before, after = near[places[opening]], near[places[~opening] + 2]
    bounds = (delimiter, _NEWLINE, _QUOTE)
    fits = np.isin(before, bounds).all() and np.isin(after, (*bounds, _RETURN)).all()
    return bool(fits)


def _is_simple(content: bytes) -> bool:
    blank = b"\n\n" in content or content.startswith((b"\n", b"\r\n"))
    lone = False
    if b"\r" in content:
        blank = blank or b"\n\r\n" in content
        lone = content.count(b"\r") != content.count(b"\r\n")
    return not (blank or lone or b"\0" in content)
