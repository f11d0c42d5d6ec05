"""How much of a number lasts from one moment to the next."""

from collections.abc import Mapping

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.kinds.known import kind_of


def lasting(values: Mapping[str, Array], schema: Schema, usable: Array) -> float:
    """How much of a number's variance the row before tells, where rows have a time.

    What lasts from one moment to the next is told by all that was measured a moment ago, and that
    is no leak. Looked at in the order of the rows, as series may lie one after another, and in
    that of their time; 0 where there is none.
    """
    dated = [c.name for c in schema.columns if c.role == "time" or kind_of(c.kind).dated]
    target = values[schema.target][usable]
    spread = float(np.var(target)) if dated and len(target) > 1 else 0.0
    if not np.isfinite(spread) or spread <= 0:
        return 0.0
    by_time = np.argsort(values[dated[0]][usable], kind="stable")
    steps = (np.diff(target[order]) for order in (np.arange(len(target)), by_time))
    return float(1 - min(np.mean(step**2) for step in steps) / spread)
