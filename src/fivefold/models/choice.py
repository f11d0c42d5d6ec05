"""Heads of tasks whose answers are classes: logits to probabilities."""

from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.models.calibration import Calibration, Rising, fit_rising, fit_temperature
from fivefold.models.head import Head
from fivefold.models.losses import (
    UNKNOWN,
    Cost,
    Loss,
    cost_of,
    focal,
    focal_binary,
    mean_of,
    weighted,
)

LOSSES = ("cross_entropy", "focal")
TINY = 1e-37
"""The least probability whose logarithm is taken."""


class ChoiceHead(Head):
    """One logit a class, for each row or for each position of a row.

    Args:
        outputs: trailing shape: `(classes,)`, or `(steps, classes)`.

    Attributes:
        temperature: that logits are divided by.

    Example:
        >>> ChoiceHead((4,)).scores(torch.zeros(1, 4)).tolist()
        [[0.25, 0.25, 0.25, 0.25]]
    """

    temperature: Tensor
    mixing = "softmax"
    calibrations: tuple[str, ...] = ("temperature",)

    def __init__(self, outputs: tuple[int, ...] = (1,)) -> None:
        super().__init__(outputs)
        self.register_buffer("temperature", torch.ones(()))  # until something calibrates it

    def reset(self) -> None:
        self.temperature.fill_(1.0)

    def calibrate(
        self, how: Calibration, scores: Array, target: Array, weight: Array | None = None
    ) -> dict[str, Any]:
        heat = fit_temperature(np.log(np.maximum(scores.astype(np.float64), TINY)), target, weight)
        self.temperature.fill_(heat)
        return {"temperature": float(self.temperature)}

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, ..., classes)` to float32 logits."""
        return outputs.float() / self.temperature

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, ..., classes)` to float32 probabilities."""
        return torch.softmax(self(outputs), dim=-1)

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """Cross-entropy against a truth that may be softened, or the focal loss.

        Reference:
            Szegedy et al., Rethinking the Inception Architecture, CVPR 2016, section 7.
        """
        assert name in LOSSES, f"{name} is no loss for classes"

        def each(outputs: Tensor, target: Tensor) -> Tensor:
            if name == "focal":
                return focal(outputs, target)
            return F.cross_entropy(
                outputs,
                target,
                reduction="none",
                ignore_index=UNKNOWN,
                label_smoothing=label_smoothing,
            )

        def positions(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            truth = target.flatten()
            costs = each(outputs.flatten(0, -2), truth)
            if weights is not None:
                costs = costs * weights[truth.clamp(min=0)]
            known = truth != UNKNOWN
            if weight is None:
                return costs.sum(), known.sum()
            weight = weight.view(-1, *[1] * (target.ndim - 1)).expand_as(target).flatten()
            return (costs * weight).sum(), (known * weight).sum()

        if len(self.outputs) > 1:
            return positions
        if name == "focal" or weights is not None:
            return lambda outputs, target, weight=None: weighted(
                each(outputs, target), target, weights, weight
            )
        smoothed = partial(F.cross_entropy, label_smoothing=label_smoothing)
        return lambda outputs, target, weight=None: cost_of(smoothed, outputs, target, weight)

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        if target.ndim > 1:
            weighed = {} if weight is None else {"weight": weight}
            return mean_of(self.loss(LOSSES[0])(outputs, target.long(), **weighed))
        return mean_of(cost_of(F.cross_entropy, outputs, target.long(), weight))


class BinaryHead(ChoiceHead):
    """Two classes, one logit a row: that of the second one.

    Args:
        outputs: trailing shape, `(1,)`.
        rising: whether a rising map of logits in straight pieces calibrates it.

    Example:
        >>> BinaryHead().scores(torch.tensor([[0.0]])).tolist()
        [[0.5, 0.5]]
    """

    mixing = "logit"
    calibrations = ("temperature", "isotonic")

    def __init__(self, outputs: tuple[int, ...] = (1,), *, rising: bool = False) -> None:
        super().__init__(outputs)
        self.rising = Rising() if rising else None

    @property
    def description(self) -> dict[str, Any]:
        return super().description | ({} if self.rising is None else {"rising": True})

    def reset(self) -> None:
        super().reset()
        if self.rising is not None:
            self.rising.set(np.zeros(1), np.zeros(1))

    def prepare(self, how: Calibration) -> None:
        self.rising = Rising() if how == "isotonic" else None

    def calibrate(
        self, how: Calibration, scores: Array, target: Array, weight: Array | None = None
    ) -> dict[str, Any]:
        if self.rising is None:
            return super().calibrate(how, scores, target, weight)
        share = np.maximum(scores.astype(np.float64), TINY)
        knots = fit_rising(np.log(share[:, 1]) - np.log(share[:, 0]), target, weight)
        self.rising.set(*knots)
        return {"knots": len(knots[0])}

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to float32 logits of the second class."""
        logits = super().forward(outputs)
        return logits if self.rising is None else self.rising(logits)

    def targets(self, values: Array, *, own: bool = False) -> Tensor:
        """`(n,)` class indices to float32 0 and 1."""
        return torch.from_numpy(np.asarray(values, dtype=np.float32))

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to float32 probabilities `(n, 2)`."""
        logits: Tensor = self(outputs)
        return torch.cat([torch.sigmoid(-logits), torch.sigmoid(logits)], dim=1)

    def shown(self, outputs: Tensor) -> Tensor:
        """`(n, 1)` to logits `(n,)`."""
        return outputs[:, 0]

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        assert name in LOSSES, f"{name} is no loss for classes"
        if name == "focal":
            return lambda outputs, target, weight=None: weighted(
                focal_binary(outputs, target), target, weights, weight
            )

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            truth = target
            if label_smoothing:
                truth = target * (1 - label_smoothing) + label_smoothing / 2
            counted = None if weights is None else weights[target.long()]
            each = partial(F.binary_cross_entropy_with_logits, weight=counted)
            return cost_of(each, outputs[:, 0], truth, weight)

        return loss

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        each = F.binary_cross_entropy_with_logits
        return mean_of(cost_of(each, outputs[:, 0], target.double(), weight))
