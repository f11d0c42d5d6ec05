"""A learning rate, found by raising it until the loss does not fall any more."""

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.models.losses import mean_of
from fivefold.train.aims import Descent, Objective
from fivefold.train.feed import Feed
from fivefold.train.generators import private_random, seed_random

MEMORY = 0.9  # what a smoothed loss keeps of the one before it
DIVERGED = 4.0  # a loss this many times the best one ends the test

FALLEN = 0.9
"""The part of the whole fall of the loss that must have happened at the rate that is chosen."""

FLAT = 0.05  # a fall by no more than this part of the first loss is noise
MARGIN = 10.0  # how far below the last rate, where the loss diverged, the chosen one stays at least


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
    train: Feed,
    objective: Objective,
    descent: Descent,
    *,
    low: float = 1e-6,
    high: float = 1.0,
    steps: int = 100,
) -> LrCurve:
    """Find a learning rate by training a copy of a network while the rate rises.

    The rate grows by the same factor each step, from `low` to `high`, until the loss diverges.
    The network, its gradients and torch's generators are left as they were, to the bit.

    Args:
        model: where training will start from.
        train: the training rows, on the model's device.
        objective: what is minimised.
        descent: its optimizer and bound. The rates of the optimizer's groups keep their
            proportions; the first group's is the one that is found.
        low: the first rate.
        high: the last rate.
        steps: how many rates are tried.

    Raises:
        TrainingError: if there are no rows, or the loss is not finite from the first step on.

    Reference:
        Smith, Cyclical Learning Rates for Training Neural Networks, WACV 2017, section 3.3.
    """
    if not train.rows:
        raise TrainingError("Train: expected training rows to find a learning rate, found none.")
    rates: list[float] = []
    losses: list[float] = []
    average = 0.0
    with private_random(train.device):
        seed_random(derive_seed(train.seed, "noise", "rate"), train.device)
        twin = copy.deepcopy(model).train()
        optimizer = descent.make(twin)
        groups = optimizer.param_groups
        parameters = [parameter for group in groups for parameter in group["params"]]
        shares = [group["lr"] / groups[0]["lr"] for group in groups]
        for step in range(steps):
            epoch, place = divmod(step, train.steps)
            if place == 0:
                picked = train.batches(epoch + 1)
            rate = low * (high / low) ** (step / max(1, steps - 1))
            for group, share in zip(groups, shares, strict=True):
                group["lr"] = rate * share
            piece = train.take(picked[place], training=True)
            optimizer.zero_grad()
            value = mean_of(piece.cost(objective.loss, twin(piece.inputs)))
            found = value.item()
            if not math.isfinite(found):
                break
            average = MEMORY * average + (1 - MEMORY) * found
            rates.append(rate)
            losses.append(average / (1 - MEMORY ** (step + 1)))
            if losses[-1] - min(losses) > (DIVERGED - 1) * abs(min(losses)):
                break
            value.backward()  # type: ignore[no-untyped-call]
            if descent.clip is not None:
                nn.utils.clip_grad_norm_(parameters, descent.clip)
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
