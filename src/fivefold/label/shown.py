"""Rows as the page shows them."""

from collections.abc import Sequence
from typing import Any

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Table
from fivefold.kinds.doors import TEXTS
from fivefold.kinds.known import kind_of


class Shown:
    """The rows that are labelled, by the ids of their items.

    Args:
        table: of canonical values.
        columns: that are shown, in this order.
        ids: `(n,)` the item of each row; equal rows are one item.
        spanned: the column in which stretches are marked; empty where none are asked for.

    Attributes:
        ids: the items, in the order of the rows.
    """

    def __init__(
        self, table: Table, columns: Sequence[Column], ids: Sequence[str], *, spanned: str = ""
    ) -> None:
        self._table, self._columns = table, tuple(columns)
        self._rows: dict[str, int] = {}
        for row, item in enumerate(ids):
            self._rows.setdefault(item, row)
        self.ids = tuple(self._rows)
        self._spanned = spanned

    def __contains__(self, item: str) -> bool:
        return item in self._rows

    def cells(self, item: str) -> list[dict[str, Any]]:
        """What is shown of an item: name, control, JSON value, and whether it is marked."""
        found, row = [], self._rows[item]
        for column in self._columns:
            kind = kind_of(column.kind)
            [value] = kind.to_page(self._table.column(column.name)[row : row + 1], column)
            found.append(
                {
                    "name": column.name,
                    "control": TEXTS[0] if kind.control in TEXTS else kind.control,
                    "value": value,
                    "marked": column.name == self._spanned,
                }
            )
        return found

    def extent(self, item: str) -> float | None:
        """How far spans of an item may reach: code points, seconds or steps; None if unmarked."""
        for column in self._columns:
            if column.name == self._spanned:
                cell = self._table.column(column.name)[self._rows[item]]
                return 0.0 if cell is None else kind_of(column.kind).extent(cell, column)
        return None
