"""Groups of people, or of whatever rows are about, by columns that the user names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations

import numpy as np

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import digits
from fivefold.core.faults import raise_all
from fivefold.core.wording import literal
from fivefold.errors import DataError, FivefoldError, PreflightError
from fivefold.kinds.known import kind_of
from fivefold.metrics.groups import FEWEST_ROWS, by_value
from fivefold.reading.columnnames import absent_column
from fivefold.tasks.known import task_of

FEW_VALUES = 8
"""Different numbers, up to which each is a group; more are cut into quarters."""
MOST = 40
"""Groups by a column, or by two: the largest ones; the others have one together."""
OTHERS = "all others"


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that share a value of a column, or of two.

    Args:
        told: what they share, in words.
        members: `(n,)` bool, which rows these are.
        mixed: whether it is what is left over of many small groups.
    """

    told: str
    members: Array = field(repr=False)
    mixed: bool = False

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self.members.sum())

    @property
    def compared(self) -> bool:
        """Whether it has rows enough to be compared with others."""
        return self.rows >= FEWEST_ROWS and not self.mixed


@dataclass(frozen=True, eq=False)
class Grouping:
    """The groups by one column, or the rows that groups of two columns share.

    Args:
        columns: one name, or two.
        groups: of all rows, the largest first.
    """

    columns: tuple[str, ...]
    groups: tuple[Group, ...]

    @property
    def told(self) -> str:
        """The columns, in words."""
        return " and ".join(self.columns)


def groupings(table: Table, schema: Schema, names: Sequence[str]) -> list[Grouping]:
    """The groups by each column, then those by every two of them.

    Args:
        table: the rows.
        schema: of it.
        names: of the columns, the model may read them or not.
    """
    names = tuple(dict.fromkeys(names))
    single = []
    for name in names:
        groups = [*_groups(table, schema[name])]
        in_order = kind_of(schema[name].kind).ordered
        single.append(Grouping((name,), tuple(groups) if in_order else _largest(groups)))
    return single + [_both(*pair) for pair in combinations(single, 2)]


def grouped(table: Table, schema: Schema, names: Sequence[str]) -> tuple[tuple[str, ...], Array]:
    """The groups by all of these columns together.

    Args:
        table: the rows.
        schema: of it.
        names: of the columns.

    Returns:
        What each group shares in words, and `(n,)` int64, the place of each row's group; -1 where
        it is one of very many small ones.
    """
    by = [Grouping((name,), _largest(_groups(table, schema[name]))) for name in names]
    every = reduce(_both, by)
    place = np.full(len(table), -1)
    for number, one in enumerate(every.groups):
        if not one.mixed:
            place[one.members] = number
    return tuple(one.told for one in every.groups), place


def _groups(table: Table, column: Column) -> Iterator[Group]:
    """By what the kind says of a column; values of few rows are groups too."""
    kind, values = kind_of(column.kind), table.column(column.name)
    left = np.ones(len(values), bool)
    if kind.ordered and len(np.unique(values[values == values])) <= FEW_VALUES:
        found = by_value(values, lambda value: digits(float(str(value))), fewest=1)
    else:
        found = kind.groups(values)
    for told, members in found:
        if members.any():
            left &= ~members
            yield Group(told.strip("`"), members)
    places = np.flatnonzero(left)
    for told, some in by_value(values[places], fewest=1):
        members = np.zeros(len(values), bool)
        members[places[some]] = True
        yield Group(told.strip("`"), members)


def _largest(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The largest ones first, and one of all others."""
    found = sorted(groups, key=lambda one: -one.rows)
    if len(found) <= MOST + 1:
        return tuple(found)
    others = np.any([one.members for one in found[MOST:]], axis=0)
    return (*found[:MOST], Group(OTHERS, others, mixed=True))


def _both(one: Grouping, other: Grouping) -> Grouping:
    """Rows that a group of each shares."""

    def shared() -> Iterator[Group]:
        for first in one.groups:
            for second in other.groups:
                members = first.members & second.members
                if members.any():
                    mixed = first.mixed or second.mixed
                    yield Group(f"{first.told}, {second.told}", members, mixed)

    return Grouping((*one.columns, *other.columns), _largest(shared()))


def compared_columns(sensitive: str | Sequence[str], schema: Schema, who: str) -> tuple[str, ...]:
    """The columns that are named, one or several, if each is there and divides rows into groups.

    Args:
        sensitive: as they were asked for.
        schema: of the rows.
        who: asks for it, `Evaluate: sensitive=`.

    Raises:
        PreflightError: if not.
    """
    names = (sensitive,) if isinstance(sensitive, str) else tuple(sensitive)
    raise_all(sensitive_faults(names, schema, who))
    return names


def sensitive_faults(names: Sequence[str], schema: Schema, who: str) -> list[FivefoldError]:
    """Why groups by these columns cannot be told apart, or compared.

    Args:
        names: of columns.
        schema: of the rows.
        who: asks for it, `Evaluate: sensitive=`.
    """
    task, faults = task_of(schema), list[FivefoldError]()
    if names and not can_compare(schema):
        wanted = f"{who} expects a task of classes or numbers, found {task.called}"
        faults.append(PreflightError(f"{wanted}.", remedy="Leave it out."))
    for name in names:
        if name not in schema.by_name:
            faults.append(absent_column(name, list(schema.by_name), "the source", who))
            continue
        column = schema[name]
        kind = kind_of(column.kind)
        wanted = f"{who} expects a column that divides rows into groups, found {name!r}"
        if column.role in ("target", "judged"):
            remedy = "Name a column that says whom a row is about."
            faults.append(DataError(f"{wanted}, the target.", remedy=remedy, column=name))
        elif not kind.grouping:
            kinds = f'Collect(kinds={{{literal(name)}: "categorical"}})'
            remedy = f"Pass {kinds} if its values repeat, or make a column of it with ff.Derive."
            found = f"{wanted}, which is {column.kind}."
            faults.append(DataError(found, remedy=remedy, column=name))
    return faults


def can_compare(schema: Schema) -> bool:
    """Whether answers are classes, or one number, of each row."""
    task = task_of(schema)
    if task.separate or task.placed or task.plane or task.ahead:
        return False
    return bool(schema.classes) or (task.trees is not None and len(schema.targets) == 1)
