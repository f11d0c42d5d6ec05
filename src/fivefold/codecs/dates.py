"""How dates are written in a column."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fivefold.codecs.cell import BAD, moment, word
from fivefold.codecs.numerals import tidy
from fivefold.codecs.table import Array
from fivefold.codecs.timestamp import compiled, may_be

DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y"),
    *("%d-%m-%y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y"),
    *("%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y-%m", "%b %Y", "%B %Y", "%b-%Y", "%b-%y"),
    *("%Y.%m.%d", "%d%b%Y", "%d/%b/%Y", "%d %b %y", "%d-%B-%Y", "%Y %b %d", "%Y-%b-%d"),
    "%Y %B %d",
)
TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I %p")
PATTERNS = (
    *(day + time for day in DAYS for time in TIMES),
    *("%b %d %H:%M:%S %Y", "%b %d %H:%M:%S %Z %Y", "%d/%b/%Y:%H:%M:%S"),
)
_SHAPE = re.compile(r"(?=.*\d)[\dA-Za-z ,:./()+\-\u2010-\u2013\u202f\u2212]{6,80}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].*|\s*(?:Z|UTC|GMT))?", re.IGNORECASE)
_SWAPS = (("%d-%m", "%m-%d"), ("%d/%m", "%m/%d"), ("%d.%m", "%m.%d"), ("%b-%y", "%b-%d"))
_DAY_OR_MONTH = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?:\d\d)?(?!\d).*", re.DOTALL)
_YEAR = r"(?:19|20)\d\d(?!\d)"
_LIKE = re.compile(
    rf"(?:{_YEAR}[-/.]\d\d?[-/.]\d\d?(?!\d)|\d\d?[-/.]\d\d?[-/.]{_YEAR}|"
    rf"\d\d?\.?[ -][^\W\d]{{3,12}}\.?[ -]{_YEAR}).{{0,24}}",
    re.DOTALL,
)
ENOUGH = 0.99
"""Fraction of values that must be dates (or numbers) for the rest to be strays."""


class Dates(NamedTuple):
    """How the texts of a column are dates.

    Args:
        pattern: of `strptime`, empty for ISO 8601; None if they are no dates of one pattern.
        other: a pattern with day and month the other way round that fits as well.
        torn: two texts that no one pattern reads, though nearly all look like dates: one may have
            the day first and the other the month; or one text that no pattern reads at all.
    """

    pattern: str | None = None
    other: str = ""
    torn: tuple[str, ...] = ()


def find_dates(
    texts: Sequence[str],
    counts: Sequence[int],
    wanted: str | None = None,
    *,
    enough: float = ENOUGH,
) -> Dates:
    """How the texts of a column are dates, where no text speaks against it.

    Args:
        texts: distinct values, without missing ones.
        counts: how often each occurs.
        wanted: the only pattern to try beside ISO 8601; None to try the usual ones.
        enough: the fraction that must be read.

    Example:
        >>> find_dates(["13/01/2024", "01/02/2024"], [1, 99])
        Dates(pattern='%d/%m/%Y', other='', torn=())
        >>> find_dates(["13/01/2024", "01/13/2024"], [1, 1]).torn
        ('13/01/2024', '01/13/2024')
    """
    if wanted and _share(texts, counts, wanted) >= enough:
        return Dates(wanted)
    almost = min(0.9, enough)
    sample = list(texts[:: max(1, len(texts) // 40)])[:40]
    if not sample or sum(bool(_SHAPE.fullmatch(text)) for text in sample) < almost * len(sample):
        return Dates(torn=_odd(texts, sample))
    few = [1] * len(sample)
    iso = all(_ISO.fullmatch(text) for text in sample) or _share(sample, few, "") >= almost
    if iso and _share(texts, counts, "") >= enough:
        return Dates("")
    either = sum(bool(_DAY_OR_MONTH.fullmatch(text)) for text in sample) >= almost * len(sample)
    plain, words = _read(sample, ""), [tidy(word(text)) for text in sample]
    spelt = np.array([may_be(text) for text in words], bool) | plain
    for pattern in PATTERNS if wanted is None and spelt.sum() >= almost * len(sample) else ():
        turned = _turned(pattern) if either else ""
        forms = [pattern, turned] if turned else [pattern]
        if sum((_look(words, form) | plain).sum() for form in forms) < almost * len(sample):
            continue  # a pattern reads no more than what has its form
        if _share(sample, few, pattern) + bool(turned) * _share(sample, few, turned) < almost:
            continue
        read = _read(texts, pattern)
        back = _read(texts, turned) if turned else np.zeros(len(texts), bool)
        if np.dot(read | back, counts) < enough * sum(counts):
            continue
        mine, theirs = read & ~back, back & ~read
        if turned and mine.any() and theirs.any():
            ends = sorted((int(np.argmax(mine)), int(np.argmax(theirs))))
            return Dates(torn=tuple(texts[end] for end in ends))
        if theirs.any():
            return Dates(turned)
        if _share(texts, counts, pattern) >= enough:
            settled = turned and mine.any()
            return Dates(pattern, other="" if settled else swapped(pattern, texts, counts))
    return Dates(torn=_odd(texts, sample))


def swapped(pattern: str, texts: Sequence[str], counts: Sequence[int]) -> str:
    """The pattern with day and month the other way round if it fits as well, else nothing.

    Example:
        >>> swapped("%m/%d/%Y", ["01/02/2011", "03/04/2011"], [1, 1])
        '%d/%m/%Y'
    """
    turned = _turned(pattern)
    return turned if turned and _share(texts, counts, turned) >= ENOUGH else ""


def _odd(texts: Sequence[str], sample: Sequence[str]) -> tuple[str, ...]:
    """Where nearly all texts look like dates, two of different shape, or one that is no date."""
    likes = [text for text in sample if _LIKE.fullmatch(text)]
    if len(likes) < max(1, 0.9 * len(sample)):
        return ()
    shape = _shape(likes[0])
    others = (text for text in texts if _shape(text) != shape)
    second = next(others, None)
    if second is not None:
        return likes[0], second
    wrong = np.flatnonzero(~_read(texts, ""))
    return (texts[wrong[0]],) if len(wrong) else ()


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d]+", "a", re.sub(r"\d+", "9", text))


def _turned(pattern: str) -> str:
    """The pattern with day and month the other way round, empty where there is none."""
    for one, other in _SWAPS:
        for old, new in ((one, other), (other, one)):
            if pattern.startswith(old):
                return new + pattern[len(old) :]
    return ""


def _read(texts: Sequence[str], pattern: str) -> Array:
    """`(n,)` bool: which texts the pattern reads."""
    read = np.ones(len(texts), bool)
    for place, text in enumerate(texts):
        try:
            moment(text, pattern)
        except BAD:
            read[place] = not word(text)
    return read


def _look(words: Sequence[str], pattern: str) -> Array:
    """`(n,)` bool: which texts have the outer form of a pattern, days that there are not too."""
    form = compiled(pattern)
    return np.array([form.fullmatch(text) is not None for text in words], bool)


def _share(texts: Sequence[str], counts: Sequence[int], pattern: str) -> float:
    """The fraction of values that the pattern reads; ISO 8601 does not count for one."""
    right = float(np.dot(_read(texts, pattern), counts) / sum(counts))
    if pattern and all(_ISO.fullmatch(text) for text in texts[:40]):
        return 0.0 if not pattern.startswith("%Y-%m-%d") else right
    return right
