"""Columns that say how much a row counts, or how long it was watched."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from fivefold.codecs.cell import shown
from fivefold.codecs.schema import Role
from fivefold.codecs.table import Array
from fivefold.collect.tabulate import Tabulated
from fivefold.core.wording import first_rows
from fivefold.errors import DataError
from fivefold.kinds.known import number_kind
from fivefold.reading.raw import Raw


class Amount(NamedTuple):
    """A use of a column of numbers.

    Args:
        role: its name, in the schema and of the setting.
        zero: whether 0 is one.
        wanted: of each row, in words.
        remedy: for a row that has another.
    """

    role: Role
    zero: bool
    wanted: str
    remedy: str


WEIGHT = Amount(
    "weight", True, "a weight of 0 or more", "Give such rows the weight 0, or leave them out."
)
EXPOSURE = Amount("exposure", False, "an exposure above 0", "Leave such rows out.")


def give_amount(table: Tabulated, name: str, raw: Raw, usable: Array, amount: Amount) -> None:
    """Give a column its role, where each row that is used has such a number.

    Raises:
        DataError: naming the column, or rows.
    """
    column, values = table.columns[name], table.values[name]
    where = f"{raw.name}, column `{name}`"
    if column.kind != number_kind():
        raise DataError(
            f"{where}: expected numbers for {amount.role}=, found {column.kind} values.",
            remedy="Name a column of numbers, and leave it out of kinds=.",
            column=name,
        )
    fits = (values >= 0 if amount.zero else values > 0) & (values < np.inf)
    wrong = np.flatnonzero(usable & ~fits)
    if len(wrong):
        found = " and ".join(dict.fromkeys(shown(raw.columns[name][row]) for row in wrong[:3]))
        raise DataError(
            f"{where}, {'row' if len(wrong) == 1 else 'rows'} {first_rows(wrong)}: expected "
            f"{amount.wanted}, found {found}.",
            remedy=amount.remedy,
            column=name,
            rows=tuple(wrong.tolist()),
        )
    table.columns[name] = replace(column, role=amount.role)
