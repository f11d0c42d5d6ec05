"""The head of a class for each pixel."""

import numpy as np
import torch
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.models.choice import ChoiceHead
from fivefold.models.losses import UNKNOWN, Cost, Loss

RARE = 0.05
"""Fraction of the training pixels below which a class is rare: by cross-entropy alone it would
cost little to leave it out."""

DICE = "cross_entropy_dice"


class SegmentationHead(ChoiceHead):
    """One logit a class for each pixel; where a class is rare overlap is minimised too.

    Args:
        outputs: `(height, width, classes)`.

    Example:
        >>> head = SegmentationHead((1, 2, 2))
        >>> head.fit(np.array([[[0, 0]]] * 30 + [[[0, 1]]])), head.usual
        (None, 'cross_entropy_dice')
    """

    def __init__(self, outputs: tuple[int, ...] = (1, 1, 2)) -> None:
        super().__init__(outputs)
        self.rarest = 1.0

    def fit(self, target: Array) -> None:
        """See how rare the rarest class of the training pixels is."""
        super().fit(target)
        counts = np.bincount(target[target >= 0], minlength=self.outputs[-1])
        there = counts[counts > 0]
        self.rarest = float(there.min() / there.sum()) if len(there) else 1.0

    @property
    def usual(self) -> str:
        return DICE if self.rarest < RARE else super().usual

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """Cross-entropy of pixels, or the focal loss; with `dice` the overlap of a batch too.

        Reference:
            Milletari et al., V-Net: Fully Convolutional Neural Networks for Volumetric Medical
            Image Segmentation, 3DV 2016, section 3.
        """
        plain = super().loss(
            "cross_entropy" if name == DICE else name,
            weights=weights,
            label_smoothing=label_smoothing,
        )
        if name != DICE:
            return plain

        def both(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            cost = plain(outputs, target, **({} if weight is None else {"weight": weight}))
            assert isinstance(cost, tuple)
            total, count = cost
            return total + count * lost_overlap(outputs, target, weight), count

        return both


def lost_overlap(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """1 less the Dice coefficient of a batch, the mean over the classes that are there.

    Args:
        outputs: `(n, height, width, classes)` logits.
        target: `(n, height, width)` classes, -1 for none.
        weight: `(n,)` how much each picture counts; None for 1 each.

    Example:
        >>> sure = 40 * torch.eye(2)[torch.tensor([[[0, 1]]])]
        >>> round(lost_overlap(sure, torch.tensor([[[0, 1]]])).item(), 3)
        0.0
    """
    counted = (target != UNKNOWN).to(outputs.dtype)[..., None]
    if weight is not None:
        counted = counted * weight.view(-1, 1, 1, 1)
    said = torch.softmax(outputs, dim=-1) * counted
    classes = torch.arange(outputs.shape[-1], device=target.device)
    truth = (target[..., None] == classes).to(outputs.dtype) * counted
    axes = tuple(range(truth.ndim - 1))
    shared, sizes = (said * truth).sum(axes), truth.sum(axes)
    dice = (2 * shared + 1e-6) / (said.sum(axes) + sizes + 1e-6)
    there = (sizes > 0).to(outputs.dtype)
    return 1 - (dice * there).sum() / there.sum().clamp(min=1)
