"""How dates are written in a column."""

import re
from collections.abc import Sequence

import numpy as np

from fivefold.codecs.canonical import canonical_column
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column

DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y"),
    *("%d-%m-%y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y"),
    *("%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y-%m", "%b %Y", "%B %Y", "%b-%Y"),
)
TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_SHAPE = re.compile(r"(?=.*\d)[\dA-Za-z ,:./+\-]{6,40}")
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
_SWAPS = (("%d-%m", "%m-%d"), ("%d/%m", "%m/%d"), ("%d.%m", "%m.%d"))
ENOUGH = 0.99


def detect_date_format(texts: Sequence[str], counts: Sequence[int]) -> str | None:
    """The way the texts of a column are dates, or None if they are not.

    Args:
        texts: distinct values, without missing ones.
        counts: how often each occurs.

    Returns:
        A `strptime` pattern, or the empty text for ISO 8601.

    Example:
        >>> detect_date_format(["31-01-2011", "01-02-2011"], [1, 1])
        '%d-%m-%Y'
        >>> detect_date_format(["2011-01-31", "2011-02-01T10:00:00"], [1, 1])
        ''
    """
    sample = list(texts[:: max(1, len(texts) // 40)])[:40]
    if not sample or sum(bool(_SHAPE.fullmatch(text)) for text in sample) < 0.9 * len(sample):
        return None
    if all(_ISO.fullmatch(text) for text in sample) and _share(texts, counts, "") >= ENOUGH:
        return ""
    for day in DAYS:
        for time in TIMES:
            pattern = day + time
            few = [1] * len(sample)
            if _share(sample, few, pattern) >= 0.9 and _share(texts, counts, pattern) >= ENOUGH:
                return pattern
    return None


def swapped(pattern: str, texts: Sequence[str], counts: Sequence[int]) -> str:
    """The pattern with day and month the other way round if it fits as well, else nothing.

    Example:
        >>> swapped("%m/%d/%Y", ["01/02/2011", "03/04/2011"], [1, 1])
        '%d/%m/%Y'
    """
    for one, other in _SWAPS:
        for old, new in ((one, other), (other, one)):
            if pattern.startswith(old):
                turned = new + pattern[len(old) :]
                return turned if _share(texts, counts, turned) >= ENOUGH else ""
    return ""


def _share(texts: Sequence[str], counts: Sequence[int], pattern: str) -> float:
    """The fraction of values that the pattern reads; ISO 8601 does not count for one."""
    column = Column(name="", kind="datetime", format=pattern)
    _, bad = canonical_column(objects(texts), column, on_bad="missing")
    weights = np.asarray(counts, dtype=float)
    right = 1 - weights[bad].sum() / weights.sum()
    if pattern and all(_ISO.fullmatch(text) for text in texts[:40]):
        return 0.0 if not pattern.startswith("%Y-%m-%d") else float(right)
    return float(right)
