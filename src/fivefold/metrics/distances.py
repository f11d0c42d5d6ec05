"""How far two samples of one column are from each other, and whether chance explains it."""

from collections import Counter

import numpy as np

from fivefold.codecs.table import Array

FEWEST_EXPECTED = 5


def number_distance(first: Array, second: Array) -> tuple[float, float]:
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
    return distance, float(kolmogorov(distance * size**0.5))


def _with_missing_first(values: Array) -> Array:
    if values.dtype.kind == "M":
        numbers = values.astype("datetime64[us]").astype(np.int64).astype(np.float64)
        return np.where(np.isnat(values), -np.inf, numbers)
    return np.where(np.isnan(values), -np.inf, values)


def category_distance(first: Array, second: Array) -> tuple[float, float]:
    """Half the summed difference of two sets of shares, and its chance by the chi-squared test.

    Categories with fewer than five expected rows are tested together.

    Args:
        first: `(n,)` texts and None, or numbers; missing ones are a category.
        second: `(m,)` likewise.
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
