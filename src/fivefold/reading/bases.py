"""Databases as sources: a file of SQLite, or a server."""

from collections.abc import Iterator

from fivefold.errors import ConfigError, FivefoldError, PreflightError
from fivefold.reading import databases, sqlite
from fivefold.reading.filepaths import no_file
from fivefold.reading.options import Reading
from fivefold.reading.paths import follow
from fivefold.reading.query import Query
from fivefold.reading.raw import Raw


def check_query(asked: Query | None) -> list[FivefoldError]:
    """The faults of a query that need no connection: names, values, a file, a package."""
    assert asked is not None
    if asked.path is None:
        fault = databases.missing_client(asked)
        if fault is None and not asked.query.strip():
            remedy = "Pass query= with the name of a table, or with a query."
            wanted = "a query, or the name of a table"
            fault = PreflightError.expected(asked.name, wanted, "none", remedy)
        return [*asked.faults(), *([fault] if fault else [])]
    if not asked.path.is_file():
        return [*asked.faults(), no_file(asked.path)]
    if not sqlite.is_sqlite(asked.path):
        found, remedy = f"query= beside {asked.name}", "Leave out query=, or name a database."
        return [ConfigError.expected(asked.name, "query= beside a database", found, remedy)]
    return asked.faults()


def answers(asked: Query | None, reading: Reading, rows: int | None) -> Iterator[Raw]:
    """The rows that a query gives; texts may name pictures beside a file of SQLite.

    Args:
        asked: the query.
        reading: how it is read.
        rows: of a piece; all at once if None.
    """
    assert asked is not None
    if asked.path is None:
        found, root = databases.base_pieces(asked, reading, rows), reading.root
    else:
        found = sqlite.sqlite_pieces(asked.path, asked, reading, rows)
        root = reading.root or asked.path.parent
    for raw in found:
        yield follow(raw.keeping(reading.keep), reading, root)
