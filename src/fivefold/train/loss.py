"""What is minimised, and the form in which targets reach it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.schema import Label, Task

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.head import Head

Loss = Callable[[Tensor, Tensor], Tensor]


def targets(values: "Array", head: "Head", *, own: bool = False) -> Tensor:
    """The targets of all rows, as the loss takes them.

    Args:
        values: `(n,)` int64 class indices or float64 values.
        head: of the network; its task decides.
        own: True for a loss of the user's, which sees values in their own unit.

    Returns:
        `(n,)`: int64 for several classes; float32 0 and 1 for two; float32 values, with mean 0
        and deviation 1 over the training rows unless `own`.
    """
    if head.task == "multiclass":
        return torch.from_numpy(np.asarray(values, dtype=np.int64))
    if head.task == "regression" and not own:
        values = (values - float(head.mean)) / float(head.std)
    return torch.from_numpy(np.asarray(values, dtype=np.float32))


def make_loss(head: "Head", *, own: Loss | None = None, weights: Tensor | None = None) -> Loss:
    """The mean loss of a batch, as a function of `(n, outputs)` and targets.

    Args:
        head: of the network; its task decides: squared error, or cross-entropy.
        own: takes the place of that. It is given logits `(n,)` for two classes and `(n, classes)`
            for more, or predictions `(n,)` in the target's own unit.
        weights: `(classes,)`, what an error in a row of each class counts.
    """
    task: Task = head.task
    if own is not None:

        def judged(outputs: Tensor, target: Tensor) -> Tensor:
            logits = head(outputs) if task == "regression" else outputs
            return own(logits if task == "multiclass" else logits[:, 0], target)

        return judged
    if task == "regression":
        return lambda outputs, target: F.mse_loss(outputs[:, 0], target)
    if task == "binary":
        return lambda outputs, target: F.binary_cross_entropy_with_logits(
            outputs[:, 0], target, None if weights is None else weights[target.long()]
        )
    if weights is None:
        return F.cross_entropy
    return lambda outputs, target: (
        F.cross_entropy(outputs, target, reduction="none") * weights[target]
    ).mean()


def class_weights(
    asked: Literal["balanced"] | Mapping[Label, float], target: "Array", classes: Sequence[Label]
) -> Tensor:
    """What an error counts by class, scaled so that a training row counts 1 on average.

    Args:
        asked: `balanced`, or a weight by label; labels left out count 1.
        target: `(n,)` class indices of the training rows.
        classes: labels, in the order of the indices.

    Returns:
        `(classes,)` float32.

    Example:
        >>> class_weights("balanced", np.array([0, 0, 0, 1]), ["no", "yes"]).tolist()
        [0.6666666865348816, 2.0]
    """
    counts = np.bincount(target, minlength=len(classes))
    if isinstance(asked, str):
        weights = 1.0 / np.maximum(counts, 1)
    else:
        by_text = {str(label): weight for label, weight in asked.items()}
        weights = np.array([by_text.get(str(label), 1.0) for label in classes])
    return torch.tensor(weights * counts.sum() / (weights * counts).sum(), dtype=torch.float32)
