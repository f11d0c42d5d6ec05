"""Columns that rows are given from another source, by key and as of a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Columns, Table
from fivefold.core.wording import quoted
from fivefold.errors import DataError
from fivefold.travel.histories import History
from fivefold.travel.rollup import COUNT, ROW, SINCE, rolled, since_last
from fivefold.travel.step import Step, pack_columns, unpack_columns


@dataclass(frozen=True, kw_only=True, eq=False)
class Lookup(Step):
    """What rows are given from a joined source, of which the rows travel along.

    Attributes:
        source: its name, with which the names of its columns begin.
        on: the columns of the rows that are the key, each with that of the source.
        time: the column of the rows' moments, and that of the source's; None without.
        delay: how long after its moment a row of the source is known; see `History.span`.
        within: how far back one may lie.
        made: the function and the column of the source, by new column; the column is empty for
            `count` and `since_last`.
        columns: the new ones.
        read: the columns of the source, with its keys and its moments.
        history: its rows.
    """

    name: ClassVar[str] = "join"

    source: str
    on: tuple[tuple[str, str], ...]
    time: tuple[str, str] | None = None
    delay: float | None = None
    within: float | None = None
    made: Mapping[str, tuple[str, str]]
    columns: Mapping[str, Column]
    read: tuple[Column, ...]
    history: History

    @classmethod
    def of(cls, table: Table, **asked: Any) -> Self:
        """The join with a source.

        Args:
            table: its canonical columns, those of `read` at least.
            asked: all but the history.

        Raises:
            DataError: if it has several rows for a key and one is wanted.
        """
        empty = History.of([np.empty(0, object)], None, {})
        return cls(**asked, history=empty).having(table)

    @property
    def is_single(self) -> bool:
        """Whether the source has one row for each key, and no times."""
        return self.time is None and all(how == ROW for how, _ in self.made.values())

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of the rows by which theirs are found."""
        return (*(own for own, _ in self.on), *(() if self.time is None else self.time[:1]))

    def having(self, table: Table) -> Self:
        """The same with other rows of the source.

        Args:
            table: canonical columns, those of `read`.

        Raises:
            DataError: if there are several rows for a key and one is wanted.
        """
        wanted = dict.fromkeys(column for _, column in self.made.values() if column)
        history = History.of(
            [table.column(theirs) for _, theirs in self.on],
            None if self.time is None else table.column(self.time[1]),
            {name: table.column(name) for name in wanted},
        )
        return replace(self, history=self._one_each(history) if self.is_single else history)

    def table(self) -> Columns:
        """The rows of the source that travel, in the order in which they are held."""
        history = self.history
        rows, counts = np.arange(len(history)), np.diff(history.starts)
        columns = {
            theirs: np.repeat(objects(key[place] for key in history.keys), counts)
            for place, (_, theirs) in enumerate(self.on)
        }
        if self.time is not None and history.moments is not None:
            columns[self.time[1]] = history.moments
        return Columns({**columns, **{n: history.taken(n, rows) for n in history.cells}})

    def _one_each(self, history: History) -> History:
        """The first row of each key, where all of its rows are equal.

        Raises:
            DataError: naming a key and its rows.
        """
        counts = np.diff(history.starts)
        if (counts <= 1).all():
            return history
        firsts = np.repeat(history.starts[:-1], counts)
        rows = np.arange(len(history))
        for name in history.cells:
            unlike = np.flatnonzero(_differ(history.taken(name, rows), history.taken(name, firsts)))
            if len(unlike):
                self._refuse_several(history, int(unlike[0]), name)
        kept = history.starts[:-1]
        return replace(
            history,
            starts=np.arange(len(kept) + 1, dtype=np.int64),
            cells={name: cells[kept] for name, cells in history.cells.items()},
            rows=history.rows[kept],
        )

    def _refuse_several(self, history: History, row: int, name: str) -> None:
        place = int(np.searchsorted(history.starts, row, "right")) - 1
        key = next(key for key, at in history.keys.items() if at == place)
        rows = history.rows[history.starts[place] : history.starts[place + 1]]
        keys, plain = quoted([self.plain(theirs) for _, theirs in self.on]), self.plain(name)
        first, other = int(history.rows[history.starts[place]]), int(history.rows[row])
        raise DataError(
            f"{self.source}: expected one row for each {keys}, found {len(rows):,} for "
            f"{', '.join(map(repr, key))}.",
            evidence=f"Rows {first:,} and {other:,} differ in `{plain}`.",
            remedy="Give its Join a time, for the row that was known by then, or aggregates.",
            source=self.source,
            rows=(first, other),
            key=key,
        )

    def plain(self, name: str) -> str:
        """What a column is called in the source itself."""
        return name.removeprefix(f"{self.source}_")

    def sources(self, names: Iterable[str]) -> set[str]:
        """Key and time, where one of these is its own; all columns that it leaves alone."""
        names = set(names)
        own = names & self.columns.keys()
        return (names - own) | set(self.reads if own else ())

    def span(self, columns: Table) -> tuple[Array, Array]:
        """Which rows of the history each row knows."""
        return self.history.span(
            [columns.column(own) for own, _ in self.on],
            None if self.time is None else columns.column(self.time[0]),
            delay=self.delay,
            within=self.within,
        )

    def rows(self, columns: Columns) -> Columns:
        """The rows with what they know of the source."""
        if not set(self.reads) <= set(columns.names):
            return columns
        low, high = self.span(columns)
        made: dict[str, Array] = {}
        for name, (how, column) in self.made.items():
            if how == COUNT:
                made[name] = (high - low).astype(np.float64)
            elif how == SINCE and self.time is not None:
                made[name] = since_last(self.history, columns.column(self.time[0]), low, high)
            else:
                made[name] = rolled(how, self.history, column, low, high)
        return columns.replace(made)

    def only(self, names: Collection[str]) -> Self | None:
        """The join without columns that nobody asks for, and without their cells."""
        made = {name: how for name, how in self.made.items() if name in names}
        if not made:
            return None
        cells = {column for _, column in made.values()}
        used = {*cells, *(theirs for _, theirs in self.on), *(self.time or ())[1:]}
        held = {name: self.history.cells[name] for name in self.history.cells if name in cells}
        return replace(
            self,
            made=made,
            columns={name: column for name, column in self.columns.items() if name in made},
            read=tuple(column for column in self.read if column.name in used),
            history=replace(self.history, cells=held, _made={}),
        )

    def made_of(self) -> Mapping[str, str]:
        """The function, the source and the key."""
        keys = " and ".join(own for own, _ in self.on)
        return {name: f"{self._told(*how)} by {keys}" for name, how in self.made.items()}

    def _told(self, how: str, column: str) -> str:
        plain = self.plain(column)
        if how == COUNT:
            return f"rows of {self.source}"
        if how == SINCE:
            return f"time since the last row of {self.source}"
        start = "" if how == ROW else f"{how} of "
        return f"{start}{plain} of {self.source}"

    def pack(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """The settings, and the rows of the source."""
        rows, arrays = self.history.pack()
        return {
            "source": self.source,
            "on": [list(pair) for pair in self.on],
            "time": None if self.time is None else list(self.time),
            "delay": self.delay,
            "within": self.within,
            "made": {name: list(how) for name, how in self.made.items()},
            "columns": pack_columns(self.columns),
            "read": pack_columns({column.name: column for column in self.read}),
            "rows": rows,
        }, arrays

    @classmethod
    def unpack(cls, values: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The step that `pack` took apart."""
        return cls(
            source=values["source"],
            on=tuple((own, theirs) for own, theirs in values["on"]),
            time=None if values["time"] is None else (values["time"][0], values["time"][1]),
            delay=values["delay"],
            within=values["within"],
            made={name: (how, column) for name, (how, column) in values["made"].items()},
            columns=unpack_columns(values["columns"]),
            read=tuple(unpack_columns(values["read"]).values()),
            history=History.unpack(values["rows"], arrays),
        )


def lookups(steps: Sequence[Step]) -> dict[str, Lookup]:
    """The joins among steps, by the names of their sources."""
    return {step.source: step for step in steps if isinstance(step, Lookup)}


def _differ(one: Array, other: Array) -> Array:
    """`(n,)` bool: where cells differ; missing equals missing."""
    if one.dtype == object:
        return np.array([a != b for a, b in zip(one.tolist(), other.tolist(), strict=True)], bool)
    return np.asarray((one != other) & ((one == one) | (other == other)))
