"""Cells that say what a row spells: texts as written, lists of words; they may be empty."""

from collections.abc import Callable
from typing import NamedTuple
from unicodedata import normalize

import numpy as np

from fivefold.codecs.cell import is_missing, word, writable

MARK = "spelt"
"""What formats of columns of such cells begin with."""


class Spelt(NamedTuple):
    """How the cells of a column are read.

    Attributes:
        unit: what they are spelt with, `letters` or `words`.
        longest: how many of them the longest has; 0 where that is not known.
    """

    unit: str
    longest: int = 0

    @property
    def format(self) -> str:
        """The format of the column.

        Example:
            >>> Spelt("words", 5).format
            'spelt words 5'
        """
        return f"{MARK} {self.unit} {self.longest}"

    def cut(self, text: str) -> list[str]:
        """A cell in its letters, or words.

        Example:
            >>> Spelt("words").cut("three one"), Spelt("letters").cut("a b")
            (['three', 'one'], ['a', ' ', 'b'])
        """
        return text.split() if self.unit == "words" else list(text)

    def joined(self, tokens: list[str]) -> str:
        """The text of some letters, or words."""
        return (" " if self.unit == "words" else "").join(tokens)


def spelt_as(format: str) -> Spelt | None:
    """What the format of a column says; None where its cells are no transcripts.

    Example:
        >>> spelt_as("spelt letters 12"), spelt_as("8000 Hz")
        (Spelt(unit='letters', longest=12), None)
    """
    mark, _, rest = format.partition(" ")
    if mark != MARK:
        return None
    unit, longest = rest.split()
    return Spelt(unit, int(longest))


def transcript_reader(missing: tuple[str, ...]) -> Callable[[object], str | None]:
    """What reads a cell: blanks in a row are one, nothing else is changed; empty ones stay.

    Args:
        missing: texts that stand for a missing cell; the empty one only if it is among them.

    Example:
        >>> read = transcript_reader(("?",))
        >>> read(" three  one"), read(["three", "one"]), read(""), read("?"), read(None)
        ('three one', 'three one', '', None, None)
    """
    absent = frozenset(missing)

    def read(cell: object) -> str | None:
        if is_missing(cell):
            return None
        if isinstance(cell, bytes):
            cell = cell.decode()
        if isinstance(cell, np.ndarray | list | tuple):
            items = cell.tolist() if isinstance(cell, np.ndarray) else cell
            text = " ".join(item if isinstance(item, str) else word(item) for item in items)
        else:
            text = cell if isinstance(cell, str) else word(cell)
        if not text.isascii():
            text = normalize("NFC", text)
        text = writable(" ".join(text.split()))
        return None if text in absent else text

    return read
