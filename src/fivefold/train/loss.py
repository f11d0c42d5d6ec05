"""What is minimised: the loss of a head, or one of the user's, for one network or several."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor

from fivefold.codecs.schema import Label
from fivefold.models.losses import Cost, Loss
from fivefold.tasks.places import find_label

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.head import Head


def make_loss(
    head: "Head", *, own: Callable[..., Any] | None = None, name: str | None = None, **options: Any
) -> Loss:
    """The loss of a batch, as a function of outputs and targets.

    Outputs are `(n, *outputs)`, or `(n, members, *outputs)` while a network of several members
    learns: then it is the mean of each member's own loss over rows and members.

    Args:
        head: of the network.
        own: a function in place of a built-in loss. It is given what the head shows (logits `(n,)`
            for two classes and `(n, classes)` for more, predictions `(n,)` in the target's own
            unit) and the target; it returns the mean over rows, or a sum and its weight.
        name: of a loss that fits; None is the default.
        options: of `Head.loss`.
    """
    single = (
        _shown(head, own) if own is not None else head.loss(name or head.task.losses[0], **options)
    )
    axes = 1 + len(head.outputs)

    def loss(outputs: Tensor, target: Tensor) -> Cost:
        if outputs.ndim > axes:
            rest = [-1] * (target.ndim - 1)
            target = target[:, None].expand(-1, outputs.shape[1], *rest).flatten(0, 1)
            outputs = outputs.flatten(0, 1)
        return single(outputs, target)

    return loss


def _shown(head: "Head", own: Callable[..., Any]) -> Loss:
    def judged(outputs: Tensor, target: Tensor) -> Cost:
        cost: Cost = own(head.shown(outputs), target)
        return cost

    return judged


def class_weights(
    asked: Literal["balanced"] | Mapping[Label, float], target: "Array", classes: Sequence[Label]
) -> Tensor:
    """What an error counts by class, scaled so that a training row counts 1 on average.

    Args:
        asked: `balanced`, or a weight by label, in any way to write it; labels left out count 1.
        target: class indices of the training rows, -1 for none.
        classes: labels, in the order of the indices.

    Returns:
        `(classes,)` float32.

    Example:
        >>> class_weights("balanced", np.array([0, 0, 0, 1]), ["no", "yes"]).tolist()
        [0.6666666865348816, 2.0]
    """
    counts = np.bincount(target[target >= 0], minlength=len(classes))
    if isinstance(asked, str):
        weights = 1.0 / np.maximum(counts, 1)
    else:
        weights = np.ones(len(classes))
        for label, weight in asked.items():
            place = find_label(label, classes)
            if place is not None:
                weights[place] = weight
    return torch.tensor(weights * counts.sum() / (weights * counts).sum(), dtype=torch.float32)
