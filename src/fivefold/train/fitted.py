"""How a fit went, and a fit between two steps as a state and back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor

from fivefold.train.average import Average
from fivefold.train.checkpoint import State, flattened, unflattened
from fivefold.train.generators import random_state
from fivefold.train.step import Stepper

Live = Mapping[str, Sequence[Tensor]]
"""The tensors that a fit changes in place, by what they are."""

Ending = Literal["finished", "stopped early", "interrupted", "time limit", "diverged"]


@dataclass
class Fitted:
    """How a fit went.

    Attributes:
        history: one row an epoch: `epoch` from 1, `train_loss` (in training mode, while it
            learns), `valid_loss` (NaN without validation rows), `lr` at its end, `seconds`.
        best_epoch: the epoch whose weights the network now has.
        best_loss: its validation loss.
        ending: why it ended; None while it has not.
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
    seconds: float = 0.0
    pieces: int = 1
    norms: list[float] = field(default_factory=list)
    first_norm: float = 0.0
    steps: int = 0
    resumed: int = 0
    trouble: str = ""


def capture(
    fitted: Fitted, cursor: int, live: Live, stepper: Stepper, average: Average | None
) -> State:
    """A fit between two steps.

    Args:
        fitted: so far.
        cursor: steps done in the epoch that is under way.
        live: tensors that the fit changes in place.
        stepper: with the optimizer.
        average: of the weights, if any.
    """
    learnt = dict(flattened(stepper.optimizer.state_dict()["state"]))
    tensors = {
        f"{name}.{place}": tensor
        for name, held in live.items()
        for place, tensor in enumerate(held)
    }
    tensors |= {f"learnt.{key}": v for key, v in learnt.items() if isinstance(v, Tensor)}
    tensors |= {f"random.{key}": v for key, v in random_state(stepper.device).items()}
    values = {
        "fitted": asdict(fitted),
        "cursor": cursor,
        "averaged": 0 if average is None else average.steps,
        "scaler": stepper.scaler.state_dict(),
        "learnt": {key: v for key, v in learnt.items() if not isinstance(v, Tensor)},
        "groups": [_plain(group) for group in stepper.optimizer.param_groups],
    }
    return State(values, tensors)


@torch.no_grad()
def restore(
    state: State, live: Live, stepper: Stepper, average: Average | None
) -> tuple[Fitted, int]:
    """Put a fit where `capture` found one: the reverse of it.

    Returns:
        How it went so far, and the steps done in the epoch that is under way.
    """
    values = state.values
    for name, held in live.items():
        for place, tensor in enumerate(held):
            tensor.copy_(state.tensors[f"{name}.{place}"])
    learnt: dict[str, Any] = _named(state.tensors, "learnt") | values["learnt"]
    optimizer = stepper.optimizer
    groups = optimizer.state_dict()["param_groups"]
    for group, kept in zip(groups, values["groups"], strict=True):
        group.update({name: value for name, value in kept.items() if name != "lr"})
    optimizer.load_state_dict({"state": unflattened(learnt), "param_groups": groups})
    stepper.scaler.load_state_dict(values["scaler"])
    fitted = Fitted(**values["fitted"])
    stepper.pieces = fitted.pieces
    if average is not None:
        average.steps = values["averaged"]
    return fitted, values["cursor"]


def random_of(state: State) -> dict[str, Tensor]:
    """The generators' states, as `set_random_state` takes them."""
    return _named(state.tensors, "random")


def _plain(group: Mapping[str, Any]) -> dict[str, Any]:
    """What an optimizer keeps of a group beside its parameters, as far as it is plain."""
    return {
        name: value
        for name, value in group.items()
        if value is None or isinstance(value, bool | int | float | str)
    }


def _named(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)}
