"""The files of SQLite beside labels: opened by several processes, and known from other files."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from fivefold.errors import DataError

FACTS = (
    "create table if not exists facts (name text primary key, value text not null) without rowid;"
)


def opened(
    path: Path, mark: int, tables: str, *, synchronous: Literal["full", "normal"] = "full"
) -> sqlite3.Connection:
    """A file, made with its folder where it is not there; what is committed outlives the process.

    Args:
        path: of the file.
        mark: the application of such files, for SQLite.
        tables: statements that make its tables.
        synchronous: `full` outlives the end of the machine's power too, `normal` is faster.

    Raises:
        DataError: if it is another file, or cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        base = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    except (OSError, sqlite3.Error) as fault:
        raise unfit(path, str(fault)) from None
    try:
        _check(base, mark)
        base.execute("pragma journal_mode=wal")
        base.execute(f"pragma synchronous={synchronous}")
        if not base.execute("select count(*) from sqlite_master").fetchone()[0]:
            said = f"pragma application_id={mark};"
            base.executescript(f"begin immediate; {said} {tables} {FACTS} commit;")
    except sqlite3.Error as fault:
        base.close()
        raise unfit(path, str(fault)) from None
    return base


@contextmanager
def looked_into(path: Path, mark: int) -> Iterator[sqlite3.Connection]:
    """A file that is read, and neither made nor changed.

    Raises:
        DataError: if it is another file, or damaged.
    """
    try:
        base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
    except sqlite3.DatabaseError as fault:
        raise unfit(path, str(fault)) from None
    try:
        _check(base, mark, whole=True)
        yield base
    except sqlite3.DatabaseError as fault:
        raise unfit(path, str(fault)) from None
    finally:
        base.close()


def _check(base: sqlite3.Connection, mark: int, *, whole: bool = False) -> None:
    (theirs,) = base.execute("pragma application_id").fetchone()
    (tables,) = base.execute("select count(*) from sqlite_master").fetchone()
    if theirs != mark and (whole or tables):
        raise sqlite3.DatabaseError("a database of something else")


def unfit(path: Path, found: str) -> DataError:
    """The error of a file that is not what it should be."""
    remedy = "Name the directory that labels were kept in, or a new one."
    return DataError.expected(path, "labels that fivefold kept", found, remedy, path=path)
