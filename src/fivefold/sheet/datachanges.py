"""What changed from one version of data to another: columns, rows, cells, digests."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.table import Array, Table
from fivefold.core.wording import plural, quoted
from fivefold.errors import ConfigError, DataError
from fivefold.keys import digest_of_rows, row_keys

if TYPE_CHECKING:
    from fivefold.codecs.schema import Schema
    from fivefold.sheet.filled import Data

_TOLD = ("kind", "role", "format", "missing")
MOST = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class DataChanges:
    """What changed from one version of data to another.

    Args:
        old: SHA-256 of the rows of the first, whatever their order and that of the columns.
        new: the same of the second.
        columns_added: names.
        columns_removed: names.
        columns_changed: what is another in columns of both: `amount: kind numeric, was text`.
        schema_changed: task, targets, classes that are others, in words.
        rows_kept: how many are in both, by the columns of both; by `key` those of one key.
        added: positions in the second of rows that the first lacks.
        removed: positions in the first of rows that the second lacks.
        changed: positions in the second of rows with other cells; known by `key` alone.
        cells: how many cells of a column are others in them, by name.
    """

    old: str
    new: str
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_changed: tuple[str, ...] = ()
    schema_changed: tuple[str, ...] = ()
    rows_kept: int = 0
    added: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    removed: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    changed: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    cells: dict[str, int] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether nothing but the order of rows and columns is another."""
        return self.old == self.new and not (self.columns_changed or self.schema_changed)

    def __str__(self) -> str:
        said = [f"old      {self.old}", f"new      {self.new}"]
        if self.is_same:
            return "\n".join([*said, "Nothing changed, but for the order of rows or columns."])
        rows = [f"{self.rows_kept:,} kept", f"{len(self.added):,} added"]
        rows.append(f"{len(self.removed):,} removed")
        if self.cells:
            rows.append(f"{len(self.changed):,} of those kept with other cells")
        said.append(f"rows     {', '.join(rows)}")
        if self.cells:
            each = [f"`{name}` {count:,}" for name, count in list(self.cells.items())[:MOST]]
            said.append(f"cells    {', '.join(each)}")
        for what, names in (("added", self.columns_added), ("removed", self.columns_removed)):
            if names:
                said.append(f"{what:<9}{plural(len(names), 'column')}: {quoted(names, MOST)}")
        return "\n".join([*said, *self.columns_changed, *self.schema_changed])

    __repr__ = __str__


def data_changes(old: "Data", new: "Data", key: str | Sequence[str] = ()) -> DataChanges:
    """Say what changed from one version of data to another.

    Args:
        old: collected.
        new: collected later.
        key: columns that name a row, so that a row whose cells changed is told from a new one;
            without them, rows are equal or not.

    Raises:
        ConfigError: if one lacks a column of the key, or both share no column.
        DataError: if the key names several rows.
    """
    names = (key,) if isinstance(key, str) else tuple(key)
    both = [name for name in new.table.names if name in old.table.names]
    lost = [name for name in names if name not in both]
    if lost or not both:
        found = f"columns of both: {quoted(both)}" if both else "no column of both"
        wanted = f"a key of columns of both, {quoted(lost)}" if lost else "columns of both"
        raise ConfigError.expected(
            "changes_since", wanted, found, "Name others as key=.", argument="key"
        )
    first, second = (_keys(data.table, names or both) for data in (old, new))
    for data, keys in ((old, first), (new, second)) if names else ():
        _refuse_twice(data, keys, names)
    added, removed = _beyond(second, first), _beyond(first, second)
    kept = len(second) - len(added)
    changed, cells = np.zeros(0, np.int64), dict[str, int]()
    if names:
        changed, cells = _other_cells(old, new, first, second, both)
    return DataChanges(
        old=version_of(old.table),
        new=version_of(new.table),
        columns_added=tuple(n for n in new.table.names if n not in old.table.names),
        columns_removed=tuple(n for n in old.table.names if n not in new.table.names),
        columns_changed=tuple(_columns_changed(old.schema, new.schema)),
        schema_changed=tuple(_schema_changed(old.schema, new.schema)),
        rows_kept=kept,
        added=added,
        removed=removed,
        changed=changed,
        cells=cells,
    )


def version_of(table: Table) -> str:
    """SHA-256 of rows, whatever their order and that of the columns."""
    return digest_of_rows({name: table.column(name) for name in table.names})


def _keys(table: Table, names: Sequence[str]) -> Array:
    return row_keys((table.column(name) for name in sorted(names)), everywhere=True)


def _beyond(keys: Array, others: Array) -> Array:
    """Positions of rows that the others lack; of equal rows, those beyond their number there."""
    left, found = Counter(others.tolist()), list[int]()
    for place, one in enumerate(keys.tolist()):
        if left[one] > 0:
            left[one] -= 1
        else:
            found.append(place)
    return np.array(found, np.int64)


def _refuse_twice(data: "Data", keys: Array, names: Sequence[str]) -> None:
    _, counts = np.unique(keys, return_counts=True)
    if (counts > 1).any():
        twice = int((counts > 1).sum())
        raise DataError.expected(
            "changes_since",
            f"one row for each value of {quoted(names)}",
            f"{plural(twice, 'value')} of several rows in {data.provenance.source or 'one'}",
            "Name a column more as key=, or none.",
            columns=tuple(names),
        )


def _other_cells(
    old: "Data", new: "Data", first: Array, second: Array, both: Sequence[str]
) -> tuple[Array, dict[str, int]]:
    """Positions in the second of rows of both that have other cells, and how many by column."""
    order = np.argsort(first)
    place = np.searchsorted(first[order], second)
    place[place == len(first)] = 0
    there = order[place] if len(first) else np.zeros(len(second), np.int64)
    common = np.flatnonzero(first[there] == second) if len(first) else np.zeros(0, np.int64)
    other, cells = np.zeros(len(common), bool), dict[str, int]()
    for name in both:
        was = row_keys([old.table.column(name)[there[common]]], everywhere=True)
        now = row_keys([new.table.column(name)[common]], everywhere=True)
        differs = was != now
        if differs.any():
            cells[name] = int(differs.sum())
            other |= differs
    return common[other], cells


def _columns_changed(old: "Schema", new: "Schema") -> list[str]:
    found = []
    for column in new.columns:
        was = old.by_name.get(column.name)
        for what in _TOLD if was is not None else ():
            now, then = getattr(column, what), getattr(was, what)
            if now != then:
                found.append(f"`{column.name}`: {what} {_word(now)}, was {_word(then)}")
    return found


def _schema_changed(old: "Schema", new: "Schema") -> list[str]:
    each = (("task", "task"), ("targets", "targets"), ("classes", "classes"))
    return [
        f"{what} {_word(getattr(new, name))}, was {_word(getattr(old, name))}"
        for what, name in each
        if getattr(new, name) != getattr(old, name)
    ]


def _word(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(repr, value[:MOST])) or "none"
    return str(value) or "none"
