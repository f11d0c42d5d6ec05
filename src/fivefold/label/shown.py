"""Rows as the page shows them."""

import base64
from collections.abc import Sequence
from typing import Any

from fivefold.codecs.png import as_cell
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Table
from fivefold.codecs.wav import wav_samples
from fivefold.kinds.known import kind_of

TEXTS = ("lines", "words", "menu")
"""Controls of columns whose cells are texts."""


class Shown:
    """The rows that are labelled, by the ids of their items.

    Args:
        table: of canonical values.
        columns: that are shown, in this order.
        ids: `(n,)` the item of each row; equal rows are one item.
        spanned: whether spans are asked for, so that one column is marked.

    Attributes:
        ids: the items, in the order of the rows.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[Column],
        ids: Sequence[str],
        *,
        spanned: bool = False,
    ) -> None:
        self._table, self._columns = table, tuple(columns)
        self._rows: dict[str, int] = {}
        for row, item in enumerate(ids):
            self._rows.setdefault(item, row)
        self.ids = tuple(self._rows)
        able = [one.name for one in columns if _unit(one)]
        self._spanned = able[0] if spanned and able else None

    def __contains__(self, item: str) -> bool:
        return item in self._rows

    def cells(self, item: str) -> list[dict[str, Any]]:
        """What is shown of an item: name, control, JSON value, and whether it is marked."""
        found = []
        for column in self._columns:
            control = kind_of(column.kind).control
            found.append(
                {
                    "name": column.name,
                    "control": TEXTS[0] if control in TEXTS else control,
                    "value": self._value(column, self._rows[item]),
                    "marked": column.name == self._spanned,
                }
            )
        return found

    def extent(self, item: str) -> float | None:
        """How far spans of an item may reach: code points, seconds or steps; None if unmarked."""
        for column in self._columns:
            if column.name == self._spanned:
                value = self._value(column, self._rows[item])
                if value is None or _unit(column) != "seconds":
                    return float(len(value or ()))
                samples, rate = wav_samples(base64.b64decode(value))
                return len(samples) / rate
        return None

    def _value(self, column: Column, row: int) -> Any:
        kind = kind_of(column.kind)
        values = self._table.column(column.name)[row : row + 1]
        if kind.control == "picture":  # as a file, however small
            drawn = None if values[0] is None else kind.drawn(values[0], column)
            return None if drawn is None else as_cell(drawn.reshape(*drawn.shape[:2], -1))
        [value] = kind.to_json(values, column)
        return value


def _unit(column: Column) -> str | None:
    """What spans of a column are counted in; None where it has none."""
    control = kind_of(column.kind).control
    if control in TEXTS:
        return "code points"
    return {"sound": "seconds", "numbers": "steps"}.get(control)
