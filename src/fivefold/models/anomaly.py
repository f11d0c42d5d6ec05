"""The head of how odd a row is: what a network gives, beside the threshold of an alarm."""

import math

import torch
from torch import Tensor

from fivefold.models.head import Head
from fivefold.models.losses import Cost, Loss, summed


class AnomalyHead(Head):
    """The surprise of each row, and from which on an alarm is raised.

    Args:
        outputs: trailing shape, `(1,)`.

    Attributes:
        threshold: minus the decimal logarithm of the share of false alarms that is stated.

    Example:
        >>> AnomalyHead().scores(torch.tensor([[3.5]])).tolist()
        [[2.0, 3.5]]
    """

    threshold: Tensor

    def __init__(self, outputs: tuple[int, ...] = (1,)) -> None:
        super().__init__(outputs)
        self.register_buffer("threshold", torch.full((), 2.0))

    def expect(self, false_alarms: float) -> None:
        """Set the threshold by the share of usual rows that may raise an alarm."""
        self.threshold.fill_(-math.log10(false_alarms))

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to float32 surprises."""
        return outputs.float()

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to float32 `(n, 2)`: the threshold, and the surprise."""
        surprise: Tensor = self(outputs)
        return torch.cat([torch.zeros_like(surprise) + self.threshold, surprise], dim=1)

    def shown(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to `(n,)`."""
        return outputs[:, 0]

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """What a network gives while it learns, which is how badly it tells a row again."""
        assert name == "reconstruction", f"{name} is no loss of odd rows"

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            costs = outputs[:, 0]
            return costs.mean() if weight is None else summed(costs, weight)

        return loss
