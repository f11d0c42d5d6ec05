"""How long a prediction of the model takes."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from fivefold.codecs.table import Array, Table
from fivefold.evaluate.evidence import Evidence
from fivefold.evaluate.timing import ALONE, COLUMNS, WHOLE, time_calls, timed

if TYPE_CHECKING:
    import pandas as pd

CALLS = {1: 50}
CALLS_OF_MANY = 7
BATCH = 1024


def prediction_speed(evidence: Evidence) -> "pd.DataFrame":
    """How long the model takes, for one row a call and for many.

    Returns:
        One row a way of calling: `model`, `engine`, `what` (the model alone on encoded rows; or
        the codec and the model on raw rows), `rows_per_call`, `milliseconds_per_row` (median),
        `p50`, `p95` and `p99` (milliseconds a call), `rows_per_second` (by the median), `fastest`
        and `slowest` (milliseconds a row), `calls`; empty without test rows.
    """
    import pandas as pd

    from fivefold.models.score import score

    test, model, codec = evidence.data.test, evidence.asked.model, evidence.data.codec

    def from_raw(rows: Table) -> Array:
        return score(model, codec.encode(rows))

    def whole(size: int) -> Callable[[], object]:
        return partial(from_raw, evidence.collected.table.take(test.index[:size]))

    def alone(size: int) -> Callable[[], object]:
        return partial(score, model, test.take(np.arange(size)).inputs)

    lines = []
    ways = {ALONE: alone, WHOLE: whole}
    for size in sorted({1, BATCH} if len(test) > BATCH else {min(1, len(test)), len(test)}):
        for what, ready in ways.items() if size else ():
            times = time_calls(ready(size), CALLS.get(size, CALLS_OF_MANY))
            way = {"model": "model", "engine": "torch", "what": what}
            lines.append(way | timed(times, size))
    return pd.DataFrame(lines, columns=list(COLUMNS))


def batch_milliseconds(speed: "pd.DataFrame") -> float:
    """The model's milliseconds a row in the largest batch that was timed; NaN if none was."""
    alone = speed[speed["what"] == ALONE]
    return float(alone["milliseconds_per_row"].iloc[-1]) if len(alone) else float("nan")
