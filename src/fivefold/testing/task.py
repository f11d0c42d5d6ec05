"""What every task must keep to."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.regions import regions
from fivefold.codecs.schema import Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array
from fivefold.collect.collect import Collect
from fivefold.core.session import Session
from fivefold.kinds.codec import Codec
from fivefold.metrics.metric import Metric
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import TASKS, task_of
from fivefold.tasks.task import Task
from fivefold.tasks.telling import Picture
from fivefold.testing.learnt import check_head, check_run
from fivefold.testing.rule import Rules
from fivefold.testing.sound import Sound

FEWEST = 40
ROWS = 200
"""Rows that the cells are repeated to, at least, so that each part has some."""
ALONE = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Settled:
    """Usable rows of the targets: `cells` as given, `values` canonical, `target` encoded."""

    rules: Rules
    task: Task
    schema: Schema
    cells: list[list[Any]]
    values: list[Array]
    steps: int | None
    target: Array

    def encode(self, values: list[Array]) -> Array:
        """Other cells in place of those."""
        return self.task.encode(values, self.schema, self.steps)


def check_task(
    task: Task | type[Task],
    columns: Mapping[str, Any],
    *,
    inputs: Mapping[str, Any] | None = None,
    model: Any = None,
    kinds: Mapping[str, Any] | None = None,
) -> Sound:
    """Check what every task must keep to.

    It has a name of its own, metrics and losses; it settles the columns, encodes a row alone as
    among others, and gives outputs, scores, answers, replies and columns of files that agree; it is
    corrupted within its type, judged, and trained for an epoch; its graph answers as torch does,
    and its bundle is replayed, in a process without torch where the class stands in a file.

    Args:
        task: to be checked, the class or an object of it.
        columns: cells of the target columns by name, 40 at least, as a source would hold them.
        inputs: cells of other columns; random numbers if none are given.
        model: a module, or a function that makes one, as `Train` takes it; a task of sequences
            needs one.
        kinds: of columns, as `Collect` takes them.

    Returns:
        What it was checked with, and where its bundle was replayed.

    Raises:
        AssertionError: saying which rule is broken.

    Example:
        >>> from fivefold.tasks.known import REGRESSION
        >>> check_task(REGRESSION, {"y": np.arange(100.0)})  # doctest: +SKIP
    """
    rules = Rules(task.__name__ if isinstance(task, type) else type(task).__name__)
    with ExitStack() as stack:
        with rules.held("it cannot be adopted"):
            made = stack.enter_context(TASKS.lent(task))
        return _check(made, columns, inputs or {}, model, dict(kinds or {}), rules)


def _check(
    task: Task,
    columns: Mapping[str, Any],
    inputs: Mapping[str, Any],
    model: Any,
    kinds: dict[str, Any],
    rules: Rules,
) -> Sound:
    _check_attributes(task, rules)
    rows = min((len(cells) for cells in columns.values()), default=0)
    rules.need(rows >= FEWEST, f"{FEWEST} cells or more are needed to check it by, not {rows}")
    given = {**(inputs or {"input": np.random.default_rng(0).normal(size=rows)}), **columns}
    listed = {n: list(c.tolist() if hasattr(c, "tolist") else c) for n, c in given.items()}
    cells = {name: column * -(-ROWS // rows) for name, column in listed.items()}
    collect = Collect(
        {name: objects(column) for name, column in cells.items()},
        target=tuple(columns) if len(columns) > 1 else next(iter(columns)),
        task=task,
        kinds=kinds,
    )
    settled = _settle(task, collect, [cells[name] for name in columns], rules)
    told = settled.task
    _check_target(settled)
    scores = _check_scores(settled)
    _check_answers(settled, scores)
    _check_judging(settled, scores)
    outputs = told.outputs(settled.schema, settled.steps)
    check_head(told, settled.target, outputs, scores, rules)
    return Sound.of(task, rows, check_run(task, collect, model, rules), TASKS)


def _check_attributes(task: Task, rules: Rules) -> None:
    metrics, losses = getattr(task, "metrics", ()), getattr(task, "losses", ())
    good = bool(metrics) and all(isinstance(metric, Metric) for metric in metrics)
    rules.need(good, "metrics are not a tuple of Metric, one at least")
    names = [metric.name for metric in metrics]
    rules.need(len(set(names)) == len(names), "two metrics have one name")
    good = isinstance(losses, tuple) and all(isinstance(loss, str) for loss in losses)
    rules.need(good and losses, "losses are not a tuple of names, one at least")


def _settle(task: Task, collect: Collect, cells: list[list[Any]], rules: Rules) -> Settled:
    with rules.held("settle refuses the columns"):
        collected = collect.run(session=Session(seed=0))
    rows, schema = np.flatnonzero(collected.usable), collected.schema
    task = task_of(schema.task)  # what settle found may say more of it
    with rules.held("the columns that settle gave are not encoded"):
        steps = Codec.fit(collected.table, schema, rows, Settings(truncation="head")).steps
        rules.need(steps or not task.sequence, "a task of sequences needs a column of texts")
        values = [collected.table.column(name)[rows] for name in schema.targets]
        target = task.encode(values, schema, steps)
    return Settled(
        rules=rules,
        task=task,
        schema=schema,
        cells=[[column[row] for row in rows] for column in cells],
        values=values,
        steps=steps,
        target=target,
    )


def _check_target(settled: Settled) -> None:
    """The array, rows alone, missing cells, strata, corruption."""
    task, target, values, need = settled.task, settled.target, settled.values, settled.rules.need
    rows = len(values[0])
    good = isinstance(target, np.ndarray) and len(target) == rows
    need(good, "encode gives no array with a line for each row")
    wanted = f"encode gives {target.dtype}, not int64 classes or float64 numbers"
    need(target.dtype in (np.int64, np.float64), wanted)
    for row in range(min(ALONE, rows)):
        alone = settled.encode([column[row : row + 1] for column in values])
        same = alone.dtype == target.dtype and np.array_equal(alone, target[row : row + 1])
        need(same, f"encode gives row {row} alone otherwise than among others")
    lacking = task.lacking(target)
    need(lacking.shape == (rows,), "lacking is not one truth value a row")
    need(not lacking.any(), "lacking says that rows with an answer have none")
    strata = task.strata(values)
    need(strata is None or strata.shape == (rows,), "strata are not one a row")
    some = np.arange(rows) % 2 == 0
    for place, column in enumerate(values):
        missing = [one[:1].copy() for one in values]
        together = task.ahead  # where single steps may be absent
        for one in missing if together else missing[place : place + 1]:
            one[0] = np.nan if one.dtype.kind == "f" else None
        with settled.rules.held("encode fails where a cell is missing"):
            need(task.lacking(settled.encode(missing)).all(), "encode answers a missing cell")
        with settled.rules.held("corrupt leaves the type of the column"):
            worse = task.corrupt(column.copy(), some, column, np.random.default_rng(0))
            others = [worse if at == place else one for at, one in enumerate(values)]
            known = not task.lacking(settled.encode(others)).any()
        alike = (worse.dtype, worse.shape) == (column.dtype, column.shape)
        need(known and alike, "corrupt leaves the type of the column")
        same = all(map(np.array_equal, worse[some], column[some]))
        need(not same, "corrupt changes nothing")


def _check_scores(settled: Settled) -> Array:
    """Shapes of outputs, of no scores, and of the constant ones, which are given back."""
    task, schema, rules = settled.task, settled.schema, settled.rules
    rows = len(settled.target)
    outputs, empty = task.outputs(schema, settled.steps), task.empty(schema, settled.steps)
    axes = outputs if isinstance(outputs, tuple) else ()
    good = all(isinstance(axis, int) and axis > 0 for axis in axes)
    rules.need(axes and good, f"outputs are {outputs!r}, which is no shape of a row")
    good = len(empty) == 0 and empty.dtype in (np.float32, np.float64)
    rules.need(good, "empty gives no floats without rows")
    with rules.held("constant fails"):
        scores = task.constant(settled.target, schema, rows)
    wanted = (rows, *empty.shape[1:])
    rules.need(scores.shape == wanted, f"constant gives {scores.shape}, not {wanted} as empty says")
    rules.need(np.isfinite(scores).all(), "constant gives numbers that are not finite")
    return np.asarray(scores, empty.dtype)


def _check_answers(settled: Settled, scores: Array) -> None:
    """Answers, replies, columns of files; labels as they were written."""
    task, schema, rules, need = settled.task, settled.schema, settled.rules, settled.rules.need
    answers, reply = task.answers(scores, schema), task.reply(scores, schema)
    need(len(answers) == len(scores), "answers are not one a row")
    for said in (reply, task.reply(np.full_like(scores, np.nan), schema)):
        with rules.held("the reply is no plain JSON"):
            json.dumps(said, allow_nan=False)
    told = reply.get("predictions")
    if task.plane:
        held = [regions(one["png"])[:, :, 0] for one in told or ()]
        need(all(map(np.array_equal, held, answers)), "predictions of the reply are not answers")
    else:
        need(told == answers.tolist(), "predictions of the reply are not answers")
    shares, none = task.shares(scores, schema), task.shares(scores[:0], schema)
    need(list(shares) == list(none), "shares of no rows have other names")
    good = all(np.shape(column) == (len(scores),) for column in shares.values())
    need(good, "shares are not one a row")
    need(answers.ndim == 1 or shares, "shares name no columns where a row has several answers")
    if not task.labelled:
        return
    target, classes = settled.target, len(schema.classes)
    need(scores.shape[-1] == classes > 0, "scores are not one a class")
    sure = np.eye(classes, dtype=np.float32)[np.maximum(target, 0)]
    sure[target < 0] = np.nan
    if task.plane:
        pairs = zip(task.answers(sure, schema), target, strict=True)
        good = all(np.array_equal(said[true >= 0], true[true >= 0]) for said, true in pairs)
        need(good, "answers are not the places of the classes")
        return
    told = task.answers(sure, schema).tolist()
    if task.sequence:
        known = [[schema.classes[place] for place in row[row >= 0]] for row in target]
        need(told == known, "answers are not the labels of the positions")
    elif len(settled.cells) == 1:
        pairs = zip(told, settled.cells[0], strict=True)
        odd = [f"{cell!r} as {said!r}" for said, cell in pairs if not _alike(said, cell)]
        need(not odd, f"labels do not come back as they were written: {''.join(odd[:1])}")


def _alike(said: object, cell: object) -> bool:
    return said == cell and isinstance(said, bool) == isinstance(cell, bool)


def _check_judging(settled: Settled, scores: Array) -> None:
    """Positions, errors and losses, metrics, what is told."""
    from fivefold.report.curves import DRAWINGS

    task, schema, target, rules = settled.task, settled.schema, settled.target, settled.rules
    counts = task.positions(target)
    if task.sequence or counts is not None:
        good = counts is not None and counts.shape == target.shape and counts.dtype == bool
        rules.need(good, "positions are not truth values in the shape of the target")
    judged = Judged.of(task, target, scores)
    for method in ("errors", "row_losses"):
        with rules.held(f"{method} fails"):
            found = getattr(task, method)(judged.target, judged.scores)
            good = found.shape == (len(judged.target),) and np.isfinite(found).all()
        rules.need(good, f"{method} are not one finite number for each answer")
    for metric in task.metrics:
        with rules.held(f"the metric {metric.name} fails"):
            metric(judged.target, judged.scores)
            many = np.ones((2, len(judged.target)))
            over = metric.statistic.over(judged.target, judged.scores, many)
        rules.need(over.shape == (2,), f"the metric {metric.name} is not one number a resample")
    with rules.held("it does not say what it does"):
        told = [task.wanted(schema), task.aim(schema), task.purpose(schema, "a table", repr)]
        told += [task.mistakes(*judged[:2], schema, str), task.contrast(2.0, 1.0)]
        pictures = task.pictures(*judged[:2], schema)
    rules.need(all(isinstance(text, str) for text in told), "what it says of itself is no text")
    with rules.held("a picture cannot be drawn"):
        for picture in pictures:
            rules.need(isinstance(picture, Picture), "its pictures are not Picture")
            DRAWINGS[picture.drawing](**picture.values)
