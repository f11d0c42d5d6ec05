"""Numbers far from the others of their column."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import digits, per_cent
from fivefold.core.wording import plural
from fivefold.kinds.known import kind_of
from fivefold.survey.section import Section

ROWS = 100_000
"""Of which quartiles are taken, evenly spaced."""
REACH = 7.0
"""Times that a half of the middle half may be gone beyond it; 3 is where boxes end their lines."""
TOLD, SHOWN = 5, 3
FEW = 0.05
"""Share of the numbers beyond which they are no exception, but how the column is spread."""


def far_numbers(table: Table, columns: Sequence[Column], rows: Array) -> Section | None:
    """Numbers beyond the fences of their column; None where there are none.

    A fence is seven times as far from the near quartile as that is from the median, on either side
    by itself, so that skewed columns have the longer side that they have.

    Args:
        table: of canonical values.
        columns: those that are looked at.
        rows: positions.

    Reference:
        Kimber, Exploratory data analysis for possibly censored data, 1990.
    """
    lines, told = list[dict[str, Any]](), list[tuple[int, str]]()
    for column in columns:
        values = table.column(column.name)
        if values.ndim > 1 or values.dtype.kind != "f" or not kind_of(column.kind).ordered:
            continue
        line = _beyond(column.name, values[rows])
        if line is None:
            continue
        lines.append(line)
        few = line["below"] + line["above"]
        if line["share"] <= FEW:
            ends = [digits(value) for value in line["farthest"]]
            words = f"`{column.name}` {few:,} ({per_cent(line['share'])}: {', '.join(ends)})"
            told.append((few, words))
    if not lines:
        return None
    lines.sort(key=lambda line: -line["share"])
    listed = [words for _, words in sorted(told)[:TOLD]]
    more = f", and {plural(len(told) - TOLD, 'column')} more" if len(told) > TOLD else ""
    sentence = f"Far from the others of their column: {', '.join(listed)}{more}."
    many = "Columns have long ends, beyond which lie more than 5% of their numbers."
    return Section(
        name="far_numbers",
        title="Numbers far from the others",
        head="far",
        told=(sentence if listed else many,),
        rows=tuple(lines),
    )


def _beyond(name: str, values: Array) -> dict[str, Any] | None:
    """How many numbers are beyond the fences of a column; None where none are."""
    some = values[:: max(1, -(-len(values) // ROWS))]
    some = some[np.isfinite(some)]
    if len(some) < 20:
        return None
    low, middle, high = (float(q) for q in np.quantile(some, (0.25, 0.5, 0.75)))
    if not low < middle < high:  # half of one value; what stands out of it is told as a spike
        return None
    least, most = low - REACH * (middle - low), high + REACH * (high - middle)
    below, above = values < least, values > most
    found = np.unique(values[below | above])
    if not len(found):
        return None
    known = int(np.isfinite(values).sum())
    farthest = sorted(found, key=lambda v: min(v - least, most - v))[:SHOWN]
    return {
        "column": name,
        "below": int(below.sum()),
        "above": int(above.sum()),
        "share": int(below.sum() + above.sum()) / known,
        "from": least,
        "to": most,
        "farthest": [float(value) for value in farthest],
    }
