"""Numbers over time, as a cell may hold them: arrays, lists, JSON, texts of numbers, files."""

import io
import json
import math
import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.base64text import bytes_of_text
from fivefold.codecs.table import Array

NUMPY = b"\x93NUMPY"
"""What a file of numpy begins with."""

BASE64 = b64encode(NUMPY).decode("ascii")
"""What such a file begins with as base64."""

BEYOND = 1e30
"""Size of numbers that are no measurements: infinite ones, and what stands for none in files."""

FAR = 1e6
"""Deviations from the training mean that are told apart; a network knows nothing of them."""

MISSING = frozenset(("", "nan", "na", "n/a", "null", "none", "-", "?"))
"""Texts that stand for a missing number within a series, in lower case."""

MOST = 10_000_000
"""Numbers of a series, at most."""

FEWEST = 5
"""Numbers of a cell from which on it is known for a series where nobody says so."""

_PARTS = re.compile(r"[,\t ]+")
_ENDS = re.compile(r"[\n;]+")


def series_of(cell: Any) -> Array | None:
    r"""A cell as `(steps, channels)` float64, NaN where a number is missing; None without steps.

    Args:
        cell: an array or list of one axis (one channel) or two (steps x channels); a text: such
            lists as JSON, numbers in one line (steps), or a line a step; the path or the bytes of
            a file of numpy or of such a text, which may have a header.

    Raises:
        ValueError: if it holds something else.
        TypeError: if it is nothing of this.

    Example:
        >>> series_of([1, None, 3]).T.tolist(), series_of("a,b\n1,2\n3,4\n").tolist()
        ([[1.0, nan, 3.0]], [[1.0, 2.0], [3.0, 4.0]])
        >>> series_of("0.5 1 2").shape, series_of([]) is None
        ((3, 1), True)
    """
    if isinstance(cell, Path):
        cell = _content(cell)
    if isinstance(cell, bytes | bytearray):
        cell = _of_bytes(bytes(cell))
    if isinstance(cell, str):
        cell = _of_text(cell)
    if isinstance(cell, str):  # of a file in base64
        cell = _of_text(cell)
    if hasattr(cell, "detach"):
        cell = cell.detach().cpu().numpy()
    if not isinstance(cell, list | tuple | np.ndarray):
        raise TypeError("it is no list, array or text of numbers")
    array = _array(cell)
    if array.ndim not in (1, 2):
        raise ValueError(f"steps x channels are wanted, it has {array.ndim} axes")
    array = array[:, None] if array.ndim == 1 else array
    if array.size > MOST:
        raise ValueError(f"at most {MOST:,} numbers are wanted, it has {array.size:,}")
    if not array.size:
        return None
    array = np.array(array, np.float64, order="C")
    array[np.abs(array) >= BEYOND] = np.nan
    return array + 0.0  # -0.0 is 0.0


def _array(cell: Any) -> Array:
    if isinstance(cell, np.ma.MaskedArray):
        cell = np.ma.filled(cell.astype(np.float64), np.nan)
    if isinstance(cell, np.ndarray) and cell.dtype.kind in "fiub":
        return cell
    if not len(cell):
        return np.empty(0)
    if all(isinstance(item, list | tuple | np.ndarray) for item in cell):
        rows = [[_number(item) for item in row] for row in cell]
        if len({len(row) for row in rows}) > 1:
            raise ValueError("every step must have as many channels")
        return np.array(rows)
    return np.array([_number(item) for item in cell])


def _number(item: Any) -> float:
    if item is None or type(item).__name__ == "NAType":
        return math.nan
    if isinstance(item, str):
        return math.nan if item.strip().lower() in MISSING else float(item)
    if isinstance(item, bool | int | float | np.number | np.bool_):
        return float(item)
    raise ValueError("it holds more than numbers")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ValueError(f"its file cannot be read: {fault.strerror}") from None


def _of_bytes(content: bytes) -> Any:
    if content.startswith(NUMPY):
        try:
            return np.load(io.BytesIO(content), allow_pickle=False)
        except (ValueError, EOFError, OSError):
            raise ValueError("its file of numpy is damaged, or holds objects") from None
    if not content.strip():
        raise ValueError("its file is empty")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("its file holds neither numbers in text nor an array of numpy") from None


def _of_text(text: str) -> Any:
    text = text.strip()
    if text.startswith(("data:", BASE64)):
        return _of_bytes(bytes_of_text(text))
    if text.startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError("its text is no list in JSON") from None
    lines = [line.strip() for line in _ENDS.split(text) if line.strip()]
    rows = [_parts(line) for line in lines]
    if len(rows) > 1 and not all(map(_is_number, rows[0])):
        rows = rows[1:]  # names of channels
    return rows[0] if len(rows) == 1 and len(lines) == 1 else rows


