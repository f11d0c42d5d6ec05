"""Why a loss is not finite."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn

from fivefold.models.learner import Piece
from fivefold.models.losses import mean_of
from fivefold.train.aims import Objective
from fivefold.train.feed import Feed

ROWS = 1024  # rows that are looked at together
LARGE = 1e6  # scaled inputs and targets beyond this make steps that overflow


class Cause(NamedTuple):
    """Why a loss is not finite, and what to do about it."""

    sentence: str
    remedy: str


@torch.no_grad()
def diagnose(model: nn.Module, train: Feed, valid: Feed, objective: Objective, lr: float) -> Cause:
    """Find out why a loss is not finite, from the network as the failed epoch left it.

    Looked at in this order: inputs, targets, weights, answers, the loss. The network is left in
    eval mode.

    Args:
        model: the network.
        train: the training rows; their inputs are looked at as the network gets them.
        valid: the validation rows.
        objective: what is minimised.
        lr: the full learning rate.
    """
    lower = f"Pass lr={lr / 10:.1g} to Train"
    parts = {"training": train, "validation": valid}
    model.eval()
    return (
        _inputs(parts)
        or _targets(parts, own=objective.own)
        or _weights(model, lower, own=objective.own)
        or _answers(model, parts, objective, lower)
        or Cause(
            "Inputs, targets, weights and the answers in eval mode are finite, so it came up in "
            "training mode only.",
            f'{lower}, with precision="float32" if it is another.',
        )
    )


def _inputs(parts: Mapping[str, Feed]) -> Cause | None:
    for part, feed in parts.items():
        for start in range(0, feed.rows, ROWS):
            batch = _piece(feed, start).inputs
            for name, tensor in (batch if isinstance(batch, Mapping) else {"": batch}).items():
                wrong = _wrong(tensor, LARGE)
                if wrong is None:
                    continue
                label = f" of {name!r}" if name else ""
                return Cause(
                    f"Row {start + wrong[0]} of the {part} rows has {_number(tensor, wrong)} at "
                    f"position {wrong[1:]}{label} among its inputs, as the network gets them.",
                    'Clean that column, or use Preprocess(scale="quantile"), which bounds it.',
                )
    return None


def _targets(parts: Mapping[str, Feed], *, own: bool) -> Cause | None:
    for part, feed in parts.items():
        wrong = _wrong(feed.target, torch.inf if own else LARGE)
        if wrong is not None:
            return Cause(
                f"Row {wrong[0]} of the {part} rows has the target {_number(feed.target, wrong)}, "
                "as the loss gets it.",
                "Leave such rows out, or predict the logarithm of the target.",
            )
    return None


def _weights(model: nn.Module, lower: str, *, own: bool) -> Cause | None:
    for kind, named in (("weights", model.named_parameters()), ("values", model.named_buffers())):
        for name, tensor in named:
            if not tensor.is_floating_point():
                continue
            bad = int((tensor.isnan() if kind == "values" else ~tensor.isfinite()).sum())
            if not bad:
                continue
            sentence = (
                f"Inputs and targets are finite, but {bad:,} of {tensor.numel():,} {kind} of "
                f"`{name}` are not: steps were too large"
            )
            if not own:
                return Cause(f"{sentence}.", f"{lower}.")
            return Cause(
                f"{sentence}, or your own loss or its gradient was not finite.",
                f"{lower}, and keep logarithms, roots and divisions in the loss away from 0.",
            )
    return None


def _answers(
    model: nn.Module, parts: Mapping[str, Feed], objective: Objective, lower: str
) -> Cause | None:
    own = objective.own
    for part, feed in parts.items():
        for start in range(0, feed.rows, ROWS):
            piece = _piece(feed, start)
            outputs = model(piece.inputs)
            wrong = _wrong(outputs, torch.inf)
            if wrong is not None:
                return Cause(
                    "Inputs and weights are finite, but the network's answer to row "
                    f"{start + wrong[0]} of the {part} rows is {_number(outputs, wrong)}.",
                    f"{lower}, or look for a division by 0 or an exponential in the network.",
                )
            found = mean_of(piece.cost(objective.loss, outputs))
            if not found.isfinite():
                last = start + len(outputs) - 1
                return Cause(
                    f"The network's answers are finite, but {'your own' if own else 'the'} loss of "
                    f"{part} rows {start} to {last} is {found.item():g}.",
                    "Keep logarithms, roots and divisions in the loss away from 0."
                    if own
                    else f"{lower}.",
                )
    return None


def _piece(feed: Feed, start: int) -> Piece:
    return feed.take(slice(start, start + ROWS))


def _wrong(tensor: Tensor, limit: float) -> list[int] | None:
    """Where the first number that is not finite stands; or else one beyond the limit."""
    if not tensor.is_floating_point():
        return None
    for wrong in (~tensor.isfinite(), tensor.abs() > limit):
        if wrong.any():
            place: list[int] = wrong.nonzero()[0].tolist()
            return place
    return None


def _number(tensor: Tensor, place: list[int]) -> str:
    return f"{float(tensor[tuple(place)]):g}"
