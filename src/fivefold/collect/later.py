"""Columns that hold what comes later: the target of a row to come, where rows have a time."""

from collections.abc import Collection

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.digits import per_cent
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal
from fivefold.keys import codes_of
from fivefold.kinds.known import kind_of
from fivefold.tasks.known import task_of

STEPS = (1, 2, 3)
SAME = 0.98  # fraction of what a column leaves open of a later target, that falls away
FEWEST = 50


def find_later(
    values: dict[str, Array], schema: Schema, usable: Array, known: Collection[str] = ()
) -> list[Finding]:
    """Columns that are the target of one of the next rows, by the time of rows.

    An honest column knows the target of rows before. One that is equal to the target of a row to
    come (in the row's own group where rows have one), and not to the one before, was made with
    what nobody knows yet.

    Args:
        values: canonical, by name.
        schema: with a column of time, or a dated one; else nothing is looked for.
        usable: `(n,)` bool.
        known: columns of which it is told already that they tell the target.
    """
    dated = [c.name for c in schema.columns if c.role == "time" or kind_of(c.kind).dated]
    task = task_of(schema.task)
    placed = task.sequence or task.several or task.spells or task.ahead
    if not dated or placed or len(schema.targets) != 1:
        return []
    rows = np.flatnonzero(usable)
    times = values[dated[0]][rows]
    group = schema.named("group")
    own = np.zeros(len(rows), np.int64) if group is None else codes_of(values[group][rows])
    order = np.lexsort((times, own))
    rows, own = rows[order], own[order]
    target = values[schema.target][rows]
    found = []
    for column in schema.inputs:
        cells = values[column.name][rows]
        if column.name in known or column.name in dated or cells.dtype != target.dtype:
            continue
        told = _steps_ahead(cells, target, own)
        if told is not None:
            ahead, share = told
            when = "the next row" if ahead == 1 else f"the row {ahead} further"
            by = f"`{dated[0]}`" + ("" if group is None else f" in each `{group}`")
            sentence = (
                f"Column `{column.name}` holds `{schema.target}` of {when} by {by} "
                f"({per_cent(share)}): it knows what comes later. Pass "
                f"drop=({literal(column.name)},)."
            )
            facts = {"columns": [column.name], "score": share, "steps": ahead}
            found.append(finding("target_leakage", sentence, how="later", **facts))
    return found


def _steps_ahead(cells: Array, target: Array, own: Array) -> tuple[int, float] | None:
    """By how many rows a column is ahead, and how nearly it is the target there."""
    if cells.dtype.kind != "f":
        cells, target = np.split(codes_of(np.concatenate([cells, target])), 2)
    backward = float("nan")
    for step in STEPS:
        same = own[step:] == own[:-step]
        ahead = _like(cells[:-step], target[step:], same)
        if ahead < SAME:
            continue
        if backward != backward:  # not looked at yet: most columns are nowhere near
            sides = ((cells[some:], target[:-some], own[some:] == own[:-some]) for some in STEPS)
            backward = max(_like(*side) for side in sides)
        if ahead > backward and ahead > _like(cells, target, own == own):
            return step, ahead
    return None


def _to_unit(values: Array) -> Array:
    """Numbers of which the largest is 1 in size, so that their squares are numbers too."""
    largest = np.abs(values).max(initial=0.0)
    return values / largest if largest > 0 else values


def _like(cells: Array, target: Array, some: Array) -> float:
    """How nearly two columns are one: 1 for equal ones, 0 for no more than chance.

    Args:
        cells: `(n,)` float64 numbers, or int64 codes of other cells.
        target: likewise.
        some: `(n,)` bool, the rows that are compared.
    """
    if some.sum() < FEWEST:
        return 0.0
    one, other = cells[some], target[some]
    if one.dtype.kind == "f":
        there = np.isfinite(one) & np.isfinite(other)
        one, other = (_to_unit(values[there]) for values in (one, other))
        if len(one) < FEWEST or not np.ptp(one) or not np.ptp(other):
            return 0.0
        return float(np.corrcoef(one, other)[0, 1] ** 2)
    blind = 1 - float(np.bincount(other).max()) / len(other)
    return 1 - float((one != other).mean()) / blind if blind > 0 else 0.0
