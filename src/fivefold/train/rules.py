"""What is decided where the user has not: batch, epochs, learning rate."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fivefold.models.begun import Begun
from fivefold.models.boosting import Boosting
from fivefold.models.habit import Habit
from fivefold.models.inputs import Inputs, parts
from fivefold.models.part import Part
from fivefold.models.parts import part_for
from fivefold.train.choices import Quality

ROWS = 6e5  # rows of a table that a run of many members looks at, all epochs together
LEAST_EPOCHS = 5  # epochs that such a run has all the same
GPU = 10  # how many times as much a GPU looks at
GENTLE = 0.4  # of the rate where all of a network learns that has learnt before
MANY = 5000  # training rows from which trees may have larger leaves, and more of them


@dataclass(frozen=True)
class Dial:
    """What the wish for speed or accuracy sets."""

    effort: float  # factor on the epochs that the rules give
    boosters: int  # independent runs of boosting for a table
    rounds: int  # of each, at most
    network: Mapping[str, Any] = field(default_factory=dict)  # arguments of the network for a table


DIALS: dict[Quality, Dial] = {
    "fast": Dial(0.5, boosters=1, rounds=200, network={"members": 8, "width": 128}),
    "balanced": Dial(1.0, boosters=3, rounds=500),
    "best": Dial(1.5, boosters=8, rounds=800, network={"members": 32, "width": 256}),
}


def decide_batch(habit: Habit, rows: int) -> int:
    """Rows a step: a power of two near a 64th of the rows, a 40th for networks of many members.

    Example:
        >>> from fivefold.models.habit import OWN
        >>> from fivefold.models.networks import NETWORKS
        >>> mlp, tabm = NETWORKS["mlp"].habit, NETWORKS["tabm"].habit
        >>> decide_batch(mlp, 31_000), decide_batch(mlp, 100), decide_batch(OWN, 10**7)
        (512, 64, 4096)
        >>> decide_batch(tabm, 500), decide_batch(tabm, 12_000)
        (32, 256)
    """
    fewest, most = habit.batch
    power = round(math.log2(max(rows, 1) / habit.batches))
    return int(min(most, max(fewest, 2 ** max(power, 0))))


def decide_lr(habit: Habit, rows: int, begun: Begun | None = None) -> float:
    """The full learning rate; networks of many members learn few rows more slowly.

    Where all of a network learns that has learnt before, it shall not forget at once.

    Example:
        >>> from fivefold.models.networks import NETWORKS
        >>> mlp, tabm = NETWORKS["mlp"].habit, NETWORKS["tabm"].habit
        >>> decide_lr(mlp, 100), decide_lr(tabm, 2500), decide_lr(tabm, 50_000)
        (0.002, 0.0025, 0.005)
    """
    gentle = GENTLE if begun is not None and begun.taken and not begun.frozen else 1.0
    if not habit.lr_rows:
        return gentle * habit.lr
    return gentle * habit.lr * min(1.0, math.sqrt(rows / habit.lr_rows))


def decide_epochs(
    habit: Habit,
    rows: int,
    batch: int,
    inputs: Inputs,
    *,
    gpu: bool,
    quality: Quality = "balanced",
    operations: float = 0.0,
) -> int:
    """Epochs at most, by how many steps one has and by how much there is to look at.

    Args:
        habit: of what is trained.
        rows: of the training part.
        batch: rows a step.
        inputs: sizes of what the network reads.
        gpu: whether it is trained on one.
        quality: the wish for speed or accuracy.
        operations: floating-point operations of a row in training, where they bound the epochs.

    Returns:
        From 1 to 150. Early stopping may end the run before.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> from fivefold.models.networks import NETWORKS
        >>> habit = NETWORKS["mlp"].habit
        >>> decide_epochs(habit, 31_000, 512, Width(100), gpu=False)
        25
        >>> decide_epochs(habit, 31_000, 512, Width(100), gpu=False, quality="fast")
        12
    """
    times = GPU if gpu else 1
    fewest, most = habit.epochs
    steps = max(1, rows // min(batch, rows)) if rows else 1
    epochs = habit.steps / steps
    amounts: Counter[Part] = Counter()
    for size in parts(inputs).values():
        part = part_for(size)
        if part is not None and part.budget:
            amounts[part] += part.amount(size)
    if operations and rows:
        epochs = min(epochs, habit.operations * times / (rows * operations))
    for part, amount in amounts.items():
        if amount and rows and not operations:
            epochs = min(epochs, part.budget * times / (rows * amount))
    epochs = min(most, max(fewest, round(epochs)))
    if habit.lr_rows and rows:
        epochs = min(epochs, max(LEAST_EPOCHS, round(ROWS * times / rows)))
    return max(1, round(epochs * DIALS[quality].effort))


def decide_boosting(rows: int, quality: Quality = "balanced") -> Boosting:
    """How trees are grown for so many training rows."""
    dial = DIALS[quality]
    many = rows >= MANY
    return Boosting(
        rounds=dial.rounds,
        boosters=dial.boosters,
        lr=0.06,
        leaves=31 if many else 16,
        leaf_rows=20 if many else 10,
    )
