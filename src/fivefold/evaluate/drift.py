"""Columns whose values in the test rows are not those of the training rows."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.table import Array, Table

if TYPE_CHECKING:
    from fivefold.codecs.schema import Schema

LEAST_DISTANCE = 0.1
MOST_CHANCE = 0.01
FEWEST_EXPECTED = 5


@dataclass(frozen=True)
class Drift:
    """A column that differs between two sets of rows.

    Args:
        column: its name.
        distance: largest difference of the cumulative shares (Kolmogorov-Smirnov) of numbers and
            dates, or half the sum of differences of the shares of categories; 0 to 1.
        chance: how likely such a distance is if nothing differs, times the columns judged.
    """

    column: str
    distance: float
    chance: float


def drifted_columns(train: Table, test: Table, schema: "Schema") -> list[Drift]:
    """Input columns that differ beyond chance and by at least a tenth of the rows.

    A missing value counts as a value of its own. Texts and images are not judged.

    Args:
        train: rows learnt from, raw.
        test: rows judged on, raw.
        schema: says which columns are inputs, and of what kind.

    Returns:
        The largest distance first; chances are corrected for the number of columns (Bonferroni).
    """
    if not len(train) or not len(test):
        return []
    judged = []
    for column in schema.inputs:
        ours, theirs = train.column(column.name), test.column(column.name)
        if column.kind in ("categorical", "boolean"):
            judged.append((column.name, *category_distance(ours, theirs)))
        elif column.kind in ("numeric", "datetime"):
            judged.append((column.name, *number_distance(ours, theirs)))
    found = [Drift(name, gap, min(1.0, len(judged) * chance)) for name, gap, chance in judged]
    found = [d for d in found if d.distance >= LEAST_DISTANCE and d.chance < MOST_CHANCE]
    return sorted(found, key=lambda drift: -drift.distance)


def number_distance(first: Array, second: Array) -> tuple[float, float]:
    """Kolmogorov-Smirnov distance of two samples, and its chance if they are of one kind.

    Missing values stand before all others.
    """
    from scipy.special import kolmogorov

    ours, theirs = (np.sort(_with_missing_first(values)) for values in (first, second))
    everywhere = np.concatenate([ours, theirs])
    shares = [np.searchsorted(s, everywhere, side="right") / len(s) for s in (ours, theirs)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    size = len(ours) * len(theirs) / (len(ours) + len(theirs))
    return distance, float(kolmogorov(distance * size**0.5))


def _with_missing_first(values: Array) -> Array:
    if values.dtype.kind == "M":
        numbers = values.astype("datetime64[us]").astype(np.int64).astype(np.float64)
        return np.where(np.isnat(values), -np.inf, numbers)
    return np.where(np.isnan(values), -np.inf, values)


def category_distance(first: Array, second: Array) -> tuple[float, float]:
    """Half the summed difference of two sets of shares, and its chance by the chi-squared test.

    Categories with fewer than five expected rows are tested together.
    """
    from scipy.special import chdtrc

    counts = [
        Counter(None if value != value else value for value in values.tolist())
        for values in (first, second)
    ]
    categories = list(counts[0] | counts[1])
    table = np.array([[count[c] for c in categories] for count in counts], dtype=np.float64)
    totals = table.sum(1, keepdims=True)
    distance = float(np.abs(np.diff(table / totals, axis=0)).sum() / 2)
    rare = table.sum(0) * totals.min() / totals.sum() < FEWEST_EXPECTED
    merged = np.concatenate([table[:, ~rare], table[:, rare].sum(1, keepdims=True)], axis=1)
    merged = merged[:, merged.sum(0) > 0]
    expected = totals * merged.sum(0) / totals.sum()
    squares = float(((merged - expected) ** 2 / expected).sum())
    freedom = merged.shape[1] - 1
    return distance, float(chdtrc(freedom, squares)) if freedom else 1.0
