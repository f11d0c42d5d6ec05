"""Dividing training rows once more: folds, and rows to stop by."""

from typing import Literal

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.table import Array
from fivefold.division import FEWEST_ROWS, By, Units, half_of_groups, rule_of, to_judge
from fivefold.errors import DataError
from fivefold.keys import codes_of
from fivefold.partition import Partition
from fivefold.ties import Ties

EachGroup = Literal["groups"]
"""In place of a number of folds: one for each group, which it leaves out."""


def draw_folds(
    collected: Collected,
    rows: Array,
    k: int,
    seed: int,
    *,
    by: By = "auto",
    ties: Ties | None = None,
) -> list[tuple[Array, Array]]:
    """Divide rows into k folds, as the data asks: by time, by group, by both, or stratified.

    By time the window expands: fold i is judged on block i + 1 of k + 1 and learns from those
    before it. Purged, fold i of k is judged on block i, and learns from those before and after it.
    By group and time a fold is judged on half of the groups of its block, and learns from the
    blocks before it of all other groups. Rows whose labels look into the block that is judged, or
    into whose moments its labels look, are not learnt from.

    Args:
        collected: the table and its schema.
        rows: `(n,)` positions to divide, train and valid as a rule; never test rows.
        k: folds, at least 2.
        seed: of the shuffle.
        by: `partition.by` of the run, or `auto`.
        ties: `partition.ties` of the run; None for what the columns say.

    Returns:
        For each fold the rows to learn from and the rows held out, both ascending.

    Raises:
        DataError: if k is below 2, or there are too few rows, groups or moments for it.
    """
    if not 2 <= k <= len(rows):
        raise DataError(
            f"Folds: expected from 2 to {len(rows)} of them for {len(rows)} rows, found {k}.",
            remedy="Choose another number of folds.",
        )
    ties = Ties.of(collected) if ties is None else ties
    by, rows = rule_of(collected, by, ties), np.sort(rows)
    units = Units.of(collected, by, ties)
    numbers, places = units.numbered(rows), units.places(rows, seed)
    blocks = k + 1 if units.is_timed and by != "purged" else k
    if (distinct := len(np.unique(numbers))) < blocks:
        raise DataError(
            f"Folds: expected at least {blocks} {units.noun} for {k} folds, found {distinct}.",
            remedy="Choose fewer folds.",
        )
    block = np.minimum((places * blocks).astype(int), blocks - 1)
    if len(np.unique(block)) < blocks:  # units of very different size: share them out by number
        heads = np.unique(numbers, return_index=True)[1]
        order = np.argsort(np.argsort(places[heads], kind="stable"), kind="stable")
        block = ((order * blocks) // len(heads))[numbers]
    if by == "group_time":
        groups = codes_of(collected.table.column(str(collected.schema.named("group")))[rows])
        folds = [_fold_of_groups(rows, block, groups, i, seed) for i in range(1, k + 1)]
    elif by == "time":
        folds = [(rows[block < i], rows[block == i]) for i in range(1, k + 1)]
    else:
        folds = [(rows[block != i], rows[block == i]) for i in range(k)]
    if not units.is_timed and collected.schema.named("judged") is None:
        return folds
    judged = [to_judge(collected, held) for _, held in folds]
    divided = [(ties.apart(f[0], held), held) for f, held in zip(folds, judged, strict=True)]
    if not units.is_timed and not all(map(len, judged)):
        raise DataError(
            f"Folds: expected rows to judge by in each of {k} folds, found none in one: few are "
            "those that people labelled at random.",
            remedy="Choose fewer folds, or label more rows at random.",
        )
    if ties.span is not None:
        _check_learnt([learnt for learnt, _ in divided])
    return divided


def _check_learnt(folds: list[Array]) -> None:
    if not all(map(len, folds)):
        raise DataError(
            "Folds: expected rows to learn from in each fold, found none in one, as the labels of "
            "all look into rows that are judged.",
            remedy="Choose fewer folds, or lower embargo or ahead of Split.",
            sizes=tuple(map(len, folds)),
        )


def _fold_of_groups(
    rows: Array, block: Array, groups: Array, number: int, seed: int
) -> tuple[Array, Array]:
    held = np.isin(groups, half_of_groups(groups[block == number], seed + number))
    learnt, judged = rows[(block < number) & ~held], rows[(block == number) & held]
    if min(len(learnt), len(judged)) < FEWEST_ROWS:
        raise DataError(
            f"Folds: expected at least {FEWEST_ROWS} rows to learn from and to judge by group and "
            f"time at once, found {len(learnt):,} and {len(judged):,} in fold {number}.",
            remedy='Choose fewer folds, or pass Split(by="time") or Split(by="group").',
            sizes=(len(learnt), len(judged)),
        )
    return learnt, judged


def hold_out(
    collected: Collected,
    rows: Array,
    fraction: float,
    seed: int,
    *,
    by: By = "auto",
    ties: Ties | None = None,
) -> tuple[Array, Array]:
    """Set a fraction of rows aside, as the data asks, the latest ones where it is by time.

    Returns:
        The rows that are kept, and those set aside: none where all are of one unit.
    """
    ties = Ties.of(collected) if ties is None else ties
    units = Units.of(collected, rule_of(collected, by, ties), ties)
    above = units.cut(rows, fraction, seed)
    kept, aside = rows[~above], rows[above]
    return ties.apart(kept, aside) if units.is_timed else kept, aside


def draw_divisions(
    collected: Collected, partition: Partition, k: int, seed: int, *, by: By | None = None
) -> list[Partition]:
    """Training, validation and held-out rows of k folds; test rows are in none of them.

    Args:
        collected: the table and its schema.
        partition: whose training and validation rows are divided. Each fold sets a part of its
            training rows aside to stop by, as large as the validation part here.
        k: number of folds, at least 2.
        seed: of the shuffle.
        by: the rule; None for that by which the partition was drawn.

    Returns:
        For each fold a partition whose test rows are those held out.
    """
    rule = partition.by if by is None else by
    rows = np.sort(np.concatenate([partition.train, partition.valid]))
    share = len(partition.valid) / max(1, len(rows))
    divisions = []
    ties = partition.ties
    folds = draw_folds(collected, rows, k, seed, by=rule, ties=ties)
    for n, (learn, held) in enumerate(folds, 1):
        kept, stop = hold_out(collected, learn, share, seed, by=rule, ties=ties)
        if ties.span is not None:
            _check_learnt([kept])
        how = f"fold {n} of {k}"
        division = partition.replace(train=kept, valid=stop, test=held, how=how, by=rule)
        divisions.append(division)
    return divisions


def number_of_folds(
    collected: Collected, partition: Partition, folds: int | EachGroup, *, by: By | None = None
) -> int:
    """How many folds are asked for: so many, or one for each group that is not tested.

    Args:
        collected: the table and its schema.
        partition: whose training and validation rows are divided.
        folds: a number, or `groups`.
        by: the rule; None for that by which the partition was drawn.

    Raises:
        DataError: if each group is asked for, and rows are not divided by group.
    """
    if folds != "groups":
        return folds
    ties = partition.ties
    rule = rule_of(collected, partition.by if by is None else by, ties)
    if rule != "group":
        wanted, found = 'rows divided by group for folds="groups"', f"by={rule!r}"
        remedy = 'Pass group=... to Collect; with time= beside it also Split("group").'
        raise DataError.expected("Folds", wanted, found, remedy)
    rows = np.concatenate([partition.train, partition.valid])
    return len(np.unique(Units.of(collected, rule, ties).numbered(rows)))


def fold_name(number: int, repeat: int = 1) -> str:
    """What the refit of a fold is called; its seed derives from that.

    Example:
        >>> fold_name(2), fold_name(2, repeat=3)
        ('fold-2', 'repeat-3-fold-2')
    """
    return f"fold-{number}" if repeat == 1 else f"repeat-{repeat}-fold-{number}"
