"""How much each part of a blend of series counts, by validation rows."""

import math
from collections.abc import Mapping
from itertools import product

import torch
from torch import Tensor

from fivefold.metrics.weight import effective_rows
from fivefold.models.head import Head
from fivefold.models.learner import Feed

STEPS = 10
"""Weights of each part that are tried: 0, 1/10, ..., 1, together 1."""

USUAL = {"network": 0.1, "forest": 0.6, "linear": 0.2, "kernels": 0.1}
"""Weights that few validation rows are held near: of few rows a forest of traits is the surest."""

NAMES = tuple(USUAL)

PULL = 50.0
"""How strongly they are held there, in nats, as a sum over all rows, at distance 1."""

SCALES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
"""What logits may be multiplied by."""

HOLD = 2.0
"""How strongly few rows hold them at 1, likewise, a factor of e away from it."""


@torch.no_grad()
def find_scales(answers: list[Tensor], head: Head, valid: Feed) -> list[float]:
    """What the logits of each part are multiplied by, so that it is as sure as it may be.

    A forest is less sure than it could be, a network surer. Numbers stay as they are.

    Args:
        answers: of each part to the validation rows, `(n, outputs)`.
        head: says what answers cost, in nats.
        valid: these rows, one at least.
    """
    if head.mixing not in {"softmax", "logit"}:
        return [1.0] * len(answers)
    found = []
    for answer in answers:
        costs = {
            scale: _nats(scale * answer.double(), head, valid)
            + HOLD / _rows(valid) * math.log(scale) ** 2
            for scale in SCALES
        }
        found.append(min(costs, key=lambda scale: costs[scale]))
    return found


@torch.no_grad()
def find_weights(answers: Mapping[str, Tensor], head: Head, valid: Feed) -> dict[str, float]:
    """The weights with the best validation loss, held near the usual ones where rows are few.

    Args:
        answers: of each part to the validation rows, `(n, outputs)` in the network's unit.
        head: says what answers cost, in nats.
        valid: these rows, one at least.

    Returns:
        One a part, from 0 to 1, together 1.
    """
    stacked = torch.stack([*answers.values()]).double()
    usual = torch.tensor([USUAL[name] for name in answers], dtype=torch.float64)
    usual = usual / usual.sum()
    best, found = float("inf"), usual
    for steps in product(range(STEPS + 1), repeat=len(usual)):
        if sum(steps) != STEPS:
            continue
        weights = torch.tensor(steps, dtype=torch.float64) / STEPS
        shares = weights.to(stacked.device).view(-1, *[1] * (stacked.ndim - 1))
        apart = float(((weights - usual) ** 2).sum()) / 2
        cost = _nats((shares * stacked).sum(dim=0), head, valid) + PULL / _rows(valid) * apart
        if cost < best:
            best, found = cost, weights
    return dict(zip(answers, found.tolist(), strict=True))


def _nats(outputs: Tensor, head: Head, valid: Feed) -> float:
    by_row = {} if valid.weight is None else {"weight": valid.weight.double()}
    return float(head.nats(outputs, valid.target, **by_row))


def _rows(valid: Feed) -> float:
    """How many rows the weights of rows come to."""
    if valid.weight is None:
        return valid.rows
    return effective_rows(valid.weight.double().cpu().numpy())
