"""How the learning rate moves over a run."""

import math
from typing import TYPE_CHECKING, Literal

from fivefold.train.clock import Clock

if TYPE_CHECKING:
    from fivefold.train.optimizer import Optimizer

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


class Pace:
    """Moves the learning rates of an optimizer through a run.

    Args:
        schedule: of the learning rate.
        optimizer: whose groups have their full rates now.
        steps: of the whole run, all epochs together.
        clock: with the time limit, which moves the schedule on where it is ahead of the steps.
    """

    def __init__(
        self, schedule: Schedule, optimizer: "Optimizer", steps: int, clock: Clock
    ) -> None:
        self.schedule, self.steps, self.clock = schedule, steps, clock
        self.groups = optimizer.param_groups
        self.full = [group["lr"] for group in self.groups]

    @property
    def lr(self) -> float:
        """The largest full rate."""
        return float(max(self.full))

    def move(self, step: int) -> None:
        """Set the rates for a step, counted from 0."""
        moved = max(step, self.clock.fraction * self.steps)
        factor = rate(self.schedule, moved, self.steps)
        for group, full in zip(self.groups, self.full, strict=True):
            group["lr"] = full * factor
