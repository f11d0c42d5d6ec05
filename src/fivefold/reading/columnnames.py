"""Columns that settings ask for, by name or by place."""

from collections.abc import Sequence

from fivefold.core.wording import literal, nearest, quoted
from fivefold.errors import DataError

Name = str | int
"""A column: its name, or its place from 0 on, below 0 from the last one on."""


def named_column(asked: Name, names: Sequence[str], source: str, setting: str) -> str:
    """The name of a column that is asked for by name or place.

    Args:
        asked: for.
        names: of the columns, in order.
        source: what they are of, for messages.
        setting: that asks, `target=`.

    Raises:
        DataError: if there is none.

    Example:
        >>> named_column(-1, ["age", "income"], "adult.csv", "target=")
        'income'
    """
    if isinstance(asked, int):
        if not -len(names) <= asked < len(names):
            raise DataError(
                f"{source}: expected {setting} to be the place of one of {len(names)} columns, "
                f"found {asked}.",
                evidence=f"Columns: {quoted(names, 20)}.",
                remedy=f"Count from 0 to {len(names) - 1}.",
                column=asked,
            )
        return names[asked]
    if asked not in names:
        raise absent_column(asked, names, source, setting)
    return asked


def placed(asked: Sequence[Name], names: Sequence[str], source: str, setting: str) -> list[str]:
    """Names, where a place was asked for that of the column there; names are left as they are.

    Raises:
        DataError: if a place is none of the columns.
    """
    return [
        named_column(one, names, source, setting) if isinstance(one, int) else one for one in asked
    ]


def absent_column(name: str, names: Sequence[str], source: str, role: str) -> DataError:
    """The fault of a name that is no column, with the nearest one."""
    folded = {known.strip().lower(): known for known in names}
    near = folded.get(name.strip().lower()) or nearest(name, list(names))
    return DataError(
        f"{source}: expected a column {name!r} ({role}), found none of that name.",
        evidence=f"Columns: {quoted(names, 20)}.",
        remedy=f"Write {literal(near)} instead of {literal(name)}."
        if near
        else "Choose one of these columns.",
        column=name,
        near=near,
        columns=tuple(names),
    )
