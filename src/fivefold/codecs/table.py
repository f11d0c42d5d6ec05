"""Named columns of equal length, held as arrays."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import numpy as np

from fivefold.codecs.coded import Array as Array
from fivefold.codecs.coded import Coded, remember, remembered
from fivefold.codecs.schema import Column
from fivefold.errors import DataError, ShapeError


class Table(Protocol):
    """What every stage needs of a table, in memory or not."""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""

    def __len__(self) -> int: ...

    def column(self, name: str) -> Array:
        """All values of one column; the first axis counts rows."""

    def take(self, rows: Array) -> "Table":
        """The rows with these positions, in this order."""

    def chunks(self, rows: int) -> Iterator["Table"]:
        """The table in consecutive pieces of at most `rows` rows."""


class Columns:
    """A table in memory: one numpy array a column.

    Args:
        columns: arrays of equal length. Text is an object array of str and None; numbers are
            float64 with NaN for missing; booleans are float64 of 0, 1 and NaN; times are
            datetime64[us] with NaT; images are uint8 `(n, height, width, channels)` or an object
            array of paths, arrays and None.

    Raises:
        ShapeError: if the lengths differ.

    Example:
        >>> table = Columns({"a": np.array([1.0, 2.0, 3.0])})
        >>> len(table), table.take(np.array([2, 0])).column("a").tolist()
        (3, [3.0, 1.0])
    """

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self._columns = {name: _read_only(values) for name, values in columns.items()}
        lengths = {name: len(values) for name, values in self._columns.items()}
        if len(set(lengths.values())) > 1:
            raise ShapeError(f"Columns: expected equal lengths, found {lengths}.", lengths=lengths)
        self._length = next(iter(lengths.values()), 0)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(self._columns)

    def __len__(self) -> int:
        return self._length

    def column(self, name: str) -> Array:
        """All values of one column; the first axis counts rows."""
        if name not in self._columns:
            raise DataError(
                f"Table: expected a column {name!r}, found {', '.join(map(repr, self.names))}.",
                column=name,
            )
        return self._columns[name]

    def take(self, rows: Array) -> "Columns":
        """The rows with these positions, in this order."""
        return self._part({name: _some(cells, rows) for name, cells in self._columns.items()})

    def chunks(self, rows: int) -> Iterator["Columns"]:
        """The table in consecutive pieces of at most `rows` rows."""
        for start in range(0, self._length, rows):
            piece = slice(start, start + rows)
            yield self._part({name: _some(cells, piece) for name, cells in self._columns.items()})

    def replace(self, columns: Mapping[str, Array]) -> "Columns":
        """The same table with these columns exchanged or added."""
        return Columns({**self._columns, **columns})

    def _part(self, columns: Mapping[str, Array]) -> "Columns":
        """A table of some of the rows."""
        return Columns(columns)


class Canonical(Columns):
    """Columns as `canonical_column` gives them: a second pass would change nothing.

    Args:
        columns: arrays of equal length.
        by: how their cells were read.
    """

    def __init__(self, columns: Mapping[str, Array], by: Iterable[Column]) -> None:
        super().__init__(columns)
        self._by = {column.name: column for column in by}

    def is_read_by(self, column: Column) -> bool:
        """Whether this column's cells were read as it would have them read."""
        own = self._by.get(column.name)
        return own is not None and own.reading == column.reading

    def _part(self, columns: Mapping[str, Array]) -> "Canonical":
        return Canonical(columns, self._by.values())


def _some(cells: Array, rows: Array | slice) -> Array:
    """Some of the rows; codes that were kept with the cells go along."""
    some = cells[rows]
    coded = remembered(cells) if cells.dtype == object else None
    if coded is not None and len(coded.values) <= len(some):
        remember(some, Coded(coded.codes[rows], coded.values))
    return some


def _read_only(values: Array) -> Array:
    if isinstance(values, np.ndarray) and values.flags.writeable:
        values = values.view()
        values.flags.writeable = False
    return values
