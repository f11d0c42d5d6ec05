"""Rows as a model would see them if cells of some columns were others."""

from collections.abc import Collection, Mapping
from functools import cached_property

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array, Canonical, Table
from fivefold.kinds.codec import Codec, cells_of, encode_cells


class Altered:
    """Encoded rows of which some columns are encoded again, and all others stay as they are.

    Args:
        collected: the table.
        codec: by which it is encoded.
        rows: of it.
    """

    def __init__(self, collected: Collected, codec: Codec, rows: Rows) -> None:
        self.codec = codec
        self.rows = rows
        self._collected = collected
        self._parts: dict[str, Array] = {}

    @cached_property
    def table(self) -> Table:
        """The cells of the rows."""
        return self._collected.table.take(self.rows.index)

    def exchanged(self, names: Collection[str], order: Array) -> dict[str, Array]:
        """The arrays where these columns, all by one order, are those of other rows.

        Args:
            names: of columns.
            order: `(n,)` the row that gives its cells to each.
        """
        return self._with({name: self._part(name)[order] for name in names})

    def replaced(self, name: str, cells: Array) -> dict[str, Array]:
        """The arrays where a column has other cells.

        Args:
            name: of a column that shares its array with others.
            cells: `(n,)` canonical.
        """
        column = self.codec.columns[name]
        table = Canonical({name: cells}, (column.column,))
        return self._with({name: encode_cells(cells_of(table, column.column), column)})

    def _with(self, parts: Mapping[str, Array]) -> dict[str, Array]:
        arrays = dict(self.rows.inputs)
        for block in self.codec.blocks:
            names = [column.name for column in block.columns]
            if any(name in parts for name in names):
                mixed = [parts[name] if name in parts else self._part(name) for name in names]
                shared = block.block.shared
                arrays[block.name] = block.block.encode(mixed, block.state) if shared else mixed[0]
        return arrays

    def _part(self, name: str) -> Array:
        """A column as its block takes it; one that has an array of its own is that."""
        if name not in self._parts:
            block = next(b for b in self.codec.blocks if any(c.name == name for c in b.columns))
            if block.block.shared:
                column = self.codec.columns[name]
                self._parts[name] = encode_cells(cells_of(self.table, column.column), column)
            else:
                self._parts[name] = self.rows.inputs[block.name]
        return np.asarray(self._parts[name])
