"""How the learning rate moves over a run."""

import math
from typing import Literal

Schedule = Literal["cosine", "constant", "onecycle"]

WARMUP = 0.05
RISE = 0.3
START = 1 / 25


def rate(schedule: Schedule, step: float, steps: int) -> float:
    """The part of the full learning rate that a step uses, 0 to 1.

    Args:
        schedule: `cosine` rises over the first 5 % of steps and falls to 0; `onecycle` rises from
            1/25 over the first 30 % and falls to 0; `constant` stays at 1.
        step: from 0 to `steps - 1`; a fraction where time moves the schedule on.
        steps: of the whole run, all epochs together.

    Example:
        >>> [round(rate("cosine", step, 100), 2) for step in (0, 4, 5, 52, 99)]
        [0.2, 1.0, 1.0, 0.49, 0.0]
    """
    if schedule == "constant":
        return 1.0
    rise = max(1, round((WARMUP if schedule == "cosine" else RISE) * steps))
    if step < rise:
        if schedule == "cosine":
            return min(1.0, (step + 1) / rise)
        return START + (1 - START) * (1 - math.cos(math.pi * min(1.0, (step + 1) / rise))) / 2
    fallen = min(1.0, (step - rise + 1) / max(1, steps - rise))
    return (1 + math.cos(math.pi * fallen)) / 2
