"""Groups of rows on which a model does much worse than on the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fivefold.codecs.table import Array, Table
from fivefold.kinds.table import kind_of
from fivefold.metrics.groups import FEWEST_ROWS

if TYPE_CHECKING:
    from fivefold.codecs.schema import Schema

MOST_CHANCE = 0.01


@dataclass(frozen=True)
class Subgroup:
    """Rows that share a value, and how they fare against the others.

    Args:
        column: its name.
        values: what the rows share, in words.
        rows: how many there are.
        inside: mean loss of these rows.
        outside: mean loss of all others.
        chance: how likely a difference like this is if there is none, times the groups judged.
    """

    column: str
    values: str
    rows: int
    inside: float
    outside: float
    chance: float


def groups(table: Table, schema: "Schema") -> Iterator[tuple[str, str, Array]]:
    """Groups worth judging: categories, truth values, quarters of numbers, what other kinds say.

    Yields:
        Column, values in words, and `(n,)` bool.
    """
    for column in schema.inputs:
        for values, rows in kind_of(column.kind).groups(table.column(column.name)):
            yield column.name, values, rows


def weak_subgroups(losses: Array, table: Table, schema: "Schema") -> list[Subgroup]:
    """The groups whose mean loss is higher than that of the others, beyond chance.

    Args:
        losses: `(n,)` one a row, 0 and 1 for right and wrong or an absolute error.
        table: the same rows, raw.
        schema: says which columns are inputs, and of what kind.

    Returns:
        Those with at least 30 rows and a chance below 0.01 after correcting for the number of
        groups judged (z test of unequal variances, Bonferroni), the largest difference first; one a
        column.
    """
    judged = []
    for name, values, inside in groups(table, schema):
        rows = int(inside.sum())
        if min(rows, len(losses) - rows) >= FEWEST_ROWS:
            judged.append((name, values, rows, losses[inside], losses[~inside]))
    worst: dict[str, Subgroup] = {}
    for name, values, rows, ours, others in judged:
        error = (ours.var(ddof=1) / len(ours) + others.var(ddof=1) / len(others)) ** 0.5
        gap = float(ours.mean() - others.mean())
        z = gap / error if error else float("inf") if gap > 0 else 0.0
        chance = min(1.0, len(judged) * _tail(z))
        found = Subgroup(name, values, rows, float(ours.mean()), float(others.mean()), chance)
        best = worst.get(name)
        if chance < MOST_CHANCE and (best is None or gap > best.inside - best.outside):
            worst[name] = found
    return sorted(worst.values(), key=lambda group: group.outside - group.inside)


def _tail(z: float) -> float:
    from math import erfc

    return erfc(z / 2**0.5) / 2
