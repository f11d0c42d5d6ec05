"""What rows come in: frames, dicts, lists, files, arrays."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import RequestError
from fivefold.serve.files import PICTURES, read_file

DOORS = "a frame, an Arrow table, a dict of columns, a list of dicts or a path"


def raw_columns(data: Any, schema: Schema) -> dict[str, Array]:
    """The columns that a model reads, as they came; nothing is imported to look inside.

    Args:
        data: a pandas or polars frame, an Arrow table, a dict of columns, a list of dicts, a path
            to a CSV, TSV, JSON or JSON lines file, a 2-D array with the columns in the order of
            the schema; for a model of one column also a bare list of its values or an array of
            images, and a folder of images.
        schema: names the columns; others are left out.

    Returns:
        One array of raw values a column, all of one length.

    Raises:
        RequestError: if the container is none of these, a column is missing or named twice, or
            lengths differ.
    """
    names = _names(schema)
    columns = _open(data, schema)
    for name in names:
        if name not in columns:
            raise missing(name, columns)
    lengths = {name: len(columns[name]) for name in names}
    if len(set(lengths.values())) > 1:
        raise RequestError(
            f"Request: expected columns of one length, found {lengths}.",
            remedy="Give every column the same number of values.",
            row=None,
            column=None,
            wanted="columns of one length",
            found=lengths,
        )
    return {name: columns[name] for name in names}


def opened(data: Any, schema: Schema, text: Mapping[str, str]) -> Any:
    """The rows of a file that a path names; anything else as it is.

    Args:
        data: as for `raw_columns`.
        schema: names the columns.
        text: how the file it was fitted on is written.

    Raises:
        RequestError: as `read_file` does.
    """
    if isinstance(data, str | PathLike) and not Path(fspath(data)).is_dir():
        return read_file(Path(fspath(data)), schema, text)
    return data


def missing(name: str, found: Iterable[str], row: int | None = None) -> RequestError:
    """The error for a column that is not there, with the names that come near."""
    there = list(found)
    near = get_close_matches(name, there, n=3, cutoff=0.6)
    where = "Request" if row is None else f"Request, row {row:,}"
    shown = ", ".join(map(repr, there[:20])) + (", ..." if len(there) > 20 else "")
    return RequestError(
        f"{where}: expected a column {name!r}, found {shown or 'no column'}.",
        evidence=f"Near it: {', '.join(map(repr, near))}." if near else "",
        remedy=f"Give {name!r} in every row, null where it is not known.",
        row=row,
        column=name,
        wanted=f"a column {name!r}",
        found=there,
    )


def _names(schema: Schema) -> list[str]:
    return [column.name for column in schema.inputs]


def _open(data: Any, schema: Schema) -> dict[str, Array]:
    single = _names(schema)[0] if len(schema.inputs) == 1 else None
    if isinstance(data, str | PathLike):
        place = Path(fspath(data))
        if place.is_dir() and single is not None and schema.inputs[0].kind == "image":
            files = sorted(f for f in place.rglob("*") if f.suffix.lower() in PICTURES)
            return {single: column(files)}
        return _open(read_file(place, schema), schema)
    if isinstance(data, Mapping):
        return {str(name): _values(str(name), values) for name, values in data.items()}
    if hasattr(data, "column_names") and hasattr(data, "column"):  # an Arrow table or batch
        return _named(data.column_names, lambda i: _from_arrow(data.column(i)), schema)
    if hasattr(data, "columns") and hasattr(data, "__getitem__"):  # a pandas or polars frame
        names = list(data.columns)
        return _named(names, lambda i: np.asarray(data[names[i]]), schema)
    if isinstance(data, np.ndarray):
        return _from_array(data, schema)
    if isinstance(data, Sequence) and not isinstance(data, bytes | bytearray | memoryview):
        if all(isinstance(row, Mapping) for row in data):
            return _from_rows(data, schema)
        if single is not None:
            return {single: column(data)}
        row = next(row for row, value in enumerate(data) if not isinstance(value, Mapping))
        raise RequestError(
            f"Request, row {row:,}: expected an object of columns, found {data[row]!r:.60}.",
            remedy="Pass a list of dicts, one dict a row: [{...}].",
            row=row,
            column=None,
            wanted="an object of columns",
            found=f"{data[row]!r:.60}",
        )
    raise RequestError(
        f"Request: expected {DOORS}, found {type(data).__name__}.",
        remedy="Pass a list of dicts, one dict a row: [{...}].",
        row=None,
        column=None,
        wanted=DOORS,
        found=type(data).__name__,
    )


def _named(names: Sequence[Any], values: Any, schema: Schema) -> dict[str, Array]:
    """Only the wanted columns are touched, so that a broken one beside them does no harm."""
    columns: dict[str, Array] = {}
    wanted = set(_names(schema))
    for position, name in enumerate(map(str, names)):
        if name not in wanted:
            columns.setdefault(name, np.empty(0, dtype=object))
            continue
        if name in columns:
            raise RequestError(
                f"Request: expected one column {name!r}, found two.",
                remedy="Rename or drop one of them.",
                row=None,
                column=name,
                wanted="one column",
                found="two",
            )
        columns[name] = values(position)
    return columns


def _from_arrow(values: Any) -> Array:
    # Arrow turns whole numbers with nulls into floats, which are exact below 2**53 only.
    if values.null_count:
        return column(values.to_pylist())
    return np.asarray(values.to_numpy(zero_copy_only=False))


def _from_array(data: Array, schema: Schema) -> dict[str, Array]:
    names = _names(schema)
    if len(names) == 1 and (data.ndim != 2 or data.shape[1] != 1):
        return {names[0]: data}
    if data.ndim != 2 or data.shape[1] != len(names):
        raise RequestError(
            f"Request: expected an array of shape (rows, {len(names)}), found {data.shape}.",
            remedy=f"Order its columns like this: {', '.join(names[:20])}.",
            row=None,
            column=None,
            wanted=(None, len(names)),
            found=data.shape,
        )
    return {name: data[:, position] for position, name in enumerate(names)}


def _from_rows(rows: Sequence[Mapping[str, Any]], schema: Schema) -> dict[str, Array]:
    columns: dict[str, Array] = {}
    for name in _names(schema):
        try:
            columns[name] = column([row[name] for row in rows])
        except KeyError:
            at = next(number for number, row in enumerate(rows) if name not in row)
            raise missing(name, map(str, rows[at]), at) from None
    return columns


def _values(name: str, values: Any) -> Array:
    if isinstance(values, np.ndarray):
        return values
    if hasattr(values, "__array__") and not hasattr(values, "to_pylist"):
        return np.asarray(values)
    if hasattr(values, "to_pylist"):
        return _from_arrow(values)
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise RequestError(
            f"Request, column {name!r}: expected a list of values, found {values!r:.60}.",
            remedy="Pass [row] for one row, or {name: [value]}.",
            row=None,
            column=name,
            wanted="a list of values",
            found=values,
        )
    return column(list(values))


def column(values: Sequence[Any]) -> Array:
    """Python values as an object array of one dimension, whatever they are."""
    array = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):
        array[position] = value
    return array
