"""Whole numbers that float64 does not hold apart."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.numerals import Numerals, anatomy
from fivefold.codecs.table import Array

EXACT = 2.0**53
"""The largest number below which float64 holds every whole one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WideIntegers:
    """A column with more different whole numbers than float64 holds of them.

    Args:
        values: `(n,)` objects: int where a cell is a whole number, else float; None if missing.
        distinct: how many are different.
        floats: how many are left as float64.
    """

    values: Array
    distinct: int
    floats: int

    def within(self, usable: Array) -> "WideIntegers | None":
        """The same where some rows only are looked at; None if these are held apart."""
        values = self.values.copy()
        values[~usable] = None
        known = [value for value in values if value is not None]
        distinct, floats = len(set(known)), len(set(map(float, known)))
        if distinct == floats:
            return None
        return WideIntegers(values=values, distinct=distinct, floats=floats)

    @property
    def smallest(self) -> Any:
        """The smallest value."""
        return min(value for value in self.values if value is not None)

    @property
    def can_shift(self) -> bool:
        """Whether float64 holds them apart once the smallest is subtracted."""
        return bool(max(v for v in self.values if v is not None) - self.smallest < EXACT)

    def shifted(self) -> Array:
        """`(n,)` float64: the values less the smallest one, NaN where missing.

        Where that is too wide as well, their ranks.
        """
        if self.can_shift:
            low = self.smallest
            return np.array([np.nan if v is None else float(v - low) for v in self.values])
        order = {
            v: rank for rank, v in enumerate(sorted({v for v in self.values if v is not None}))
        }
        return np.array([np.nan if v is None else float(order[v]) for v in self.values])


def wide_integers(cells: "Array | Coded", floats: Array, format: str = "") -> WideIntegers | None:
    """The whole numbers of a column as they stand, if float64 makes equal what is not.

    Args:
        cells: `(n,)` raw.
        floats: `(n,)` the same as canonical numbers.
        format: how its texts write 1234.56, empty for plain numbers.

    Returns:
        None where float64 holds as many different numbers as the source.

    Example:
        >>> cells = np.array([2**60, 2**60 + 1])
        >>> found = wide_integers(cells, cells.astype(float))
        >>> found.distinct, found.floats, found.shifted().tolist()
        (2, 1, [0.0, 1.0])
    """
    large = np.flatnonzero(np.abs(floats) >= EXACT)  # NaN is not
    if not len(large) or (isinstance(cells, np.ndarray) and cells.dtype.kind in "fb"):
        return None
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iu":
        exact = cells[large].tolist()
    else:
        form = Numerals.from_example(format) if format else Numerals()
        read: dict[Any, Any] = {}
        for row in large.tolist():
            if cells[row] not in read:
                read[cells[row]] = _exact(cells[row], floats[row], form)
        exact = [read[cells[row]] for row in large.tolist()]
    distinct, left = len(set(exact)), len(np.unique(floats[large]))
    if distinct <= left:
        return None
    others = len(np.unique(floats[~np.isnan(floats)])) - left
    values = objects(None if np.isnan(number) else number for number in floats.tolist())
    values[large] = exact
    return WideIntegers(values=values, distinct=distinct + others, floats=left + others)


def _exact(cell: Any, number: float, form: Numerals) -> "int | float":
    """The whole number that a cell says; the float where it says another."""
    if isinstance(cell, int | np.integer):
        return int(cell)
    if isinstance(cell, str | bytes):
        found = anatomy(cell.decode() if isinstance(cell, bytes) else cell)
        if found is None:
            return number
        digits = found.core.replace(form.mark, "") if form.mark else found.core
        cell = Decimal("-" * found.negative + digits.replace(form.decimal, "."))
    if isinstance(cell, Decimal) and cell == cell.to_integral_value():
        return int(cell)
    return number
