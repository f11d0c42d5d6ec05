"""Columns of joined sources that are a group, a time or a weight of the rows."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Column
from fivefold.collect.apart import Joins, of_source
from fivefold.collect.roles import give_roles
from fivefold.collect.tabulate import Tabulated
from fivefold.collect.wishes import Wishes
from fivefold.kinds.known import labels, number_kind
from fivefold.reading.raw import Raw
from fivefold.travel.rollup import AGGREGATES


def role_columns(said: Wishes, names: Iterable[str]) -> dict[str, str]:
    """The columns of a source of which a role is made, with the kind that it asks for, if any.

    Args:
        said: of the source.
        names: of its columns.
    """
    kinds = {said.group: labels().name, said.weight: number_kind()}
    found: dict[str, str] = {}
    for name in names:
        made = {name, *(f"{name}_{function}" for function in AGGREGATES)}
        if made.intersection(said.roles.values()):
            found[name] = kinds.get(name, "")
    return found


def with_roles(columns: Mapping[str, Column], said: Wishes) -> dict[str, Column]:
    """New columns with the roles that are asked of them: what has one is no input."""
    roles = {name: role for role, name in said.roles.items()}
    return {
        name: replace(column, role=roles[name]) if name in roles else column  # type: ignore[arg-type]
        for name, column in columns.items()
    }


def check_roles(collected: Collected, wishes: Wishes, joins: Joins, own: Container[str]) -> None:
    """Refuse joined columns that cannot be what they are said to be.

    Args:
        collected: with all that is joined.
        wishes: of all columns.
        joins: the sources that are joined.
        own: columns of the rows.

    Raises:
        DataError: naming the column, or rows.
    """
    columns = dict(collected.schema.by_name)
    values = {name: collected.table.column(name) for name in columns}
    for name in joins:
        said = of_source(wishes, name, joins, own)
        if said.roles:
            table = Tabulated(columns, values, [], set(), {})
            raw = Raw(name=f"join= of {name}", columns=values)
            give_roles(table, replace(said, drop=()), raw, collected.usable)
