"""Rows as short vectors, by which it is told how unlike they are; no model is needed for that."""

import re
from collections.abc import Iterable
from zlib import crc32

import numpy as np

from fivefold.codecs.table import Array, Table

WIDTH = 64
POINTS = 256
"""Numbers that a picture, sound or series is thinned to."""

_WORD = re.compile(r"\w+")


def likeness(table: Table, names: Iterable[str], width: int = WIDTH) -> Array:
    """Vectors of rows that are near where rows are alike.

    Each column is a vector of length 1: words by hashed counts, numbers by how far they stand from
    the mean, arrays by a random projection of their numbers. They are added up.

    Args:
        table: of canonical values.
        names: of the columns that are read.
        width: of the vectors.

    Returns:
        `(n, width)` float32.

    Example:
        >>> from fivefold.codecs.table import Columns
        >>> texts = np.array(["red car", "car red", "blue sky"], object)
        >>> near = likeness(Columns({"text": texts}), ["text"])
        >>> np.abs(near @ near.T).round(1)[0].tolist()
        [1.0, 1.0, 0.0]
    """
    found = np.zeros((len(table), width))
    for name in names:
        draw = np.random.default_rng(crc32(name.encode()))
        each = _vectors(table.column(name), width, draw)
        size = np.linalg.norm(each, axis=1, keepdims=True)
        found += np.divide(each, size, out=np.zeros_like(each), where=size > 1)
        found += np.where(size > 1, 0, each)
    return found.astype(np.float32)


def _vectors(values: Array, width: int, draw: np.random.Generator) -> Array:
    if values.dtype.kind in "Mm":
        missing = np.isnat(values)
        values = np.where(missing, 0, values.astype(np.int64)).astype(float)
        values[missing] = np.nan
    if values.dtype.kind in "biuf":
        numbers = values.reshape(len(values), -1).astype(float)
        return _projected(list(numbers), width, draw)
    known = next((value for value in values if value is not None), "")
    if isinstance(known, np.ndarray):
        flat = [np.zeros(1) if v is None else np.asarray(v, float).ravel() for v in values]
        return _projected(flat, width, draw)
    salt, found = int(draw.integers(2**31)), np.zeros((len(values), width))
    for row, value in enumerate(values):
        words = [] if value is None else _WORD.findall(str(value).casefold())
        codes = np.array(
            [crc32(word.encode("utf-8", "surrogatepass"), salt) for word in words], np.int64
        )
        np.add.at(found[row], codes % width, np.where(codes & 0x8000_0000, 1, -1))
    return found


def _projected(rows: list[Array], width: int, draw: np.random.Generator) -> Array:
    """Numbers of each row, thinned to as many, standardised and projected."""
    points = min(POINTS, max((len(row) for row in rows), default=1))
    numbers = np.stack([_thinned(row, points) for row in rows]) if rows else np.zeros((0, points))
    known = np.isfinite(numbers)
    numbers = np.where(known, numbers, 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    numbers = np.where(known, numbers - numbers.sum(axis=0) / count, 0.0)
    spread = np.sqrt((numbers**2).sum(axis=0) / count)
    numbers /= np.where(spread > 0, spread, 1)
    axes = draw.standard_normal((points, width)) / np.sqrt(width * points)
    return np.asarray(numbers @ axes)


def _thinned(row: Array, points: int) -> Array:
    if len(row) == points:
        return row
    if not len(row):
        return np.full(points, np.nan)
    return np.asarray(row[np.linspace(0, len(row) - 1, points).round().astype(int)])
