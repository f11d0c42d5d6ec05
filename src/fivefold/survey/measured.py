"""Columns as ranks and as codes, by which they are compared with one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.coded import coded_of, missing_rows
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.kinds.known import kind_of

LEVELS = 20
"""Categories of a column that are told apart: the commonest, and all others as one."""
TENTHS = 10
REPEATED = 2
"""Rows that a category has on average, at least, in a column that is compared."""


@dataclass(frozen=True, eq=False)
class Ranked:
    """Columns of numbers and moments by the ranks of their cells.

    Args:
        names: of the columns.
        ranks: `(n, p)` mean ranks around 0, from -0.5 to 0.5; 0 where a cell is missing.
        known: `(n, p)` 1.0 where there is a cell, else 0.0.
    """

    names: tuple[str, ...]
    ranks: Array
    known: Array

    def tenths(self) -> "Coded":
        """The same numbers as categories: in which tenth of its column each is."""
        codes = np.minimum(((self.ranks + 0.5) * TENTHS).astype(np.int64), TENTHS - 1)
        codes[self.known == 0] = -1
        return Coded(self.names, codes)


@dataclass(frozen=True, eq=False)
class Coded:
    """Columns of categories and truth values.

    Args:
        names: of the columns.
        codes: `(n, q)` int64 from 0 on, below 20; -1 where a cell is missing.
    """

    names: tuple[str, ...]
    codes: Array


def measured(table: Table, columns: Sequence[Column], rows: Array) -> tuple[Ranked, Coded]:
    """Columns that can be compared: numbers and moments by rank, what repeats by code.

    Columns with one value, and those of categories that hardly repeat, are in neither.

    Args:
        table: of canonical values.
        columns: of the table; texts, pictures and the like are passed over.
        rows: `(n,)` positions.
    """
    ranks, codes = dict[str, Array](), dict[str, Array]()
    for column in columns:
        kind, values = kind_of(column.kind), table.column(column.name)
        if values.ndim > 1:
            continue
        if kind.dated or (kind.ordered and values.dtype.kind == "f"):
            ranked = ranks_of(values[rows])
            ranks |= {} if ranked is None else {column.name: ranked}
        elif kind.levels:
            coded = codes_in(values, rows)
            codes |= {} if coded is None else {column.name: coded}
    told = [ranks[name] for name in ranks]
    square = np.stack(told, axis=1) if told else np.zeros((len(rows), 0))
    known = np.isfinite(square)
    each = np.stack(list(codes.values()), axis=1) if codes else np.zeros((len(rows), 0), np.int64)
    return (
        Ranked(tuple(ranks), np.where(known, square, 0.0), known.astype(np.float64)),
        Coded(tuple(codes), each),
    )


def ranks_of(cells: Array) -> Array | None:
    """Mean ranks from -0.5 to 0.5, NaN for missing; None where all are the same.

    Example:
        >>> ranks_of(np.array([3.0, np.nan, 1.0, 3.0])).round(2).tolist()
        [0.17, nan, -0.33, 0.17]
    """
    known = ~missing_rows(cells)
    _, place, counts = np.unique(cells[known], return_inverse=True, return_counts=True)
    if len(counts) < 2:
        return None
    ranks = np.full(len(cells), np.nan)
    ranks[known] = ((np.cumsum(counts) - counts / 2)[place] / known.sum()) - 0.5
    return ranks


def codes_in(values: Array, rows: Array) -> Array | None:
    """`(n,)` codes of some rows, the commonest first; None of one category or hardly any twice."""
    if values.dtype == object:
        codes = coded_of(values).codes[rows]
    else:
        codes = np.full(len(rows), -1)
        known = ~missing_rows(some := values[rows])
        codes[known] = np.unique(some[known], return_inverse=True)[1]
    different, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    missing = int(len(different) > 0 and different[0] < 0)
    many = len(different) - missing
    if many < 2 or counts[missing:].sum() < REPEATED * many:
        return None
    order = np.argsort(-counts[missing:], kind="stable")
    fresh = np.full(len(different), -1)
    fresh[missing + order] = np.minimum(np.arange(many), LEVELS - 1)
    return np.asarray(fresh[place], np.int64)
