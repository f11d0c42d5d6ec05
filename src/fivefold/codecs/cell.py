"""One raw cell read as a number, a boolean, a word or a moment."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from pathlib import PurePath
from unicodedata import normalize

import numpy as np

from fivefold.codecs.numerals import LONGEST, tidy
from fivefold.codecs.timestamp import parse, parse_iso

BAD = (ValueError, TypeError, OverflowError)
"""What the readers of this file raise on a cell that is not of their kind."""

_NULLS = {"NAType", "NaTType", "MaskedConstant"}
_TRUE = {"true", "t", "yes", "y", "on", "1", "1.0"}
_FALSE = {"false", "f", "no", "n", "off", "0", "0.0"}
_TRUTH = {"true": 1.0, "True": 1.0, "TRUE": 1.0, "false": 0.0, "False": 0.0, "FALSE": 0.0}
_FOLDED = {"true": "True", "TRUE": "True", "false": "False", "FALSE": "False"}
_WRITTEN_FLOAT = re.compile(r"-?(?:\d{1,16}\.0|\d(?:\.\d+)?e\+\d\d)", re.ASCII)
_WHOLE = 2.0**63
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")


def is_missing(value: object) -> bool:
    """Whether a cell is None, NaN, NaT, pandas' NA or numpy's masked; texts never are.

    Example:
        >>> is_missing(None), is_missing(float("nan")), is_missing(""), is_missing(0)
        (True, True, False, False)
    """
    if value is None:
        return True
    if isinstance(value, str | int):
        return False
    if isinstance(value, float | np.floating):
        return bool(np.isnan(value))
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    if isinstance(value, Decimal):
        return value.is_nan()
    return type(value).__name__ in _NULLS


def number(value: object) -> float:
    """A finite float, or NaN for the text `nan`; blanks around are fine, underscores are not.

    Every kind of minus sign is one.

    Raises:
        ValueError: on an infinity or a text that is no number.
        TypeError: on anything else.
    """
    result = as_float(value)
    if result in (np.inf, -np.inf):
        raise ValueError("an infinity is no measurement")
    return result


def as_float(value: object) -> float:
    """The same, with infinities."""
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        if "_" in value:
            raise ValueError("an underscore is no digit")
        text = value.strip()
        if text in _TRUTH:
            return _TRUTH[text]
        try:
            return float(text)
        except ValueError:
            if text.isascii() or len(text) > LONGEST:
                raise
        return float(tidy(text))
    if isinstance(value, Real | Decimal | np.bool_) and not isinstance(value, np.timedelta64):
        return float(value)
    raise TypeError(f"{type(value).__name__} is no number")


def boolean(value: object) -> float:
    """1.0 for true, yes, on, 1 in any case; 0.0 for their opposites.

    Raises:
        ValueError: on anything else.
    """
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        text = value.strip().lower()
        if text in _TRUE:
            return 1.0
        if text in _FALSE:
            return 0.0
        raise ValueError("neither true nor false")
    result = number(value)
    if result not in (0.0, 1.0):
        raise ValueError("neither 0 nor 1")
    return result


def word(value: object) -> str:
    """The one text of a category: 1, 1.0, "1" and "1.0" are "1"; "00123" and "1.10" stay.

    Texts are stripped and put in Unicode's composed form; true and TRUE become "True".

    Raises:
        TypeError: on a list, a dict or another thing that is no category.
    """
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii():
            text = normalize("NFC", text)
        if (text[-2:] == ".0" or "e+" in text) and _WRITTEN_FLOAT.fullmatch(text):
            written = float(text)
            return _word_of_float(written) if repr(written) == text else text
        return _FOLDED.get(text, text)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return _word_of_float(value)
    if isinstance(value, Decimal):
        whole = value.is_finite() and abs(value) < _WHOLE and value == value.to_integral_value()
        return str(int(value)) if whole else _word_of_float(float(value))
    if isinstance(value, date | np.datetime64):
        text = str(moment(value)).replace("T", " ")
        return text.removesuffix(".000000").removesuffix(" 00:00:00")
    raise TypeError(f"{type(value).__name__} is no category")


def plain_words(texts: Sequence[str | None]) -> tuple[list[str | None], list[int]]:
    """The same of many texts at once, as far as that is to strip them.

    Returns:
        Each as `word` gives it, None of None; and the places of those that are left to it.
    """
    found = [None if text is None else text.strip() for text in texts]
    if _are_plain([cell for cell in found if cell]):
        return found, []
    return found, [place for place, cell in enumerate(found) if cell and not _are_plain([cell])]


def _are_plain(cells: Sequence[str]) -> bool:
    """Whether `word` is sure to leave stripped texts as they are."""
    lines = "\n".join([*cells, ""])
    written = ".0\n" in lines or "e+" in lines or not _FOLDED.keys().isdisjoint(cells)
    return lines.isascii() and not written and "\0" not in lines


def writable(text: str) -> str:
    """The text with U+FFFD for what no file of text holds: half a surrogate pair, a zero byte."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNWRITABLE.sub("\ufffd", text)


def _word_of_float(value: "float | np.floating") -> str:
    wide = float(value)
    # str() of a float32 is the shortest text that gives the float32 back, as CSV writers use.
    return str(int(wide)) if abs(wide) < _WHOLE and wide == int(wide) else str(value)


def moment(value: object, format: str = "") -> np.datetime64:
    """A time in microseconds, in UTC where a zone is given.

    Args:
        value: a datetime or date of python, numpy or pandas, or a text; whole numbers are read
            as their digits (20240131).
        format: a `strptime` pattern that is tried before ISO 8601.

    Raises:
        ValueError: on a text that is no time.

    Example:
        >>> str(moment("2024-01-01 00:00:00 UTC")), str(moment("5th May 2024", "%d %B %Y"))
        ('2024-01-01T00:00:00.000000', '2024-05-05T00:00:00.000000')
    """
    if isinstance(value, np.datetime64):
        micro: np.datetime64 = value.astype("M8[us]")
        return micro
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        return np.datetime64(value, "us")
    if isinstance(value, date):
        return np.datetime64(value, "us")
    text = word(value)
    if format:
        try:
            return np.datetime64(parse(text, format), "us")
        except ValueError:
            pass
    return np.datetime64(parse_iso(text), "us")


@lru_cache(maxsize=1024)
def null_words(missing: tuple[str, ...]) -> frozenset[str]:
    """The texts that stand for missing, as words; the empty text always does."""
    return frozenset({"", *map(word, missing)})


@lru_cache(maxsize=1024)
def null_numbers(missing: tuple[str, ...]) -> frozenset[float]:
    """The numbers among the texts that stand for missing: "-999" catches -999.0 too."""
    numbers = set()
    for token in missing:
        try:
            numbers.add(as_float(token))
        except BAD:
            continue
    return frozenset(value for value in numbers if value == value)


def shown(value: object) -> str:
    """A value as an error message quotes it, at most 60 characters."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, PurePath):
        value = str(value)
    text = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
