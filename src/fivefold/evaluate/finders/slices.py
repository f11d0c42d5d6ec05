"""Groups of rows that are judged apart: values of one column, and of two."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Table
from fivefold.core.wording import together
from fivefold.kinds.known import kind_of
from fivefold.metrics.groups import FEWEST_ROWS

MOST_SINGLE = 1_000
"""Groups by one column; of more the largest ones."""
PAIRED = 24
"""The largest of them, of which two are taken together."""
MOST_PAIRS = 250


@dataclass(frozen=True, eq=False)
class Slice:
    """Rows that share a value of a column, or of two.

    Args:
        where: columns with what the rows share, in words.
        members: `(n,)` bool, which rows these are.
    """

    where: tuple[tuple[str, str], ...]
    members: Array = field(repr=False)

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self.members.sum())

    @property
    def told(self) -> str:
        """In words: `place` is `far`."""
        return together([f"`{column}` is {values}" for column, values in self.where])


def single_slices(table: Table, schema: Schema) -> list[Slice]:
    """Groups by one column with at least 30 rows, and as many others.

    What kinds say of each input: of numbers quarters, of categories values, and missing ones.
    """
    single = []
    for column in schema.inputs:
        for values, members in kind_of(column.kind).groups(table.column(column.name)):
            if _smaller(members) >= FEWEST_ROWS:
                single.append(Slice(((column.name, values),), members))
    return [single[place] for place in _largest(single, MOST_SINGLE)]


def slices_of(table: Table, schema: Schema) -> list[Slice]:
    """The same, and rows that two of them share.

    Which are looked at goes by their size alone: nothing of how a model fares on them chooses any.
    """
    single = single_slices(table, schema)
    return single + _pairs([single[place] for place in _largest(single, PAIRED)])


def _pairs(single: Sequence[Slice]) -> list[Slice]:
    """Rows that two groups of different columns share, which are neither of the two."""
    pairs = []
    for one, other in combinations(single, 2):
        if one.where[0][0] == other.where[0][0]:
            continue
        both = one.members & other.members
        rows = int(both.sum())
        if rows >= FEWEST_ROWS and min(one.rows, other.rows) - rows >= FEWEST_ROWS:
            pairs.append(Slice((*one.where, *other.where), both))
    return [pairs[place] for place in _largest(pairs, MOST_PAIRS)]


def _largest(some: Sequence[Slice], most: int) -> list[int]:
    """Places of the largest ones, in their order."""
    order = np.argsort([-_smaller(one.members) for one in some], kind="stable")[:most]
    return sorted(order.tolist())


def _smaller(members: Array) -> int:
    """Rows inside, or outside where these are fewer."""
    inside = int(members.sum())
    return min(inside, len(members) - inside)
