"""One plain cell to what its block joins, by the shortest way; for servers."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fivefold.codecs.cell import BAD
from fivefold.codecs.table import Array

FAULTS = (*BAD, OSError)
"""What a reader raises on a cell that is not of its kind."""

PLAIN = frozenset((str, int, float, bool, type(None)))
"""Types of the cells that are read by the shortest way; all that JSON has for one cell."""

PlainRow = tuple[Any, ...]
"""One row of plain cells."""


class OddCellError(Exception):
    """A cell that is to be looked at with all others of its table."""


class Quick(NamedTuple):
    """How one column's plain cells are read in a server.

    Attributes:
        read: one cell; it raises `OddCellError` for a cell that only the usual way can judge, and
            what the kind's reader raises on a bad one.
        finish: what was read of several rows, to what `Kind.encode` gives for them; None where
            `read` gives that already.
    """

    read: Callable[[Any], Any]
    finish: Callable[[list[Any]], Array] | None = None


def plain_reader(exact: Callable[[object], Any]) -> Callable[[Any], Any]:
    """A kind's reader that hands back what is no plain cell."""

    def read(cell: Any) -> Any:
        if type(cell) not in PLAIN:
            raise OddCellError
        return exact(cell)

    return read
