"""The rows that are to be labelled, as a pipeline reads them."""

from collections.abc import Sequence
from typing import Any

from fivefold.artifacts import Collected
from fivefold.collect.collect import Collect
from fivefold.collect.crawlfolder import CrawlFolder, is_crawl
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.events import Observer
from fivefold.core.run import execute
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wiring import left_open, place
from fivefold.core.wording import together
from fivefold.errors import DataError
from fivefold.kinds.known import kind_of


def rows_of(source: Any, ends: Stage, observers: tuple[Observer, ...] = ()) -> Collected:
    """The rows of a source before they are labelled.

    Args:
        source: of any form that Collect takes, the folder of a crawl, a stage that reads rows, or
            several, the others of which change them; a pipeline, of which those before the labels
            count; rows that were read are given back.
        ends: the stage that labels them.
        observers: are told every event.

    Raises:
        FivefoldError: if they cannot be read.
    """
    if isinstance(source, Collected):
        return source
    before = stages_of(source)
    steps = place([*before, ends])
    session = Session(left_open=left_open(steps), observers=observers)
    done = execute(steps, Context(), session, until=len(before))
    return done.context[Collected]


def stages_of(source: Any) -> Sequence[Stage]:
    """The stages that read a source, and change its rows, before these are labelled."""
    if isinstance(source, Stage):
        return [source]
    stages = source.stages if isinstance(source, Chain) else source
    if isinstance(stages, list | tuple) and stages and all(isinstance(s, Stage) for s in stages):
        end = next((n for n, stage in enumerate(stages) if stage.completes), len(stages))
        return stages[:end]
    return [CrawlFolder(source) if is_crawl(source) else Collect(source)]


def marked_column(collected: Collected, names: Sequence[str]) -> str:
    """The first of some columns in which people can mark stretches.

    Raises:
        DataError: if there is nothing to mark.
    """
    columns = [collected.schema[name] for name in names]
    found = next((one for one in columns if kind_of(one.kind).marks), None)
    if found is None:
        told = together([f"`{one.name}` ({one.kind})" for one in columns]) or "none"
        wanted = "a column of texts, sequences, series or sounds, to mark spans in"
        raise DataError.expected("Label", wanted, told, "Name one in by=.")
    return found.name
