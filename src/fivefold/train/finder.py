"""A learning rate, found by raising it until the loss does not fall any more."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn

from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.models.inputs import Batch
from fivefold.models.losses import Loss, mean_of
from fivefold.train.batches import Data, permutation, private_random, seed_random, take
from fivefold.train.optimizer import Optimizer

MEMORY = 0.9
"""What a smoothed loss keeps of the one before it."""

DIVERGED = 4.0
"""A loss this many times the best one ends the test."""

FALLEN = 0.9
"""The part of the whole fall of the loss that must have happened at the rate that is chosen."""

FLAT = 0.05
"""A fall by no more than this part of the first loss is noise."""

MARGIN = 10.0
"""How far below the last rate, where the loss diverged, the chosen one stays at least."""


@dataclass(frozen=True)
class LrCurve:
    """How the loss went while the rate rose.

    Attributes:
        lr: the rate to train with.
        rates: full learning rates, one a step, rising.
        losses: of the batch at each of them, smoothed over the steps before.
    """

    lr: float
    rates: tuple[float, ...]
    losses: tuple[float, ...]


def find_lr(
    model: nn.Module,
    train: Data,
    *,
    loss: Loss,
    optimizer_factory: Callable[[nn.Module], Optimizer],
    batch: int,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 100,
    seed: int = 0,
    clip: float | None = 1.0,
    prepare: Callable[[Batch], Batch] | None = None,
    augment: Callable[[Batch], Batch] | None = None,
) -> LrCurve:
    """Find a learning rate by training a copy of a network while the rate rises.

    The rate grows by the same factor each step, from `low` to `high`, until the loss diverges.
    The network, its gradients and torch's generators are left as they were, to the bit.

    Args:
        model: where training will start from.
        train: inputs and targets of the training rows, on the model's device.
        loss: of outputs and targets: the mean over a batch, or a sum and its weight.
        optimizer_factory: an optimizer over the parameters of the module that it is given. The
            rates of its groups keep their proportions; the first group's is the one that is found.
        batch: rows a step.
        low: the first rate.
        high: the last rate.
        steps: how many rates are tried.
        seed: of the order of the rows and of whatever the network draws.
        clip: bound of the gradient's norm; None has none.
        prepare: applied to each batch of inputs ahead of the network.
        augment: applied before `prepare`.

    Raises:
        TrainingError: if there are no rows, or the loss is not finite from the first step on.

    Reference:
        Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3.
    """
    inputs, target = train
    rows = len(target)
    if not rows:
        raise TrainingError("Train: expected training rows to find a learning rate, found none.")
    batch, device = min(batch, rows), target.device
    full = rows // batch
    rates: list[float] = []
    losses: list[float] = []
    average = 0.0
    with private_random(device):
        seed_random(derive_seed(seed, "noise", "rate"), device)
        twin = copy.deepcopy(model).train()
        optimizer = optimizer_factory(twin)
        groups = optimizer.param_groups
        parameters = [parameter for group in groups for parameter in group["params"]]
        shares = [group["lr"] / groups[0]["lr"] for group in groups]
        for step in range(steps):
            if step % full == 0:
                order = permutation(rows, seed, step // full + 1).to(device)
            picked = order[step % full * batch : (step % full + 1) * batch]
            rate = low * (high / low) ** (step / max(1, steps - 1))
            for group, share in zip(groups, shares, strict=True):
                group["lr"] = rate * share
            taken = take(inputs, picked)
            if augment is not None:
                taken = augment(taken)
            if prepare is not None:
                taken = prepare(taken)
            optimizer.zero_grad()
            value = mean_of(loss(twin(taken), target[picked]))
            found = value.item()
            if not math.isfinite(found):
                break
            average = MEMORY * average + (1 - MEMORY) * found
            rates.append(rate)
            losses.append(average / (1 - MEMORY ** (step + 1)))
            if losses[-1] - min(losses) > (DIVERGED - 1) * abs(min(losses)):
                break
            value.backward()  # type: ignore[no-untyped-call]
            if clip is not None:
                nn.utils.clip_grad_norm_(parameters, clip)
            optimizer.step()
    if not rates:
        raise TrainingError(
            "Train: expected a finite loss to find a learning rate, found "
            f"{found} before the first step.",
            remedy="Look for infinite or very large values in the inputs, the target or a loss of "
            "your own.",
        )
    return LrCurve(choose_lr(rates, losses), tuple(rates), tuple(losses))


def choose_lr(rates: Sequence[float], losses: Sequence[float]) -> float:
    """Half the first rate at which the loss has made nine tenths of its fall.

    Half, because a run stays there for longer than a step. It is at most a tenth of the last
    rate, where the loss diverged, and just that if the loss hardly fell at all. The steepest
    place of the curve, another custom, follows its noise.

    Args:
        rates: rising.
        losses: smoothed, at each of them.

    Example:
        >>> choose_lr([0.001, 0.01, 0.1, 1.0, 10.0], [2.0, 1.9, 1.05, 1.0, 9.0])
        0.05
    """
    most = rates[-1] / MARGIN
    fall = losses[0] - min(losses)
    if fall <= FLAT * abs(losses[0]):
        return most
    bound = losses[0] - FALLEN * fall
    fallen = next(rate for rate, loss in zip(rates, losses, strict=True) if loss <= bound)
    return min(most, fallen / 2)
