"""The shape of a delimited text, found in one pass over its bytes."""

from copy import copy
from dataclasses import dataclass
from typing import Self

import numpy as np

from fivefold.codecs.table import Array

BLOCK = 1 << 20  # bytes looked at at a time
_QUOTE, _NEWLINE, _RETURN = 34, 10, 13


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a text looks like in rows and fields."""

    plain: int  # fields of every line, quotes being letters like any other; 0 if lines differ
    quoted: int  # fields of every row, quotes enclosing; 0 if rows differ
    lines: int  # how many
    rows: int  # how many, line ends inside quotes not counted
    longest: int  # bytes of the longest row, its line end included
    has_quotes: bool  # there is one
    well_formed: bool  # quotes stand at both ends of a field or twice inside one, and each closes
    escapes: bool  # a backslash stands before a quote or a delimiter
    simple: bool  # there is no blank line, no lone carriage return and no zero byte

    def width(self, *, quoted: bool) -> int:
        """Fields of every row, quotes enclosing or not; 0 if that takes a closer look."""
        if not self.simple or (quoted and not self.well_formed):
            return 0
        return self.quoted if quoted else self.plain


def shape_of(content: bytes, delimiter: str) -> Shape | None:
    r"""The shape of UTF-8 bytes; None where the delimiter is not one byte.

    Example:
        >>> shape = shape_of(b'a,b\n1,"x,y"\n', ",")
        >>> shape.plain, shape.quoted, shape.rows, shape.well_formed, shape.simple
        (0, 2, 2, True, True)
    """
    if not has_shape(delimiter) or not content:
        return None
    shaper = Shaper(delimiter)
    for start in range(0, len(content), BLOCK):
        shaper.add(content[start : start + BLOCK])
    return shaper.shape()


def has_shape(delimiter: str) -> bool:
    """Whether texts with this delimiter can be looked at as bytes."""
    return len(delimiter) == 1 and delimiter.isascii()


class Shaper:
    r"""Finds the shape of a text that comes in blocks of UTF-8 bytes.

    Args:
        delimiter: one ASCII character.

    Example:
        >>> shaper = Shaper(",")
        >>> shaper.add(b'a,b\n1,"x'), shaper.add(b',y"\n')
        (None, None)
        >>> shaper.shape() == shape_of(b'a,b\n1,"x,y"\n', ",")
        True
    """

    def __init__(self, delimiter: str) -> None:
        self._delimiter = ord(delimiter)
        self._escape = b"\\" + delimiter.encode()
        self._plain = _Widths()
        self._quoted: _Widths | None = None  # as long as there are no quotes, they are the same
        self._inside = np.uint8(0)
        self._fits = True
        self._closed = False  # the last byte was a quote that closes
        self._before = b"\n"
        self._blank, self._zero, self._escapes = False, False, False
        self._returns, self._ends = 0, 0

    def add(self, block: bytes) -> None:
        """Look at the next bytes."""
        if not block:
            return
        seam = self._before + block[:2]
        self._look_at(block, seam)
        if b'"' in block and self._quoted is None:
            self._quoted = copy(self._plain)
        cells = np.frombuffer(block, np.uint8)
        ends, marks = cells == _NEWLINE, cells == self._delimiter
        self._plain.add(ends, marks)
        if self._quoted is not None:
            quotes = cells == _QUOTE
            parity = np.bitwise_xor.accumulate(quotes.astype(np.uint8)) ^ self._inside
            outside = parity == 0
            self._quoted.add(ends & outside, marks & outside)
            self._fits = self._fits and self._quotes_fit(cells, quotes, parity)
            self._closed = bool(quotes[-1] and not parity[-1])
            self._inside = parity[-1]
        self._before = (self._before + block[-2:])[-2:]

    def shape(self) -> Shape:
        """What was seen, the bytes having ended."""
        ended = self._before.endswith(b"\n")
        plain = self._plain.closed(ended=ended)
        quoted = plain if self._quoted is None else self._quoted.closed(ended=ended)
        lone = self._returns != self._ends
        return Shape(
            plain=plain.width,
            quoted=quoted.width,
            lines=plain.rows,
            rows=quoted.rows,
            longest=quoted.longest,
            has_quotes=self._quoted is not None,
            well_formed=self._fits and not int(self._inside),
            escapes=self._escapes,
            simple=not (self._blank or lone or self._zero),
        )

    def _look_at(self, block: bytes, seam: bytes) -> None:
        """Look for what makes a text less than simple, in a block and where it joins the last."""
        self._zero = self._zero or b"\0" in block
        self._blank = self._blank or b"\n\n" in block or b"\n\n" in seam
        if b"\r" in block or b"\r" in seam:
            self._blank = self._blank or b"\n\r\n" in block or b"\n\r\n" in seam
            self._returns += block.count(b"\r")
            self._ends += block.count(b"\r\n") + (self._before[-1:] + block[:1] == b"\r\n")
        if b"\\" in block or b"\\" in seam:
            found = [mark in part for part in (block, seam) for mark in (b'\\"', self._escape)]
            self._escapes = self._escapes or any(found)

    def _quotes_fit(self, cells: Array, quotes: Array, parity: Array) -> bool:
        """Whether quotes open at the start of a field and close at its end.

        Args:
            cells: `(n,)` bytes.
            quotes: `(n,)` where quotes are.
            parity: `(n,)` 1 from an opening quote up to the byte before the closing one.
        """
        near = np.concatenate([[self._before[-1]], cells, [_NEWLINE]])
        bounds = (self._delimiter, _NEWLINE, _QUOTE)
        if self._closed and cells[0] not in (*bounds, _RETURN):
            return False
        places = np.flatnonzero(quotes)
        opening = parity[places] == 1
        before, after = near[places[opening]], near[places[~opening] + 2]
        return bool(np.isin(before, bounds).all() and np.isin(after, (*bounds, _RETURN)).all())


class _Widths:
    """Fields a row, as long as all rows have the same number."""

    def __init__(self) -> None:
        self.width, self.rows, self.longest = -1, 0, 0
        self._fields, self._bytes = 0, 0  # of the row that has not ended

    def add(self, ends: Array, marks: Array) -> None:
        """Count the delimiters between line ends of one block."""
        places, at = np.flatnonzero(ends), np.flatnonzero(marks)
        upto = np.searchsorted(at, places)
        counts, lengths = np.diff(upto, prepend=0), np.diff(places, prepend=-1)
        if len(counts):
            counts[0] += self._fields
            lengths[0] += self._bytes
            self._fields, self._bytes = len(at) - int(upto[-1]), len(ends) - 1 - int(places[-1])
            self.longest = max(self.longest, int(lengths.max()))
        else:
            self._fields, self._bytes = self._fields + len(at), self._bytes + len(ends)
        self.rows += len(counts)
        self._agree(counts + 1)

    def closed(self, *, ended: bool) -> Self:
        """The same with a last row that has no line end, if there is one."""
        widths = copy(self)
        if not ended:
            widths.rows += 1
            widths.longest = max(widths.longest, widths._bytes)
            widths._agree(np.array([widths._fields + 1]))
        widths.width = max(widths.width, 0)
        return widths

    def _agree(self, widths: Array) -> None:
        if len(widths) and self.width:
            first = int(widths[0]) if self.width < 0 else self.width
            self.width = first if bool((widths == first).all()) else 0
