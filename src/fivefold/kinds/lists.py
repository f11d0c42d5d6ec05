"""Cells that are lists of numbers, or arrays, or the JSON text of such lists."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.cell import is_missing
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.word import word_reader


def read_numbers(cell: object, column: Column, shape: Sequence[int]) -> Array | None:
    """What `Kind.numbers_of` gives; lists of arrays, as Parquet has them, are lists too.

    Raises:
        ValueError: if it has another shape, or a number is not finite.
        TypeError: if it is no list.

    Example:
        >>> column = Column(name="route", kind="text")
        >>> read_numbers("[[0, 1], [2, 3.5]]", column, (-1, 2)).tolist()
        [[0.0, 1.0], [2.0, 3.5]]
        >>> read_numbers([], column, (-1, 2)).shape, read_numbers("", column, (-1, 2))
        ((0, 2), None)
    """
    if isinstance(cell, str | bytes) or is_missing(cell):
        text = word_reader(column)(cell)
        if text is None:
            return None
        try:
            cell = json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError("its text is no list in JSON") from None
    if not isinstance(cell, list | tuple | np.ndarray):
        raise TypeError("it is no list")
    try:
        array = np.asarray(_plain(cell))
    except (ValueError, RecursionError):
        raise ValueError("lists of one axis must be of one length") from None
    wanted = " x ".join("n" if size < 0 else str(size) for size in shape)
    if not len(array) and shape[0] < 0:
        array = np.empty([max(size, 0) for size in shape])
    if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
        raise ValueError("it holds more than finite numbers")
    if array.ndim != len(shape) or any(
        size not in (-1, found) for size, found in zip(shape, array.shape, strict=True)
    ):
        raise ValueError(f"{wanted} numbers are wanted, it has {' x '.join(map(str, array.shape))}")
    return array.astype(np.float64)


def _plain(cell: Any) -> Any:
    """The same without arrays of objects."""
    if isinstance(cell, np.ndarray) and cell.dtype != object:
        return cell
    return [_plain(item) for item in cell] if isinstance(cell, list | tuple | np.ndarray) else cell
