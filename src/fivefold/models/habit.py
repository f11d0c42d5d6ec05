"""What suits networks in training: rates, batches, epochs, and what bounds a run."""

from dataclasses import dataclass

MINUTES = 3e13
"""Floating-point operations of training that take some minutes on two cores."""


@dataclass(frozen=True)
class Habit:
    """What suits a network in training.

    Args:
        lr: full learning rate of AdamW.
        weight_decay: of AdamW.
        steps: that a run should take where nothing else bounds its epochs.
        epochs: the fewest and the most that a rule gives.
        batch: the fewest and the most rows a step that a rule gives.
        batches: that an epoch should have.
        lr_rows: training rows below which the learning rate falls with their root; 0 for never.
        operations: floating-point operations of a run on a CPU, all epochs together; 0: no bound.
        changed: whether rows are changed at random as usual.
        spared: usual changes that are not made, as its answers would no longer be true.
        wait: fraction of the epochs for which a better validation loss is waited for at least: the
            learning rate of what learns noisily has to fall first.
        private_lr: full rate where gradients of rows are bounded and have noise; 0 for the same.
        ripe: fraction of the epochs after which weights are kept; before, those that are sure of
            little have a low loss, and answer worse than the last.
    """

    lr: float
    weight_decay: float
    steps: int
    epochs: tuple[int, int]
    batch: tuple[int, int] = (64, 4096)
    batches: int = 64
    lr_rows: int = 0
    operations: float = 0.0
    changed: bool = True
    spared: tuple[str, ...] = ()
    wait: float = 0.0
    private_lr: float = 0.0
    ripe: float = 0.0


OWN = Habit(lr=1e-3, weight_decay=0.01, steps=3000, epochs=(5, 100))
"""What suits a module of the user's, as far as anyone can tell."""

MEMBERS = Habit(
    lr=5e-3,
    weight_decay=0.02,
    steps=1500,
    epochs=(20, 60),
    batch=(32, 256),
    batches=40,
    lr_rows=10_000,
)
MIXED = Habit(
    lr=3e-3,
    weight_decay=0.1,
    steps=2500,
    epochs=(5, 50),
    batch=(32, 512),
    operations=MINUTES / 2,
    wait=0.5,
)
MANY_COLUMNS = Habit(lr=1e-3, weight_decay=0.3, steps=1500, epochs=(10, 40), batch=(32, 256))
ODDITY = Habit(
    lr=5e-3,
    weight_decay=0.01,
    steps=1500,
    epochs=(20, 60),
    batch=(16, 256),
    batches=16,
)
TEXT = Habit(lr=5e-3, weight_decay=0.1, steps=10_000, epochs=(5, 20), batch=(64, 256))
ATTENTIVE = Habit(lr=1e-3, weight_decay=0.1, steps=10_000, epochs=(5, 20), batch=(32, 128))
RANDOM = Habit(lr=1e-3, weight_decay=0.5, steps=2000, epochs=(10, 40), batch=(32, 256))
TAGS = Habit(lr=3e-3, weight_decay=0.05, steps=4000, epochs=(8, 30), batch=(16, 64))
STEPS = Habit(lr=3e-3, weight_decay=0.02, steps=2500, epochs=(8, 40), batch=(8, 64))
SEQUENCE = Habit(lr=2e-3, weight_decay=0.05, steps=10_000, epochs=(5, 20), batch=(32, 64))
SERIES = Habit(lr=3e-3, weight_decay=0.05, steps=4000, epochs=(8, 60), batch=(16, 64))
SOUND = Habit(
    lr=3e-3,
    weight_decay=0.1,
    steps=700,
    epochs=(5, 60),
    batch=(32, 128),
    operations=MINUTES / 2,
    ripe=0.5,
)
SPEECH = Habit(
    lr=3e-3,
    weight_decay=0.05,
    steps=1600,
    epochs=(8, 60),
    batch=(16, 64),
    operations=MINUTES / 3,
    spared=("speed", "mix"),  # a sound that is slower ends later, two at once are no one text
    ripe=0.5,
)
RESIDUAL = Habit(
    lr=5e-3,
    weight_decay=0.05,
    steps=10_000,
    epochs=(4, 100),
    batch=(64, 256),
    operations=1.2 * MINUTES,
    wait=0.5,
    ripe=0.8,
)
FILM = Habit(
    lr=5e-3,
    weight_decay=0.05,
    steps=6000,
    epochs=(4, 60),
    batch=(32, 128),
    operations=MINUTES / 3,
    wait=0.5,
    ripe=0.8,
)
CONVOLUTIONS = Habit(
    lr=5e-3,
    weight_decay=0.05,
    steps=10_000,
    epochs=(4, 30),
    batch=(64, 256),
    operations=MINUTES,
    changed=False,
)
PLANES = Habit(
    lr=3e-3,
    weight_decay=0.02,
    steps=3000,
    epochs=(8, 80),
    batch=(8, 32),
    operations=0.4 * MINUTES,
    wait=0.4,
)
FORECAST = Habit(lr=1e-3, weight_decay=0.1, steps=2500, epochs=(5, 40), batch=(64, 256))
LEARNT = Habit(lr=2.5e-4, weight_decay=0.01, steps=2000, epochs=(3, 12), batch=(16, 32))
"""What suits a large network that begins with weights from elsewhere."""

ALONE = Habit(lr=1e-2, weight_decay=0.01, steps=3000, epochs=(20, 100), batch=(16, 256))
"""What suits a layer that learns alone, behind what is frozen."""
