"""Parts of one cell that can be taken out: what an answer is divided among where a row is one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from fivefold.codecs.table import Array

MOST = 48
"""Pieces of a cell, about; of longer ones each is larger."""

SIDE = 7
"""Pieces of a picture on each side."""

_WORD = re.compile(r"\S+")
_WIDE = 12
"""Letters of a text without spaces from which it is taken apart by letters."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Pieces:
    """Parts of a cell.

    Attributes:
        noun: what they are: `words`, `regions`.
        names: of each, for people.
        at: where each is, as JSON: `[start, stop]` of steps, letters or seconds, or `[top, left,
            bottom, right]` as fractions of a picture.
        without: what is left where all are taken out, in words.
        encode: `(m, pieces)` bool, which are in, to what the kind encodes of so many cells.
    """

    noun: str
    names: tuple[str, ...]
    at: tuple[list[Any], ...]
    without: str
    encode: Callable[[Array], Array]


def stretches(length: int, most: int = MOST) -> list[tuple[int, int]]:
    """Beginnings and ends of so many stretches at most, of nearly equal lengths.

    Example:
        >>> stretches(5, 2)
        [(0, 2), (2, 5)]
    """
    ends = np.linspace(0, length, min(length, most) + 1).astype(int).tolist()
    return list(pairwise(ends))


def words_of(text: str, most: int = MOST) -> list[tuple[int, int]]:
    """Where the words of a text stand, several together where there are many.

    A text without spaces is taken apart by letters, as scripts without spaces are.

    Example:
        >>> words_of("not  bad at all", 3)
        [(0, 3), (5, 8), (9, 15)]
    """
    found = [match.span() for match in _WORD.finditer(text)]
    if len(found) == 1 and found[0][1] - found[0][0] > _WIDE:
        first, last = found[0]
        found = [(place, place + 1) for place in range(first, last)]
    groups = stretches(len(found), most)
    return [(found[first][0], found[last - 1][1]) for first, last in groups]


def regions(height: int, width: int, side: int = SIDE) -> list[tuple[slice, slice]]:
    """A picture in a grid of regions, row by row.

    Example:
        >>> [(down.start, across.stop) for down, across in regions(2, 2, 1)]
        [(0, 2)]
    """
    return [
        (slice(top, bottom), slice(left, right))
        for top, bottom in stretches(height, side)
        for left, right in stretches(width, side)
    ]


def grid_names(height: int, width: int, side: int = SIDE) -> tuple[str, ...]:
    """What regions are called, in the order of `regions`.

    Example:
        >>> grid_names(2, 1)
        ('row 1 of 2', 'row 2 of 2')
    """
    down, across = min(side, height), min(side, width)
    rows = [f"row {row + 1} of {down}" for row in range(down)]
    columns = [f", column {column + 1} of {across}" for column in range(across)]
    return tuple(row + column for row in rows for column in (columns if across > 1 else [""]))


def named(first: int, last: int, text: str = "") -> str:
    """A stretch, counted from 1, with what stands there where that is short.

    Example:
        >>> named(0, 4, "ACGTTT"), named(4, 5)
        ('1 to 4 ACGT', '5')
    """
    place = str(last) if last == first + 1 else f"{first + 1:,} to {last:,}"
    told = text[first:last]
    return f"{place} {told}" if told and len(told) <= _WIDE else place


def fractions(down: slice, across: slice, height: int, width: int) -> list[float]:
    """Where a region is: top, left, bottom and right, as fractions of the picture."""
    ends = (down.start / height, across.start / width, down.stop / height, across.stop / width)
    return [round(float(end), 4) for end in ends]


def masked(whole: Array, blank: Array, places: Sequence[Any], noun: str, **told: Any) -> Pieces:
    """Pieces that are places of one encoded cell.

    Args:
        whole: `(*shape)` the cell, encoded.
        blank: what stands where a piece is taken out, of the same shape.
        places: of each piece, an index into both.
        noun: what they are.
        **told: names, at and without.
    """

    def encode(inside: Array) -> Array:
        cells = np.repeat(whole[None], len(inside), axis=0)
        for piece, place in enumerate(places):
            out = np.flatnonzero(~inside[:, piece])
            cells[(out, *place)] = blank[place]
        return cells

    return Pieces(noun=noun, encode=encode, **told)
