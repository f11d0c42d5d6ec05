"""What a loss gives, and the built-in ones as plain functions of outputs and targets."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Cost = Tensor | tuple[Tensor, Tensor | float]
"""A mean over rows; or a sum and the weight that it is of, where rows do not count alike."""

Loss = Callable[..., Cost]
"""Outputs `(n, *outputs)` and targets `(n, ...)` to what they cost. Where rows have weights, these
are the third argument, `(n,)`, and what comes out is a sum and the weight that it is of."""

UNKNOWN = -1
"""The class of a position that has none: it costs nothing."""

GAMMA = 2
"""How fast the focal loss forgets rows that are predicted well."""

STEEP = 20.0
"""How far from 0 an output of the log link counts: e^20 is 485 million times the mean."""


def mean_of(cost: Cost) -> Tensor:
    """The mean that a loss gives, or gives the sum and the weight of; 0 where nothing counts.

    Example:
        >>> mean_of(torch.tensor(1.5)).item(), mean_of((torch.tensor(6.0), 4)).item()
        (1.5, 1.5)
        >>> mean_of((torch.tensor(0.0), torch.tensor(0))).item()
        0.0
    """
    return cost if not isinstance(cost, tuple) else cost[0] / positive(cost[1])


def sum_of(cost: Cost, rows: int) -> tuple[Tensor, Tensor | float]:
    """What a batch adds to the sums over many: a float64 sum, and its weight.

    Args:
        cost: of the batch; a mean weighs as many as there are rows.
        rows: of the batch.
    """
    if not isinstance(cost, tuple):
        return cost.double() * rows, rows
    return cost[0].double(), cost[1]


def positive(weight: Tensor | float) -> Tensor | float:
    """A weight to divide by: 1 for 0."""
    if isinstance(weight, Tensor):
        return torch.where(weight > 0, weight, 1)
    return weight or 1


def focal_binary(outputs: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of two classes by row, times the square of the missing probability."""
    margin = outputs[:, 0] * (2 * target - 1)
    return torch.sigmoid(-margin) ** GAMMA * F.softplus(-margin)


def focal(outputs: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy by row, times the square of the missing probability.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, section 3.
    """
    cost = F.cross_entropy(outputs, target, reduction="none", ignore_index=UNKNOWN)
    return (-torch.expm1(-cost)) ** GAMMA * cost


def pinball(short: Tensor, quantile: float) -> Tensor:
    """What falling short costs, `quantile` a unit, and overshooting, the rest."""
    return torch.maximum(quantile * short, (quantile - 1) * short)


def of_labels(
    outputs: Tensor, target: Tensor, *, focused: bool, label_smoothing: float = 0.0
) -> Tensor:
    """What each of several answers of yes or no costs, `(n, labels)`: cross-entropy, or focal."""
    if focused:
        margin = outputs * (2 * target - 1)
        return torch.sigmoid(-margin) ** GAMMA * F.softplus(-margin)
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / 2
    return F.binary_cross_entropy_with_logits(outputs, target, reduction="none")


def deviance(log_rate: Tensor, target: Tensor) -> Tensor:
    """Half the Poisson deviance, 0 where the rate is the target; the rate goes on as a line."""
    near = log_rate.clamp(max=STEEP)
    rate = near.exp() * (1 + log_rate - near)
    return rate - target * log_rate + torch.xlogy(target, target) - target


def weighted(
    costs: Tensor, target: Tensor, weights: Tensor | None, weight: Tensor | None = None
) -> Cost:
    """The mean over rows, each counted as its class is; with weights of rows their sum by these."""
    if weights is not None:
        costs = costs * weights[target.long()]
    return costs.mean() if weight is None else summed(costs, weight)


def summed(costs: Tensor, weight: Tensor) -> Cost:
    """The sum of what rows cost on average times their weight, and the weight that it is of."""
    each = costs.flatten(1).mean(1) if costs.ndim > 1 else costs
    return (each * weight).sum(), weight.sum()


def cost_of(
    function: Callable[..., Tensor], outputs: Tensor, target: Tensor, weight: Tensor | None
) -> Cost:
    """What a loss of torch's comes to: its mean over rows, or with weights of rows a sum."""
    if weight is None:
        return function(outputs, target)
    return summed(function(outputs, target, reduction="none"), weight)
