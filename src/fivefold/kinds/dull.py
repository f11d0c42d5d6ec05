"""Columns that differ from row to row and yet say nothing of other rows."""

import re
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.finding import Severity

_ID_NAME = re.compile(
    r"(?:^|[_\s.\-])(?i:id|uuid|guid|index|idx|row|rowid|rownum|nr|key)$|[a-z](?:ID|Id)$"
)


class Dull(NamedTuple):
    """Why a column is left out.

    Args:
        reason: a word or two, kept with the column: `row number`.
        code: of the finding.
        severity: of the finding.
        predicate: what the column does, after its name: `numbers the rows`.
    """

    reason: str
    code: str
    severity: Severity
    predicate: str


def is_id_name(name: str) -> bool:
    """Whether a column is called as ids are.

    Example:
        >>> is_id_name("customer_id"), is_id_name("PassengerId"), is_id_name("paid")
        (True, True, False)
    """
    return bool(_ID_NAME.search(name))


def is_row_number(name: str, values: Array) -> bool:
    """Whether whole numbers only count or label the rows.

    They do if they go up by one from row to row (a second file may begin anew), if they are a
    shuffled count, or if all differ and the name is that of an id.

    Args:
        name: of the column.
        values: `(n,)` float64 without missing ones, in the order of the rows.

    Example:
        >>> is_row_number("instant", np.arange(1.0, 31.0)), is_row_number("age", np.ones(30))
        (True, False)
    """
    if len(values) < 20 or not np.all(values == np.rint(values)):
        return False
    steps = np.diff(values)
    if (steps != 1).sum() <= 1:
        return True
    if len(np.unique(values)) < len(values):
        return False
    counted = values.max() - values.min() + 1 == len(values)
    return bool(counted) or is_id_name(name)
