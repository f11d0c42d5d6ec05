"""A column as codes into its distinct values, so that what repeats is looked at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import is_
from typing import Any
from weakref import ref

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
"""What is told of an array where its type is told: any shape, any dtype."""


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of `n` rows that repeats some of `k` values.

    Args:
        codes: `(n,)` integers: positions in `values`, -1 where a cell is missing.
        values: `(k,)` of any dtype; two of them may be equal.

    Example:
        >>> column = Coded.of(["b", "a", "b"])
        >>> column.codes.tolist(), column.values.tolist(), column[0]
        ([0, 1, 0], ['b', 'a'], 'b')
    """

    codes: Array
    values: Array

    @classmethod
    def of(cls, cells: Iterable[Any]) -> "Coded":
        """Cells that can be keys of a dict as codes, in the order of first appearance."""
        seen: dict[Any, int] = {}
        codes = [seen.setdefault(cell, len(seen)) for cell in cells]
        return Coded(np.array(codes, np.int32), objects(seen))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Any) -> Any:
        codes = self.codes[rows]
        if isinstance(codes, np.ndarray):
            return Coded(codes, self.values)
        return None if codes < 0 else self.values[codes]

    def numbers(self) -> Array | None:
        """`(n,)` float64, NaN for empty texts, where all others are decimals; None to look."""
        return None

    def first(self, count: int) -> list[Any]:
        """Some of its values: the first ones, however many there are."""
        return list(self.values[:count])

    def array(self) -> Array:
        """One cell a row: objects where a cell is missing or the values are objects."""
        values = self.values
        if (self.codes < 0).any():
            values = objects([*values.tolist(), None])
        return values[self.codes] if len(values) else np.empty(0, object)

    def tolist(self) -> list[Any]:
        """One cell a row, None where it is missing."""
        cells = [*self.values.tolist(), None]
        return [cells[code] for code in self.codes.tolist()]

    def counted(self) -> tuple[list[Any], Array]:
        """The values that occur, in the order of first appearance, and how often each does."""
        present = self.codes[self.codes >= 0]
        counts = np.bincount(present, minlength=len(self.values))
        first = np.full(len(self.values), len(self.codes), np.int64)
        np.minimum.at(first, present, np.flatnonzero(self.codes >= 0))
        order = np.argsort(first, kind="stable")[: int((counts > 0).sum())]
        cells = self.values.tolist() if self.values.dtype != object else list(self.values)
        return [cells[place] for place in order], counts[order]


def join_coded(pieces: Sequence[Coded]) -> Coded:
    """Columns of text one after another, equal values sharing a code."""
    seen: dict[Any, int] = {}
    codes = []
    for piece in pieces:
        moved = [seen.setdefault(value, len(seen)) for value in piece.values.tolist()]
        codes.append(np.array([*moved, -1], np.int32)[piece.codes])
    return Coded(np.concatenate(codes), objects(seen))


def objects(values: Iterable[Any]) -> Array:
    """A one-dimensional object array, whatever the items are."""
    items = list(values)
    return np.fromiter(items, dtype=object, count=len(items))


_REMEMBERED: dict[int, tuple[ref[Array], Coded, bool]] = {}


def remember(cells: Array, coded: Coded, *, is_distinct: bool = False) -> Array:
    """Keep the codes of an array of objects for as long as it lives, and make it read-only.

    Args:
        cells: `(n,)` object.
        coded: the same cells; values may repeat, be None, or occur in no row.
        is_distinct: whether the values differ, and stand in the order of first appearance.

    Returns:
        The cells.
    """
    cells.flags.writeable = False
    place, kept = id(cells), _REMEMBERED  # the name is gone when an interpreter ends
    kept[place] = ref(cells, lambda _: kept.pop(place, None)), coded, is_distinct
    return cells


def remembered(cells: Array) -> Coded | None:
    """The codes that were kept with this very array, as they were kept."""
    entry = _REMEMBERED.get(id(cells))
    return None if entry is None or entry[0]() is not cells else entry[1]


def looked_up(cells: Array, known: Mapping[Any, int], other: int, dtype: type) -> Array:
    """`(n,)` what a table has for each cell, None where it is missing; `other` where it has none.

    Example:
        >>> looked_up(objects(["b", None, "z"]), {"a": 2, "b": 3, None: 0}, 1, np.int32).tolist()
        [3, 0, 1]
    """
    coded = remembered(cells)
    values = cells.tolist() if coded is None else [*coded.values.tolist(), None]
    found: Array = np.fromiter(map(known.get, values, repeat(other)), dtype, len(values))
    return found if coded is None else found[coded.codes]


def coded_of(cells: Array) -> Coded:
    """An array of texts and None as codes; of a read-only one they are worked out once.

    Returns:
        Codes into the values that occur, which differ and stand in the order of first appearance.

    Example:
        >>> column = coded_of(objects(["b", None, "a", "b"]))
        >>> column.codes.tolist(), column.values.tolist()
        ([0, -1, 1, 0], ['b', 'a'])
    """
    known = remembered(cells)
    if known is not None and _REMEMBERED[id(cells)][2]:
        return known
    found = _distinct(cells) if known is None else _by_appearance(known)
    if not cells.flags.writeable and cells.base is None:
        remember(cells, found, is_distinct=True)
    return found


def missing_rows(values: Array) -> Array:
    """`(n,)` bool: where canonical values are missing."""
    if values.dtype == object:
        known = remembered(values)
        if known is not None:
            return np.append(_absent(known.values), True)[known.codes]
        return _absent(values)
    if values.dtype.kind in "fM" and values.ndim == 1:
        return np.asarray(np.isnan(values) if values.dtype.kind == "f" else np.isnat(values))
    return np.zeros(len(values), bool)


def _absent(cells: Array) -> Array:
    """`(n,)` bool: where a cell is None; one of another type may say that it equals None."""
    return np.fromiter(map(is_, cells.tolist(), repeat(None)), bool, len(cells))


def _distinct(cells: Array) -> Coded:
    values = cells.tolist()
    seen: dict[Any, int] = dict.fromkeys([None, *values], -1)
    if len(seen) == len(values) + 1:  # all differ, and none is missing
        return Coded(np.arange(len(values), dtype=np.int32), objects(values))
    for code, value in enumerate(seen, -1):
        seen[value] = code
    codes = np.fromiter(map(seen.__getitem__, values), np.int32, len(values))
    return Coded(codes, objects(list(seen)[1:]))


def _by_appearance(coded: Coded) -> Coded:
    distinct = _distinct(coded.values)
    codes, size = np.append(distinct.codes, np.int32(-1))[coded.codes], len(distinct.values)
    first = np.full(size + 1, len(codes))
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # the last one of equal places stays
    order = np.argsort(first[:-1], kind="stable")[: int((first[:-1] < len(codes)).sum())]
    moved = np.full(size + 1, -1, np.int32)
    moved[order] = np.arange(len(order), dtype=np.int32)
    moved[-1] = -1
    return Coded(moved[codes], distinct.values[order])
