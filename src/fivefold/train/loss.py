"""What is minimised: the loss of a head, or one of the user's, for one network or several."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor

from fivefold.artifacts import Preprocessed
from fivefold.codecs.schema import Label
from fivefold.metrics.weight import per_answer, weight_argument
from fivefold.models.losses import Cost, Loss
from fivefold.tasks.known import task_of
from fivefold.tasks.places import find_label
from fivefold.train.misfits import weight_fault
from fivefold.train.options import Options

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.head import Head


def make_loss(
    head: "Head",
    *,
    own: Callable[..., Any] | None = None,
    name: str | None = None,
    weighted: bool = False,
    **options: Any,
) -> Loss:
    """The loss of a batch, as a function of outputs, targets and perhaps weights of rows.

    Outputs are `(n, *outputs)`, or `(n, members, *outputs)` while a network of several members
    learns: then it is the mean of each member's own loss over rows and members.

    Args:
        head: of the network.
        own: a function in place of a built-in loss. It is given what the head shows (logits `(n,)`
            for two classes and `(n, classes)` for more, predictions `(n,)` in the target's own
            unit) and the target; it returns the mean over rows, or a sum and its weight.
        name: of a loss that fits; None is the default.
        weighted: whether rows have weights.
        options: of `Head.loss`.

    Raises:
        ModelError: if rows have weights, which a loss or a head of the user's does not take.
    """
    single = head.loss(name or head.usual, **options) if own is None else own
    argument = weight_argument(single)
    if weighted:
        nats = head.nats if head.task.trees else None
        fault = weight_fault("loss", single) or (nats and weight_fault("nats", nats))
        if fault:
            raise fault
    axes = 1 + len(head.outputs)

    def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
        if outputs.ndim > axes:
            members, rest = outputs.shape[1], [-1] * (target.ndim - 1)
            target = target[:, None].expand(-1, members, *rest).flatten(0, 1)
            if weight is not None:
                weight = weight[:, None].expand(-1, members).flatten()
            outputs = outputs.flatten(0, 1)
        if own is not None:
            outputs = head.shown(outputs)
        cost: Cost = single(outputs, target, **({} if weight is None else {argument: weight}))
        return cost

    return loss


def class_weights(
    asked: Literal["balanced"] | Mapping[Label, float],
    target: "Array",
    classes: Sequence[Label],
    weight: "Array | None" = None,
    *,
    counts: "Array | None" = None,
) -> Tensor:
    """What an error counts by class, scaled so that a training row counts 1 on average.

    Args:
        asked: `balanced`, or a weight by label, in any way to write it; labels left out count 1.
        target: class indices of the training rows, -1 for none.
        classes: labels, in the order of the indices.
        weight: `(n,)` how much each row counts; None for 1 each.
        counts: `(classes,)` rows of each class, where a row has several; None to count targets.

    Returns:
        `(classes,)` float32.

    Example:
        >>> class_weights("balanced", np.array([0, 0, 0, 1]), ["no", "yes"]).tolist()
        [0.6666666865348816, 2.0]
    """
    if counts is None:
        known = target >= 0
        if weight is not None:
            weight = per_answer(weight, known)
        counts = np.bincount(target[known], weight, minlength=len(classes))
    if isinstance(asked, str):
        weights = 1.0 / np.where(counts > 0, counts, 1)
    else:
        weights = np.ones(len(classes))
        for label, said in asked.items():
            place = find_label(label, classes)
            if place is not None:
                weights[place] = said
    return torch.tensor(weights * counts.sum() / (weights * counts).sum(), dtype=torch.float32)


def asked_of_loss(stage: Options, data: Preprocessed, device: torch.device) -> dict[str, object]:
    """What was asked of the loss, by the names that a head knows."""
    options: dict[str, object] = {}
    if stage.class_weights is not None:
        classes, train = data.codec.schema.classes, data.train
        counts = task_of(data.codec.schema.task).tally(train.target, len(classes), train.weight)
        weights = class_weights(stage.class_weights, train.target, classes, counts=counts)
        options["weights"] = weights.to(device)
    if stage.quantile is not None:
        options["quantile"] = stage.quantile
    if stage.label_smoothing:
        options["label_smoothing"] = stage.label_smoothing
    return options
