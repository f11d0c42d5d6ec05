"""Tables and queries of a file of SQLite, by what Python brings along."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from fivefold.core.wording import nearest, quoted
from fivefold.errors import DataError
from fivefold.reading.batches import AT_ONCE, pieces_of, wrong_query
from fivefold.reading.names import composed, unique_names
from fivefold.reading.options import Reading
from fivefold.reading.query import Query, is_table, select_all
from fivefold.reading.raw import Raw

T = TypeVar("T")

MARK = b"SQLite format 3\0"  # what such a file begins with
_TABLES = (
    "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite%'"
)


def is_sqlite(path: Path) -> bool:
    """Whether a file is one of SQLite, by what it begins with."""
    try:
        with path.open("rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False


def sqlite_pieces(
    place: Path | bytes, asked: Query, reading: Reading, rows: int | None
) -> Iterator[Raw]:
    """The rows that a query of a file of SQLite gives, or those of a table.

    Without a query they are those of the only table, or of the only one with the columns that are
    asked for.

    Args:
        place: the file, or its bytes.
        asked: the query; its address is for messages.
        reading: its names are columns that are looked for.
        rows: of a piece; all at once if None.

    Yields:
        One piece at least.

    Raises:
        DataError: if it is damaged, the query is wrong or gives no rows; naming row and column of a
            text that is none.
    """
    with _Opened(place, asked.name) as base:
        query = _chosen(base, asked, reading)
        cursor = base.run(query, asked)
        names = unique_names([column[0] for column in cursor.description], asked.name)
        batches = base.batches(cursor, rows or AT_ONCE, query, asked)
        yield from pieces_of(names, batches, asked, reading, rows)


def sqlite_names(asked: Query, reading: Reading) -> list[str]:
    """The columns that a query of a file gives, of which no row is read.

    Raises:
        DataError: if the query is wrong.
    """
    path = asked.path
    assert path is not None
    with _Opened(path, asked.name) as base:
        query = _chosen(base, asked, reading).strip().rstrip(";")
        cursor = base.run(f"select * from ({query}\n) limit 0", asked)
        return [column[0] for column in cursor.description]


class _Opened:
    """A file of SQLite, open to be read alone."""

    def __init__(self, place: Path | bytes, name: str) -> None:
        self.name = name
        if isinstance(place, bytes):
            if not place:  # which SQLite has no memory for
                raise _fault(name, EOFError("The file is empty"))
            self.base = sqlite3.connect(":memory:")
            self.told(lambda: self.base.deserialize(place))
        else:
            address = f"file:{quote(str(place.absolute()))}?mode=ro"
            self.base = self.told(lambda: sqlite3.connect(address, uri=True))
        self.told(lambda: self.base.execute("pragma query_only=on"))

    def __enter__(self) -> "_Opened":
        return self

    def __exit__(self, *error: object) -> None:
        self.base.close()

    def told(self, act: Callable[[], T]) -> T:
        """What it gives, with our error where the file is damaged."""
        try:
            return act()
        except sqlite3.Error as fault:
            raise _fault(self.name, fault) from None

    def tables(self) -> list[str]:
        """Tables and views, by name."""
        return sorted(name for (name,) in self.told(lambda: list(self.base.execute(_TABLES))))

    def columns(self, table: str) -> list[str]:
        """The columns of a table."""
        cursor = self.told(lambda: self.base.execute(f"{_whole_table(table)} limit 0"))
        return [column[0] for column in cursor.description]

    def run(self, query: str, asked: Query) -> sqlite3.Cursor:
        """A query at work.

        Raises:
            DataError: if it is wrong, or gives no columns.
        """
        try:
            cursor = self.base.execute(query, asked.parameters)
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as fault:
            if isinstance(fault, sqlite3.DatabaseError) and _is_damage(fault):
                raise _fault(self.name, fault) from None
            raise wrong_query(asked, fault) from None
        if cursor.description is None:
            raise wrong_query(asked, "It gives no rows")
        return cursor

    def batches(
        self, cursor: sqlite3.Cursor, rows: int, query: str, asked: Query
    ) -> Iterator[list[Any]]:
        """The rows, some at a time."""
        try:
            while batch := cursor.fetchmany(rows):
                yield batch
        except sqlite3.Error as fault:
            found = self._no_text(query, asked) if "decode" in str(fault).lower() else None
            raise found or self._damage(query, asked, fault) from None

    def _damage(self, query: str, asked: Query, fault: Exception) -> DataError:
        """The fault of damaged rows, by the first of them and the column that it is in."""
        whole = self._whole(query, asked)
        names = [column[0] for column in self.run(query, asked).description]
        plain = query.strip().rstrip(";")
        alone = [f"select {_named(name)} from ({plain}\n)" for name in names]
        columns = (n for n, q in zip(names, alone, strict=True) if self._whole(q, asked) <= whole)
        return _fault(self.name, fault, whole, next(columns, None))

    def _whole(self, query: str, asked: Query) -> int:
        """Rows that can be read before the file is damaged; more than there are if none is."""
        count = 0
        try:
            for _ in self.base.execute(query, asked.parameters):
                count += 1
        except sqlite3.Error:
            return count
        return count + 1

    def _no_text(self, query: str, asked: Query) -> DataError | None:
        """The first text that is not UTF-8, by row and column."""
        self.base.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
        cursor = self.base.execute(query, asked.parameters)
        names = [column[0] for column in cursor.description]
        for row, cells in enumerate(cursor):
            for name, cell in zip(names, cells, strict=True):
                if isinstance(cell, str) and any("\udc80" <= sign <= "\udcff" for sign in cell):
                    shown = cell.encode("utf-8", "surrogateescape")
                    return DataError(
                        f"{self.name}, column `{name}`, row {row:,}: expected a text in UTF-8, "
                        f"found {shown!r:.60}.",
                        remedy="Write that text again as UTF-8.",
                        column=name,
                        rows=(row,),
                    )
        return None


def _chosen(base: _Opened, asked: Query, reading: Reading) -> str:
    """The query, made of the name of a table where it is one, or of the table that is meant."""
    if asked.query and not is_table(asked.query):
        return asked.query
    tables = base.tables()
    if asked.query:
        if asked.query not in tables and "." not in asked.query:
            raise _no_table(asked, tables)
        return select_all(asked.query)
    if len(tables) == 1:
        return _whole_table(tables[0])
    wanted = set(map(composed, reading.inputs if reading.asks else reading.names))
    having = [t for t in tables if wanted and wanted <= set(map(composed, base.columns(t)))]
    if len(having) == 1:
        return _whole_table(having[0])
    listed = "\n".join(f"  {table}: {quoted(base.columns(table), 12)}" for table in tables[:20])
    one = (having or tables or ["orders"])[0]
    raise DataError(
        f"{asked.name}: expected one table, or a query, found {len(tables)} tables.",
        evidence=listed,
        remedy=f'Pass query="{one}" with the name of a table, or query="select ...".',
        tables=tuple(tables),
    )


def _whole_table(table: str) -> str:
    return f"select * from {_named(table)}"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _no_table(asked: Query, tables: Sequence[str]) -> DataError:
    near = nearest(asked.query, tables)
    return DataError(
        f"{asked.name}: expected a table {asked.query!r}, found none of that name.",
        evidence=f"Tables: {quoted(tables, 20)}." if tables else "",
        remedy=f'Write query="{near}".' if near else "Name a table that is there.",
        tables=tuple(tables),
        near=near,
    )


def _is_damage(fault: Exception) -> bool:
    return type(fault) is sqlite3.DatabaseError or "malformed" in str(fault)


def _fault(
    name: str, fault: Exception, row: int | None = None, column: str | None = None
) -> DataError:
    where = "" if column is None else f", column `{column}`"
    where += "" if row is None else f", row {row:,}"
    facts = ({} if row is None else {"rows": (row,)}) | (
        {} if column is None else {"column": column}
    )
    return DataError.expected(
        f"{name}{where}",
        "a whole file of SQLite",
        "a damaged one",
        "Restore it from a copy, or save what is left by sqlite3 FILE .recover.",
        evidence=f"{str(fault)[:1].upper()}{str(fault)[1:]}.",
        **facts,
    )
