"""Which of very many columns are kept, chosen by training rows alone, and how surely."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural
from fivefold.kinds.codec import cells_of, raw_column
from fivefold.kinds.known import kind_of
from fivefold.kinds.target import encode_targets
from fivefold.metrics.weight import weights_of
from fivefold.preprocess.lasso import LASSO, MOST, PENALTIES, RATIOS, Net, Path, choose_net
from fivefold.preprocess.screening import Screen, discoveries, ridge, unexplained
from fivefold.tasks.known import task_of

COLUMNS, TIMES = 1000, 4
"""A table is wide that has so many columns of numbers, and so many times as many as rows."""

SIZES = (6, 12, 25, 50, 100, 200, 400, 800, 1600, 3200)
"""How many are kept, of which training rows weigh the evidence."""

STEPS = (3, 6, 12, 25, 50)
"""How many are kept of those that were found step by step, likewise."""

FOLDS, REPEATS = 5, 4
STEADY = 1000
"""Rows that are steady with one repeat: of fewer more are made."""

HALVES = 50
"""Halves of the training rows in which is looked how often a column is chosen."""

SURE = 0.6
"""Share of halves from which on a column is told to be chosen steadily."""

Wanted = Literal["auto", "all"] | int


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The columns that are kept, the one that tells most first.

    Attributes:
        schema: in which all other columns of numbers are left out.
        markers: one row a column: `column`; `share` of halves of the training rows in which it was
            among as many; `explained`, the part of the target's variance that it tells by itself in
            training rows; `p`, how likely a column that tells nothing explains as much; `q`, the
            share of false ones among all that explain as much or more; `by`, what chose it:
            `alone`, `steps`, `lasso`, or one of the first two and `lasso`.
        lasso: how an elastic net is held that shall answer too: its `strengths`, each a ratio, a
            penalty and what it counts, and the `share` of the whole that folds would give it; None
            where these say that it tells much less than the others.
        offered: columns of numbers that there were.
        rows: training rows.
    """

    schema: Schema
    markers: tuple[Mapping[str, Any], ...]
    lasso: Mapping[str, Any] | None
    offered: int
    rows: int

    @property
    def is_few(self) -> bool:
        """Whether there were many more columns than rows."""
        return self.offered >= max(COLUMNS, TIMES * self.rows)

    def findings(self) -> Iterator[Finding]:
        """What was chosen, and how much of it may be chance."""
        kept, offered = len(self.markers), self.offered
        ranked = sum(one["by"] != LASSO for one in self.markers)
        steady = sum(one["share"] >= SURE for one in self.markers)
        few = sum(one["q"] <= 0.1 for one in self.markers)
        by_chance = min(float(kept), ranked**2 / ((2 * SURE - 1) * offered))
        sentence = (
            f"{kept:,} of {offered:,} columns are read, chosen by the training rows alone. "
            f"{plural(steady, 'column')} {'was' if steady == 1 else 'were'} chosen in {SURE:.0%} "
            f"or more of {HALVES} halves of them, of which {by_chance:.2g} at most may be expected "
            f"to be false; {plural(few, 'column')} "
            f"{'has' if few == 1 else 'have'} a false-discovery rate of 10% or less."
        )
        numbers = {"kept": kept, "offered": offered, "steady": steady, "discovered": few}
        yield finding("columns_chosen", sentence, **numbers)


def choose_columns(collected: Collected, train: Array, wanted: Wanted = "auto") -> Chosen | None:
    """Choose columns of numbers by what each tells of the target in training rows.

    How many is decided by folds of the training rows, in each of which columns are chosen anew.
    Columns of other kinds stay.

    Args:
        collected: the table and its schema.
        train: `(n,)` positions of the training rows; no other row is looked at.
        wanted: how many; `auto` chooses where the table is wide, and then how many; `all` never.

    Returns:
        None where all are kept.

    Reference:
        Fan and Lv, Sure Independence Screening, 2008; Meinshausen and Buehlmann, Stability
        Selection, 2010; Benjamini and Hochberg, Controlling the False Discovery Rate, 1995.
    """
    schema, task = collected.schema, task_of(collected.schema.task)
    least = COLUMNS if wanted == "auto" else 0 if wanted == "all" else wanted
    learnt = task.trees not in (None, "each") and not task.sequence
    if wanted == "all" or not learnt or len(schema.inputs) <= least or len(train) < 2 * FOLDS:
        return None
    names, matrix = _numbers(collected, train)
    rows = len(train)
    if len(names) <= least or (wanted == "auto" and len(names) < TIMES * rows):
        return None
    table = collected.table
    target = encode_targets(
        [raw_column(table, schema[name])[train] for name in schema.targets], schema
    )
    weight = schema.named("weight")
    known = None if weight is None else np.asarray(table.column(weight)[train], np.float64)
    screen = Screen(
        matrix=matrix,
        target=_wanted(target, task.trees),
        weight=weights_of(known, rows),
        strata=target if target.ndim == 1 and target.dtype.kind == "i" else None,
    )
    steps, kept, net = _count(screen) if wanted == "auto" else (False, int(wanted), None)
    explained = screen.explained(np.arange(rows))
    order = screen.stepwise(np.arange(rows), kept) if steps else np.arange(len(names))
    order = order[np.argsort(-explained[order], kind="stable")][:kept]
    by = dict.fromkeys(order.tolist(), "steps" if steps else "alone")
    for place in () if net is None else net.columns.tolist():
        by[place] = f"{by[place]}, {LASSO}" if place in by else LASSO
    order = np.array(sorted(by, key=lambda place: -explained[place]), np.int64)
    share, chance = _shares(screen, kept, steps=steps), screen.chance(explained)
    false = discoveries(chance)
    markers = tuple(
        {
            "column": names[place],
            "share": float(share[place]),
            "explained": float(explained[place]),
            "p": float(chance[place]),
            "q": float(false[place]),
            "by": by[int(place)],
        }
        for place in order
    )
    left_out = set(names) - {one["column"] for one in markers}
    read = (c for c in schema.columns if c.name not in left_out and c.role != "ignored")
    schema = replace(schema, columns=tuple(read))
    held = None if net is None else net.told()
    return Chosen(schema=schema, markers=markers, lasso=held, offered=len(names), rows=rows)


