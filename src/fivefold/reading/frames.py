"""Frames of any library by the Arrow protocol, and arrays in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Kind
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding
from fivefold.errors import DataError
from fivefold.reading.raw import Raw, unique_names

EXACT = 2**53
"""The largest whole number below which float64 holds every one."""


def is_frame(source: object) -> bool:
    """Whether it is a frame: it speaks the Arrow stream protocol, or is a pandas DataFrame."""
    return hasattr(source, "__arrow_c_stream__") or _is_pandas(source)


def read_frame(frame: Any, name: str = "frame") -> Raw:
    """The columns of a frame; an index is no column.

    Args:
        frame: a pandas or polars DataFrame, an Arrow table, or anything with
            `__arrow_c_stream__`.
        name: of the source, for messages.

    Raises:
        DataError: if a column name occurs twice.
    """
    if _is_pandas(frame):
        return _read_pandas(frame, name)
    import pyarrow as pa

    table = frame if isinstance(frame, pa.Table) else pa.table(frame)
    return read_arrow(table, name)


def read_arrow(table: Any, name: str) -> Raw:
    """The columns of an Arrow table.

    Raises:
        DataError: if a column name occurs twice.
    """
    names = unique_names(table.column_names, name)
    hidden = _pandas_index(table)
    table = table.rename_columns(names)
    columns, kinds = {}, {}
    for column in names:
        if column in hidden:
            continue
        columns[column], kind = from_arrow(table.column(column))
        if kind is not None:
            kinds[column] = kind
    return Raw(name=name, columns=columns, kinds=kinds)


def read_arrays(x: Any, y: Any, name: str = "arrays") -> Raw:
    """A matrix `(n, d)` or images `(n, height, width[, channels])`, and the target `(n,)`.

    Columns are called `x0`, `x1` and so on (`image` for images), the target `target`, unless
    they bring names of their own.

    Raises:
        DataError: if the lengths differ or a shape cannot be read.
    """
    target = str(getattr(y, "name", None) or "target")
    labels = _one_column(y)
    if is_frame(x):
        raw = read_frame(x, name)
        columns, kinds = dict(raw.columns), dict(raw.kinds)
    else:
        columns, kinds = _matrix(x, name)
    rows = len(next(iter(columns.values()), ()))
    if rows != len(labels):
        raise DataError(
            f"{name}: expected X and y of one length, found {rows:,} and {len(labels):,} rows.",
            remedy="Pass one target a row.",
            lengths=(rows, len(labels)),
        )
    while target in columns:
        target += "_"
    return Raw(name=name, columns={**columns, target: labels}, kinds=kinds, target=target)


def read_columns(columns: Mapping[Any, Any], name: str = "columns") -> Raw:
    """A mapping of column names to arrays or lists of equal length.

    Raises:
        DataError: if the lengths differ.
    """
    names = unique_names(list(columns), name)
    arrays = {key: _as_array(values) for key, values in zip(names, columns.values(), strict=True)}
    lengths = {key: len(values) for key, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(
            f"{name}: expected columns of one length, found {lengths}.",
            remedy="Pass one value a row in each column.",
            lengths=lengths,
        )
    return Raw(name=name, columns=arrays, kinds=_kinds_of(arrays))


def read_records(records: Sequence[Mapping[Any, Any]], name: str = "records") -> Raw:
    """A list of mappings, one a row; what a row lacks is missing there."""
    names = unique_names(list(dict.fromkeys(key for row in records for key in row)), name)
    columns = {key: narrowed(objects(row.get(key) for row in records)) for key in names}
    return Raw(name=name, columns=columns, kinds=_kinds_of(columns))


def from_arrow(column: Any) -> "tuple[Array, Kind | None]":
    """An Arrow column as an array, and the kind that its type decides."""
    import pyarrow as pa
    import pyarrow.types as types

    declared: Kind | None = None
    if types.is_dictionary(column.type):
        column, declared = column.cast(column.type.value_type), "categorical"
    kind = column.type
    if types.is_boolean(kind):
        values = column.to_numpy() if not column.null_count else objects(column.to_pylist())
        return values, declared or "boolean"
    if types.is_integer(kind):
        if not column.null_count:
            return column.to_numpy(), declared
        wide = objects(column.to_pylist())
        exact = all(value is None or abs(value) < EXACT for value in wide)
        return (wide.astype(np.float64) if exact else wide), declared
    if types.is_decimal(kind):
        return column.cast(pa.float64()).to_numpy(), declared
    if types.is_floating(kind):
        return column.cast(
            pa.float64()
        ).to_numpy() if kind == pa.float16() else column.to_numpy(), declared
    if types.is_timestamp(kind) or types.is_date(kind):
        plain = column.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False)
        return plain.to_numpy().astype("M8[us]"), "datetime"
    if types.is_duration(kind):
        spans = column.cast(pa.duration("us"), safe=False).to_numpy()
        seconds = spans.astype("m8[us]") / np.timedelta64(1, "s")
        return seconds, "numeric"
    if types.is_time(kind):
        return objects(None if v is None else v.isoformat() for v in column.to_pylist()), declared
    return objects(column.to_pylist()), declared


def narrowed(values: Array) -> Array:
    """An object array of numbers only, or of booleans only, as such; others as they are."""
    types = {type(value) for value in values}
    if types == {bool}:
        return values.astype(bool)
    if types and types <= {int, float, type(None)} and types != {type(None)}:
        if any(type(value) is int and abs(value) >= EXACT for value in values):
            return values
        if types == {int}:
            return values.astype(np.int64)
        return values.astype(np.float64)
    return values


def _is_pandas(frame: object) -> bool:
    return type(frame).__module__.split(".")[0] == "pandas" and hasattr(frame, "iloc")


def _read_pandas(frame: Any, name: str) -> Raw:
    import pyarrow as pa

    frame = frame.to_frame() if frame.ndim == 1 else frame
    labels = ["_".join(map(str, c)) if isinstance(c, tuple) else c for c in frame.columns]
    columns: dict[str, Array] = {}
    kinds: dict[str, Kind] = {}
    for place, key in enumerate(unique_names(labels, name)):
        series = frame.iloc[:, place]
        if getattr(series.dtype, "kind", "") == "c":  # Arrow has no such type
            columns[key] = series.to_numpy()
            continue
        try:
            converted = pa.chunked_array([pa.Array.from_pandas(series)])
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            columns[key] = narrowed(objects(series.tolist()))  # values of several types
            continue
        columns[key], kind = from_arrow(converted)
        if kind is not None:
            kinds[key] = kind
    findings: tuple[Finding, ...] = ()
    if frame.index.name is not None:
        findings = (_index_left_out(name, str(frame.index.name)),)
    return Raw(name=name, columns=columns, kinds=kinds, findings=findings)


def _index_left_out(name: str, index: str) -> Finding:
    return Finding(
        code="index",
        severity="note",
        sentence=f"The index `{index}` of the {name} is no column; left out. Call reset_index() "
        "to keep it.",
        numbers={"index": index},
        stage="Collect",
    )


def _pandas_index(table: Any) -> set[str]:
    """Columns that only hold the row labels of the pandas frame a table was made from."""
    described = table.schema.pandas_metadata or {}
    index = {name for name in described.get("index_columns", ()) if isinstance(name, str)}
    return {name for name in index if name.startswith("__index_level_")}


def _matrix(x: Any, name: str) -> tuple[dict[str, Array], dict[str, Kind]]:
    array = np.asarray(x)
    if array.ndim == 1 and array.dtype.kind in "OUS":
        return {"x0": _as_array(array)}, {}
    if array.ndim in (1, 2) and array.dtype.kind in "fiubOUS":
        array = array.reshape(len(array), -1)
        columns = {f"x{place}": _as_array(array[:, place]) for place in range(array.shape[1])}
        return columns, _kinds_of(columns)
    if array.ndim in (3, 4) and array.dtype.kind in "fiub":
        return {"image": array}, {"image": "image"}
    raise DataError(
        f"{name}: expected X as (rows, columns) or images (rows, height, width[, channels]), "
        f"found shape {array.shape} of {array.dtype}.",
        remedy="Pass a matrix, a stack of images or a frame.",
        shape=array.shape,
    )


def _one_column(y: Any) -> Array:
    if hasattr(y, "cat") or _is_pandas(y):
        return next(iter(_read_pandas(y, "y").columns.values()))
    labels = _as_array(y)
    return labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels


def _as_array(values: Any) -> Array:
    if _is_pandas(values):
        return next(iter(_read_pandas(values, "column").columns.values()))
    if isinstance(values, np.ma.MaskedArray):
        return narrowed(objects(None if v is np.ma.masked else v for v in values))
    if isinstance(values, np.ndarray):
        if values.dtype.kind in "US":
            return values.astype(object)
        return narrowed(values) if values.dtype.kind == "O" and values.ndim == 1 else values
    if hasattr(values, "__array__"):
        return _as_array(np.asarray(values))
    return narrowed(objects(values))


def _kinds_of(columns: Mapping[str, Array]) -> dict[str, Kind]:
    by_dtype: dict[str, Kind] = {"b": "boolean", "M": "datetime"}
    return {
        name: by_dtype[values.dtype.kind]
        for name, values in columns.items()
        if values.dtype.kind in by_dtype
    }
