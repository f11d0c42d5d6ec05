"""Rows of symbols: the array of one column whose cells are sequences over an alphabet."""

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np

from fivefold.codecs.alphabet import ALPHABETS, ANY, FIRST, PAD
from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.occlusion import Pieces, masked, named, stretches
from fivefold.kinds.plain import Bag, Levels, Places, Plain, Reader

POSITIONS = 1000
"""Most positions of which a simple model reads each; of longer sequences it counts k-mers."""

NEAR = 7
"""Symbols on each side that a linear model of one of them sees."""

LINEAR, TREES = 4096, 256
"""Most k-mers that a simple model counts."""


class Symbols(Block):
    """Int16 `(n, length)`: codes of symbols, then padding.

    The kind's state has a `form`, `symbols`, a `length`, and says whether positions are `kept`, and
    whether `both` strands are read.
    """

    name = "symbols"
    changes = ("mutate", "shift", "turn")
    moving = ("shift", "turn")
    dtype = "int16"
    sequence = True
    spells = True

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (columns[0].state.length,)

    def lengths(self, array: Array) -> Array:
        return np.asarray((array != PAD).sum(axis=1))

    def summary(self, encoded: Encoded) -> str:
        (column,) = encoded.columns
        state = column.state
        letters = f"{state.form}, {plural(len(state.letters), 'symbol')}"
        return f"{column.kind.name} {encoded.name!r} ({letters}: {state.rule})"

    def pieces(self, cell: Any, column: Any) -> Pieces | None:
        """Stretches of symbols, each of which may then be any."""
        [whole] = column.kind.encode(objects([cell]), column.column, column.state)
        length = int((whole != PAD).sum())
        places = stretches(length)
        told = isinstance(cell, str) and len(cell) >= length
        return masked(
            whole,
            np.where(whole == PAD, PAD, ANY).astype(whole.dtype),
            [(slice(*place),) for place in places],
            "symbols",
            names=tuple(named(first, last, cell if told else "") for first, last in places),
            at=tuple([first, last] for first, last in places),
            without="any symbols",
        )

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> Sequence[Plain]:
        state = columns[0].state
        if is_read_by_position(state):
            return [Levels(codes, state.size) for codes in array.T]
        codes, size = kmers(array, _base(state), LINEAR)
        return (Bag(codes, size, 1),)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        state = columns[0].state
        if is_read_by_position(state) and state.size < TREES:
            return array.astype(np.float32), np.ones(array.shape[1], dtype=bool)
        codes, size = kmers(array, _base(state), TREES)
        counts = np.zeros((len(array), size), np.float32)
        rows = np.repeat(np.arange(len(array)), codes.shape[1])
        np.add.at(counts, (rows, codes.ravel()), 1)
        shares = counts[:, 1:] / np.maximum(counts[:, 1:].sum(1, keepdims=True), 1)
        return shares, np.zeros(size - 1, dtype=bool)

    def places(self, array: Array, columns: Sequence[Fitted]) -> Places:
        return Places(array[:, :, None], columns[0].state.size, NEAR)

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        state = columns[0].state
        name = columns[0].kind.plural
        if is_read_by_position(state) and (reader == "linear" or state.size < TREES):
            return f"{name} by position"
        k = width_of(_base(state), LINEAR if reader == "linear" else TREES)
        return f"{name} by counts of {f'{k}-mers' if k > 1 else 'symbols'}"


def is_read_by_position(state: "object") -> bool:
    """Whether simple models read the symbol at each position."""
    return bool(getattr(state, "kept", False)) and getattr(state, "length", 0) <= POSITIONS


def _base(state: "object") -> int:
    """Symbols that k-mers are made of."""
    known = ALPHABETS.get(getattr(state, "form", ""))
    return len(known.letters) if known else max(1, len(getattr(state, "symbols", ())))


def width_of(base: int, most: int) -> int:
    """The longest words over so many letters of which there are at most so many.

    Example:
        >>> width_of(4, 4096), width_of(20, 4096), width_of(4, 256), width_of(300, 256)
        (6, 2, 4, 1)
    """
    return max(1, int(log(most) / log(max(2, base)) + 1e-9))


def kmers(array: Array, base: int, most: int) -> tuple[Array, int]:
    """Each word of k neighbours as one number; 0 for those that hold another symbol.

    Args:
        array: `(n, length)` codes.
        base: letters; codes from `FIRST` on.
        most: words there may be.

    Returns:
        `(n, places)` int64, and the number of codes.

    Example:
        >>> kmers(np.array([[2, 3, 2, 0]]), 2, 4)
        (array([[2, 3, 0]]), 5)
    """
    k = min(width_of(base, most), max(1, array.shape[1]))
    places = array.shape[1] - k + 1
    codes = np.zeros((len(array), places), np.int64)
    whole = np.ones((len(array), places), dtype=bool)
    for step in range(k):
        letter = array[:, step : step + places].astype(np.int64) - FIRST
        whole &= (letter >= 0) & (letter < base)
        codes = codes * base + letter
    return np.where(whole, codes + 1, 0), base**k + 1


SYMBOLS = Symbols()
