"""Cells that are words: categories and texts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing, null_words, plain_words, word, writable
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.codecs.transcript import spelt_as, transcript_reader
from fivefold.kinds.quick import PLAIN, OddCellError


def word_reader(column: Column) -> Callable[[object], str | None]:
    """What gives the one text of a cell, None where it is missing or stands for it.

    Transcripts stay as they are written. It raises a TypeError on a list, a dict or another thing
    that has no text.
    """
    if spelt_as(column.format) is not None:
        return transcript_reader(column.missing)
    absent, rules = null_words(column.missing), column.rules

    def read(value: object) -> str | None:
        if is_missing(value):
            return None
        if rules < 2:
            text = word(float(value) if isinstance(value, Decimal) else value)
        else:
            text = writable(word(value))
        return None if text in absent else text

    return read


def word_texts(values: list[str | None], column: Column) -> tuple[Array, Array, list[int]] | None:
    """A column of texts at once, as `Kind.texts` gives it; None where each has to be looked at."""
    if spelt_as(column.format) is not None or column.rules < 2:
        return None
    found, odd = plain_words(values)
    absent = null_words(column.missing)
    told = [None if text in absent else text for text in found] if absent else found
    return objects(told), np.empty(0, np.int64), odd


def quick_word(column: Column) -> Callable[[Any], str | None]:
    """What reads a plain cell as a word; fractions are left to the usual way.

    Raises:
        OddCellError: on anything but a plain cell, and on a fraction, a float32 once perhaps.
    """
    exact = word_reader(column)

    def read(cell: Any) -> str | None:
        kind = type(cell)
        if kind not in PLAIN or (kind is float and cell % 1 > 0):
            raise OddCellError
        return exact(cell)

    return read


def unheard_of(values: Array, some: Array, few: Array) -> Array:
    """Words of which some are no one's words, and a few are missing."""
    values[some] = [f"{value or ''} unheard-of" for value in values[some]]
    values[few] = None
    return values
