"""Files of Arrow and ORC: Feather, what streams write, and what data sets are kept in."""

from collections.abc import Callable
from typing import Any

from fivefold.core.faults import missing_package
from fivefold.errors import DataError
from fivefold.reading.frames import read_arrow
from fivefold.reading.options import Reading
from fivefold.reading.raw import Raw
from fivefold.reading.suffix import suffix_of

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
    form = "ORC" if content.startswith(ORC) or suffix_of(name) == ".orc" else "Arrow"
    try:
        table = _opened(content)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _damaged(name, fault, _place(content), form) from None
    check_cells(table, name, form)
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
    """The first row that cannot be read, and its column where others can; None if it is not told.

    Rows come in batches, and in stripes of ORC: it is the first of these.
    """
    import pyarrow as pa

    try:
        if content.startswith(FEATHER):
            return None, None
        if content.startswith(ORC):
            from pyarrow import orc

            names = orc.ORCFile(pa.BufferReader(content)).schema.names
        else:
            names = _batches(content, None).schema.names
    except (pa.ArrowException, OSError, ValueError):
        return None, None
    reached = {name: _rows_read(content, place, name) for place, name in enumerate(names)}
    row = min(reached.values())
    column, *others = [name for name in names if reached[name] == row]
    return row, column if not others or len(others) + 1 < len(names) else None


def _rows_read(content: bytes, place: int, name: str) -> int:
    """How many rows of a column can be read."""
    import pyarrow as pa

    rows = 0
    try:
        if content.startswith(ORC):
            from pyarrow import orc

            file = orc.ORCFile(pa.BufferReader(content))
            for stripe in range(file.nstripes):
                rows += file.read_stripe(stripe, columns=[name]).num_rows
        else:
            reader = _batches(content, place)
            several = getattr(reader, "num_record_batches", None)
            for batch in reader if several is None else map(reader.get_batch, range(several)):
                rows += batch.num_rows
    except (pa.ArrowException, OSError, ValueError):
        pass
    return rows


def _batches(content: bytes, place: int | None) -> Any:
    """What reads a file or a stream of Arrow, of one column perhaps."""
    import pyarrow as pa

    buffer = pa.BufferReader(content)
    some = pa.ipc.IpcReadOptions(included_fields=None if place is None else [place])
    if content.startswith(ARROW):
        return pa.ipc.open_file(buffer, options=some)
    return pa.ipc.open_stream(buffer, options=some)


def _reads(act: Callable[[], Any]) -> bool:
    import pyarrow as pa

    try:
        act()
    except (pa.ArrowException, OSError, ValueError):
        return False
    return True


def check_cells(table: Any, name: str, form: str = "Arrow", before: int = 0) -> None:
    """Refuse a table with cells that point to where nothing is, or texts that are none.

    Args:
        table: of Arrow.
        name: of the file, for messages.
        form: of the file.
        before: rows of it that stand before these.

    Raises:
        DataError: naming row and column.
    """
    if _reads(lambda: table.validate(full=True)):
        return
    for column in table.column_names:
        first = before
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
                raise _damaged(name, "A cell is not whole", (first + low, column), form)
            first += len(chunk)


def _damaged(
    name: str, fault: object, place: tuple[int | None, str | None], form: str
) -> DataError:
    row, column = place
    where = "" if column is None else f", column `{column}`"
    where += "" if row is None else f", row {row:,}"
    said = next(iter(str(fault).splitlines()), "")
    return DataError.expected(
        f"{name}{where}",
        f"a whole file of {form}",
        "a damaged one",
        "Fetch or write the file again.",
        evidence=f"{said.removesuffix('.')}.",
        column=column,
        rows=None if row is None else (row,),
    )
