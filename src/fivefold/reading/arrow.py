"""Arrow columns as arrays and codes."""

import ast
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array
from fivefold.reading.objects import narrowed, seconds_of
from fivefold.reading.raw import Read

_UNNAMED = "__index_level_"
_EXTENSION = b"ARROW:extension:"


def has_pyarrow() -> bool:
    """Whether pyarrow is installed; it is imported."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return True


def from_arrow(column: Any, field: Any = None) -> Read:
    """An Arrow column as an array or codes, and what its type says.

    Args:
        column: `pyarrow.ChunkedArray` or `Array`.
        field: of the schema it stands in, whose metadata may name an extension type.
    """
    import pyarrow as pa
    import pyarrow.types as types

    column, extension = _storage(column, field)
    if extension is not None:
        return extension
    kind = column.type
    if types.is_dictionary(kind):
        return _dictionary(column), "ranks" if kind.ordered and _agree(column) else "levels"
    if types.is_string_view(kind):
        column, kind = column.cast(pa.large_string()), pa.large_string()
    if types.is_string(kind) or types.is_large_string(kind):
        return _texts(column), None
    if types.is_boolean(kind):
        return objects(column.to_pylist()) if column.null_count else _numpy(column), "truth"
    if types.is_integer(kind):
        return objects(column.to_pylist()) if column.null_count else numbers_of(column), None
    if types.is_floating(kind):
        if kind == pa.float16():  # not every version gives nulls of this type
            return numbers_of(column.cast(pa.float32())).astype(np.float16), None
        return numbers_of(column), None
    if types.is_timestamp(kind) or types.is_date(kind):
        return _numpy(column).astype("M8[us]"), "moment"
    if types.is_duration(kind):
        return seconds_of(_numpy(column)), "span"
    if types.is_time(kind):
        cells = column.cast(pa.time64("us"), safe=False).to_pylist()
        return objects(None if cell is None else cell.isoformat() for cell in cells), None
    return narrowed(objects(column.to_pylist())), None


def _flat(column: Any) -> bool:
    return not hasattr(column, "num_chunks")


def _numpy(column: Any) -> Array:
    """A column of booleans, numbers or times; missing ones are NaN or NaT."""
    return np.asarray(column.to_numpy(zero_copy_only=False))


def numbers_of(column: Any) -> Array:
    """A column of whole numbers without missing ones, or of floats, whose missing ones are NaN.

    Arrow's own `to_numpy` imports pandas, which is more than some machines have memory for, and so
    does a number of Python's that is handed to Arrow.
    """
    import pyarrow as pa

    column = _whole(column)
    if column.null_count:
        known = [None, pa.py_buffer(np.array([np.nan]))]
        nan = pa.Array.from_buffers(pa.float64(), 1, known)[0]
        column = column.fill_null(nan.cast(column.type))
    return np.from_dlpack(column)


def _whole(column: Any) -> Any:
    """A column in one chunk."""
    if _flat(column):
        return column
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _texts(column: Any) -> Coded:
    import pyarrow as pa

    encoded = column.dictionary_encode()
    if not _flat(encoded):
        encoded = _whole(encoded.unify_dictionaries())
    if not isinstance(encoded, pa.Array):  # of no chunk
        return Coded(np.empty(0, np.int32), np.empty(0, object))
    return _coded(encoded, objects(encoded.dictionary.to_pylist()))


def _dictionary(column: Any) -> Coded:
    column = column if _flat(column) else _whole(column.unify_dictionaries())
    values, _ = from_arrow(column.dictionary)
    return _coded(column, values.array() if isinstance(values, Coded) else values)


def _agree(column: Any) -> bool:
    """Whether all chunks of a column of levels have the same ones in the same order."""
    chunks = [column] if _flat(column) else column.chunks
    return all(chunk.dictionary.equals(chunks[0].dictionary) for chunk in chunks[1:])


def _coded(encoded: Any, values: Array) -> Coded:
    codes = encoded.indices.cast("int32")
    codes = codes.fill_null(-1) if codes.null_count else codes
    return Coded(numbers_of(codes), values)


def _storage(column: Any, field: Any) -> tuple[Any, Read | None]:
    """A column without its extension type; periods and intervals of pandas are read at once."""
    name, metadata = "", b""
    if hasattr(column.type, "extension_name"):
        name = column.type.extension_name
        metadata = column.type.__arrow_ext_serialize__() if name.startswith("pandas.") else b""
        chunks = [column] if _flat(column) else column.chunks
        import pyarrow as pa

        column = pa.chunked_array([chunk.storage for chunk in chunks], column.type.storage_type)
    elif field is not None and field.metadata and _EXTENSION + b"name" in field.metadata:
        name = field.metadata[_EXTENSION + b"name"].decode()
        metadata = field.metadata.get(_EXTENSION + b"metadata", b"")
    if name == "pandas.period":
        return column, (_periods(column, json.loads(metadata)["freq"]), "moment")
    if name == "pandas.interval":
        closed = json.loads(metadata)["closed"]
        return column, (objects(_interval(cell, closed) for cell in column.to_pylist()), None)
    if name == "arrow.bool8":
        return column.cast("bool"), None
    if name == "arrow.uuid":
        from uuid import UUID

        cells = column.to_pylist()
        return column, (objects(None if v is None else str(UUID(bytes=v)) for v in cells), None)
    return column, None


def _periods(column: Any, frequency: str) -> Array:
    import pandas as pd

    present = np.asarray(column.is_valid())
    ordinals = column.fill_null(0).to_numpy()
    begins: Any = pd.PeriodIndex.from_ordinals(ordinals, freq=frequency)  # type: ignore[attr-defined]
    begins = begins.to_timestamp().to_numpy()
    moments: Array = begins.astype("M8[us]")
    moments[~present] = np.datetime64("NaT", "us")
    return moments


def _interval(cell: Any, closed: Any) -> str | None:
    if cell is None or cell["left"] is None:
        return None
    import pandas as pd

    ends: Any = [cell["left"], cell["right"]]
    if isinstance(ends[0], datetime):
        ends = [pd.Timestamp(end) for end in ends]
    elif isinstance(ends[0], timedelta):
        ends = [pd.Timedelta(end) for end in ends]
    return str(pd.Interval(ends[0], ends[1], closed))


def index_columns(table: Any) -> tuple[set[str], set[str], dict[str, Array]]:
    """What a table says of the index of the pandas frame that it was made from.

    Returns:
        Columns that are named levels, columns that are unnamed ones, and named levels that are
        only described, as counted numbers.
    """
    described = table.schema.pandas_metadata or {}
    labels: set[str] = set()
    ranges: dict[str, Array] = {}
    for level in described.get("index_columns", ()):
        if isinstance(level, str):
            labels.add(level)
        elif isinstance(level, dict) and level.get("name") is not None:
            ends = (level["start"], level["stop"], level["step"])
            counted = np.arange(*ends, dtype=np.int64)
            if len(counted) == len(table):
                ranges[str(level["name"])] = counted
    hidden = {name for name in table.column_names if name.startswith(_UNNAMED)}
    return labels - hidden, hidden, ranges


def categories_of(table: Any) -> set[str]:
    """Columns that were categories in the pandas frame that a table was made from.

    Parquet keeps texts as such, and whole numbers, times and others as what they were before.
    """
    described = table.schema.pandas_metadata or {}
    columns = (c for c in described.get("columns", ()) if isinstance(c, dict))
    levels = (c for c in columns if c.get("pandas_type") == "categorical")
    return {str(c.get("field_name") or c.get("name")) for c in levels}


def classes_of(table: Any) -> dict[str, list[str]]:
    """The names of classes that a table of Hugging Face has in place of numbers, by column."""
    try:
        told = json.loads((table.schema.metadata or {}).get(b"huggingface", b"{}"))
        features = told.get("info", {}).get("features", {})
        each = {k: f for k, f in features.items() if isinstance(f, dict)}
    except (ValueError, AttributeError):
        return {}
    return {k: f["names"] for k, f in each.items() if f.get("_type") == "ClassLabel"}


def by_name(values: Any, names: Sequence[str]) -> Coded | None:
    """Numbers of classes as their names; -1 is missing. None where they are not such numbers."""
    cells = [-1 if cell is None else cell for cell in values.tolist()]
    if not names or not all(isinstance(cell, int) and cell < len(names) for cell in cells):
        return None
    return Coded(np.maximum(np.array(cells, np.int32), -1), objects(names))


def name_of(label: str, table: Any) -> str:
    """The name of a column; that of several levels, as pandas writes it, has them joined by `_`."""
    described = table.schema.pandas_metadata or {}
    if len(described.get("column_indexes", ())) < 2:
        return label
    try:
        parts = ast.literal_eval(label)
    except (ValueError, SyntaxError):
        return label
    return "_".join(str(p) for p in parts if str(p)) if isinstance(parts, tuple) else label
