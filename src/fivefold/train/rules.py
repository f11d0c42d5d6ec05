"""What is decided where the user has not: batch, epochs, learning rate."""

import math
from dataclasses import dataclass
from typing import Literal

from fivefold.models.inputs import Image, Inputs, Text, parts

Network = Literal["mlp", "convnet", "textnet", "mixture", "own"]

PIXELS = 2e8
"""Pixels of training images that a run on a CPU looks at, all epochs together."""

TOKENS = 1e7
"""Words of training texts that a run on a CPU looks at, all epochs together."""

GPU = 10
"""How many times as much a GPU looks at."""


@dataclass(frozen=True)
class Habit:
    """What suits a kind of network.

    Args:
        lr: full learning rate of AdamW.
        weight_decay: of AdamW.
        steps: that a run should take where nothing else bounds its epochs.
        epochs: the fewest and the most that a rule gives.
        batch: the most rows a step that a rule gives.
    """

    lr: float
    weight_decay: float
    steps: int
    epochs: tuple[int, int]
    batch: int = 4096


HABITS: dict[Network, Habit] = {
    "mlp": Habit(lr=2e-3, weight_decay=0.1, steps=1500, epochs=(10, 40)),
    "convnet": Habit(lr=5e-3, weight_decay=0.05, steps=10_000, epochs=(4, 30), batch=256),
    "textnet": Habit(lr=5e-3, weight_decay=0.1, steps=10_000, epochs=(5, 20), batch=256),
    "mixture": Habit(lr=3e-3, weight_decay=0.1, steps=1500, epochs=(5, 30), batch=1024),
    "own": Habit(lr=1e-3, weight_decay=0.01, steps=3000, epochs=(5, 100)),
}


def decide_batch(network: Network, rows: int) -> int:
    """Rows a step: a power of two near rows/64, from 64 to 4,096 (256 for images and texts).

    Example:
        >>> decide_batch("mlp", 31_000), decide_batch("mlp", 100), decide_batch("own", 10**7)
        (512, 64, 4096)
    """
    power = round(math.log2(max(rows, 1) / 64)) if rows > 64 else 0
    return int(min(HABITS[network].batch, max(64, 2 ** max(power, 0))))


def decide_epochs(network: Network, rows: int, batch: int, inputs: Inputs, *, gpu: bool) -> int:
    """Epochs at most, by how many steps one has and by how much there is to look at.

    Args:
        network: what is trained.
        rows: of the training part.
        batch: rows a step.
        inputs: sizes of what the network reads.
        gpu: whether it is trained on one.

    Returns:
        From 1 to 100. Early stopping may end the run before.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> decide_epochs("mlp", 31_000, 512, Width(100), gpu=False)
        25
    """
    habit = HABITS[network]
    fewest, most = habit.epochs
    steps = max(1, rows // min(batch, rows)) if rows else 1
    epochs = habit.steps / steps
    sizes = parts(inputs).values()
    for size, budget in (
        (sum(p.channels * p.height * p.width for p in sizes if isinstance(p, Image)), PIXELS),
        (sum(p.length for p in sizes if isinstance(p, Text)), TOKENS),
    ):
        if size and rows:
            epochs = min(epochs, budget * (GPU if gpu else 1) / (rows * size))
    return int(min(most, max(fewest, round(epochs))))


def decide_shift(height: int, width: int) -> int:
    """The most pixels that a random shift moves an image: one in 14, at least one.

    Example:
        >>> decide_shift(28, 28), decide_shift(8, 8)
        (2, 1)
    """
    return max(1, round(min(height, width) / 14))
