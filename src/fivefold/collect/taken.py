"""What Collect is asked of a source: the value that it is, and how that is read."""

from os import PathLike
from typing import Any

from fivefold.collect.apart import Joins, sources_of
from fivefold.collect.horizon import windows_asked
from fivefold.collect.wishes import ROLES
from fivefold.errors import ConfigError, FivefoldError
from fivefold.kinds.known import kind_of
from fivefold.kinds_asked import names_of_kinds
from fivefold.reading.addresses import check_address, is_base, scheme_of
from fivefold.reading.options import Long, Reading, Windows
from fivefold.reading.query import Query, query_of


def check_place(source: Any) -> Any:
    """A source as it was given, unless its address holds a password: nothing may show that.

    A mapping that a recipe has in the place of a query is that query.

    Raises:
        ConfigError: without the password.
    """
    if isinstance(source, str) and scheme_of(source):
        fault = next((f for f in check_address(source) if "variable" not in f.facts), None)
        if fault is not None:
            raise ConfigError(fault.summary, remedy=fault.remedy)
        return source
    if isinstance(source, tuple | list | dict):
        each = list(source.values() if isinstance(source, dict) else source)
        for one in each if all(isinstance(one, str | PathLike) for one in each) else ():
            check_place(one)
    return (query_of(source) or source) if isinstance(source, dict) else source


def check_query(asked: Any) -> None:
    """Refuse a query where there is none to ask, or a second one.

    Args:
        asked: the settings, by the names that Collect has for them.

    Raises:
        ValueError: saying which.
        ConfigError: if the names of sources that are joined do not go together.
    """
    source, _ = sources_of(asked.source, asked.join)
    if asked.parameters and not asked.query:
        raise ValueError("`parameters` has no effect without `query`")
    if asked.query and not isinstance(source, str | PathLike):
        wanted = "expected `query` beside the address of a database or the path of a file of SQLite"
        raise ValueError(f"{wanted}, not beside {type(source).__name__}")


def sources_asked(asked: Any) -> tuple[Any, Joins]:
    """The source of the rows, with the query that it is read by, and those that are joined."""
    source, joins = sources_of(asked.source, asked.join)
    return (Query(source, asked.query, asked.parameters) if asked.query else source), joins


def query_faults(source: Any) -> list[FivefoldError]:
    """A query of an address that is none of a database."""
    if not isinstance(source, Query) or not scheme_of(source.address) or is_base(source.address):
        return []
    found, remedy = f"query= beside {source.shown}", "Leave out query=, or name a database."
    return [ConfigError.expected("Collect", "query= beside a database", found, remedy)]


def reading_of(asked: Any, *, may_lack_target: bool = False) -> Reading:
    """How the source of Collect is read.

    Args:
        asked: the settings, by the names that Collect has for them.
        may_lack_target: whether a later stage gives one.
    """
    kinds = names_of_kinds(asked.kinds)
    files = [kind for kind in kinds.values() if kind_of(kind).suffixes]
    targets = asked.target if isinstance(asked.target, tuple) else (asked.target,)
    return Reading(
        delimiter=asked.delimiter,
        header=asked.header,
        encoding=asked.encoding,
        skip=asked.skip,
        names=tuple(one for one in targets if isinstance(one, str)),
        roles=tuple(n for role in ROLES if isinstance(n := getattr(asked, role), str)),
        files=frozenset(name for name, kind in kinds.items() if kind_of(kind).suffixes),
        root=asked.root,
        reels=any(kind_of(kind).made_of for kind in files) if files else None,
        long=_long(asked),
        unlabelled=may_lack_target and asked.target in (None, ()),
    )


def _long(asked: Any) -> Long | Windows | None:
    """How a long table is one of series, or of windows."""
    if asked.horizon is not None:
        return windows_asked(asked)
    if asked.series_id is None:
        return None
    targets = asked.target if isinstance(asked.target, tuple) else (asked.target,)
    fixed = (*targets, *(getattr(asked, role) for role in ROLES))
    return Long(
        series_id=asked.series_id,
        step=asked.step,
        constant=tuple(one for one in fixed if isinstance(one, str | int)),
        labels=asked.target if isinstance(asked.target, str | int) else None,
        history=asked.history or 0,
        stride=asked.stride if "stride" in asked.model_fields_set else 0,
    )
