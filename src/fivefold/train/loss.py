"""What is minimised, and the form in which targets reach it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.schema import Label
from fivefold.errors import DataError
from fivefold.models.head import STEEP, Link
from fivefold.tasks.places import find_label
from fivefold.train.names import LossName, default_loss

if TYPE_CHECKING:
    from fivefold.codecs.table import Array
    from fivefold.models.head import Head

Loss = Callable[[Tensor, Tensor], Tensor]

LOSSES: dict[LossName, str] = {
    "cross_entropy": "cross-entropy",
    "focal": "focal loss",
    "squared": "squared error",
    "absolute": "absolute error",
    "huber": "Huber loss",
    "quantile": "quantile loss",
    "poisson": "Poisson deviance",
}
"""The built-in losses in words."""

GAMMA = 2
"""How fast the focal loss forgets rows that are predicted well."""

DELTA = 1.0
"""Where the Huber loss turns from squares to a line, in deviations of the training target."""


def find_link(loss: object) -> Link:
    """The link of the head that belongs to a loss, by name or one's own.

    Example:
        >>> find_link("poisson"), find_link("huber"), find_link(None)
        ('log', 'identity', 'identity')
    """
    return "log" if loss == "poisson" else "identity"


def targets(values: "Array", head: "Head", *, own: bool = False) -> Tensor:
    """The targets of all rows, as the loss takes them.

    Args:
        values: `(n,)` int64 class indices or float64 values.
        head: of the network; its task and link decide.
        own: True for a loss of the user's, which sees values in their own unit.

    Returns:
        `(n,)`: int64 for several classes; float32 0 and 1 for two; float32 values, with mean 0
        and deviation 1 over the training rows (with the log link: with mean 1); float64 values
        in their own unit for a loss of the user's.

    Raises:
        DataError: if the link is the log and a value is below 0, or the training mean is 0.
    """
    if head.task == "multiclass":
        return torch.from_numpy(np.asarray(values, dtype=np.int64))
    if head.task == "regression" and not own:
        if head.link == "log":
            check_rates(values)
            if not head.mean > 0:
                check_rates(np.zeros(1))
            values = values / float(head.mean)
        else:
            values = (values - float(head.mean)) / float(head.std)
    elif head.task == "regression":
        return torch.from_numpy(np.asarray(values, dtype=np.float64))
    return torch.from_numpy(np.asarray(values, dtype=np.float32))


def check_rates(values: "Array") -> None:
    """Refuse targets that are no counts or rates.

    Args:
        values: `(n,)` targets in their own unit; none are in order.

    Raises:
        DataError: if one is below 0, or all are 0.
    """
    below = values[values < 0]
    if len(below):
        raise DataError(
            f'Train: expected a target of 0 or more for loss="poisson", found {len(below):,} of '
            f"{len(values):,} rows below, {below.min():g} the lowest.",
            remedy='Use loss="squared", or leave these rows out.',
            rows=len(below),
            lowest=float(below.min()),
        )
    if len(values) and not values.any():
        raise DataError(
            'Train: expected a target above 0 in some row for loss="poisson", found 0 in all.',
            remedy="Look at the target column, or at how it was split.",
        )


def make_loss(
    head: "Head",
    *,
    own: Loss | None = None,
    name: LossName | None = None,
    weights: Tensor | None = None,
    quantile: float = 0.5,
    label_smoothing: float = 0.0,
) -> Loss:
    """The mean loss of a batch, as a function of outputs and targets.

    Outputs are `(n, outputs)`, or `(n, members, outputs)` while a network of several members
    learns: then it is the mean of each member's own loss over rows and members.

    Args:
        head: of the network; its task and link decide what fits.
        own: a function in place of a built-in loss. It is given logits `(n,)` for two classes and
            `(n, classes)` for more, or predictions `(n,)` in the target's own unit.
        name: of a built-in one; None is cross-entropy for classes, squared error for values.
            Values are seen in deviations of the training target: the Huber loss turns at 1.
        weights: `(classes,)`, what an error in a row of each class counts.
        quantile: for the loss of this name, the part of values that shall lie below, 0 to 1.
        label_smoothing: part of each row's truth that is spread evenly over the classes, 0 to 1.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, section 3.
        Szegedy et al., Rethinking the Inception Architecture, CVPR 2016, section 7.
    """
    if own is not None:
        single = _own(head, own)
    elif head.task == "regression":
        single = _number_loss(name or default_loss(head.task), quantile)
        assert head.link == find_link(name), f"the head's link is {head.link}, the loss is {name}"
    else:
        single = _class_loss(head, name or default_loss(head.task), weights, label_smoothing)

    def loss(outputs: Tensor, target: Tensor) -> Tensor:
        if outputs.ndim == 3:
            target = target[:, None].expand(-1, outputs.shape[1]).reshape(-1)
            outputs = outputs.flatten(0, 1)
        return single(outputs, target)

    return loss


def _own(head: "Head", own: Loss) -> Loss:
    def judged(outputs: Tensor, target: Tensor) -> Tensor:
        logits = head(outputs) if head.task == "regression" else outputs
        return own(logits if head.task == "multiclass" else logits[:, 0], target)

    return judged


def _number_loss(name: LossName, quantile: float) -> Loss:
    match name:
        case "squared":
            return lambda outputs, target: F.mse_loss(outputs[:, 0], target)
        case "absolute":
            return lambda outputs, target: F.l1_loss(outputs[:, 0], target)
        case "huber":
            return lambda outputs, target: F.huber_loss(outputs[:, 0], target, delta=DELTA)
        case "quantile":
            return lambda outputs, target: _pinball(target - outputs[:, 0], quantile).mean()
        case "poisson":
            return lambda outputs, target: _deviance(outputs[:, 0].float(), target).mean()
    raise AssertionError(f"{name} is no loss for regression")


def _pinball(short: Tensor, quantile: float) -> Tensor:
    """What falling short costs, `quantile` a unit, and overshooting, the rest."""
    return torch.maximum(quantile * short, (quantile - 1) * short)


def _deviance(log_rate: Tensor, target: Tensor) -> Tensor:
    """Half the Poisson deviance, 0 where the rate is the target; the rate goes on as a line."""
    near = log_rate.clamp(max=STEEP)
    rate = near.exp() * (1 + log_rate - near)
    return rate - target * log_rate + torch.xlogy(target, target) - target


def _class_loss(
    head: "Head", name: LossName, weights: Tensor | None, label_smoothing: float
) -> Loss:
    if name == "focal":
        rows = _focal_binary if head.task == "binary" else _focal
        return lambda outputs, target: _weighted(rows(outputs, target), target, weights)
    assert name == "cross_entropy", f"{name} is no loss for classes"
    if head.task == "binary":

        def binary(outputs: Tensor, target: Tensor) -> Tensor:
            truth = target
            if label_smoothing:
                truth = target * (1 - label_smoothing) + label_smoothing / 2
            counted = None if weights is None else weights[target.long()]
            return F.binary_cross_entropy_with_logits(outputs[:, 0], truth, counted)

        return binary
    if weights is None:
        return lambda outputs, target: F.cross_entropy(
            outputs, target, label_smoothing=label_smoothing
        )
    return lambda outputs, target: _weighted(
        F.cross_entropy(outputs, target, reduction="none", label_smoothing=label_smoothing),
        target,
        weights,
    )


def _focal_binary(outputs: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy of two classes by row, times the square of the missing probability."""
    margin = outputs[:, 0] * (2 * target - 1)
    return torch.sigmoid(-margin) ** GAMMA * F.softplus(-margin)


def _focal(outputs: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy by row, times the square of the missing probability."""
    cost = F.cross_entropy(outputs, target, reduction="none")
    return (-torch.expm1(-cost)) ** GAMMA * cost


def _weighted(costs: Tensor, target: Tensor, weights: Tensor | None) -> Tensor:
    return costs.mean() if weights is None else (costs * weights[target.long()]).mean()


def class_weights(
    asked: Literal["balanced"] | Mapping[Label, float], target: "Array", classes: Sequence[Label]
) -> Tensor:
    """What an error counts by class, scaled so that a training row counts 1 on average.

    Args:
        asked: `balanced`, or a weight by label, in any way to write it; labels left out count 1.
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
        weights = np.ones(len(classes))
        for label, weight in asked.items():
            place = find_label(label, classes)
            if place is not None:
                weights[place] = weight
    return torch.tensor(weights * counts.sum() / (weights * counts).sum(), dtype=torch.float32)
