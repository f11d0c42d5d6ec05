"""Two contenders timed in turn, round by round, in one process."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch


@dataclass
class Trial:
    """One finished training.

    Attributes:
        seconds: wall-clock, from the call to its end, the device idle at both.
        loss: of the weights it ended with, computed after the clock was stopped.
    """

    seconds: float
    loss: float


Contender = Callable[[], Trial]


@dataclass
class Pair:
    """The bare loop and fivefold on the same work.

    Attributes:
        workload: its name.
        what: which of fivefold's ways is measured.
        threads: of torch.
        rows: that a round trains on, all epochs together.
        tolerance: relative, within which the losses have to agree; None where the two draw
            different random numbers.
        bare: seconds a round.
        ours: seconds a round.
        losses: of the bare loop and of fivefold, at the end of the last round.
    """

    workload: str
    what: str
    threads: int
    rows: int
    tolerance: float | None
    bare: list[float]
    ours: list[float]
    losses: tuple[float, float]

    @property
    def ratios(self) -> list[float]:
        """Fivefold's seconds divided by the bare loop's, round by round."""
        return [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)]

    @property
    def is_equal(self) -> bool:
        """Whether the final losses agree."""
        bare, ours = self.losses
        return self.tolerance is None or abs(ours - bare) <= self.tolerance * abs(bare)

    def to_json(self) -> dict[str, Any]:
        """Plain values: what was measured, and what follows from it."""
        low, middle, high = quartiles(self.ratios)
        return {
            **asdict(self),
            "ratio": middle,
            "quartiles": [low, high],
            "range": [min(self.ratios), max(self.ratios)],
            "is_equal": self.is_equal,
        }


def play(
    bare: Contender, ours: Contender, *, rounds: int
) -> tuple[list[float], list[float], tuple[float, float]]:
    """Time both in turn; who begins alternates.

    Returns:
        The seconds of each, and the losses that each ended with in the last round.
    """
    seconds: tuple[list[float], list[float]] = ([], [])
    losses = [float("nan"), float("nan")]
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            trial = (bare, ours)[which]()
            seconds[which].append(trial.seconds)
            losses[which] = trial.loss
    return seconds[0], seconds[1], (losses[0], losses[1])


def timed(action: Callable[[], Any], device: torch.device) -> tuple[float, Any]:
    """Seconds of a call, and what it gave."""
    gc.collect()
    settle(device)
    started = time.perf_counter()
    given = action()
    settle(device)
    return time.perf_counter() - started, given


def settle(device: torch.device) -> None:
    """Wait until a GPU has done all that it was asked."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """First quartile, median, third quartile."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