def _parts(line: str) -> list[str]:
    """The fields of a line; between commas and tabs blanks and missing ones count."""
    for mark in ("\t", ","):
        if mark in line:
            return [part.strip() for part in line.split(mark)]
    return _PARTS.split(line)


def _is_number(part: str) -> bool:
    try:
        _number(part)
    except ValueError:
        return False
    return True


def plain(series: Array) -> list[Any]:
    """A series as lists for JSON, None for missing numbers; of one channel a list of numbers.

    Example:
        >>> plain(np.array([[1.0], [np.nan]])), plain(np.array([[1.0, 2.0]]))
        ([1.0, None], [[1.0, 2.0]])
    """
    rows: list[Any] = series[:, 0].tolist() if series.shape[1] == 1 else series.tolist()
    if not np.isnan(series).any():
        return rows
    if series.shape[1] == 1:
        return [None if math.isnan(value) else value for value in rows]
    return [[None if math.isnan(value) else value for value in row] for row in rows]


def is_series(value: object) -> bool:
    """Whether a raw cell is numbers over time and nothing else: a list or array of a few numbers.

    Example:
        >>> is_series([0.5, 1, 2, 4, 8]), is_series(["a"] * 9), is_series([0.5, 1])
        (True, False, False)
        >>> is_series((np.zeros(9), 8000))
        False
    """
    if isinstance(value, np.ndarray):
        if value.dtype != object:
            return value.dtype.kind in "fiu" and value.size >= FEWEST and is_long(value)
        value = value.tolist()
    if isinstance(value, Mapping) or not isinstance(value, list | tuple) or not value:
        return False
    first = value[0]
    nested = isinstance(first, list | tuple | np.ndarray)
    if nested != isinstance(value[-1], list | tuple | np.ndarray):  # samples, say, and their rate
        return False
    inner = list(first) if nested else list(value)
    real = [item for item in inner if item is not None]
    if not real or len(inner) * (len(value) if nested else 1) < FEWEST:
        return False
    return all(
        isinstance(item, int | float | np.number) and not isinstance(item, bool) for item in real
    )


def is_long(array: Array) -> bool:
    """Whether an array is rather numbers over time than a picture: of floats, and long or narrow.

    Example:
        >>> is_long(np.zeros((26, 4))), is_long(np.zeros((8, 8))), is_long(np.zeros((9, 2), "u1"))
        (True, False, False)
    """
    if array.ndim != 2 or array.dtype.kind not in "fi":
        return array.ndim == 1
    steps, channels = array.shape
    narrow = array.dtype.kind == "f" and channels <= 4 and steps != channels
    return steps >= 4 * channels or narrow


def deviations(series: Array, mean: Array, std: Array) -> Array:
    """A series in deviations from the training means, gaps filled, at most `FAR` of them.

    Example:
        >>> deviations(np.array([[1e20], [np.nan], [3.0]]), np.zeros(1), np.ones(1)).T.tolist()
        [[1000000.0, 500001.5, 3.0]]
    """
    return gaps_filled(np.clip((series - mean) / std, -FAR, FAR), np.zeros(series.shape[1]))


def gaps_filled(series: Array, usual: Array) -> Array:
    """Missing numbers on the line between the known ones around them; at the ends the nearest.

    Args:
        series: `(steps, channels)`, NaN where missing.
        usual: `(channels,)` for channels of which nothing is known.

    Example:
        >>> gaps_filled(np.array([[np.nan], [1.0], [np.nan], [3.0]]), np.zeros(1)).T.tolist()
        [[1.0, 1.0, 2.0, 3.0]]
    """
    gone = np.isnan(series)
    if not gone.any():
        return series
    filled, steps = series.copy(), np.arange(len(series))
    for channel in np.flatnonzero(gone.any(axis=0)):
        known = ~gone[:, channel]
        if known.any():
            values = np.interp(steps, steps[known], series[known, channel])
            filled[:, channel] = values
        else:
            filled[:, channel] = usual[channel]
    return filled


def thinned(series: Array, stride: int) -> Array:
    """The mean of each so many steps; the last of fewer, perhaps.

    Example:
        >>> thinned(np.array([[1.0], [3.0], [5.0]]), 2).T.tolist()
        [[2.0, 5.0]]
    """
    if stride == 1:
        return series
    starts = np.arange(0, len(series), stride)
    counts = np.diff([*starts, len(series)])
    means: Array = np.add.reduceat(series, starts, axis=0) / counts[:, None]
    return means
