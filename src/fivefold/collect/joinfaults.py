"""What can be wrong with joins and shows before anything is read whole."""

from collections.abc import Container, Iterable, Iterator
from typing import Any

from fivefold.collect.apart import Joins, named, of_source
from fivefold.collect.glance import glance
from fivefold.collect.wishes import Wishes
from fivefold.core.wording import quoted
from fivefold.errors import ConfigError, DataError, FivefoldError
from fivefold.reading.columnnames import absent_column
from fivefold.reading.options import Reading, Windows
from fivefold.reading.source import describe

OWN = ("target", "exposure", "past", "known")
"""Settings that name columns of the rows alone: what is predicted, and what a request must hold."""


def check_joins(base: Any, reading: Reading, joins: Joins, wishes: Wishes) -> list[FivefoldError]:
    """Names of columns that the sources do not have; nothing where a look is not cheap.

    Args:
        base: the source of the rows.
        reading: how that is read.
        joins: the sources that are joined to it.
        wishes: of all columns.
    """
    try:
        return [*_absent(base, reading, joins, wishes)]
    except DataError as fault:
        return [fault]


def _absent(base: Any, reading: Reading, joins: Joins, wishes: Wishes) -> Iterator[FivefoldError]:
    made: list[str] = []
    own = glance(base, reading) if joins else []
    if own:
        yield from own_faults(wishes, reading, joins, own)
    for name, (source, how) in joins.items():
        theirs = glance(source, Reading())
        for (mine, other), what in named(how):
            where = f"join= of {name}, `{what}`"
            if own and mine not in own and not any(mine.startswith(f"{one}_") for one in made):
                yield absent_column(mine, own, describe(base), where)
            if theirs and other not in theirs:
                yield absent_column(other, theirs, name, where)
        made.append(name)
        roles = of_source(wishes, name, joins, own).roles if theirs and not how.aggregates else {}
        for role, one in roles.items():
            if one.removeprefix(f"{name}_") not in theirs:
                yield absent_column(
                    one, [f"{name}_{column}" for column in theirs], name, f"{role}="
                )


def own_faults(
    wishes: Wishes, reading: Reading, joins: Iterable[str], own: Container[str]
) -> Iterator[FivefoldError]:
    """Faults of settings that name a column of a joined source and may not.

    Args:
        wishes: of all columns.
        reading: how the rows are read.
        joins: the names of the sources that are joined.
        own: columns of the rows.
    """
    starts = tuple(f"{name}_" for name in joins)
    if not starts:
        return
    targets = wishes.target if isinstance(wishes.target, tuple) else (wishes.target,)
    asked: dict[str, Iterable[Any]] = {"target": targets}
    asked |= {role: (name,) for role, name in wishes.roles.items()}
    if isinstance(reading.long, Windows):
        asked |= {"past": reading.long.past, "known": reading.long.known}
    lost = {
        setting: [n for n in names if n not in own and str(n).startswith(starts)]
        for setting, names in asked.items()
    }
    for setting in filter(lost.get, OWN):
        wanted = f"columns of the rows in {setting}="
        remedy = "Merge what it names into the rows beforehand."
        found = f"{quoted(lost[setting])} of a joined source"
        yield ConfigError.expected("Collect", wanted, found, remedy, argument=setting)
    if "until" in lost and bool(lost["until"]) != bool(lost["time"]):
        wanted, remedy = "time= and until= of one source", "Merge both into the rows beforehand."
        found = quoted([str(wishes.time), str(wishes.until)])
        yield ConfigError.expected("Collect", wanted, found, remedy, argument="until")
