"""How the learning rate moves over a run."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from fivefold.errors import TrainingError

if TYPE_CHECKING:
    from fivefold.train.optimizer import Optimizer

Schedule = Literal["cosine", "constant", "onecycle"] | Callable[[float], float]
"""By name, or from the part of the run that is done, 0 to 1, to the part of the full rate."""

TRIED = 101  # moments at which a function of the user's is tried


WARMUP = 0.05
RISE = 0.3
START = 1 / 25


def rate(schedule: Schedule, step: float, steps: int) -> float:
    """The part of the full learning rate that a step uses.

    Args:
        schedule: `cosine` rises over the first 5 % of steps and falls to 0; `onecycle` rises from
            1/25 over the first 30 % and falls to 0; `constant` stays at 1; a function is given
            the part of the steps that are done.
        step: from 0 to `steps - 1`; a fraction where time moves the schedule on.
        steps: of the whole run, all epochs together.

    Raises:
        TrainingError: if a function gives no such part.

    Example:
        >>> [round(rate("cosine", step, 100), 2) for step in (0, 4, 5, 52, 99)]
        [0.2, 1.0, 1.0, 0.49, 0.0]
    """
    if schedule == "constant":
        return 1.0
    if not isinstance(schedule, str):
        factor = float(schedule(step / steps))
        if not 0 <= factor < math.inf:
            raise TrainingError(
                f"Train: expected `schedule` to give a factor of 0 or more, found {factor:g} when "
                f"{step / steps:.3g} of the steps are done.",
                remedy="Return a finite number of at least 0.",
                found=factor,
            )
        return factor
    rise = max(1, round((WARMUP if schedule == "cosine" else RISE) * steps))
    if step < rise:
        if schedule == "cosine":
            return min(1.0, (step + 1) / rise)
        return START + (1 - START) * (1 - math.cos(math.pi * min(1.0, (step + 1) / rise))) / 2
    fallen = min(1.0, (step - rise + 1) / max(1, steps - rise))
    return (1 + math.cos(math.pi * fallen)) / 2


def check_schedule(schedule: Callable[[float], float]) -> None:
    """Try a function of the user's at moments of a run.

    Raises:
        ValueError: if it fails, or gives something else than a factor of at least 0, or 0 always.
    """
    largest = 0.0
    for place in range(TRIED):
        progress = place / TRIED
        try:
            found: Any = schedule(progress)
            good = math.isfinite(found) and found >= 0
            largest = max(largest, float(found))
        except Exception as error:
            found, good = f"{type(error).__name__}: {error}", False
        if not good:
            raise ValueError(
                f"`schedule` gives no factor of 0 or more when {progress:.2f} of the steps are "
                f"done, but {found}"
            )
    if not largest:
        raise ValueError("`schedule` gives 0 always, so that nothing would be learnt")


class Pace:
    """Moves the learning rates of an optimizer through a run.

    A rate that somebody else sets is one to go on from: the group's full rate is then the one that
    gives it here.

    Args:
        schedule: of the learning rate.
        optimizer: whose groups have their full rates now.
        steps: of the whole run, all epochs together.
    """

    def __init__(self, schedule: Schedule, optimizer: "Optimizer", steps: int) -> None:
        self.schedule, self.optimizer, self.steps = schedule, optimizer, steps
        self.full: list[float] = []
        self.written: list[float] = []
        self.factor = 1.0
        self.take_up()

    def take_up(self) -> None:
        """Move groups too that the optimizer has got since, from their full rates."""
        for group in self.optimizer.param_groups[len(self.full) :]:
            group["lr"] = float(group["lr"])
            self.full.append(group["lr"])
            self.written.append(group["lr"])

    @property
    def lr(self) -> float:
        """The largest full rate."""
        return max(self.full)

    def move(self, step: int, fraction: float = 0.0) -> None:
        """Set the rates for a step, counted from 0; a larger part of the time moves them on."""
        last = self.steps - 1
        moved = min(max(step, fraction * self.steps), last) if fraction else step
        before, self.factor = self.factor, rate(self.schedule, moved, self.steps)
        factor, full, written = self.factor, self.full, self.written
        for place, group in enumerate(self.optimizer.param_groups):
            if group["lr"] != written[place]:
                full[place] = float(group["lr"]) / (before or 1.0)
            group["lr"] = written[place] = full[place] * factor
