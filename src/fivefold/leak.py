"""Whether held-out rows reach what is fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.codecs.cell import word
from fivefold.codecs.coded import missing_rows
from fivefold.codecs.table import Array, Columns
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.execution import Execution
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import LeakError
from fivefold.fingerprint import fingerprint
from fivefold.kinds.known import kind_of
from fivefold.partition import Partition
from fivefold.reading.moments import moments_of
from fivefold.reading.names import FROM, UNTIL
from fivefold.reading.options import Windows
from fivefold.reading.raw import Raw
from fivefold.reading.source import read
from fivefold.reading.stepwise import numbers_of
from fivefold.reading.windowtable import windowed
from fivefold.result import Result
from fivefold.tasks.known import task_of
from fivefold.travel.lookup import Lookup, lookups

LATER = "steps after an origin"
"""The level at which windows are cut again."""

JOINED = "later rows of a joined source"
"""The level at which sources are joined again."""


@dataclass(frozen=True)
class NoLeak:
    """What was corrupted and what was compared, when nothing moved.

    Args:
        rows: corrupted rows by level.
        compared: names of what was found equal to the last bit, by level.
    """

    rows: Mapping[str, int]
    compared: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        return "; ".join(
            f"{level} rows corrupted ({self.rows[level]:,}): {', '.join(names)} did not move"
            for level, names in self.compared.items()
        )


def check_no_leak(pipeline: Chain | Result, *, seed: int = 0, device: str = "auto") -> NoLeak:
    """Corrupt the held-out rows after Collect and see that nothing fitted moves by a bit.

    The partition stays as it is. Validation and test rows corrupted: the codec, the encoded
    training rows and first weights must not move. Test rows corrupted: nothing that is fitted may,
    to the last weight. Of a table of steps all after an origin is corrupted too: windows before it
    must not move; of sources joined as of a time all later than a row: what was joined to it.

    Args:
        pipeline: with a stage that writes Collected; or the result of one, which saves a run.
        seed: of the run, and of the corruption.
        device: as in `Pipeline.run`.

    Returns:
        What was compared.

    Raises:
        LeakError: naming what moved, and at which level.
    """
    if isinstance(pipeline, Result):
        execution = pipeline.execution
        stop = _before_evaluate([step.stage for step in execution.steps])
    else:
        stop = _before_evaluate(pipeline.stages)
        last = pipeline.names[max(stop, 1) - 1]
        execution = pipeline.execute(seed=seed, device=device, until=last)
    execution, stop, collected = _start(execution, stop)
    drawn = execution.context.get(Partition)
    partition = drawn or Partition.derive(collected, Session(seed=seed))
    held_out = {
        "validation and test": np.concatenate([partition.valid, partition.test]),
        "test": partition.test,
    }
    compared: dict[str, tuple[str, ...]] = {}
    for level, rows in held_out.items():
        first_only = level != "test"
        changed = collected.replace(table=corrupt(collected, rows, seed=seed))
        found = execution.again([changed, partition], stop=stop, rehearsed=first_only)
        names = []
        for name, (one, other) in _pairs(execution.context, found, first_only).items():
            if fingerprint(one) != fingerprint(other):
                raise LeakError(
                    f"Leak: expected {name} to be the same when {level} rows are corrupted, "
                    "found it changed.",
                    evidence=f"{len(rows):,} {level} rows were corrupted after Collect, "
                    "within their types.",
                    remedy="Fit on the rows of partition.train only.",
                    what=name,
                    level=level,
                )
            names.append(name)
        if names:
            compared[level] = tuple(names)
    sizes = {level: len(rows) for level, rows in held_out.items()}
    steps = check_origins(collected, partition, seed=seed)
    if steps:
        sizes[LATER], compared[LATER] = steps, ("windows before them",)
    later = check_joins(collected, seed=seed)
    if later:
        sizes[JOINED], compared[JOINED] = later, ("what earlier rows were given",)
    if not compared:
        remedy = "Check a pipeline with a stage that fits something."
        raise LeakError.expected("check_no_leak", "something fitted to compare", "nothing", remedy)
    return NoLeak(sizes, compared)


def check_origins(collected: Collected, partition: Partition, *, seed: int = 0) -> int:
    """Corrupt every step from an origin on and cut windows again: none before may move by a bit.

    It is done for the first origins of the validation and of the test rows; windows that end before
    stay whole, and what a window reads that begins there.

    Args:
        collected: with its source; of a table that is no windows nothing is checked.
        partition: whose first origins these are.
        seed: of the corruption.

    Returns:
        How many steps were corrupted.

    Raises:
        LeakError: naming the column that moved.
    """
    rng, count = np.random.default_rng(seed), 0
    for origin in collected.source.origins if collected.source is not None else ():
        long = origin.reading.long
        if not isinstance(long, Windows):
            continue
        steps = read(origin.value, replace(origin.reading, long=None, names=long.names))
        moments, whole = moments_of(steps, long.time, long.pattern)[0], windowed(steps, long)
        for rows in (partition.valid, partition.test):
            if not len(rows):
                continue
            cut = collected.table.column(FROM)[rows].min()
            later = moments >= cut
            worse: dict[str, Any] = dict(steps.columns)
            for name in (long.target, *long.past, *long.known):
                numbers = numbers_of(steps.columns[name])
                assert numbers is not None
                numbers[later] = 3.0 * rng.permutation(numbers[later]) + 1.0
                worse[name] = numbers
            found = windowed(steps.replace(columns=worse), long)
            _compare_windows(whole, found, long, cut)
            count += int(later.sum())
    return count


def _compare_windows(one: Raw, other: Raw, long: Windows, cut: Any) -> None:
    known = dict.fromkeys((long.target, *long.past), one.columns[FROM] <= cut)
    for name in one.columns:
        for before in (one.columns[UNTIL] < cut, known.get(name)):
            rows = np.flatnonzero(before) if before is not None else ()
            theirs = other.columns[name]
            for row in rows:
                if fingerprint(one.columns[name][row]) != fingerprint(theirs[row]):
                    raise LeakError(
                        f"Leak: expected `{name}` of window {row:,} to be the same when what comes "
                        "after its origin is corrupted, found it changed.",
                        remedy="Report this with a few rows of that source.",
                        what=name,
                        level=LATER,
                    )


def check_joins(collected: Collected, *, seed: int = 0) -> int:
    """Corrupt what joined sources tell of later and join again: no earlier row may move by a bit.

    It is done at three moments, the quarters of those of the rows: later rows of the source get
    other cells, and half of them are taken out.

    Args:
        collected: with what was joined; where nothing was, as of a time, nothing is checked.
        seed: of the corruption.

    Returns:
        How many rows of sources were corrupted.

    Raises:
        LeakError: naming the column that moved.
    """
    rng, count = np.random.default_rng(seed), 0
    for step in lookups(() if collected.changes is None else collected.changes.steps).values():
        if step.time is None:
            continue
        here = Columns({name: collected.table.column(name) for name in step.reads})
        moments, whole = here.column(step.time[0]), step.table()
        theirs, dated = whole.column(step.time[1]), np.sort(moments[~missing_rows(moments)])
        for cut in dated[[len(dated) * part // 4 for part in (1, 2, 3)]] if len(dated) else ():
            later = np.flatnonzero(theirs >= cut if step.delay is None else theirs > cut)
            again = step.having(_worse(whole, later, step, rng))
            rows = here.take(np.flatnonzero(moments <= cut))
            one, other = step.rows(rows), again.rows(rows)
            for name in step.columns:
                if fingerprint(one.column(name)) != fingerprint(other.column(name)):
                    raise LeakError(
                        f"Leak: expected `{name}` to be the same when rows of {step.source} that "
                        f"are later than {word(cut)} are corrupted, found it changed before that.",
                        remedy="Report this with a few rows of both sources.",
                        what=name,
                        level=JOINED,
                    )
            count += len(later)
    return count


def _worse(whole: Columns, later: Array, step: Lookup, rng: np.random.Generator) -> Columns:
    """The rows of a joined source, the later ones corrupted within their types, half of them."""
    columns = {name: whole.column(name).copy() for name in whole.names}
    kinds = {column.name: kind_of(column.kind) for column in step.read}
    for name in step.history.cells if len(later) else ():
        here = columns[name][later][rng.permutation(len(later))]
        some, few = rng.random(len(later)) < 0.3, rng.random(len(later)) < 0.1
        some[0], few[0] = True, False
        columns[name][later] = kinds[name].corrupt(here, some, few)
    return Columns(columns).take(np.delete(np.arange(len(whole)), later[::2]))


def corrupt(collected: Collected, rows: Array, *, seed: int) -> Columns:
    """The table with the given rows made worse within their types: values are permuted among
    them, scaled, replaced by a new category, or missing; target and weights are permuted.

    Args:
        collected: the table and its schema.
        rows: `(n,)` positions to corrupt.
        seed: of the corruption.
    """  # noqa: D205
    rng = np.random.default_rng(seed)
    columns = {name: collected.table.column(name) for name in collected.table.names}
    for column in collected.schema.columns:
        if column.role in ("input", "target") and len(rows):
            values = columns[column.name].copy()
            here = values[rows][rng.permutation(len(rows))]
            some, few = rng.random(len(rows)) < 0.3, rng.random(len(rows)) < 0.1
            some[0], few[0] = True, False
            if column.role == "target":
                values[rows] = task_of(collected.schema.task).corrupt(here, some, values, rng)
            else:
                values[rows] = kind_of(column.kind).corrupt(here, some, few)
            columns[column.name] = values
        elif column.role in ("weight", "exposure"):
            columns[column.name] = columns[column.name].copy()
            columns[column.name][rows] = rng.permutation(columns[column.name][rows]) + 1
    return Columns(columns)


def _before_evaluate(stages: Sequence[Stage]) -> int:
    """How many stages come before the first that may look at test rows."""
    looks = [stage.wiring.writes in (Key(Evaluated), Key(Deployed)) for stage in stages]
    return looks.index(True) if True in looks else len(looks)


def _start(execution: Execution, stop: int) -> tuple[Execution, int, Collected]:
    """The run behind the stage that completed its rows, its stages before a judge, and the rows."""
    there = [i for i, context in enumerate(execution.after) if Collected in context]
    if not there:
        remedy = "Check a pipeline that begins with Collect."
        raise LeakError.expected("check_no_leak", "a stage that writes Collected", "none", remedy)
    whole = [i for i in there if not execution.after[i][Collected].is_open]
    place = whole[0] + 1 if whole[:1] != there[:1] else 0  # what people said of rows is data too
    decisions, before = execution.decisions[place:], execution.before[place:]
    rest = replace(execution, decisions=decisions, before=before)
    return rest, stop - place, execution.after[(whole or there)[0]][Collected]


def _pairs(wanted: Context, found: Context, first_only: bool) -> dict[str, tuple[Any, Any]]:
    """What to compare by name: codec and first weights, or all that was fitted."""
    pairs: dict[str, tuple[Any, Any]] = {}
    for key in found:
        address = (key.type, key.label)
        one, other = wanted.get(address), found.get(address)
        if one is None or other is None or key.type is Session:
            continue
        if first_only and isinstance(one, Preprocessed) and isinstance(other, Preprocessed):
            pairs["codec"] = (one.codec, other.codec)
            pairs["training rows"] = (one.train, other.train)
        elif first_only and isinstance(one, Trained) and isinstance(other, Trained):
            pairs["first weights"] = (one.first_digest, other.first_digest)
        elif not first_only:
            for name, value in one.fitted().items():
                pairs[f"{key}.{name}"] = (value, other.fitted().get(name))
    return pairs
