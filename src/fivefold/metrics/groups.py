"""Rows in groups by the values of one column, for judging each apart."""

from collections.abc import Callable, Iterator

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.digits import digits

FEWEST_ROWS = 30
"""Of a group that is judged."""
QUARTERS = (0.25, 0.5, 0.75)


def by_value(
    values: Array, said: Callable[[object], object] = str, fewest: int = FEWEST_ROWS
) -> Iterator[tuple[str, Array]]:
    """The rows of each value that enough rows share, missing ones among them.

    Args:
        values: `(n,)` texts and None, or numbers.
        said: a value as one says it.
        fewest: rows that share a value, for it to be a group.

    Yields:
        The value in words, and `(n,)` bool.

    Example:
        >>> values = np.array(["a"] * 30 + [None] * 31 + ["b"], object)
        >>> [(words, int(rows.sum())) for words, rows in by_value(values)]
        [('`a`', 30), ('missing', 31)]
    """
    seen: dict[object, int] = {}
    plain = [None if value != value else value for value in values.tolist()]
    codes = np.array([seen.setdefault(value, len(seen)) for value in plain], dtype=np.int64)
    labels = list(seen)
    for code in np.flatnonzero(np.bincount(codes) >= fewest).tolist():
        label = labels[code]
        yield "missing" if label is None else f"`{said(label)}`", codes == code


def quarters(values: Array) -> Iterator[tuple[str, Array]]:
    """The rows without a number, and a quarter of the others each, by size.

    Args:
        values: `(n,)` float64, NaN for missing.

    Yields:
        What the rows share in words, and `(n,)` bool.

    Example:
        >>> [words for words, _ in quarters(np.arange(8.0))]
        ['missing', 'below 1.75', 'from 1.75 to below 3.5', 'from 3.5 to below 5.25', 'from 5.25']
    """
    known = np.isfinite(values)
    yield "missing", ~known
    if not known.any():
        return
    edges = np.unique(np.quantile(values[known], QUARTERS))
    place = np.searchsorted(edges, values, side="right")
    for quarter in range(len(edges) + 1):
        yield _between(edges, quarter), known & (place == quarter)


def _between(edges: Array, place: int) -> str:
    if place == 0:
        return f"below {digits(edges[0])}"
    if place == len(edges):
        return f"from {digits(edges[-1])}"
    return f"from {digits(edges[place - 1])} to below {digits(edges[place])}"
