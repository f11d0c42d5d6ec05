"""Columns of numbers that nearly tell one another."""

from collections.abc import Mapping

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import quoted
from fivefold.kinds.known import kind_of

CLOSE = 0.98  # of ranks, from which on columns nearly tell one another
ROWS = 5_000  # looked at, evenly spaced
MOST, FEWEST = 200, 20  # columns that are looked at; different numbers of one
SHOWN = 3  # groups of columns that are told


def correlated(values: Mapping[str, Array], schema: Schema, usable: Array) -> list[Finding]:
    """Inputs whose ranks correlate by 0.98 or more, either way, as groups.

    What is told of one of them, its importance above all, is shared with the others.

    Args:
        values: canonical, by name.
        schema: kinds and roles; of a table of windows nothing is told.
        usable: `(n,)` bool.
    """
    rows = np.flatnonzero(usable)
    rows = rows[:: max(1, -(-len(rows) // ROWS))]
    ranks: dict[str, Array] = {}
    for column in schema.inputs:
        cells = values[column.name]
        if kind_of(column.kind).ordered and cells.ndim == 1 and cells.dtype.kind == "f":
            told = _ranks(cells[rows])
            ranks |= {} if told is None else {column.name: told}
    if schema.named("until") or not 2 <= len(ranks) <= MOST:
        return []
    matrix = np.stack(list(ranks.values()))
    close = np.abs(matrix @ matrix.T) >= CLOSE
    found = [[name for name, one in zip(ranks, row, strict=True) if one] for row in _joined(close)]
    if not found:
        return []
    listed = "; ".join(quoted(names, 6) for names in found[:SHOWN])
    more = f"; and so do {len(found) - SHOWN} groups more" if len(found) > SHOWN else ""
    sentence = (
        f"Columns nearly tell one another, by their order (rank correlation of {CLOSE:g} or more): "
        f"{listed}{more}. How much a model reads one of them is shared with the others."
    )
    return [finding("correlated_columns", sentence, columns=found)]


def _ranks(cells: Array) -> Array | None:
    """Mean ranks of length 1 around 0, those of missing numbers 0; None of few numbers."""
    known = ~np.isnan(cells)
    numbers, place, counts = np.unique(cells[known], return_inverse=True, return_counts=True)
    if len(numbers) < FEWEST:
        return None
    ranks = np.zeros(len(cells))
    ranks[known] = (np.cumsum(counts) - counts / 2)[place]
    ranks[known] -= ranks[known].mean()
    return ranks / np.sqrt(ranks @ ranks)


def _joined(close: Array) -> list[Array]:
    """Groups of which each is close to another of its group, a row of truth values each."""
    groups: list[Array] = []
    free = np.ones(len(close), bool)
    for first in range(len(close)):
        if not free[first]:
            continue
        group, before = close[first].copy(), 0
        while group.sum() > before:
            before = int(group.sum())
            group = close[group].any(axis=0)
        free &= ~group
        groups += [group] if before > 1 else []
    return groups
