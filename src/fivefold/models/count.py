"""The head of counts: logarithms of rates to means, and how far counts spread around them."""

from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from fivefold.metrics.counts import counted, excess_of
from fivefold.models.losses import deviance, mean_of, weighted
from fivefold.models.quantity import Link, QuantityHead


class CountHead(QuantityHead):
    """Means of counts, by the log link, and one excess of their variance over Poisson's.

    Args:
        outputs: trailing shape, `(1,)`.
        mean: of the training counts.
        std: their standard deviation.
        link: `log`.

    Example:
        >>> CountHead(mean=3.0).scores(torch.zeros(1, 1)).tolist()
        [[3.0, 0.0]]
    """

    excess: Tensor

    def __init__(
        self,
        outputs: tuple[int, ...] = (1,),
        *,
        mean: float = 1.0,
        std: float = 1.0,
        link: Link = "log",
    ) -> None:
        super().__init__(outputs, mean=mean, std=std, link=link)
        self.register_buffer("excess", torch.zeros((), dtype=torch.float64))

    @classmethod
    def suiting(cls, loss: str | None, outputs: tuple[int, ...]) -> Self:
        return cls(outputs)

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to float64 `(n, 2)`: means, and the excess."""
        means = super().scores(outputs)
        return torch.stack([means, torch.zeros_like(means) + self.excess], dim=1)

    def watched(self, scores: Tensor, exposure: Tensor) -> Tensor:
        """Means of rates to those of counts; the excess stays."""
        return torch.stack([scores[:, 0] * exposure, scores[:, 1]], dim=1)

    def shown(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to means `(n,)`."""
        return super().scores(outputs)

    def decide(
        self,
        outputs: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        exposure: Any = None,
    ) -> str:
        """Take the excess that the errors of these rows show; targets are rates of exposures."""
        means = super().scores(outputs).cpu().numpy()
        counts = np.asarray(target.cpu().double().numpy() * float(self.mean))
        by_row: Any = None if weight is None else weight.cpu().double().numpy()
        self.excess.fill_(excess_of(*counted(counts, means, by_row, exposure)))
        return (
            f"Intervals of 90% hold {len(target):,} validation rows so where counts spread by "
            f"{float(self.excess):.3g} times the square of their mean more than Poisson's."
        )

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Half the Poisson deviance, in the unit of counts."""
        costs = deviance(outputs[:, 0], target.double())
        return mean_of(weighted(costs, target, None, weight)) * self.mean
