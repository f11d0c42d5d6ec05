"""Files of Arrow and ORC: Feather, what streams write, and what data sets are kept in."""

from collections.abc import Callable
from typing import Any

from fivefold.core.faults import missing_package
from fivefold.errors import DataError
from fivefold.reading.frames import read_arrow
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw

ARROW, FEATHER, ORC = b"ARROW1", b"FEA1", b"ORC"
"""What such files begin with; a stream of Arrow begins with no mark."""


def read_ipc(content: bytes, name: str, reading: Reading) -> Raw:
    """The rows of a file of Arrow or ORC.

    Raises:
        DataError: if it is damaged, with row and column where these can be told; or names a column
            twice.
        PreflightError: if pyarrow is not installed.
    """
    table = read_table(content, name)
    raw = read_arrow(table, name)
    own = {column: table.column(column) for column in table.column_names if column in raw.columns}
    return raw.keeping(reading.keep, {**raw.columns, **own})


def read_table(content: bytes, name: str) -> Any:
    """The table of such a file, every cell of which is whole.

    Raises:
        DataError: as above.
        PreflightError: if pyarrow is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError:
        remedy = "Install it with pip install pyarrow, or pass the rows as CSV or JSON lines."
        raise missing_package(name, "pyarrow", "reads files of Arrow", remedy) from None
    try:
        table = _opened(content)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _damaged(name, fault, _place(content)) from None
    check_cells(table, name)
    return table


def _opened(content: bytes) -> Any:
    import pyarrow as pa

    buffer = pa.BufferReader(content)
    if content.startswith(ARROW):
        return pa.ipc.open_file(buffer).read_all()
    if content.startswith(FEATHER):
        from pyarrow import feather

        return feather.read_table(buffer)
    if content.startswith(ORC):
        from pyarrow import orc

        return orc.ORCFile(buffer).read()
    return pa.ipc.open_stream(buffer).read_all()


def _place(content: bytes) -> tuple[int | None, str | None]:
    """The first row and the column that cannot be read, as far as that can be told."""
    import pyarrow as pa

    row, options = 0, pa.ipc.IpcReadOptions
    try:
        if content.startswith(ARROW):
            file = pa.ipc.open_file(pa.BufferReader(content))
            for batch in range(file.num_record_batches):
                if not _reads(lambda n=batch: file.get_batch(n)):  # type: ignore[misc]
                    for place, name in enumerate(file.schema.names):
                        one = pa.ipc.open_file(
                            pa.BufferReader(content), options=options(included_fields=[place])
                        )
                        if not _reads(lambda n=batch, one=one: one.get_batch(n)):  # type: ignore[misc]
                            return row, name
                    return row, None
                row += file.get_batch(batch).num_rows
        elif not content.startswith((FEATHER, ORC)):
            for batch in pa.ipc.open_stream(pa.BufferReader(content)):
                row += batch.num_rows
    except (pa.ArrowException, OSError, ValueError):
        return row or None, None
    return None, None


def _reads(act: Callable[[], Any]) -> bool:
    import pyarrow as pa

    try:
        act()
    except (pa.ArrowException, OSError, ValueError):
        return False
    return True


def check_cells(table: Any, name: str) -> None:
    """Refuse a table with cells that point to where nothing is, or texts that are none.

    Raises:
        DataError: naming row and column.
    """
    if _reads(lambda: table.validate(full=True)):
        return
    for column in table.column_names:
        first = 0
        for chunk in table.column(column).chunks:
            low, high = 0, len(chunk)
            if not _reads(lambda c=chunk: c.validate(full=True)):  # type: ignore[misc]
                while high - low > 1:
                    middle = (low + high) // 2
                    whole = chunk.slice(0, middle)
                    if _reads(lambda c=whole: c.validate(full=True)):  # type: ignore[misc]
                        low = middle
                    else:
                        high = middle
                raise _damaged(name, "A cell is not whole", (first + low, column))
            first += len(chunk)


def _damaged(name: str, fault: object, place: tuple[int | None, str | None]) -> DataError:
    row, column = place
    where = "" if column is None else f", column `{column}`"
    where += "" if row is None else f", row {row:,}"
    said = next(iter(str(fault).splitlines()), "")
    return DataError.expected(
        f"{name}{where}",
        "a whole file of Arrow",
        "a damaged one",
        "Fetch or write the file again.",
        evidence=f"{said.removesuffix('.')}.",
        column=column,
        rows=None if row is None else (row,),
    )
