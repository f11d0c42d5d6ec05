"""Rows to answer that come with other sources beside them, which take the place of the bundle's."""

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from typing import Any

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Columns
from fivefold.core.wording import literal, nearest, quoted
from fivefold.errors import DataError, RequestError
from fivefold.reading.frames import is_frame
from fivefold.serve.requests import read
from fivefold.travel.changes import Changes
from fivefold.travel.lookup import Lookup, lookups


def rows_of(data: Any, changes: Changes | None) -> tuple[Any, Changes | None]:
    """The rows among sources by name, and the changes with what stands beside them.

    Args:
        data: of any form; a mapping of sources where one is joined: the rows, under any name, and
            those that are fresher than what the model has.
        changes: of the model.

    Raises:
        RequestError: if a source is none that is joined, or cannot be read as it was.
    """
    joins = {} if changes is None else lookups(changes.steps)
    if changes is None or not joins or not isinstance(data, Mapping) or not data:
        return data, changes
    others = [name for name in data if name not in joins]
    if len(others) == len(data) and not _is_source(data, changes):
        return data, changes
    if len(others) != 1:
        raise RequestError.expected(
            "Request",
            f"rows, and perhaps {quoted(list(joins))} beside them",
            quoted(list(data)),
            "Give the rows under one name, and sources that are joined under theirs.",
        )
    beside = {name: source for name, source in data.items() if name in joins}
    return data[others[0]], with_sources(changes, beside)


def _is_source(data: Mapping[str, Any], changes: Changes) -> bool:
    """Whether the only value is rows of its own, and not a column."""
    [name, *more], value = data, next(iter(data.values()))
    if more or name in changes.source.by_name:
        return False
    records = isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)
    return records or isinstance(value, str | PathLike | Mapping) or is_frame(value)


def with_sources(changes: Changes | None, sources: Mapping[str, Any]) -> Changes | None:
    """The changes with other rows of joined sources.

    Raises:
        RequestError: if a source is none that is joined, or cannot be read as it was.
    """
    joins = {} if changes is None else lookups(changes.steps)
    for name in sources:
        if name not in joins:
            near = nearest(name, list(joins))
            wanted = f"one of {quoted(list(joins))}" if joins else "no source: none is joined"
            remedy = f"Write {literal(near)}." if near else "Leave it out."
            raise RequestError.expected("Request", wanted, repr(name), remedy)
    if changes is None or not sources:
        return changes
    steps = [
        _having(step, sources[step.source])
        if isinstance(step, Lookup) and step.source in sources
        else step
        for step in changes.steps
    ]
    return replace(changes, steps=tuple(steps))


def _having(step: Lookup, source: Any) -> Lookup:
    plain = tuple(replace(column, name=step.plain(column.name)) for column in step.read)
    try:
        columns = read(source, Schema(columns=plain, targets=(), task=""))
        pairs = zip(step.read, plain, strict=True)
        named = {own.name: columns.column(new.name) for own, new in pairs}
        return step.having(Columns(named))
    except DataError as error:
        raise RequestError(error.summary, evidence=error.evidence, remedy=error.remedy) from None
    except RequestError as error:
        summary = error.summary.replace("Request", f"Request, {step.source}", 1)
        facts: dict[str, Any] = {**error.facts, "source": step.source}
        raise RequestError(summary, evidence=error.evidence, remedy=error.remedy, **facts) from None
