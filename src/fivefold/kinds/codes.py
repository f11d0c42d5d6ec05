"""Whole numbers side by side: the array of every kind whose cells are one of some categories."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.settings import Categories, Settings
from fivefold.codecs.table import Array
from fivefold.core.wording import plural
from fivefold.kinds.block import Block, Encoded, Fitted, Quicks
from fivefold.kinds.numbers import matrix
from fivefold.kinds.plain import Levels
from fivefold.kinds.quick import PlainRow

MISSING, UNSEEN, FIRST = 0, 1, 2
"""Codes: a missing value; a category that training rows lack or hold too rarely; the others."""

TREE_CODES = 255
"""Codes that a column may have to be categories for trees; more are read as numbers."""


@dataclass(frozen=True)
class CodesState:
    """How a network sees the codes.

    Attributes:
        mode: one-hot or embedded.
    """

    mode: Categories


class Codes(Block):
    """Int32 `(n, columns)`.

    A kind that shares it encodes int32 `(n,)`: 0 missing, 1 unseen or rare, 2 and up what is
    known; its state has a `size`, the number of codes.
    """

    name = "codes"
    dtype = "int32"
    shared = True
    state = CodesState
    settings = ("categories",)

    def fit(self, columns: Sequence[Fitted], pieces: object, settings: Settings) -> CodesState:
        return CodesState(settings.categories)

    def encode(self, parts: Sequence[Array], state: CodesState) -> Array:
        return np.stack(parts, axis=1)

    def offsets(self, state: CodesState) -> None:
        return None

    def misfit(self, part: Array, column: Fitted) -> str:
        size = getattr(column.state, "size", None)
        if size is None:
            return "a state with a `size`, the number of its codes,"
        fits = part.ndim == 1 and part.dtype == np.int32
        if fits and (not len(part) or 0 <= part.min() <= part.max() < size):
            return ""
        return f"int32 codes from 0 to {size - 1}, one a row"

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        return (len(columns),)

    def sizes(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        """Number of codes of each column."""
        return tuple(column.state.size for column in columns)

    def summary(self, encoded: Encoded) -> str:
        kept = sum(size - FIRST for size in self.sizes(encoded.columns))
        columns = plural(len(encoded.columns), "category column")
        return f"{columns} ({plural(kept, 'value')} kept, {encoded.state.mode})"

    def quick(self, columns: Quicks, state: CodesState) -> Callable[[Sequence[PlainRow]], Array]:
        readers = [(place, read) for place, (read, _) in columns]
        return lambda rows: matrix(rows, readers, np.int32)

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> list[Levels]:
        return list(map(Levels, array.T, self.sizes(columns)))

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        return array.astype(np.float32), np.array(self.sizes(columns)) <= TREE_CODES


CODES = Codes()
