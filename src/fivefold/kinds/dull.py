"""Columns that differ from row to row and yet say nothing of other rows."""

import re
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Severity

_ID_NAME = re.compile(
    r"(?:^|[_\s.\-])(?i:id|uuid|guid|index|idx|row|rowid|rownum|nr|key)$"
    r"|.[_\s.\-](?i:no|num|number)$|[a-z](?:ID|Id|No|Nr|Num|Number)$"
)
_MOMENT_NAME = re.compile(r"(?i)time|date|stamp|epoch|second|minute|hour|day|week|month|year")
FEWEST, MANY = 20, 100  # rows of a count; of numbers that rise
NAMED, NEARLY = 0.9, 0.95  # of the rows, with different numbers: of one called so; of any
LONG = 8  # digits
EVEN = 0.99  # of the variance of numbers that rise, which a straight line explains
MOMENTS = (9.4e8, 2.1e9)  # seconds since 1970, from 2000 to 2036


class Dull(NamedTuple):
    """Why a column is left out, or should perhaps be.

    Args:
        reason: a word or two, kept with the column: `row number`.
        code: of the finding.
        severity: of the finding.
        predicate: what the column does, after its name: `counts the rows`.
        left_out: whether it is left out; else the finding alone says so.
    """

    reason: str
    code: str
    severity: Severity
    predicate: str
    left_out: bool = True


def is_id_name(name: str) -> bool:
    """Whether a column is called as ids are.

    Example:
        >>> is_id_name("customer_id"), is_id_name("PassengerId"), is_id_name("paid")
        (True, True, False)
    """
    return bool(_ID_NAME.search(name))


def numbering(name: str, values: Array) -> Dull | None:
    """Why whole numbers only count or label the rows, or may do so; None if they do not.

    They count them if they go up by one from row to row (a second file may begin anew), or are a
    shuffled count. They label them if nearly all differ, and the name is that of an id or they
    rise with gaps, as evenly as no measurement does; long ones of equally many digits may.

    Args:
        name: of the column.
        values: `(n,)` numbers without missing ones, in the order of the rows.

    Example:
        >>> numbering("instant", np.arange(1.0, 31.0)).predicate
        'counts the rows'
        >>> numbering("order_id", np.arange(1.0, 90.0) ** 2).predicate
        'has 89 different whole numbers in 89 rows, as an id has'
        >>> numbering("age", np.ones(30))
    """
    rows = len(values)
    if rows < FEWEST or not np.all(values == np.rint(values)):
        return None
    breaks = int((np.diff(values) != 1).sum())
    if breaks <= 1:
        return _count("counts the rows" + ", twice from a first number on" * breaks)
    distinct, low, high = len(np.unique(values)), values.min(), values.max()
    if distinct == rows == high - low + 1:
        return _count(f"has each whole number from {low:.0f} to {high:.0f} once, in no order")
    told = f"has {distinct:,} different whole numbers in {rows:,} rows"
    if is_id_name(name) and distinct >= NAMED * rows:
        return _label(f"{told}, as an id has")
    if rows < MANY or distinct < NEARLY * rows or _are_moments(name, low, high):
        return None
    if _rises(values):
        return _label(f"{told}, which rise with gaps from row to row, as those of an id do")
    digits = len(f"{low:.0f}")
    if low > 0 and digits >= LONG and len(f"{high:.0f}") == digits:
        return _label(f"{told}, of {digits} digits each, as an id has", left_out=False)
    return None


def _count(predicate: str) -> Dull:
    return Dull("row number", "row_number", "note", predicate)


def _label(predicate: str, left_out: bool = True) -> Dull:
    return Dull("id", "id_column", "warning", predicate, left_out)


def _are_moments(name: str, low: float, high: float) -> bool:
    first, last = MOMENTS
    seconds = any(first * unit <= low and high <= last * unit for unit in (1, 1e3, 1e6))
    return seconds or bool(_MOMENT_NAME.search(name))


def _rises(values: Array) -> bool:
    """Whether numbers rise with gaps and on a line, as neither sorted ones do nor a grid."""
    steps = np.diff(values)
    if steps.min() < 0 or steps.max() == steps.min():
        return False
    place = np.arange(len(values))
    return bool(np.corrcoef(place, values)[0, 1] ** 2 >= EVEN)
