"""Rows of word numbers: the array of one column whose cells are sequences of known items."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.plain import Bag

PAD, UNKNOWN, FIRST = 0, 1, 2
"""Codes: after the end; a word that training rows lack or hold too rarely; the vocabulary."""


class Tokens(Block):
    """Int32 `(n, length)`: numbers of words, then padding.

    The kind's state has a `length`, and a `size`: the number of codes.
    """

    name = "tokens"
    dtype = "int32"
    sequence = True

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (columns[0].state.length,)

    def lengths(self, array: Array) -> Array:
        return np.asarray((array != PAD).sum(axis=1))

    def summary(self, encoded: Encoded) -> str:
        (column,) = encoded.columns
        words = plural(column.state.length, "word")
        known = plural(column.state.size - FIRST, "known word")
        return f"{column.kind.name} {encoded.name!r} ({words} a row, {known})"

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Bag]:
        return (Bag(array, columns[0].state.size, FIRST),)


TOKENS = Tokens()
