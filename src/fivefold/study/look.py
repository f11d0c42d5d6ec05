"""A look at data before anything is learnt of it."""

from typing import Any

from fivefold.artifacts import Collected
from fivefold.collect.collect import Collect
from fivefold.collect.heaps import find_heaps
from fivefold.collect.quality import inspect
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.faults import raise_all
from fivefold.core.finding import Finding
from fivefold.core.key import Key
from fivefold.core.run import execute
from fivefold.core.session import Session
from fivefold.core.wiring import place
from fivefold.core.wish import SEED, faults_of
from fivefold.errors import ConfigError
from fivefold.partition import Partition
from fivefold.report.overview import Overview, overview
from fivefold.study.start import divided


def look(source: Any, *, seed: int = 0, **settings: Any) -> Overview:
    """What a table is before it is modelled: its columns, the task, the split, what is odd.

    Nothing is learnt and nothing is written; no test row is scored, and histograms by the target
    count training and validation rows alone.

    Args:
        source: whatever `Collect` takes; or a pipeline, of which the stages are run that read
            rows, change them or divide them.
        seed: by which rows would be divided in a run with it.
        settings: of `Collect`, `target="income"` for one. Without a target the columns are shown.

    Returns:
        An overview, which prints as a table, and shows histograms in notebooks.

    Raises:
        ConfigError: if a setting is none of `Collect`, the seed none, or a pipeline reads no data.
        PreflightError: if the source does not exist.
        DataError: if it cannot be read as asked.

    Example:
        >>> rows = {"age": [n * 37 % 101 / 4 for n in range(100)], "paid": ["no", "yes"] * 50}
        >>> seen = look(rows, target="paid")
        >>> seen.task, seen.sizes, [column.kind for column in seen.columns]
        ('binary', (64, 16, 20), ['categorical', 'numeric'])
    """
    raise_all(faults_of("look", {"seed": (seed, SEED)}))
    pipeline = _reading(source, settings)
    steps = place(pipeline.stages[:1])
    session = Session(seed=seed, left_open=frozenset(step.name for step in steps))
    execution = execute(steps, Context(), session)
    collected = execution.context[Collected]
    if collected.is_open and not any(stage.completes for stage in pipeline):
        return overview(collected.replace(findings=_of_inputs(collected)))
    if len(pipeline) > 1:
        execution = pipeline[1:].execute(seed=seed, given=execution.context)
    return overview(execution.context[Collected], divided(execution))


def _reading(source: Any, settings: dict[str, Any]) -> Chain:
    """The stages that read rows, change them and say how they are divided."""
    if not isinstance(source, Chain):
        return Chain([Collect(source, **settings)])
    if settings:
        remedy = "Set it in the stage that reads the data."
        raise ConfigError.expected("look", "settings or a pipeline", "both", remedy)
    wiring = [type(stage).wiring for stage in source]
    if not wiring or wiring[0].writes != Key(Collected):
        found = type(source[0]).__name__ if wiring else "no stage"
        remedy = "Pass a pipeline that begins with Collect, or the data."
        raise ConfigError.expected("look", "a pipeline from its source on", found, remedy)
    rows = [each.writes in (Key(Collected), Key(Partition)) for each in wiring]
    return source[: rows.index(False) if False in rows else len(rows)]


def _of_inputs(collected: Collected) -> tuple[Finding, ...]:
    """What is odd about rows without a target."""
    values = {name: collected.table.column(name) for name in collected.table.names}
    schema, usable = collected.schema, collected.usable
    heaps = find_heaps(values, schema, usable)
    found = inspect(values, schema, usable, collected.given, heaps)
    return (*found, *collected.findings)
