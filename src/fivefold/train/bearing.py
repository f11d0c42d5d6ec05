"""Random changes that may alter what a row means, tried on validation rows before they are made."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.events import Noted
from fivefold.core.session import Session, derive_seed
from fivefold.errors import TrainingError
from fivefold.models.assemble import Assembled
from fivefold.models.networks import choose, habit_of
from fivefold.models.score import score
from fivefold.tasks.known import task_of
from fivefold.train.aims import Descent, Stopping
from fivefold.train.augmentation import make_augment
from fivefold.train.fit import fit
from fivefold.train.generators import private_random, seed_random
from fivefold.train.network import make_network, named
from fivefold.train.optimizer import make_optimizer
from fivefold.train.plan import Plan, work_of
from fivefold.train.resident import encodes_once, make_feeds, place
from fivefold.train.rules import decide_batch, decide_lr

ROWS = 4096
"""Training rows, at most, that a network learns from to try changes."""

FEWEST = 100
"""Validation rows below which nothing is tried, and no such change made."""

EPOCHS = 12
OPERATIONS = 1.5e12
"""Epochs that such a network takes at most, and floating-point operations."""

KEPT = 0.85
"""Fraction of what a network knows of rows that it must know of changed ones as well."""

SURE = 3.0
"""Standard errors of a class's count from which on it is lost by more than chance."""

MANY_ROWS = 10**9
"""Rows for which the default is the network of least work."""


def settle_changes(
    plan: Plan, data: Preprocessed, before: Mapping[str, Any], session: Session
) -> Plan:
    """The plan with those of its doubtful changes that rows bear.

    Args:
        plan: that may have some.
        data: encoded rows.
        before: what was decided in the run that is gone on with; nothing if it begins.
        session: of the step.
    """
    if not plan.doubtful:
        return plan
    if "augment" in before:
        made = tuple(change for change in plan.doubtful if change in before["augment"])
        return _with(plan, made)
    made = borne(plan.doubtful, plan, data, seed=session.seed)
    for change in plan.doubtful:
        found = "leaves answers as they are" if change in made else "is not made: it alters answers"
        rows = f"{len(data.valid):,} validation rows"
        session.emit(Noted(text=f"Tried on {rows}: {change} {found}."))
    return _with(plan, made)


def _with(plan: Plan, made: tuple[str, ...]) -> Plan:
    return replace(plan, ways=tuple((*way, *made) for way in plan.ways), doubtful=())


def borne(changes: Sequence[str], plan: Plan, data: Preprocessed, *, seed: int) -> tuple[str, ...]:
    """Those of the changes that leave the answers of validation rows what they are.

    A small network learns from rows as they are. Where it is as good with changed rows, for each
    class, the change alters nothing that matters: mirrored cats are cats. Where it is not, as with
    mirrored letters, or arrows to the left, the change is not made.

    Args:
        changes: that are made to a codec's arrays.
        plan: of the network that shall learn.
        data: encoded rows; test rows are not looked at.
        seed: of the trial.
    """
    task = task_of(data.codec.schema.task)
    if len(data.valid) < FEWEST or task.sequence:
        return ()
    try:
        network = _taught(plan, data, derive_seed(seed, "trial of changes"))
    except TrainingError:  # a loss that is not finite will be told of by the run itself
        return ()
    truth, plain = data.valid.target, score(network, data.valid.inputs)
    guess = task.constant(data.train.target, data.codec.schema, len(truth))
    told = []
    for change in changes:
        augment = make_augment([change], network.fixed.entries)
        if augment is None:
            continue
        with private_random(plan.device):
            seed_random(derive_seed(seed, change), plan.device)
            altered = augment(place(data.valid, plan.device))
        arrays = {name: tensor.cpu().numpy() for name, tensor in altered.items()}  # type: ignore[union-attr]
        changed = _changed(data.valid, arrays)
        if not changed.any():
            continue
        found = score(network, {name: array[changed] for name, array in arrays.items()})
        rows = truth[changed]
        was, now, guessed = (
            task.errors(rows, scores) for scores in (plain[changed], found, guess[changed])
        )
        if is_borne(was, now, guessed, rows if data.codec.schema.classes else None):
            told.append(change)
    return tuple(told)


def is_borne(plain: Array, altered: Array, guessed: Array, classes: Array | None) -> bool:
    """Whether a network that is so wrong of rows is nearly as good with changed ones.

    Args:
        plain: `(n,)` errors for rows as they are.
        altered: those for the same rows, changed.
        guessed: those of an answer that knows no row.
        classes: `(n,)` of the rows; None where there are none.

    Example:
        >>> right, wrong = np.zeros(50), np.ones(50)
        >>> is_borne(right, right, wrong, None), is_borne(right, wrong, wrong, None)
        (True, False)
    """
    known, left = guessed.mean() - plain.mean(), guessed.mean() - altered.mean()
    if known <= 0 or left < KEPT * known:
        return False
    for one in () if classes is None else np.unique(classes):
        before, after = ((1 - errors[classes == one]).sum() for errors in (plain, altered))
        if after < before / 2 and before - after > SURE * np.sqrt(before):
            return False
    return True


def _taught(plan: Plan, data: Preprocessed, seed: int) -> Assembled:
    """A network of little work that has learnt from some training rows as they are."""
    train = data.train
    some = np.linspace(0, len(train) - 1, min(ROWS, len(train))).astype(np.int64)
    few = data.replace(train=train.take(some))
    inputs = plan.network.fixed.inputs
    network = make_network(
        data.codec,
        choose(inputs, MANY_ROWS),
        target=few.train.target,
        example=place(train.take(np.arange(8) % len(train)), torch.device("cpu")),
        seed=seed,
    ).to(plan.device)
    network.threads = plan.network.threads
    habit, rows = habit_of(network.body, named(network)[1]), len(some)
    work = work_of(network, plan.trial.sample)
    epochs = int(min(EPOCHS, max(2, OPERATIONS / (rows * work))))
    once = encodes_once(network.fixed, rows)
    feeds = make_feeds(
        network,
        few,
        batch=decide_batch(habit, rows),
        seed=seed,
        once=once,
        own=plan.objective.own,
    )
    make = partial(make_optimizer, None, lr=decide_lr(habit, rows), weight_decay=habit.weight_decay)
    descent = Descent(make=make, schedule="cosine", clip=1.0, precision=plan.precision)
    stopping = Stopping(epochs=epochs, patience=epochs)
    if fit(network.body, *feeds, plan.objective, descent, stopping).ending == "interrupted":
        raise KeyboardInterrupt  # nobody who ends a trial wants what comes after it
    return network


def _changed(rows: Rows, arrays: dict[str, Array]) -> Array:
    """`(n,)` bool: the rows of which something is another than it was."""
    changed = np.zeros(len(rows), dtype=bool)
    for name, array in arrays.items():
        before = rows.inputs[name]
        changed |= (array != before).reshape(len(before), -1).any(axis=1)
    return changed
