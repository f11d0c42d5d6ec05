"""Columns whose test rows are not like the training rows, with small pictures of both."""

from typing import Any

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.core.digits import digits
from fivefold.kinds.known import kind_of
from fivefold.report.bars import bars
from fivefold.report.reported import Reported

TABLE, CODE = "drift", "drift"
MOST, MOST_CELLS = 8, 2_000
SIDES = ("training rows", "test rows")


def drifted(run: Reported) -> list[dict[str, Any]]:
    """Of each column that drift is told of, the furthest first: what a line of the page shows.

    Args:
        run: which was evaluated.

    Returns:
        `name`, `note`, `bars` and the texts of `distance`, `psi` and `p`; 8 lines at most.
    """
    from markupsafe import Markup

    told = next((one for one in run.findings if one.code == CODE), None)
    if told is None or run.evaluated is None or TABLE not in run.evaluated.tables:
        return []
    table = run.evaluated.tables[TABLE]
    named = dict.fromkeys((*told.numbers["columns"], *told.numbers.get("told_by", ())))
    columns = {column.name: column for column in run.collected.schema.inputs}
    lines = []
    for name in [name for name in named if name in columns][:MOST]:
        own = table[table["column"] == name]
        if not len(own):
            continue
        first = own.iloc[0]
        what = "" if first["compared"] == "cells" else first["compared"]
        lines.append(
            {
                "name": name,
                "note": what if name in told.numbers["columns"] else "with other columns",
                "bars": Markup(_picture(run, columns[name])),
                "distance": digits(first["distance"]),
                "psi": digits(first["psi"]),
                "p": digits(first["p_corrected"]),
            }
        )
    return lines


def _picture(run: Reported, column: Column) -> str:
    """Both distributions side by side, each by its own share of rows; empty if there are none."""
    kind, draw = kind_of(column.kind), np.random.default_rng(0)
    rows = [run.partition.train, run.partition.test]
    if kind.opaque or kind.is_passage:
        rows = [draw.permutation(part)[:MOST_CELLS] for part in rows]
    cells = run.collected.table.column(column.name)[np.concatenate(rows)]
    binned = kind.binned(cells, column)
    if binned is None or not binned.labels:
        return ""
    sides = np.repeat([0, 1], [len(part) for part in rows])
    counts = np.zeros((len(binned.labels), 2), np.int64)
    there = binned.place >= 0
    np.add.at(counts, (binned.place[there], sides[there]), 1)
    return bars(counts, label=f"{column.name} of training and of test rows")
