"""What reads one raw cell, by the kind of its column."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from fivefold.codecs.cell import (
    BAD,
    as_float,
    boolean,
    is_missing,
    moment,
    null_numbers,
    null_words,
    number,
    word,
    writable,
)
from fivefold.codecs.numerals import reader as numeral_reader
from fivefold.codecs.picture import picture
from fivefold.codecs.table import Array

FAULTS = (*BAD, OSError)
"""What a reader raises on a cell that is not of its kind."""

NAN = float("nan")
NAT = np.datetime64("NaT", "us")


def cell_reader(
    kind: str, missing: tuple[str, ...], format: str, rules: int
) -> Callable[[object], object]:
    """A function from a raw cell to its canonical form; see `canonical`.

    Args:
        kind: of the column.
        missing: texts that stand for a missing value.
        format: of its dates or numbers.
        rules: by which it is read, see `RULES`.
    """
    words, numbers = null_words(missing), null_numbers(missing)
    written = numeral_reader(format) if format and kind == "numeric" else None

    def read_float(value: object, read: Callable[[object], float]) -> float:
        if is_missing(value) or (isinstance(value, str) and word(value) in words):
            return NAN
        if written and isinstance(value, str | bytes):
            result = written(value if isinstance(value, str) else value.decode())
            return NAN if result in numbers else result
        if numbers and _float_or_nan(value) in numbers:
            return NAN
        result = read(value)
        return NAN if result in numbers else result  # "no" is the number 0 of a boolean column

    def read_word(value: object) -> str | None:
        if is_missing(value):
            return None
        if rules < 2:
            text = word(float(value) if isinstance(value, Decimal) else value)
        else:
            text = writable(word(value))
        return None if text in words else text

    def read_moment(value: object) -> np.datetime64:
        if is_missing(value) or (isinstance(value, str | int | float) and word(value) in words):
            return NAT
        return moment(value, format)

    def read_image(value: object) -> Array | None:
        absent = is_missing(value) or (isinstance(value, str) and word(value) in words)
        return None if absent else picture(value, rules)

    return {
        "numeric": lambda value: read_float(value, number),
        "boolean": lambda value: read_float(value, boolean),
        "categorical": read_word,
        "text": read_word,
        "datetime": read_moment,
        "image": read_image,
    }[kind]


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
