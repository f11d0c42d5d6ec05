"""Numbers: measurements, counts, amounts."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.cell import BAD, as_float, is_missing, null_numbers, null_words, number, word
from fivefold.codecs.coded import Coded
from fivefold.codecs.numerals import reader as numeral_reader
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array
from fivefold.kinds.kind import Kind
from fivefold.kinds.numbers import NUMBERS, bounded
from fivefold.kinds.quick import PLAIN, OddCellError, Quick, plain_reader
from fivefold.kinds.scaling import HUGE

NAN = float("nan")


class Numeric(Kind):
    """Finite numbers; texts of them may be written in any of the world's ways."""

    name = "numeric"
    block = NUMBERS
    wanted = "numbers"
    dtype = "f8"
    empty = NAN

    def reader(self, column: Column) -> Callable[[object], float]:
        """A cell as a finite float, NaN for missing."""
        written = numeral_reader(column.format) if column.format else None
        return float_reader(column, number, written)

    def whole(self, values: "Array | Coded", column: Column) -> tuple[Array, Array] | None:
        """Integers, floats and truth values of any width; texts that Arrow reads."""
        if isinstance(values, Coded):
            decimals = None if column.format else values.numbers()
            return None if decimals is None else finite(decimals, column)
        if values.ndim != 1 or values.dtype.kind not in "fiub":
            return None
        return finite(values.astype(np.float64, copy=False), column)

    def texts(
        self, values: list[str | None], column: Column
    ) -> tuple[Array, Array, list[int]] | None:
        """Plain decimals, by `float`."""
        if column.format:
            return None
        numbers, odd = by_float(values)
        return *finite(numbers, column), odd

    def encode(self, values: Array, column: Column, state: None) -> Array:
        """The numbers as they are."""
        del column, state
        return values

    def quick(self, column: Column, state: None) -> Quick:
        """A cell to its number; those that float32 does not hold go the usual way."""
        del state
        exact = self.reader(column)
        if null_numbers(column.missing):
            return Quick(plain_reader(lambda cell: bounded(exact(cell))))

        def read(cell: Any) -> Any:
            kind = type(cell)
            if (kind is float or kind is int) and -HUGE <= cell <= HUGE:
                return cell
            if kind not in PLAIN:
                raise OddCellError
            return bounded(exact(cell))

        return Quick(read)


def float_reader(
    column: Column,
    plain: Callable[[object], float],
    written: Callable[[str], float] | None = None,
) -> Callable[[object], float]:
    """What reads a cell as a number, NaN for missing ones.

    Args:
        column: its missing texts; those that are numbers catch the number as well.
        plain: reads what is not missing.
        written: reads texts in its place.
    """
    words, numbers = null_words(column.missing), null_numbers(column.missing)

    def read(value: object) -> float:
        if is_missing(value) or (isinstance(value, str) and word(value) in words):
            return NAN
        if written and isinstance(value, str | bytes):
            result = written(value if isinstance(value, str) else value.decode())
            return NAN if result in numbers else result
        if numbers and _float_or_nan(value) in numbers:
            return NAN
        result = plain(value)
        return NAN if result in numbers else result  # "no" is the number 0 of a boolean column

    return read


def finite(values: Array, column: Column) -> tuple[Array, Array]:
    """Float64 numbers without those that stand for missing, and where infinities were."""
    return without_missing(values, np.isinf(values), column)


def without_missing(values: Array, wrong: Array, column: Column) -> tuple[Array, Array]:
    """Float64 numbers with NaN where they are wrong or stand for missing; positions of the wrong.

    Args:
        values: `(n,)` float64.
        wrong: `(n,)` bool; those that stand for missing are none.
        column: its missing texts.
    """
    numbers = null_numbers(column.missing)
    if numbers:
        absent = np.isin(values, list(numbers))
        values = np.where(absent, NAN, values)
        wrong = wrong & ~absent
    if wrong.any():
        values = np.where(wrong, NAN, values)
    return values, np.flatnonzero(wrong)


def by_float(texts: Sequence[str | None]) -> tuple[Array, list[int]]:
    """Texts as numbers, where `float` reads what the reader of single cells does.

    Args:
        texts: raw.

    Returns:
        `(n,)` float64, infinities among them; and the places of texts to be read one by one,
        whose numbers are NaN.
    """
    try:
        numbers = np.fromiter(map(float, texts), np.float64, len(texts))  # type: ignore[arg-type]
    except (ValueError, TypeError):
        numbers, odd = np.empty(len(texts)), []
        for place, text in enumerate(texts):
            try:
                numbers[place] = float(text)  # type: ignore[arg-type]
            except (ValueError, TypeError):
                numbers[place] = NAN
                odd.append(place)
    else:
        odd = []
    if "_" in "".join(text for text in texts if text):  # no digit, though `float` passes it
        more = (place for place, text in enumerate(texts) if text and "_" in text)
        odd = sorted({*odd, *more})
        numbers[odd] = NAN
    return numbers, odd


def _float_or_nan(value: object) -> float:
    try:
        return as_float(value)
    except BAD:
        return NAN
