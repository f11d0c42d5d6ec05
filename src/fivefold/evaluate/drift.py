"""Columns whose values in the test rows are not those of the training rows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fivefold.codecs.table import Table
from fivefold.kinds.table import kind_of

if TYPE_CHECKING:
    from fivefold.codecs.schema import Schema

LEAST_DISTANCE = 0.1
MOST_CHANCE = 0.01


@dataclass(frozen=True)
class Drift:
    """A column that differs between two sets of rows.

    Args:
        column: its name.
        distance: largest difference of the cumulative shares (Kolmogorov-Smirnov) of numbers and
            dates, or half the sum of differences of the shares of categories; 0 to 1. A kind of
            the user's may have one of its own.
        chance: how likely such a distance is if nothing differs, times the columns judged.
    """

    column: str
    distance: float
    chance: float


def drifted_columns(train: Table, test: Table, schema: "Schema") -> list[Drift]:
    """Input columns that differ beyond chance and by at least a tenth of the rows.

    A missing value counts as a value of its own. Kinds that have no `drift` are not judged, texts
    and images among them.

    Args:
        train: rows learnt from, canonical.
        test: rows judged on, canonical.
        schema: says which columns are inputs, and of what kind.

    Returns:
        The largest distance first; chances are corrected for the number of columns (Bonferroni).
    """
    if not len(train) or not len(test):
        return []
    judged = []
    for column in schema.inputs:
        kind, name = kind_of(column.kind), column.name
        answer = kind.drift(train.column(name), test.column(name))
        if answer is not None:
            judged.append((name, *answer))
    found = [Drift(name, gap, min(1.0, len(judged) * chance)) for name, gap, chance in judged]
    found = [d for d in found if d.distance >= LEAST_DISTANCE and d.chance < MOST_CHANCE]
    return sorted(found, key=lambda drift: -drift.distance)
