"""How a fit went."""

from dataclasses import dataclass, field
from typing import Literal

Ending = Literal["finished", "stopped early", "stopped", "interrupted", "time limit", "diverged"]


@dataclass
class Fitted:
    """How a fit went.

    Attributes:
        history: one row an epoch: `epoch` from 1, `train_loss` (in training mode, while it
            learns), `valid_loss` (NaN without validation rows), `lr` at its end, `seconds`.
        best_epoch: the epoch whose weights the network now has.
        best_loss: its validation loss.
        ending: why it ended; None while it has not.
        reason: why a callback stopped it.
        seconds: all epochs together.
        pieces: in which each batch went through the network.
        norms: the largest norm of the gradient, before it is bounded, by epoch; none without
            `clip`.
        first_norm: the norm at the first step.
        steps: that were taken.
        trouble: why a run that had a best epoch could not go on.
        resumed: steps that were done before, by a run that this one went on with.
    """

    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best_loss: float = float("inf")
    ending: Ending | None = None
    reason: str = ""
    seconds: float = 0.0
    pieces: int = 1
    norms: list[float] = field(default_factory=list)
    first_norm: float = 0.0
    steps: int = 0
    resumed: int = 0
    trouble: str = ""
