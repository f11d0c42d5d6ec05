"""What people did while they labelled: one row a stroke, that is never changed or taken away."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Self

from fivefold.label.database import looked_into, opened, unfit
from fivefold.label.event import Event
from fivefold.label.standing import standing

FILE = "labels.sqlite"
"""In the directory of the labels."""

_OURS = 0x66666C62  # the application of the file, for SQLite
_TABLES = """
create table if not exists events (
    number integer primary key autoincrement, item text not null, who text not null,
    act text not null, value text not null, seconds real not null, guess text not null,
    reason text not null, part text not null, at text not null
);
"""
_COLUMNS = "number,item,who,act,value,seconds,guess,reason,part,at"


class Events:
    """The strokes of all people, in SQLite: what was appended outlives any end of the process.

    Several processes and threads may have the file open.

    Args:
        path: of the file, which is made with its folder where it is not there.

    Raises:
        DataError: if it is another file.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder, Events(Path(folder) / FILE) as events:
        ...     _ = events.append(Event(item="a1", who="ann", act="label", value="spam"))
        ...     _ = events.append(Event(item="a1", who="ann", act="undo"))
        ...     [event.act for event in events.all()], events.standing()
        (['label', 'undo'], {})
    """

    def __init__(self, path: str | Path) -> None:
        self.path, self._lock = Path(path), Lock()
        self._base = opened(self.path, _OURS, _TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def append(self, event: Event) -> Event:
        """Keep a stroke; it is on disk when this returns.

        Returns:
            The event with its number and moment.
        """
        (kept,) = self.extend([event])
        return kept

    def extend(self, events: Iterable[Event]) -> list[Event]:
        """Keep several strokes, all or none."""
        kept = []
        with self._lock:
            self._base.execute("begin immediate")
            try:
                for event in events:
                    event = replace(event, at=event.at or _now())
                    row = self._base.execute(
                        f"insert into events ({_COLUMNS}) values (null,?,?,?,?,?,?,?,?,?)",
                        _row(event),
                    )
                    kept.append(replace(event, number=int(row.lastrowid or 0)))
                self._base.execute("commit")
            except BaseException:
                self._base.execute("rollback")
                raise
        return kept

    def all(self, after: int = 0) -> list[Event]:
        """The strokes in their order.

        Args:
            after: leave out those with a number up to this.
        """
        with self._lock:
            return _read(self._base, self.path, after)

    def standing(self) -> dict[tuple[str, str], Event]:
        """What each person says of each item now; see `standing`."""
        return standing(self.all())

    def keep_facts(self, **facts: Any) -> None:
        """Keep values beside the strokes: what was asked, and of which columns."""
        rows = [(name, _text(value)) for name, value in facts.items()]
        with self._lock:
            self._base.executemany("replace into facts values (?,?)", rows)

    def facts(self) -> dict[str, Any]:
        """The values that stand beside the strokes, by name."""
        with self._lock:
            return _facts(self._base)

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()


def read_strokes(path: str | Path) -> tuple[list[Event], dict[str, Any]]:
    """The strokes in a file, and what was asked; makes and changes nothing.

    Args:
        path: of the file; where there is none, nothing was said.

    Raises:
        DataError: if it is another file, or damaged.
    """
    path = Path(path)
    if not path.exists():
        return [], {}
    with looked_into(path, _OURS) as base:
        return _read(base, path, 0), _facts(base)


def _row(event: Event) -> tuple[Any, ...]:
    return (
        *(event.item, event.who, event.act, _text(event.value), float(event.seconds)),
        *(_text(event.guess), _clean(event.reason), event.part, event.at),
    )


def _clean(text: str) -> str:
    """Without halves of UTF-16 pairs, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


def _text(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _read(base: sqlite3.Connection, path: Path, after: int) -> list[Event]:
    asked = f"select {_COLUMNS} from events where number>? order by number"
    found = []
    for row in base.execute(asked, (after,)):
        values: Mapping[str, Any] = dict(zip(_COLUMNS.split(","), row, strict=True))
        told = {name: json.loads(values[name]) for name in ("value", "guess")}
        try:
            found.append(Event(**{**values, **told}))
        except ValueError as fault:
            raise unfit(path, f"event {row[0]}, {fault}") from None
    return found


def _facts(base: sqlite3.Connection) -> dict[str, Any]:
    rows = base.execute("select name, value from facts").fetchall()
    return {name: json.loads(value) for name, value in rows}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
