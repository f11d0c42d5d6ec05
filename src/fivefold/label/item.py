"""A row to label, known again by what stands in it."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import numpy as np

from fivefold.codecs.cell import BAD, is_missing, word
from fivefold.codecs.table import Array, Table

DIGITS = 16


def item_ids(table: Table, by: Iterable[str]) -> list[str]:
    """The id of the item of each row, alike in rows whose cells in these columns are equal.

    Neither the other columns count, nor the order of rows and columns, nor whether a column of
    numbers is read as words: labels keep their rows when a source is read again.

    Args:
        table: canonical values.
        by: names of columns.

    Returns:
        The first 16 hexadecimal digits of SHA-256, one a row.

    Example:
        >>> from fivefold.codecs.table import Columns
        >>> numbers = Columns({"a": np.array([1.0, 2.0, 1.0])})
        >>> words = Columns({"a": np.array(["1", "3"], object)})
        >>> item_ids(numbers, ["a"])[2] == item_ids(words, ["a"])[0]
        True
    """
    names = sorted(by)
    heads = [_sized(name.encode("utf-8", "surrogatepass")) for name in names]
    columns = [_contents(table.column(name)) for name in names]
    found = []
    for row in range(len(table)):
        digest = sha256()
        for head, contents in zip(heads, columns, strict=True):
            digest.update(head)
            digest.update(contents[row])
        found.append(digest.hexdigest()[:DIGITS])
    return found


def plain_row(table: Table, row: int, names: Iterable[str]) -> Mapping[str, Any]:
    """The cells of a row as a function is given them: texts, numbers, arrays; None if missing.

    Example:
        >>> from fivefold.codecs.table import Columns
        >>> plain_row(Columns({"a": np.array([1.0, np.nan])}), 1, ["a"])
        {'a': None}
    """
    return {name: _plain(table.column(name)[row]) for name in names}


def _plain(cell: Any) -> Any:
    if isinstance(cell, np.ndarray):
        return cell
    if is_missing(cell):
        return None
    return cell.item() if isinstance(cell, np.generic) else cell


def _contents(values: Array) -> list[bytes]:
    """The bytes of each cell, after their number; equal texts are looked at once."""
    if values.ndim > 1:
        return [_sized(_of_array(cell)) for cell in values]
    known: dict[Any, bytes] = {}
    found = []
    for cell in values.tolist() if values.dtype == object else values:
        try:
            if (content := known.get(cell)) is None:
                content = known[cell] = _sized(_content(cell))
        except TypeError:  # arrays and lists are no keys
            content = _sized(_content(cell))
        found.append(content)
    return found


def _content(cell: Any) -> bytes:
    if isinstance(cell, np.ndarray):
        return _of_array(cell)
    if is_missing(cell):
        return b"\0"
    try:
        return b"w" + word(cell).encode("utf-8", "surrogatepass")
    except BAD:
        return b"o" + repr(cell).encode("utf-8", "surrogatepass")


def _of_array(cell: Array) -> bytes:
    plain = np.ascontiguousarray(cell)
    plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    return f"a{plain.dtype.str}{plain.shape}".encode() + plain.tobytes()


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(8, "little") + content
