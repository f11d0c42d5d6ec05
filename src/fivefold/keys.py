"""Which cells and which rows are equal, and which cells are missing."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b

import numpy as np

from fivefold.codecs.coded import coded_of
from fivefold.codecs.coded import missing_rows as missing_rows
from fivefold.codecs.digest import digest_of
from fivefold.codecs.table import Array

_STEP, _FIRST, _SECOND = map(
    np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)


def codes_of(values: Array) -> Array:
    """`(n,)` int64 in the order of first appearance, equal where cells are equal.

    Missing cells equal one another, and so do 0.0 and -0.0; pictures are equal in all pixels.

    Example:
        >>> codes_of(np.array([2.0, np.nan, 0.0, -0.0, np.nan])).tolist()
        [0, 1, 2, 2, 1]
    """
    if values.ndim > 1 or _holds_arrays(values):
        cells = np.empty(len(values), object)
        for place, value in enumerate(values):
            cells[place] = _content(value)
        values = cells
    codes = _codes(values).astype(np.int64)
    missing = codes < 0
    if missing.any():  # pandas would look for them one by one to give them a code
        own = codes[: int(missing.argmax())].max(initial=-1) + 1
        codes[codes >= own] += 1
        codes[missing] = own
    return codes


def _codes(values: Array) -> Array:
    if values.dtype == object:
        return coded_of(values).codes
    import pandas as pd

    return np.asarray(pd.factorize(values)[0])


def row_keys(columns: Iterable[Array], *, everywhere: bool = False) -> Array:
    """`(n,)` uint64, equal for rows whose cells are equal in every column.

    Two rows that are not equal have one key by a chance of one in 2**64.

    Args:
        columns: one at least, of `n` cells each.
        everywhere: whether keys are to be compared with those of other tables, in other processes
            too; then a text that is a number has the key of that number.

    Source:
        The mixing is that of SplitMix64 (Steele, Lea and Flood, 2014).

    Example:
        >>> keys = row_keys([np.array([1.0, 1.0, 2.0]), np.array(["a", "a", "a"], object)])
        >>> bool(keys[0] == keys[1]), bool(keys[0] == keys[2])
        (True, False)
    """
    keys: Array | None = None
    for column in columns:
        bits = _content_bits(column) if everywhere else _bits(column)
        keys = _mixed(bits if keys is None else keys + _STEP + bits)
    assert keys is not None
    return keys


def digest_of_rows(columns: Mapping[str, Array]) -> str:
    """SHA-256 of rows, whatever the order of rows and of columns.

    Args:
        columns: by name, one at least, of `n` cells each.

    Example:
        >>> one = digest_of_rows({"a": np.array([1.0, 2.0]), "b": np.array(["x", None], object)})
        >>> one == digest_of_rows({"b": np.array([None, "x"], object), "a": np.array([2.0, 1.0])})
        True
    """
    names = sorted(columns)
    keys = row_keys((columns[name] for name in names), everywhere=True)
    return digest_of({"columns": names}, {"rows": np.sort(keys)})


def _content_bits(values: Array) -> Array:
    """`(n,)` uint64 of what cells hold, whatever else stands in the column."""
    if values.ndim > 1 or _holds_arrays(values):
        return np.array([_cell_bits(_content(value)) for value in values], np.uint64)
    if values.dtype == object:
        coded = coded_of(values)
        each = [*map(_cell_bits, coded.values.tolist()), _cell_bits(None)]
        bits: Array = np.array(each, np.uint64)[coded.codes]
        return bits
    return _bits(values)


def _cell_bits(cell: object) -> int:
    if cell is None:
        cell = np.nan
    elif isinstance(cell, str):
        with suppress(ValueError):
            cell = float(cell)
    if isinstance(cell, float):
        return int(_bits(np.array([cell]))[0])
    content = cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little")


def _bits(values: Array) -> Array:
    """`(n,)` uint64 that are equal where cells are equal."""
    if values.ndim > 1 or values.dtype.kind not in "fiubM":
        return codes_of(values).view(np.uint64)
    if values.dtype.kind == "f":
        plain = values.astype(np.float64) + 0.0  # -0.0 is 0.0
        plain[np.isnan(plain)] = np.nan
        return plain.view(np.uint64)
    if values.dtype.kind == "u":
        return values.astype(np.uint64)
    return values.astype(np.int64).view(np.uint64)


def _mixed(keys: Array) -> Array:
    keys = (keys ^ (keys >> np.uint64(30))) * _FIRST
    keys = (keys ^ (keys >> np.uint64(27))) * _SECOND
    mixed: Array = keys ^ (keys >> np.uint64(31))
    return mixed


def is_countable(values: Array) -> bool:
    """Whether equal cells are counted at little cost: numbers, moments and texts, no arrays.

    Example:
        >>> picture = np.zeros((2, 2))
        >>> is_countable(np.array(["a", None], object)), is_countable(np.stack([picture, picture]))
        (True, False)
    """
    return values.ndim == 1 and not _holds_arrays(values)


def _holds_arrays(values: Array) -> bool:
    """Whether cells are arrays or lists, which no dict takes as keys."""
    first = None
    if values.dtype == object:
        first = next((value for value in values if value is not None), None)
    try:
        hash(first)
    except TypeError:
        return True
    return False


def _content(value: object) -> object:
    if not isinstance(value, np.ndarray):
        return value if value is None else repr(value)
    form = f"{value.shape}{value.dtype}".encode()
    return blake2b(value.tobytes() + form, digest_size=16).digest()
