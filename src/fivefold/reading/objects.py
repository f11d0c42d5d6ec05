"""Cells of Python as the few types that every reader of values knows."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array

EXACT = 2**53  # the largest whole number below which float64 holds every one

_PLAIN = {str, int, float, bool, type(None), date, Decimal, bytes, list, dict, tuple, np.ndarray}


def narrowed(values: Array) -> Array:
    """Python objects as numbers or booleans where all are such, else with plain cells.

    Whole numbers of which some are missing stay objects, so that they stay whole.
    Spans of time become seconds, times of day their ISO text, periods the moment they begin.

    Args:
        values: `(n,)` objects.

    Example:
        >>> narrowed(objects([1, 0.5])).tolist(), narrowed(objects([timedelta(hours=1)])).tolist()
        ([1.0, 0.5], [3600.0])
    """
    types = {type(value) for value in values}
    if dict in types:
        values = objects(map(picture_bytes, values))
        types = {type(value) for value in values}
    if not types <= _PLAIN:
        values = objects(plain_cell(value) for value in values)
        types = {type(value) for value in values}
    if types == {bool}:
        return values.astype(bool)
    if types and types <= {int, float, type(None)} and types != {type(None)}:
        if float not in types:
            whole = types == {int} and all(-(2**63) <= value < 2**63 for value in values)
            return values.astype(np.int64) if whole else values
        if any(type(value) is int and abs(value) >= EXACT for value in values):
            return values
        return values.astype(np.float64)
    return values


def plain_cell(value: Any) -> Any:
    """One object as a cell that can be read; what cannot be read stays as it is.

    Example:
        >>> plain_cell(time(7, 30)), plain_cell(timedelta(minutes=1))
        ('07:30:00', 60.0)
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, np.timedelta64):
        if np.isnat(value):
            return None
        known = np.datetime_data(value.dtype)[0] not in {"generic", "Y", "M"}
        return float(seconds_of(np.array([value]))[0]) if known else value
    name = type(value).__name__
    if isinstance(value, timedelta):
        return None if name == "NaTType" else value.total_seconds()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, Enum):
        return plain_cell(value.value)
    if isinstance(value, UUID) or name == "Interval":
        return str(value)
    if name == "Period" and hasattr(value, "to_timestamp"):
        return value.to_timestamp().to_datetime64().astype("M8[us]")
    if hasattr(value, "detach") and hasattr(value, "ndim"):  # of torch
        return value.item() if value.ndim == 0 else turned(array_of_tensor(value), axis=0)
    return value


def picture_bytes(cell: Any) -> Any:
    """The bytes of a picture as `datasets` and others write it: a struct of bytes and path."""
    if isinstance(cell, dict) and set(cell) == {"bytes", "path"}:
        content = cell["bytes"]
        return content if isinstance(content, bytes) else cell
    return cell


def seconds_of(spans: Array) -> Array:
    """`(n,)` timedelta64 as float64 seconds, to the microsecond; NaN for NaT."""
    whole: Array = spans.astype("m8[us]") / np.timedelta64(1, "s")
    return whole


def texts_of(values: Iterable[Any]) -> Coded:
    """Texts and None as codes."""
    cells = list(values)
    seen: dict[Any, int] = {}
    codes = [-1 if cell is None else seen.setdefault(cell, len(seen)) for cell in cells]
    return Coded(np.array(codes, np.int32), objects(seen))


def array_of(values: Any) -> "Array | Coded":
    """A column of any array-like or iterable: texts, numbers, booleans, dates or objects.

    Args:
        values: an array of numpy, torch or another library, a masked array, a list.
    """
    if isinstance(values, Coded):
        return values
    if isinstance(values, np.ma.MaskedArray):
        return _of_masked(values)
    if hasattr(values, "detach"):
        values = turned(array_of_tensor(values), axis=1)
    if not isinstance(values, np.ndarray) and hasattr(values, "__array__"):
        values = np.asarray(values)
    if isinstance(values, np.ndarray):
        return _of_numpy(values)
    return narrowed(objects(values))


def array_of_tensor(tensor: Any) -> Array:
    """The numbers of a tensor of torch, wherever and however it keeps them."""
    tensor = tensor.detach().cpu()
    if tensor.is_sparse or "sparse" in str(tensor.layout):
        tensor = tensor.to_dense()
    return np.asarray((tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy())


def turned(array: Any, *, axis: int) -> Any:
    """Pictures with their channels first, as torch has them, with their channels last.

    Clips too, whose channels come before or behind time.
    """
    if array.ndim == axis + 4 and array.shape[-1] not in (1, 3, 4):
        places = (axis + 1, axis)
        found = next((place for place in places if array.shape[place] in (1, 3, 4)), None)
        return array if found is None else np.moveaxis(array, found, -1)
    if array.ndim != axis + 3:
        return array
    first, last = array.shape[axis], array.shape[-1]
    return np.moveaxis(array, axis, -1) if first in (1, 3, 4) and last not in (1, 3, 4) else array


def _of_masked(values: Any) -> "Array | Coded":
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    mask, data = np.ma.getmaskarray(values), np.ma.getdata(values)
    if data.dtype.kind in "fMm":
        absent = np.nan if data.dtype.kind == "f" else "NaT"
        return _of_numpy(np.where(mask, np.array(absent, data.dtype), data))
    if data.ndim > 1:
        cells = data.astype(object)
        cells[mask] = None
        return cells
    pairs = zip(data.tolist(), mask.tolist(), strict=True)
    return narrowed(objects(None if gone else cell for cell, gone in pairs))


def _of_numpy(values: Array) -> "Array | Coded":
    if values.dtype.kind in "US":
        return _decoded(values).astype(object)
    if values.dtype.kind == "T":
        return objects(v if isinstance(v, str) else None for v in values.tolist())
    if values.dtype.kind == "m" and values.ndim == 1:
        return seconds_of(values)
    if values.dtype.kind == "M" and values.ndim == 1:
        return values.astype("M8[us]")
    return narrowed(values) if values.dtype == object and values.ndim == 1 else values


def _decoded(values: Array) -> Array:
    """Bytes as the texts that they are; other values, and bytes of no text, as they stand."""
    try:
        return np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values
    except UnicodeDecodeError:
        return values