def _numbers(collected: Collected, train: Array) -> tuple[list[str], Array]:
    """Names of the columns of numbers, and their training rows, float32 `(n, columns)`."""
    table, found = collected.table, list[tuple[str, Array]]()
    for column in collected.schema.inputs:
        values = cells_of(table, column).values
        if values.ndim == 1 and values.dtype.kind == "f" and _is_number(column):
            found.append((column.name, values[train]))
    matrix = np.empty((len(train), len(found)), np.float32)
    for place, (_, values) in enumerate(found):
        matrix[:, place] = values
    return [name for name, _ in found], matrix


def _is_number(column: Column) -> bool:
    return kind_of(column.kind).block.bounded


def _wanted(target: Array, learn: str | None) -> Array:
    """What columns shall explain, float64 `(n, k)`: a column a class, label or number."""
    if learn == "class":
        return np.asarray(target[:, None] == np.unique(target), np.float64)
    numbers = target.reshape(len(target), -1).astype(np.float64)
    return np.log1p(np.maximum(numbers, 0)) if learn == "rate" else numbers


def _count(screen: Screen) -> tuple[bool, int, Net | None]:
    """Whether columns are found step by step, how many are kept, and the net beside them.

    Each size of each way is weighed by how likely it makes held-out rows. The mean of likely sizes
    is steadier than the best of them, which few rows choose by luck.
    """
    rng, most = np.random.default_rng(0), screen.matrix.shape[1]
    ways = [[size for size in sizes if size < most] or [most] for sizes in (SIZES, STEPS)]
    ratios = RATIOS if screen.target.shape[1] <= MOST else ()
    counts = [*(len(sizes) for sizes in ways), *(len(PENALTIES) for _ in ratios)]
    costs = [np.zeros(count) for count in counts]
    repeats = max(1, min(REPEATS, STEADY // len(screen.target)))
    for _ in range(repeats):
        part = screen.parts(rng, FOLDS)
        told = [np.zeros((count, *screen.target.shape)) for count in counts]
        for fold in range(FOLDS):
            learnt, held = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
            by, aims = screen.standard(learnt), screen.aims(learnt)
            told_most = np.argsort(-screen.explained(learnt), kind="stable")[: ways[0][-1]]
            for way, order in enumerate((told_most, screen.stepwise(learnt, ways[1][-1]))):
                part_by = by[0][order], by[1][order]
                few = replace(screen, matrix=screen.matrix[:, order])
                x, judged = few.scaled(learnt, part_by), few.scaled(held, part_by)
                for place, size in enumerate(ways[way]):
                    told[way][place, held] = ridge(x[:, :size], aims, judged[:, :size])
            for way, ratio in enumerate(ratios, len(ways)):
                told[way][:, held] = Path.of(screen, learnt, ratio).answers(screen, held)
        whole = screen.aims(np.arange(len(part)))
        for way, answers in enumerate(told):
            costs[way] += [unexplained(whole, one) for one in answers]
    likely = [-0.5 * len(screen.target) * np.log(np.maximum(c / repeats, 1e-3)) for c in costs]
    best = max(float(one.max()) for one in likely[:2])
    weights = [np.exp(one - best) for one in likely[:2]]
    steps = bool(weights[1].sum() > weights[0].sum())
    middle = float(np.exp(np.average(np.log(ways[steps]), weights=weights[steps])))
    net = choose_net(screen, dict(zip(ratios, likely[2:], strict=True)), best)
    return steps, int(min(most, round(middle))), net


def _shares(screen: Screen, kept: int, *, steps: bool) -> Array:
    """`(columns,)` in which part of halves of the rows each column is among so many."""
    rng, times = np.random.default_rng(1), np.zeros(screen.matrix.shape[1])
    for _ in range(HALVES // 2):
        part = screen.parts(rng, 2)
        for half in range(2):
            rows = np.flatnonzero(part == half)
            if steps:
                times[screen.stepwise(rows, kept)] += 1
            else:
                times[np.argpartition(-screen.explained(rows), kept - 1)[:kept]] += 1
    return times / (2 * (HALVES // 2))
