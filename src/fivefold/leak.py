"""Whether held-out rows reach what is fitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.codecs.table import Array, Columns
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.execution import Execution
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import LeakError
from fivefold.fingerprint import fingerprint
from fivefold.hindsight import JOINED, LATER, check_joins, check_origins
from fivefold.kinds.known import kind_of
from fivefold.partition import Partition
from fivefold.result import Result
from fivefold.tasks.known import task_of


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
    _drawn_again(pipeline)
    if isinstance(pipeline, Result):
        execution = pipeline.execution
        stages = [step.stage for step in execution.steps]
        stop = _before_evaluate(stages)
    else:
        stages = [*pipeline.stages]
        stop = _before_evaluate(pipeline.stages)
        last = pipeline.names[max(stop, 1) - 1]
        execution = pipeline.execute(seed=seed, device=device, until=last)
    execution, stop, collected = _start(execution, stop)
    judges = [stage for stage in stages if hasattr(stage, "chosen")]
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
        pairs = _pairs(execution.context, found, first_only)
        pairs |= {} if first_only else _decided(judges, execution.context, found)
        for name, (one, other) in pairs.items():
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


def _drawn_again(pipeline: Chain | Result) -> None:
    """Refuse noise that nobody can draw again: it moves weights, whatever rows are corrupted."""
    if isinstance(pipeline, Result):
        stages: Sequence[Stage] = [step.stage for step in pipeline.execution.steps]
    else:
        stages = pipeline.stages
    for stage in stages:
        privacy = getattr(stage, "privacy", None)
        if privacy is not None and not privacy.seeded:
            raise LeakError.expected(
                "check_no_leak",
                "a training that comes out the same when it is done again",
                "private noise that nobody can draw again",
                "Check the same pipeline with Privacy(seeded=True).",
            )


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
        groups = column.role == "ignored" and kind_of(column.kind).grouping  # stages may read it
        if (groups or column.role in ("input", "target")) and len(rows):
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


def _decided(judges: Sequence[Any], wanted: Context, found: Context) -> dict[str, tuple[Any, Any]]:
    """What stages that judge decide by validation rows, before they see any other."""
    pairs: dict[str, tuple[Any, Any]] = {}
    if all(kind in context for kind in (Preprocessed, Trained) for context in (wanted, found)):
        for stage in judges:
            one, other = (
                stage.chosen(context[Preprocessed], context[Trained]) for context in (wanted, found)
            )
            pairs |= {name: (value, other.get(name)) for name, value in one.items()}
    return pairs
