"""How sure a model is of rows like those of no training row."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fivefold.codecs.table import Array
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.robustness import Way, disturbed, seen_of
from fivefold.kinds.codec import cells_of
from fivefold.kinds.disturbance import Disturbance

if TYPE_CHECKING:
    import pandas as pd

MOST = 200
"""Rows that are exchanged for nonsense, evenly spaced."""


class Outside(NamedTuple):
    """Test rows that lie outside what training rows hold.

    Args:
        rows: `(n,)` bool.
        columns: in which, those of most rows first.
        sure: `(n,)` the probability of the likeliest class.
        right: `(n,)` bool, whether it is true.
    """

    rows: Array
    columns: list[str]
    sure: Array
    right: Array


def outside(evidence: Evidence) -> Outside | None:
    """Which test rows are outside, and how sure and right answers are.

    None where answers are no classes with probabilities, one a row, or there are no training rows.
    """
    judged, train = evidence.judged, evidence.data.train.index
    labelled = evidence.task.labelled and not evidence.only_labels and judged.row is None
    if not (labelled and len(train) and len(judged.target) and judged.scores.ndim == 2):
        return None
    table, index = evidence.collected.table, evidence.data.test.index
    rows, found = np.zeros(len(index), bool), dict[str, int]()
    for name, column in evidence.data.codec.columns.items():
        if column.kind.chunk:
            continue  # files would be read once more
        cells = [cells_of(table.take(part), column.column).values for part in (index, train)]
        strays = column.kind.strays(*cells)
        if strays.any():
            found[name] = int(strays.sum())
            rows |= strays
    sure = judged.scores.max(axis=1).astype(np.float64)
    right = np.asarray(judged.scores.argmax(axis=1) == judged.target)
    return Outside(rows, sorted(found, key=lambda name: -found[name]), sure, right)


def beyond(evidence: Evidence) -> "pd.DataFrame | None":
    """How sure the model is inside and outside what training rows hold, and of nonsense.

    Returns:
        One row a kind of rows: `what`, `rows`, `confidence` (the mean probability of the likeliest
        class) and `accuracy`; nonsense has none: each cell is like that of no training row. None
        where answers are no classes with probabilities.
    """
    import pandas as pd

    known = outside(evidence)
    if known is None or evidence.trained is None:
        return None
    lines = [
        {
            "what": f"test rows {name}",
            "rows": int(some.sum()),
            "confidence": float(known.sure[some].mean()),
            "accuracy": float(known.right[some].mean()),
        }
        for name, some in (("inside", ~known.rows), ("outside", known.rows))
        if some.any()
    ]
    sure = _of_nonsense(evidence)
    if sure is not None:
        told = {"what": "nonsense", "rows": len(sure), "confidence": float(sure.mean())}
        lines.append({**told, "accuracy": float("nan")})
    return pd.DataFrame(lines)


def _of_nonsense(evidence: Evidence) -> Array | None:
    """`(n,)` the probability of the likeliest class of rows of nonsense; None without a kind."""
    changes = {
        name: column.kind.nonsense(column.column, seen_of(evidence, column))
        for name, column in evidence.data.codec.columns.items()
    }
    far = {n: Disturbance("nonsense", "", change) for n, change in changes.items() if change}
    test = evidence.data.test
    rows = test.take(np.arange(0, len(test), -(-len(test) // MOST)))
    for _, scores in disturbed(evidence, rows, [Way("nonsense", "", False, far)]) if far else ():
        return np.asarray(scores.max(axis=1).astype(np.float64))
    return None
