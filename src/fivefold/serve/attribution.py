"""Which columns make a row odd: what a surprise is without one of them, and with it alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypedDict

import numpy as np

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Array, Canonical, Columns
from fivefold.errors import RequestError
from fivefold.serve.contract import Contract
from fivefold.serve.requests import read
from fivefold.tasks.known import task_of

MOST = 256
"""Rows of a reply for which it is told."""

LEAST = 0.05
"""Surprise below which a column is not told."""


class Reason(TypedDict):
    """A column that makes a row odd, and by how much surprise."""

    column: str
    surprise: float


def reasons_for(
    pieces: Iterable[Columns],
    contract: Contract,
    schema: Schema,
    surprise: Callable[[Columns], Array],
    most: int,
) -> list[list[Reason]]:
    """The reasons of all rows, beside the usual row that a contract tells of.

    Args:
        pieces: canonical rows.
        contract: of the model.
        schema: of a request.
        surprise: `(n,)` of rows.
        most: columns of a row, at most.

    Raises:
        RequestError: unless the model seeks odd rows.
    """
    if not task_of(contract.task).network:
        found, remedy = f"one that predicts {contract.target}", "Call explain instead."
        raise RequestError.expected("reasons", "a model of odd rows", found, remedy)
    known = {field.name: field.example for field in contract.fields}
    usual, told = read([known], schema), list[list[Reason]]()
    for rows in pieces:
        told += reasons_of(rows, usual, schema.inputs, surprise, most)
    return told


def reasons_of(
    rows: Columns,
    usual: Columns,
    columns: Sequence[Column],
    surprise: Callable[[Columns], Array],
    most: int,
) -> list[list[Reason]]:
    """For each row the columns that make it odd, the strongest first.

    What a column adds is the mean of two differences: from the row with the usual value in its
    place to the row, and from a usual row to one with this value alone. The first says nothing
    where two columns are odd each, the second where two are odd together only.

    Args:
        rows: canonical, one at least.
        usual: one row of usual values.
        columns: that may be told.
        surprise: `(n,)` of rows.
        most: columns of a row, at most.

    Reference:
        Covert et al., Explaining by Removing, 2021, section 4 (leave one out, include one).
    """
    names, count = [column.name for column in columns], len(rows)
    given = {name: rows.column(name) for name in names}
    blank = {name: np.repeat(usual.column(name), count, axis=0) for name in names}

    def asked(values: Mapping[str, Array]) -> Array:
        return np.asarray(surprise(Canonical(dict(values), tuple(columns))), np.float64)

    whole, none = asked(given), asked(blank)
    added = np.empty((count, len(names)))
    for place, name in enumerate(names):
        without, alone = asked(given | {name: blank[name]}), asked(blank | {name: given[name]})
        added[:, place] = ((whole - without) + (alone - none)) / 2
    return [
        [
            Reason(column=names[place], surprise=round(float(row[place]), 4))
            for place in np.argsort(-row, kind="stable")[:most].tolist()
            if row[place] >= LEAST
        ]
        for row in np.nan_to_num(added)
    ]
