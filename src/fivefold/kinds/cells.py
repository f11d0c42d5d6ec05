"""The cells of one column, made canonical where they are looked at."""

from collections.abc import Callable, Iterator
from functools import cached_property

from fivefold.codecs.table import Array


class Cells:
    """The cells of one column in some rows, made canonical where they are looked at.

    Pictures may be files: all at once they would not fit, and of many only some are wanted.

    Args:
        raw: `(n, ...)` as the table holds them.
        read: raw cells, and the row of the first of them, to canonical ones; it refuses bad ones.

    Example:
        >>> import numpy as np
        >>> cells = Cells(np.array(["1", "2", "3"], object), lambda raw, first: raw.astype(float))
        >>> len(cells), cells.values.tolist(), cells.every(2).values.tolist()
        (3, [1.0, 2.0, 3.0], [1.0, 3.0])
    """

    def __init__(self, raw: Array, read: Callable[[Array, int], Array]) -> None:
        self._raw = raw
        self._read = read

    def __len__(self) -> int:
        return len(self._raw)

    @cached_property
    def values(self) -> Array:
        """All cells, canonical."""
        return self._read(self._raw, 0)

    def every(self, step: int) -> "Cells":
        """Each `step`-th cell, from the first on."""
        return Cells(self._raw[::step], self._read)

    def pieces(self, rows: int) -> Iterator[tuple[int, Array]]:
        """The first row and the canonical cells of consecutive pieces of at most `rows` rows."""
        for first in range(0, len(self), rows):
            yield first, self._read(self._raw[first : first + rows], first)
