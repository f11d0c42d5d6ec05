"""Words by what is seen of them: the array of one column whose cells are lists of words."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.plain import Places
from fivefold.kinds.spelling import LONGEST, count

FIRST = 1
"""The code of the first feature that is known."""


class Lexemes(Block):
    """Int32 `(n, length, 1 + features)`: whether there is a word, then the codes of its features.

    The kind's state has a `length`, and a `size`: the number of codes.
    """

    name = "lexemes"
    dtype = "int32"
    sequence = True

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (columns[0].state.length, 1 + count())

    def lengths(self, array: Array) -> Array:
        return np.asarray((array[:, :, 0] > 0).sum(axis=1))

    def summary(self, encoded: Encoded) -> str:
        [column] = encoded.columns
        words = plural(column.state.length, "word")
        return (
            f"{column.kind.name} {encoded.name!r} (up to {words}, {column.state.size:,} features)"
        )

    def places(self, array: Array, columns: Sequence[Fitted]) -> Places:
        """All features of a word; of two neighbours the word in small letters and the shape."""
        return Places(array[:, :, 1:], columns[0].state.size, 2, (1, 2 + 2 * LONGEST))


LEXEMES = Lexemes()
