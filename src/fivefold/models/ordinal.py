"""The head of classes in order: a logit for each step to probabilities of the classes."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.models.head import Head
from fivefold.models.losses import Cost, Loss, mean_of, of_labels, weighted

LOSSES = ("cross_entropy", "focal")
LEAST = 1e-3
"""What is spread evenly over all classes, so that none is impossible."""


class OrdinalHead(Head):
    """One logit for each step between classes: whether the class is above it.

    Probabilities of being above a step fall from step to step: where those of a network do not, the
    lowest so far stands. A class has what lies between its two steps.

    Args:
        outputs: trailing shape, `(classes - 1,)`.

    Example:
        >>> shares = OrdinalHead((2,)).scores(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
        >>> shares.shape, torch.allclose(shares.sum(1), torch.ones(2)), (shares > 0).all().item()
        (torch.Size([2, 3]), True, True)

    Reference:
        Niu et al., Ordinal Regression with Multiple Output CNN for Age Estimation, CVPR 2016.
    """

    def targets(self, values: Array, *, own: bool = False) -> Tensor:
        """`(n,)` class indices to float32 `(n, steps)`: 1 for each step that the class is above."""
        steps = np.arange(self.outputs[0])
        return torch.from_numpy((np.asarray(values)[:, None] > steps).astype(np.float32))

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, steps)` to float32 logits, none above the one before it."""
        given = outputs.float()
        kept = [given[:, 0]]
        for step in range(1, given.shape[1]):
            kept.append(torch.minimum(kept[-1], given[:, step]))
        return torch.stack(kept, dim=1)

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, steps)` to float32 probabilities `(n, classes)`."""
        above = torch.sigmoid(self(outputs))
        first = torch.ones_like(above[:, :1])
        between = torch.cat([first, above], dim=1) - torch.cat([above, 0 * first], dim=1)
        classes = above.shape[1] + 1
        return (1 - LEAST) * between + LEAST / classes

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """The cross-entropy of all steps of a row, or their focal loss."""
        assert name in LOSSES, f"{name} is no loss for classes in order"

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            costs = of_labels(
                outputs, target, focused=name == "focal", label_smoothing=label_smoothing
            ).sum(1)
            return weighted(costs, target.sum(1), weights, weight)

        return loss

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        costs = F.binary_cross_entropy_with_logits(outputs, target.double(), reduction="none")
        return mean_of(weighted(costs.sum(1), target, None, weight))
