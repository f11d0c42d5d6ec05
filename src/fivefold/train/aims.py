"""What a fit is for: what is minimised, how, and until when."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from torch import nn

from fivefold.models.losses import Loss
from fivefold.train.optimizer import Optimizer
from fivefold.train.schedule import Schedule

Precision = Literal["float32", "bf16", "fp16"]


@dataclass(frozen=True, kw_only=True)
class Objective:
    """What is minimised.

    Attributes:
        loss: of outputs, targets and, where rows have weights, these: the mean over a batch, or a
            sum and its weight.
        own: whether it is the user's, which then is a suspect when it is not finite.
    """

    loss: Loss
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class Descent:
    """How it is minimised.

    Attributes:
        make: gives an optimizer of a network's parameters; each group's rate is its full one.
        schedule: of the learning rate, over all epochs.
        clip: bound of the gradient's norm; None has none.
        precision: of the forward pass; weights stay float32.
        pieces: parts in which a batch goes through, their gradients added up.
        ema: decay of a moving average of the weights, which is what is judged and kept.
        stepper: makes what takes a step, of what `Stepper` is made of; None for this.
    """

    make: Callable[[nn.Module], Optimizer]
    schedule: Schedule = "cosine"
    clip: float | None = 1.0
    precision: Precision = "float32"
    pieces: int = 1
    ema: float | None = None
    stepper: Callable[..., Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Stopping:
    """When it ends.

    Attributes:
        epochs: at most.
        patience: epochs without a better validation loss after which it stops.
        seconds: at most; the schedule comes to its end with them, and the last moments are left to
            validation.
        ripe: the epoch from which on weights are kept; the best before it are, where it is not
            reached.
    """

    epochs: int
    patience: int = 10
    seconds: float | None = None
    ripe: int = 1
