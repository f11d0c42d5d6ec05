"""A look at data before anything is learnt of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

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
from fivefold.study.predictions import columns_of
from fivefold.study.start import divided
from fivefold.survey.population import as_told, unlike
from fivefold.survey.section import Section


def look(source: Any, *, population: Any = None, seed: int = 0, **settings: Any) -> Overview:
    """What a table is before it is modelled: its columns, the task, the split, what is odd.

    Besides columns and findings: which columns go together, what is missing and with what that
    goes, far numbers, rows that are odd as a whole, gaps in time, copies of texts and pictures,
    words, cells to see and hear, and whether rows are as a population. Nothing is learnt and
    nothing is written; no test row is scored, and what has to do with the target is told of
    training and validation rows alone.

    Args:
        source: whatever `Collect` takes; or a pipeline, of which the stages are run that read
            rows, change them or divide them.
        population: what rows are to stand for, by column: the share of each category,
            `{"sex": {"f": 0.51, "m": 0.49}}`, or what is known of a number, `{"age": {"mean": 42.0,
            "quantiles": {0.5: 41}}}`; or rows of it, whatever `Collect` takes.
        seed: by which rows would be divided in a run with it.
        settings: of `Collect`, `target="income"` for one. Without a target the columns are shown.

    Returns:
        An overview, which prints as a table, shows histograms in notebooks, has `tables` and
        writes a page, `report("page.html")`.

    Raises:
        ConfigError: if a setting is none of `Collect`, the seed none, a pipeline reads no data, or
            nothing in the data is what the population tells of.
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
        collected = collected.replace(findings=_of_inputs(collected))
        return overview(collected, more=_beside(population, collected))
    if len(pipeline) > 1:
        execution = pipeline[1:].execute(seed=seed, given=execution.context)
    collected = execution.context[Collected]
    return overview(collected, divided(execution), more=_beside(population, collected))


def _beside(population: Any, collected: Collected) -> tuple[Section, ...]:
    """How rows differ from the population that they are to stand for."""
    if population is None:
        return ()
    columns, rows = collected.schema.by_name, np.flatnonzero(collected.usable)
    told, drawn = population, 0
    if not isinstance(told, Mapping) or not all(isinstance(one, Mapping) for one in told.values()):
        stage = Collect(population)
        both = {name: columns[name].kind for name in columns_of(stage) if name in columns}
        sample = _open_rows(stage.replace(kinds=both))
        told, drawn = as_told(sample.table, columns), len(sample.table)
    if not told:
        remedy = "Name columns of the data, or pass rows that have some of them."
        raise ConfigError.expected("look", "a population of columns of the data", "none", remedy)
    return (unlike(collected.table, columns, rows, told, drawn),)


def _open_rows(stage: Collect) -> Collected:
    """The rows of a source that need no target."""
    steps = place([stage])
    session = Session(seed=0, left_open=frozenset(step.name for step in steps))
    return execute(steps, Context(), session).context[Collected]


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
