"""Rows whose numbers do not go together as those of the others do."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import digits
from fivefold.core.wording import plural
from fivefold.kinds.known import kind_of
from fivefold.survey.section import Section

ROWS, COLUMNS = 200_000, 40
"""That are looked at, at most: evenly spaced rows, the first columns."""
KNOTS = 200
"""By which numbers are brought to the normal curve."""
FEWEST, DIFFERENT = 100, 20
"""Rows; different numbers of a column."""
SHRUNK = 0.02
"""Part of the way that correlations are moved to none, so that none is the sum of others."""
FALSE = 0.01
"""Chance that any row is told where numbers are spread as on a normal curve."""
TOLD, SHOWN = 3, 20


def odd_rows(table: Table, columns: Sequence[Column], rows: Array) -> Section | None:
    """Rows that break how columns of numbers go together; None where there are none.

    Each column is brought to the normal curve by its ranks, so that no number is odd by itself;
    a row is, where its distance by the correlations of the columns is larger than chance makes the
    largest of all rows.

    Args:
        table: of canonical values.
        columns: those that are looked at; numbers alone are.
        rows: positions.
    """
    rows = rows[:: max(1, -(-len(rows) // ROWS))]
    names, scores = list[str](), list[Array]()
    for column in columns:
        values = table.column(column.name)
        ordered = kind_of(column.kind).ordered and values.dtype.kind == "f" and values.ndim == 1
        told = normal_scores(values[rows]) if ordered and len(names) < COLUMNS else None
        if told is not None:
            names.append(column.name)
            scores.append(told)
    if len(names) < 2 or len(rows) < FEWEST:
        return None
    square = np.stack(scores, axis=1)
    correlation = np.corrcoef(square.T) * (1 - SHRUNK) + SHRUNK * np.eye(len(names))
    parts = square * np.linalg.solve(correlation, square.T).T
    distance = parts.sum(axis=1)
    bound = _largest(len(names), FALSE / len(rows))
    found = np.flatnonzero(distance > bound)
    if not len(found):
        return None
    found = found[np.argsort(-distance[found], kind="stable")]
    lines = list[dict[str, Any]]()
    for place in found[:SHOWN]:
        most = np.argsort(-parts[place], kind="stable")[:TOLD]  # a missing one has no part in it
        own = {names[one]: float(table.column(names[one])[rows[place]]) for one in most}
        cells = {name: value for name, value in own.items() if np.isfinite(value)}
        row = int(rows[place])
        lines.append({"row": row, "distance": float(distance[place] / bound), "columns": cells})
    listed = "; ".join(f"row {line['row']:,} ({_told(line['columns'])})" for line in lines[:TOLD])
    sentence = (
        f"{plural(len(found), 'row')} of {len(rows):,} whose numbers do not go together as "
        f"elsewhere: {listed}."
    )
    shown = ({**line, "columns": _told(line["columns"])} for line in lines)
    return Section(
        name="odd_rows",
        title="Rows that are odd as a whole",
        head="odd",
        told=(sentence,),
        rows=tuple(shown),
    )


def normal_scores(values: Array) -> Array | None:
    """Numbers as they would lie on a normal curve, 0 for missing; None of few different ones."""
    known = np.isfinite(values)
    here = values[known]
    if len(here) < FEWEST or len(np.unique(here[:1000])) < DIFFERENT:
        return None
    chances = (np.arange(KNOTS) + 0.5) / KNOTS
    edges = np.concatenate([[0.1 / len(here)], chances, [1 - 0.1 / len(here)]])
    knots, place = np.unique(np.quantile(here, edges), return_inverse=True)
    curve = NormalDist()
    heights = np.array([curve.inv_cdf(chance) for chance in edges])
    heights = np.bincount(place, heights) / np.bincount(place)  # where knots are equal their middle
    scores = np.zeros(len(values))
    scores[known] = np.interp(here, knots, heights)
    spread = scores[known].std()
    return scores / spread if spread > 0 else None


def _largest(freedom: int, chance: float) -> float:
    """What a sum of squared normal numbers is above by so small a chance.

    Reference:
        Wilson and Hilferty, The distribution of chi-square, 1931.
    """
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + NormalDist().inv_cdf(1 - chance) * part**0.5) ** 3)


def _told(cells: dict[str, float]) -> str:
    return ", ".join(f"`{name}` {digits(value)}" for name, value in cells.items())
