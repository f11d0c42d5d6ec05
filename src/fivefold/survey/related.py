"""The section on which columns go together, and which go with what is predicted."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fivefold.survey.pairwise import GROUPS, RANKS, TABLES, TENTHS, Associations
from fivefold.survey.section import Matrix, Section

CLOSE, WORTH = 0.5, 0.1
"""From which on a pair is told in a sentence, and stands in the table."""
MOST, TOLD = 300, 5
"""Pairs of the table, and of a sentence."""
MEASURES = {
    RANKS: "rank correlation",
    TENTHS: "correlation ratio over tenths",
    GROUPS: "correlation ratio",
    TABLES: "Cramér's V",
}


def related(found: Associations, targets: tuple[str, ...]) -> Section | None:
    """Pairs of columns that go together; None where fewer than two can be compared.

    Args:
        found: how far they do.
        targets: names of what is predicted.
    """
    if len(found.names) < 2:
        return None
    rows, beside = list[Mapping[str, Any]](), dict[str, list[str]]()
    close, more = list[str](), 0
    for one, other, value, way in found.pairs():
        if abs(value) < WORTH or len(rows) == MOST:
            break
        one, other = (other, one) if other in targets else (one, other)
        rows.append({"column": one, "with": other, "value": value, "measure": MEASURES[way]})
        if one in targets:
            named = beside.setdefault(one, [])
            named += [f"`{other}` {value:.2f}"] if len(named) < TOLD else []
        elif abs(value) >= CLOSE:
            close += [f"`{one}` and `{other}` {value:.2f}"] if len(close) < TOLD else []
            more += 1
    told = [f"With `{name}` go {', '.join(named)}." for name, named in beside.items()]
    if close:
        left = f", and {more - len(close):,} more pairs" if more > len(close) else ""
        told.append(f"Go together: {', '.join(close)}{left}.")
    order = found.order()
    drawn = Matrix(tuple(found.names[one] for one in order), found.values[np.ix_(order, order)])
    return Section(
        name="associations",
        title="Columns that go together",
        head="together",
        told=tuple(told) or ("No two columns go together by much.",),
        rows=tuple(rows),
        drawn=(drawn,),
    )
