"""How long a prediction takes."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.table import Array, Table
from fivefold.evaluate.baselines import time_calls
from fivefold.evaluate.evidence import Evidence

if TYPE_CHECKING:
    import pandas as pd

CALLS = {1: 50}
CALLS_OF_MANY = 7
BATCH = 1024


def prediction_speed(evidence: Evidence) -> "pd.DataFrame":
    """Median milliseconds a row, for one row a call and for many.

    Returns:
        One row a way of calling: `what` (the model alone on encoded rows; or the codec and the
        model on raw rows), `rows_per_call`, `milliseconds_per_row` (median), `fastest`,
        `slowest` (both a row too) and `calls`; empty without test rows.
    """
    import pandas as pd

    from fivefold.models.score import score

    test, model, codec = evidence.data.test, evidence.trained.model, evidence.data.codec

    def from_raw(rows: Table) -> Array:
        return score(model, codec.encode(rows))

    lines = []
    for size in sorted({1, BATCH} if len(test) > BATCH else {min(1, len(test)), len(test)}):
        few = test.take(np.arange(size))
        raw = evidence.collected.table.take(few.index)
        ways = {
            "model": partial(score, model, few.inputs),
            "codec and model": partial(from_raw, raw),
        }
        calls = CALLS.get(size, CALLS_OF_MANY)
        for what, call in ways.items() if size else ():
            times = 1000 * time_calls(call, calls) / size
            lines.append((what, size, np.median(times), times.min(), times.max(), calls))
    columns = ["what", "rows_per_call", "milliseconds_per_row", "fastest", "slowest", "calls"]
    return pd.DataFrame(lines, columns=columns)


def batch_milliseconds(speed: "pd.DataFrame") -> float:
    """The model's milliseconds a row in the largest batch that was timed; NaN if none was."""
    alone = speed[speed["what"] == "model"]
    return float(alone["milliseconds_per_row"].iloc[-1]) if len(alone) else float("nan")
