"""The head of answers of which a row may have several: logits to probabilities and thresholds."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.metrics.labelsets import best_thresholds
from fivefold.models.head import Head
from fivefold.models.losses import Cost, Loss, mean_of, of_labels, summed

LOSSES = ("cross_entropy", "focal")


class MultilabelHead(Head):
    """One logit a label, each for itself, and the threshold from which on the label is said.

    Args:
        outputs: trailing shape, `(labels,)`.

    Example:
        >>> MultilabelHead((2,)).scores(torch.zeros(1, 2)).tolist()
        [[[0.5, 0.5], [0.5, 0.5]]]
    """

    thresholds: Tensor

    def __init__(self, outputs: tuple[int, ...] = (1,)) -> None:
        super().__init__(outputs)
        self.register_buffer("thresholds", torch.full(self.outputs, 0.5))

    def targets(self, values: Array, *, own: bool = False) -> Tensor:
        """`(n, labels)` of 0 and 1 as float32."""
        return torch.from_numpy(np.asarray(values, np.float32))

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, labels)` to float32 logits."""
        return outputs.float()

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, labels)` to float32 `(n, labels, 2)`: probabilities, and thresholds."""
        shares = torch.sigmoid(self(outputs))
        return torch.stack([shares, torch.zeros_like(shares) + self.thresholds], dim=-1)

    def decide(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> str:
        """Take the thresholds with the best F1 of each label."""
        if not len(target):
            return ""
        shares = torch.sigmoid(self(outputs)).cpu().numpy()
        counts = None if weight is None else weight.cpu().double().numpy()
        found = best_thresholds(target.cpu().numpy(), shares, counts)
        self.thresholds.copy_(torch.from_numpy(found))
        return (
            f"A label is said from a probability of {found.min():.2f} to {found.max():.2f} on: by "
            f"the F1 of each in {len(target):,} validation rows."
        )

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """The mean over labels of the cross-entropy of each, or of its focal loss."""
        assert name in LOSSES, f"{name} is no loss for labels"

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            costs = of_labels(
                outputs, target, focused=name == "focal", label_smoothing=label_smoothing
            )
            if weights is not None:
                costs = costs * weights
            return costs.mean() if weight is None else summed(costs, weight)

        return loss

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        costs = F.binary_cross_entropy_with_logits(outputs, target.double(), reduction="none")
        return mean_of(costs.mean() if weight is None else summed(costs, weight))
