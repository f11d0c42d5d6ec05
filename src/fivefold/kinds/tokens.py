"""Rows of word numbers: the array of one column whose cells are sequences of known items."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.occlusion import Pieces, words_of
from fivefold.kinds.plain import Bag

PAD, UNKNOWN, FIRST = 0, 1, 2
"""Codes: after the end; a word that training rows lack or hold too rarely; the vocabulary."""


class Tokens(Block):
    """Int32 `(n, length + slots)`: numbers of words, then padding; then terms, as numbers below 0.

    The kind's state has a `length`, and a `size`: the number of codes. Where it has `slots` too, a
    row ends in so many terms for a linear model, see `fivefold.kinds.grams`.
    """

    name = "tokens"
    dtype = "int32"
    sequence = True

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (columns[0].state.length + slots_of(columns[0].state),)

    def positions(self, columns: Sequence[Fitted]) -> int:
        return int(columns[0].state.length)

    def lengths(self, array: Array) -> Array:
        return np.asarray((array > PAD).sum(axis=1))

    def lean(self, array: Array, columns: Sequence[Fitted]) -> Array:
        return array[:, : self.positions(columns)]

    def summary(self, encoded: Encoded) -> str:
        (column,) = encoded.columns
        unit = getattr(column.state, "unit", "word")
        words = plural(column.state.length, unit)
        known = plural(column.state.size - FIRST, f"known {unit}")
        return f"{column.kind.name} {encoded.name!r} ({words} a row, {known})"

    def pieces(self, cell: Any, column: Any) -> Pieces | None:
        """The words of a text, and the text without some of them."""
        if not isinstance(cell, str):
            return None
        places = words_of(cell)

        def without(row: Array) -> str:
            if row.all():
                return cell
            kept = [place for place, there in zip(places, row, strict=True) if there]
            return " ".join(cell[first:last] for first, last in kept)

        def encode(inside: Array) -> Array:
            texts = objects(without(row) for row in inside)
            return np.asarray(column.kind.encode(texts, column.column, column.state))

        return Pieces(
            noun="words",
            names=tuple(cell[first:last] for first, last in places),
            at=tuple([first, last] for first, last in places),
            without="an empty text",
            encode=encode,
        )

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Bag]:
        state = columns[0].state
        return (Bag(array[:, : state.length], state.size, FIRST),)


def slots_of(state: Any) -> int:
    """How many numbers of a row are terms; none where a kind's state has no `slots`."""
    return int(getattr(state, "slots", 0))


TOKENS = Tokens()
