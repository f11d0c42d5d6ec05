"""Columns of a table as numeric features, before anything is fitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Canonical, Table
from fivefold.errors import DataError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.datetime import date_parts, part_names


@dataclass(frozen=True)
class Feature:
    """A numeric feature before fitting.

    Args:
        name: what it is called.
        kind: `number`; `elapsed` time; `boolean` and `wave` (a sine) have a natural scale and are
            neither shifted nor scaled.
        flagged: whether its missingness may become a feature.
    """

    name: str
    kind: Literal["number", "elapsed", "boolean", "wave"] = "number"
    flagged: bool = True

    @property
    def scaled(self) -> bool:
        """Whether its scale follows from the data."""
        return self.kind in {"number", "elapsed"}


def raw_column(table: Table, column: Column) -> Array:
    """The column as it stands in the table.

    Raises:
        DataError: if the table has no column of that name.
    """
    if column.name not in table.names:
        raise DataError(
            f"Codec: expected a column `{column.name}`, found none of that name.",
            evidence=f"Columns: {', '.join(map(repr, table.names))}.",
            column=column.name,
        )
    return table.column(column.name)


def canonical_values(table: Table, column: Column) -> Array:
    """The column in canonical form, in which it may be already.

    Raises:
        DataError: if it is absent, or a cell is not of its kind.
    """
    values = raw_column(table, column)
    if isinstance(table, Canonical) and table.is_read_by(column):
        return values
    return canonical_column(values, column)[0]


def list_features(columns: Sequence[Column], timed: frozenset[str]) -> tuple[Feature, ...]:
    """The features of numeric, boolean and datetime columns, in order.

    Args:
        columns: as the schema has them.
        timed: datetime columns that get a time of day.
    """
    features: list[Feature] = []
    for column in columns:
        if column.kind == "datetime":
            days, year, *waves = part_names(column.name, times=column.name in timed)
            features.append(Feature(days, "elapsed"))
            features.append(Feature(year, "elapsed", flagged=False))
            features += [Feature(wave, "wave", flagged=False) for wave in waves]
        else:
            kind: Literal["boolean", "number"] = "boolean" if column.kind == "boolean" else "number"
            features.append(Feature(column.name, kind))
    return tuple(features)


def feature_matrix(table: Table, columns: Sequence[Column], timed: frozenset[str]) -> Array:
    """Float64 `(n, features)`, NaN for missing; the columns are those of `list_features`."""
    parts = [np.empty((0, len(table)))]
    for column in columns:
        values = canonical_values(table, column)
        if column.kind == "datetime":
            parts.append(date_parts(values, times=column.name in timed).T)
        else:
            parts.append(values[None])
    return np.concatenate(parts).T  # each feature in one piece of memory
