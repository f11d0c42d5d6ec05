"""Parquet files, where pyarrow is installed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fivefold.core.faults import missing_package
from fivefold.errors import DataError
from fivefold.reading.frames import read_arrow
from fivefold.reading.ipc import check_cells
from fivefold.reading.names import composed
from fivefold.reading.options import EVERY, Reading
from fivefold.reading.raw import Raw
from fivefold.reading.texts import in_pieces

MARK = b"PAR1"  # what a Parquet file begins with


def read_parquet(content: bytes, name: str, reading: Reading) -> Raw:
    """The rows of a Parquet file.

    Raises:
        DataError: if it is damaged, or names a column twice.
        PreflightError: if pyarrow is not installed.
    """
    file = _opened(content, name)
    import pyarrow as pa

    try:
        table = file.read()
    except (pa.ArrowException, OSError) as fault:
        raise _damaged(name, fault, *_place(file)) from None
    check_cells(table, name, "Parquet")
    raw, kept = _raw(table, name, reading), _kept_in_order(file)
    said = {k: "levels" if v == "ranks" and k not in kept else v for k, v in raw.types.items()}
    return raw.replace(types=said)


def _kept_in_order(file: Any) -> set[str]:
    """Columns whose levels each group of rows holds as they were; else in order of appearance."""
    groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
    held = [
        {c.path_in_schema for c in map(g.column, range(g.num_columns)) if c.has_dictionary_page}
        for g in groups
    ]
    return set.intersection(*held) if held else set()


def parquet_pieces(path: Path, reading: Reading, rows: int) -> Iterator[Raw] | None:
    """The rows of a Parquet file that are to be answered, in pieces and never as a whole.

    Columns that nobody asked for are not read. None where it takes all rows to tell the columns.
    """
    file = _opened(path, path.name)
    schema = file.schema_arrow
    described = (schema.pandas_metadata or {}).get("index_columns", ())
    counted = any(isinstance(level, dict) and level.get("name") for level in described)
    if counted or len(set(schema.names)) < len(schema.names):
        return None
    return _batches(file, path.name, reading, rows)


def _batches(file: Any, name: str, reading: Reading, rows: int) -> Iterator[Raw]:
    import pyarrow as pa

    schema = file.schema_arrow
    asked = set(map(composed, (*reading.inputs, *reading.keep)))
    wanted = [column for column in schema.names if composed(column) in asked]
    several = len((schema.pandas_metadata or {}).get("column_indexes", ())) > 1
    picked = None if several or EVERY in asked or len(wanted) < len(asked) else wanted
    try:
        batches = file.iter_batches(rows, columns=picked, use_threads=False)
        fields = [schema.field(name) for name in (schema.names if picked is None else picked)]
        read, first = pa.schema(fields, schema.metadata), 0
        for table in in_pieces(batches, read, rows):
            check_cells(table, name, "Parquet", first)
            first += len(table)
            raw = _raw(table, name, reading)
            others = tuple(column for column in schema.names if column not in table.column_names)
            yield raw.replace(whole=file.metadata.num_rows, others=(*raw.others, *others))
    except (pa.ArrowException, OSError) as fault:
        raise _damaged(name, fault, *_place(file)) from None


def _raw(table: Any, name: str, reading: Reading) -> Raw:
    raw = read_arrow(table, name)
    if not reading.keep:
        return raw
    own = {column: table.column(column) for column in table.column_names if column in raw.columns}
    return raw.keeping(reading.keep, {**raw.columns, **own})


def _opened(source: bytes | Path, name: str) -> Any:
    try:
        import pyarrow as pa
        import pyarrow.parquet as parquet
    except ImportError:
        remedy = "Install it with pip install pyarrow, or pass the rows as CSV or JSON lines."
        raise missing_package(name, "pyarrow", "reads Parquet files", remedy) from None
    try:
        held = source if isinstance(source, Path) else pa.BufferReader(source)
        return parquet.ParquetFile(held, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as fault:
        raise _damaged(name, fault) from None


def _place(file: Any) -> tuple[int | None, str | None]:
    """The first row of the first group that cannot be read, and the column in it."""
    import pyarrow as pa

    row = 0
    for group in range(file.metadata.num_row_groups):
        for column in file.schema_arrow.names:
            try:
                file.read_row_group(group, columns=[column])
            except (pa.ArrowException, OSError):
                return row, column
        row += file.metadata.row_group(group).num_rows
    return None, None


def _damaged(
    name: str, fault: Exception, row: int | None = None, column: str | None = None
) -> DataError:
    where = "" if column is None else f", column `{column}`, from row {row:,} on"
    return DataError(
        f"{name}{where}: expected a Parquet file, found a damaged one.",
        evidence=f"{str(fault).splitlines()[0].rstrip('.')}.",
        remedy="Fetch or write the file again.",
        column=column,
        rows=None if row is None else (row,),
    )
