"""How far two samples of one column are from each other, and whether chance explains it."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from fivefold.codecs.table import Array

FEWEST_EXPECTED = 5
TENTHS = 10


class Distance(NamedTuple):
    """How far two samples are from each other.

    Args:
        distance: 0 to 1.
        chance: of one as large if both are of one kind.
        statistic: by which that was worked out: Kolmogorov-Smirnov's D, or chi-square.
    """

    distance: float
    chance: float
    statistic: float


def number_distance(first: Array, second: Array) -> Distance:
    """Kolmogorov-Smirnov distance of two samples, and its chance if they are of one kind.

    Missing values stand before all others.

    Args:
        first: `(n,)` numbers, or datetime64.
        second: `(m,)` likewise.
    """
    from scipy.special import kolmogorov

    ours, theirs = (np.sort(_with_missing_first(values)) for values in (first, second))
    everywhere = np.concatenate([ours, theirs])
    shares = [np.searchsorted(s, everywhere, side="right") / len(s) for s in (ours, theirs)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    size = len(ours) * len(theirs) / (len(ours) + len(theirs))
    return Distance(distance, float(kolmogorov(distance * size**0.5)), distance)


def _with_missing_first(values: Array) -> Array:
    if values.dtype.kind == "M":
        numbers = values.astype("datetime64[us]").astype(np.int64).astype(np.float64)
        return np.where(np.isnat(values), -np.inf, numbers)
    return np.where(np.isnan(values), -np.inf, values)


def category_distance(first: Array, second: Array) -> Distance:
    """Half the summed difference of two sets of shares, and its chance by the chi-squared test.

    Categories with fewer than five expected rows are tested together.

    Args:
        first: `(n,)` texts and None, or numbers; missing ones are a category.
        second: `(m,)` likewise.
    """
    from scipy.special import chdtrc

    table = _counted(first, second)
    totals = table.sum(1, keepdims=True)
    distance = float(np.abs(np.diff(table / totals, axis=0)).sum() / 2)
    merged = _merged(table)
    expected = totals * merged.sum(0) / totals.sum()
    squares = float(((merged - expected) ** 2 / expected).sum())
    freedom = merged.shape[1] - 1
    chance = float(chdtrc(freedom, squares)) if freedom else 1.0
    return Distance(distance, chance, squares)


def _counted(first: Array, second: Array) -> Array:
    """`(2, categories)` float64 rows of each."""
    counts = [
        Counter(None if value != value else value for value in values.tolist())
        for values in (first, second)
    ]
    categories = list(counts[0] | counts[1])
    return np.array([[count[c] for c in categories] for count in counts], dtype=np.float64)


def _merged(table: Array) -> Array:
    """The same with those together that have fewer than five expected rows."""
    totals = table.sum(1)
    rare = table.sum(0) * totals.min() / totals.sum() < FEWEST_EXPECTED
    merged = np.concatenate([table[:, ~rare], table[:, rare].sum(1, keepdims=True)], axis=1)
    return np.asarray(merged[:, merged.sum(0) > 0])


def quantiles_of(values: Array, parts: int) -> Array:
    """Numbers that cut those that are not missing in so many parts, fewer where many are equal.

    Example:
        >>> quantiles_of(np.arange(5.0), 4).tolist()
        [1.0, 2.0, 3.0]
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return np.empty(0)
    return np.unique(np.quantile(known, np.arange(1, parts) / parts))


def places_of(values: Array, ends: Array) -> Array:
    """`(n,)` int64: 0 for a missing number, else 1 and how many of the ends are below it."""
    return np.where(np.isnan(values), 0, 1 + np.searchsorted(ends, values, side="left"))


def stability_index(first: Array, second: Array) -> float:
    """Population stability index (PSI): how far the shares of the second sample have moved.

    Of numbers by tenths of the first sample, of categories one by one, those together that have
    fewer than five expected rows; missing ones are a bin. Half a row is added to each bin, so that
    an empty one has a share. Below 0.1 a sample is by custom called stable, above 0.25 moved.

    Args:
        first: `(n,)` float64, or objects.
        second: `(m,)` likewise.

    Example:
        >>> same, other = np.arange(100.0), np.arange(50.0, 150.0)
        >>> round(stability_index(same, same), 6), stability_index(same, other) > 0.25
        (0.0, True)

    Reference:
        Siddiqi, Credit Risk Scorecards, 2006.
    """
    if first.dtype.kind == "f":
        ends = quantiles_of(first, TENTHS)
        places = [places_of(values, ends) for values in (first, second)]
        table = np.array([np.bincount(p, minlength=len(ends) + 2) for p in places], np.float64)
    else:
        table = _merged(_counted(first, second))
    table = table[:, table.sum(0) > 0]
    shares = (table + 0.5) / (table + 0.5).sum(1, keepdims=True)
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
