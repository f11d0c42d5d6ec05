"""Rows in a few groups by what is predicted of them."""

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.kinds.binned import Binned
from fivefold.partition import Partition
from fivefold.tasks.known import task_of

GROUPS = 4
"""Groups of rows whose histograms stand side by side: classes, the last of which may be others."""

THIRDS = ("the lowest third", "the middle third", "the highest third")
"""Of rows by a number that is predicted."""


def by_answer(collected: Collected, partition: Partition) -> Binned:
    """Training and validation rows by what is predicted of them.

    Args:
        collected: the table, which has a target.
        partition: how its rows are dealt out; its test rows are in no group.

    Returns:
        The classes, four at most, or thirds of a number; one group, which has no name, where there
        is no one answer a row.
    """
    rows = np.sort(np.concatenate([partition.train, partition.valid]))
    labels, place = _grouped(collected, rows)
    every = np.full(len(collected.table), -1, np.int64)
    every[rows] = place
    return Binned(labels, every)


def _grouped(collected: Collected, rows: Array) -> tuple[tuple[str, ...], Array]:
    """Names of groups, and in which each of some rows is; -1 for none."""
    schema, alone = collected.schema, (("",), np.zeros(len(rows), np.int64))
    task = task_of(schema)
    if len(schema.targets) != 1 or task.placed or task.plane or task.ahead or task.separate:
        return alone
    target = task.encode([collected.table.column(schema.target)[rows]], schema)
    if target.ndim != 1 or not len(target):
        return alone
    labels, place = _by_class(target, schema) if schema.classes else _by_third(target)
    return alone if len(labels) < 2 else (labels, place)


def _by_class(target: Array, schema: Schema) -> tuple[tuple[str, ...], Array]:
    """The classes in their order; of more than four the commonest three, and the others."""
    counts = np.bincount(target[target >= 0], minlength=len(schema.classes))
    kept = np.flatnonzero(counts > 0)
    if len(kept) > GROUPS:
        kept = np.sort(np.argsort(-counts, kind="stable")[: GROUPS - 1])
    bins = np.full(len(schema.classes) + 1, len(kept), np.int64)
    bins[kept] = np.arange(len(kept))
    bins[-1] = -1  # of rows without a class, which is -1
    labels = tuple(str(schema.classes[one]) for one in kept)
    others = int((counts > 0).sum()) - len(kept)
    return (*labels, *([f"{others:,} others"] if others else [])), bins[target.astype(np.int64)]


def _by_third(target: Array) -> tuple[tuple[str, ...], Array]:
    """A third of the rows each, by the number; fewer where many rows have one number."""
    known = np.isfinite(target)
    if not known.any():
        return (), np.full(len(target), -1)
    edges = np.unique(np.quantile(target[known], (1 / 3, 2 / 3)))
    place = np.where(known, np.searchsorted(edges, target, side="left"), -1)
    there = np.unique(place[known])
    if len(there) < len(THIRDS):
        return (), place
    return THIRDS, place
