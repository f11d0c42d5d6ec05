"""Queries of databases that run elsewhere, by ADBC where its driver is there, else SQLAlchemy."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from fivefold.core.faults import missing_package
from fivefold.core.finding import finding
from fivefold.errors import DataError, PreflightError
from fivefold.reading.addresses import hidden, scheme_of, with_secrets
from fivefold.reading.batches import AT_ONCE, pieces_of, wrong_query
from fivefold.reading.names import unique_names
from fivefold.reading.options import Reading
from fivefold.reading.query import Query, is_table, rewritten, select_all
from fivefold.reading.raw import Raw

ADBC = {"postgresql": "adbc_driver_postgresql", "postgres": "adbc_driver_postgresql"}
"""Packages that speak Arrow with a database, by the scheme of its addresses."""

DRIVERS = {
    "postgresql": ("psycopg", "psycopg2", "pg8000"),
    "mysql": ("pymysql", "MySQLdb", "mysql.connector"),
    "mariadb": ("pymysql", "mariadb"),
    "oracle": ("oracledb",),
    "mssql": ("pyodbc", "pymssql"),
}
"""Modules by which SQLAlchemy reaches a database, of which the first that is there is taken."""

NAMES = {"MySQLdb": "mysqldb", "mysql.connector": "mysqlconnector", "mariadb": "mariadbconnector"}
"""What SQLAlchemy calls a driver whose module is called otherwise."""

READ_ONLY = ("postgresql", "mysql", "mariadb", "oracle")
"""Databases that are told so of a transaction by a statement of its own."""


def missing_client(asked: Query) -> PreflightError | None:
    """The fault of a machine without what reaches a database, or None."""
    if _by_adbc(asked):
        return None
    scheme, _, driver = scheme_of(asked.address).partition("+")
    if not find_spec("sqlalchemy"):
        remedy = "Install it with pip install 'fivefold[sql]'."
        return missing_package(asked.name, "sqlalchemy", "asks databases", remedy)
    wanted = DRIVERS.get(_plain(scheme), ())
    if driver or not wanted or any(map(_is_there, wanted)):
        return None
    remedy = f"Install it with pip install {wanted[0]}."
    return missing_package(asked.name, wanted[0], f"reaches {scheme}", remedy)


def base_pieces(asked: Query, reading: Reading, rows: int | None) -> Iterator[Raw]:
    """The rows that a query gives, in a transaction that reads alone and is rolled back.

    Args:
        asked: the query; its parameters are bound.
        reading: whether rows are to be answered.
        rows: of a piece; all at once if None.

    Yields:
        One piece at least.

    Raises:
        DataError: if the database cannot be reached, or refuses the query.
        PreflightError: if a package is missing.
    """
    fault = missing_client(asked)
    if fault is not None:
        raise fault
    found = () if is_ordered(asked.query) else (_unordered(asked),)
    ask = _from_adbc if _by_adbc(asked) else _from_sqlalchemy
    with closing(ask(asked, rows or AT_ONCE)) as batches:
        names = unique_names(next(batches), asked.name)
        for raw in pieces_of(names, batches, asked, reading, rows):
            yield raw.replace(findings=found)
            found = ()


def is_ordered(query: str) -> bool:
    """Whether a query says in which order its rows come.

    Example:
        >>> is_ordered("select * from t ORDER  BY id"), is_ordered("t")
        (True, False)
    """
    words = rewritten(query, lambda name: "", lambda text: "").lower().split()
    return ("order", "by") in pairwise(words)


def _unordered(asked: Query) -> Any:
    sentence = (
        f"The query of {asked.name} says no order: another run may have its rows in another one, "
        "and divide them otherwise."
    )
    return finding("rows_unordered", sentence, query=asked.query)


def _statement(asked: Query, written: Callable[[str], str] | None = None) -> str:
    return select_all(asked.query, written) if is_table(asked.query) else asked.query


def _plain(scheme: str) -> str:
    return "postgresql" if scheme in {"postgres", "redshift"} else scheme


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a package above it
        return False


def _by_adbc(asked: Query) -> bool:
    package = ADBC.get(scheme_of(asked.address))
    return package is not None and _is_there(f"{package}.dbapi")


def _from_adbc(asked: Query, rows: int) -> Generator[Any, None, None]:
    """The names of the columns, then rows."""
    dbapi = import_module(f"{ADBC[scheme_of(asked.address)]}.dbapi")

    places: dict[str, int] = {}
    query = rewritten(_statement(asked), lambda n: f"${places.setdefault(n, len(places) + 1)}")
    try:
        base = dbapi.connect(with_secrets(asked.address))
    except dbapi.Error as fault:
        raise _unreached(asked, fault) from None
    with closing(base), closing(base.cursor()) as cursor:
        try:
            cursor.execute("set transaction read only")
            cursor.execute(query, [asked.parameters[name] for name in places] or None)
            reader = cursor.fetch_record_batch()
            yield reader.schema.names
            for batch in reader:
                for start in range(0, batch.num_rows, rows):
                    cells = [_cells(column) for column in batch.slice(start, rows).columns]
                    yield [*zip(*cells, strict=True)]
        except (dbapi.Error, OSError) as fault:
            raise wrong_query(asked, _told(asked, fault)) from None
        finally:
            base.rollback()


def _cells(column: Any) -> list[Any]:
    """The cells of a column of Arrow; numbers of any precision, which it has as texts, as such."""
    exact = getattr(column.type, "type_name", "") == "numeric"
    cells: list[Any] = (column.storage if hasattr(column, "storage") else column).to_pylist()
    return [None if cell is None else Decimal(cell) for cell in cells] if exact else cells


def _from_sqlalchemy(asked: Query, rows: int) -> Generator[Any, None, None]:
    """The names of the columns, then rows."""
    import sqlalchemy as sa

    try:
        engine = sa.create_engine(_url(asked), poolclass=sa.pool.NullPool)
    except (sa.exc.NoSuchModuleError, ModuleNotFoundError) as fault:
        remedy = f"Install what SQLAlchemy needs for {asked.shown.partition(':')[0]}."
        package = getattr(fault, "name", None) or "that SQLAlchemy asks for"
        evidence = {"evidence": f"{fault}."}
        raise PreflightError.expected(
            asked.name, f"the package {package}", "it missing", remedy, package=package, **evidence
        ) from None
    except (sa.exc.ArgumentError, ValueError) as fault:
        raise _unreached(asked, fault) from None
    plain = _statement(asked, engine.dialect.identifier_preparer.quote)
    query = rewritten(plain, lambda n: f":{n}", lambda t: t.replace(":", r"\:"))
    try:
        base = engine.connect()
    except (sa.exc.SQLAlchemyError, OSError) as fault:
        raise _unreached(asked, fault) from None
    with base:
        try:
            if engine.dialect.name in READ_ONLY:
                base.execute(sa.text("set transaction read only"))
            streamed = base.execution_options(stream_results=True, max_row_buffer=rows)
            result = streamed.execute(sa.text(query), asked.parameters)
            yield list(result.keys())
            for part in result.partitions(rows):
                yield [tuple(row) for row in part]
        except (sa.exc.SQLAlchemyError, OSError) as fault:
            raise wrong_query(asked, _told(asked, fault)) from None
        finally:
            base.rollback()


def _url(asked: Query) -> Any:
    import sqlalchemy as sa

    url = sa.make_url(with_secrets(asked.address))
    plain = _plain(url.drivername)
    there = next((module for module in DRIVERS.get(plain, ()) if _is_there(module)), None)
    return url if there is None else url.set(drivername=f"{plain}+{NAMES.get(there, there)}")


def _told(asked: Query, fault: Exception) -> str:
    """What a database said, in a line and without what is secret."""
    cause = getattr(fault, "orig", None) or fault
    said = hidden(str(cause).strip() or type(cause).__name__, asked.address)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " ".join(lines[:2])


def _unreached(asked: Query, fault: Exception) -> DataError:
    return DataError.expected(
        asked.name,
        "a database that answers",
        "that it does not",
        "Correct the address, or see whether it runs; a password is named as env:NAME.",
        evidence=f"{_told(asked, fault).removesuffix('.')}.",
    )
