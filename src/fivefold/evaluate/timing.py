"""How long a call takes."""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from fivefold.codecs.table import Array


def time_calls(call: Callable[[], object], calls: int) -> Array:
    """Seconds of each of so many calls, after one that is not counted.

    Returns:
        `(calls,)` float64.
    """
    call()
    seconds = np.empty(calls)
    for n in range(calls):
        started = perf_counter()
        call()
        seconds[n] = perf_counter() - started
    return seconds
