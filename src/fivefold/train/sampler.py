"""Which training rows an epoch has, and in what order, where that is not all of them once."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from fivefold.errors import TrainingError
from fivefold.train.generators import private_random, seed_random

Sampler = Callable[[int, torch.Generator, Tensor], Any]
"""The epoch from 1, a generator that is seeded for it, and the targets on the CPU, to positions."""


def balanced(epoch: int, generator: torch.Generator, target: Tensor) -> Tensor:
    """As many rows as there are, drawn with replacement, of each class as often.

    As `torch.utils.data.WeightedRandomSampler` draws them by one over the rows of their class.

    Example:
        >>> target = torch.tensor([0] * 990 + [1] * 10)
        >>> rows = balanced(1, torch.Generator().manual_seed(0), target)
        >>> len(rows), 450 < int(target[rows].sum()) < 550
        (1000, True)
    """
    del epoch
    classes = target.long() if target.ndim == 1 else target.sum(1).long()  # of an order steps
    share = 1 / torch.bincount(classes).double()
    return torch.multinomial(share[classes], len(classes), True, generator=generator)


def sampled(sampler: Sampler, epoch: int, target: Tensor, seed: int) -> Tensor:
    """The rows that a sampler picks for an epoch, checked: int64 `(n,)` on the CPU.

    Its generator and torch's own are seeded with this seed, and the latter given back.

    Raises:
        TrainingError: if it fails, or what it gives are no positions of rows.
    """
    with private_random(cpu := torch.device("cpu")):
        seed_random(seed, cpu)
        given = epoch, torch.Generator().manual_seed(seed), target.cpu().clone()
        try:
            answer = sampler(*given)
        except Exception as error:
            error.add_note(f"in the sampler, in epoch {epoch}")
            raise
    try:
        found = torch.as_tensor(answer).cpu()
    except (TypeError, ValueError, RuntimeError):
        found = torch.empty(0, 0)
    whole = not (found.is_floating_point() or found.is_complex() or found.dtype == torch.bool)
    found = found.long() if whole else found
    good = whole and found.ndim == 1 and len(found)
    if not good or int(found.min()) < 0 or int(found.max()) >= len(target):
        told = type(answer).__name__
        if good:
            told = f"{int(found.min())} to {int(found.max())}"
        elif found.ndim != 2 or len(found):
            told = f"{str(found.dtype).removeprefix('torch.')} {tuple(found.shape)}"
        raise TrainingError(
            f"Train: expected the sampler to give whole numbers from 0 to {len(target) - 1}, "
            f"found {told}.",
            remedy="Give positions of training rows, one axis, at least one.",
            epoch=epoch,
        )
    return found
