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
    target = target / max(float(np.abs(target).max(initial=0.0)), 1e-300)  # no square overflows
    spread = float(np.var(target)) if dated and len(target) > 1 else 0.0
    if not np.isfinite(spread) or spread <= 0:
        return 0.0
    times = values[dated[0]][usable]
    onward = np.diff(times) > np.zeros(1, np.diff(times[:1]).dtype)  # else another series begins
    steps = [np.diff(target)[onward], np.diff(target[np.argsort(times, kind="stable")])]
    moved = min(float(np.mean(step**2)) for step in steps if len(step))
    return 1 - moved / spread
