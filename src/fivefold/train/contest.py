"""Random changes that may cost more than they bring: validation rows say whether they are made."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.codecs.table import Array
from fivefold.core.events import Noted
from fivefold.core.session import Session, derive_seed
from fivefold.core.wording import plural
from fivefold.errors import TrainingError
from fivefold.models.networks import habit_of
from fivefold.models.score import score
from fivefold.tasks.known import task_of
from fivefold.train.aims import Stopping
from fivefold.train.checkpoint import FOLDER
from fivefold.train.clock import Clock
from fivefold.train.fit import fit
from fivefold.train.learn import Learnt, learn
from fivefold.train.network import named
from fivefold.train.options import Options
from fivefold.train.plan import Plan
from fivefold.train.resident import encodes_once, make_feeds
from fivefold.train.rules import decide_batch

ROWS = 4096
"""Training rows, at most, that a short trial learns from; it is judged by as many."""

STEPS = 50
"""Steps of a trial at least, if the run has so many."""

SURE = 3.0
"""Standard errors from which on a difference of losses is more than chance."""


def settle_changes(
    stage: Options,
    plan: Plan,
    data: Preprocessed,
    session: Session,
    *,
    spent: Clock,
    before: Mapping[str, Any],
) -> Plan:
    """The plan with one way to change rows, where a part of a run is enough to choose it.

    From the same first weights copies of the network learn a while, one with the changes that are
    doubtful and one without. They are made unless it shows that they cost.

    Args:
        stage: the settings.
        plan: what was decided of them.
        data: encoded rows; test rows are not looked at.
        session: of the step.
        spent: the time.
        before: what was decided in the run that is gone on with; nothing if it begins.
    """
    if len(plan.ways) == 1 or plan.contest == 1:
        return plan
    if "augment" in before:
        return replace(plan, ways=(tuple(before["augment"]),), tried=before.get("tried"))
    task = task_of(data.codec.schema.task)
    if task.sequence and not task.by_row:  # whose rows have many losses
        return replace(plan, ways=plan.ways[1:])
    few = data.replace(train=_some(data.train), valid=_some(data.valid))
    asked = sorted({*plan.ways[0]} - {*plan.ways[1]})
    rows = plural(len(few.valid), "validation row")
    session.emit(Noted(text=f"Trying {', '.join(asked)} on {rows}."))
    seconds = None if spent.left is None else spent.left * plan.contest
    try:
        changed, plain = (_lost(stage, plan, way, few, session.seed, seconds) for way in plan.ways)
    except TrainingError:  # a loss that is not finite will be told of by the run itself
        return replace(plan, ways=plan.ways[1:])
    guess = task.constant(few.train.target, data.codec.schema, len(few.valid))
    made, left = plan.ways
    harmless = is_harmless(changed, plain, task.row_losses(few.valid.target, guess))
    tried = {_named(made): float(changed.mean()), _named(left): float(plain.mean())}
    return _told(replace(plan, ways=(made if harmless else left,), tried=tried), session)


def is_harmless(changed: Array, plain: Array, guessed: Array) -> bool:
    """Whether a trial shows no harm in changes; it shows nothing where nothing was learnt.

    Rows that are changed are learnt more slowly, so that a short trial need not show that they
    help.

    Args:
        changed: `(n,)` losses of validation rows where training rows were changed.
        plain: those of the same rows where these were left as they are.
        guessed: those of an answer that knows no row.

    Example:
        >>> known, guessed = np.full(100, 0.2), np.ones(100)
        >>> is_harmless(known, known, guessed), is_harmless(known + 0.1, known, guessed)
        (True, False)
        >>> is_harmless(guessed, guessed, guessed)
        False
    """
    return _clearly_lower(plain, guessed) and not _clearly_lower(plain, changed)


def _clearly_lower(one: Array, other: Array) -> bool:
    """Whether the losses of the same rows are lower on the mean by more than chance."""
    apart = other - one
    return bool(apart.mean() > SURE * apart.std() / np.sqrt(len(apart)))


def _lost(
    stage: Options,
    plan: Plan,
    way: tuple[str, ...],
    few: Preprocessed,
    seed: int,
    seconds: float | None,
) -> Array:
    """`(n,)` losses of validation rows by a network that has learnt a while from changed rows."""
    network, rows = copy.deepcopy(plan.network), len(few.train)
    habit = habit_of(network.body, named(network)[1])
    train, valid = make_feeds(
        network,
        few.replace(valid=few.valid.take(slice(0))),  # the last weights are judged
        batch=min(plan.batch, decide_batch(habit, rows)),
        seed=derive_seed(seed, "contest"),
        once=encodes_once(network.fixed, rows),
        own=plan.objective.own,
        augment=way,
    )
    steps = max(STEPS, plan.contest * plan.epochs * plan.rows / train.size)
    epochs = min(plan.epochs, max(1, round(steps / train.steps)))
    stopping = Stopping(epochs=epochs, patience=epochs, seconds=seconds)
    descent = plan.descent(stage, lr=plan.lr)
    fitted = fit(network.body, train, valid, plan.objective, descent, stopping)
    if fitted.ending == "interrupted":
        raise KeyboardInterrupt  # nobody who ends a trial wants what comes after it
    task = task_of(few.codec.schema.task)
    return task.row_losses(few.valid.target, score(network, few.valid.inputs))


def _some(rows: Rows) -> Rows:
    """Evenly spaced ones, `ROWS` at most."""
    return rows.take(np.linspace(0, len(rows) - 1, min(ROWS, len(rows))).astype(np.int64))


def learn_best(
    stage: Options,
    plan: Plan,
    data: Preprocessed,
    session: Session,
    *,
    spent: Clock,
    before: Mapping[str, Any],
) -> tuple[Plan, Learnt]:
    """Train from the same first weights in each of the plan's ways, and keep the best.

    Each has an equal share of the time that is left, and states of its own on disk. One that is
    interrupted is kept, as there is nothing to choose by.

    Args:
        stage: the settings.
        plan: what was decided of them.
        data: encoded rows.
        session: of the step.
        spent: the time.
        before: what was decided in the run that is gone on with; nothing if it begins.

    Returns:
        The plan as it was carried out, its network trained; and how that went.
    """
    if len(plan.ways) == 1:
        return plan, learn(stage, plan, data, session, spent=spent, before=before)
    found: list[tuple[Plan, Learnt]] = []
    tried: dict[str, float] = {}
    steps = 0
    for number, changes in enumerate(plan.ways):
        left = spent.left
        share = spent if left is None else Clock(left / (len(plan.ways) - number))
        way = replace(plan, ways=(changes,), network=copy.deepcopy(plan.network))
        folder = f"{FOLDER}-{number}" if number else FOLDER
        learnt = learn(stage, way, data, session, spent=share, before=before, folder=folder)
        found.append((way, learnt))
        before = {**before, "lr": learnt.lr}  # one that was found is that of all ways
        steps += learnt.fitted.steps - learnt.fitted.resumed
        tried[_named(changes)] = learnt.fitted.best_loss
        if learnt.fitted.ending == "interrupted":
            return replace(way, tried=tried), learnt
    losses = list(tried.values())
    way, learnt = found[losses.index(min(losses))]
    own = learnt.fitted.steps - learnt.fitted.resumed
    return _told(replace(way, tried=tried), session), replace(learnt, others=steps - own)


def _named(changes: tuple[str, ...]) -> str:
    return ", ".join(changes) or "none"


def _told(plan: Plan, session: Session) -> Plan:
    """The plan, of which people are told what was tried and which way was kept."""
    assert plan.tried is not None
    losses = ", ".join(f"{loss:.4g} with {changes}" for changes, loss in plan.tried.items())
    kept = _named(plan.augment)
    session.emit(Noted(text=f"Random changes: validation loss {losses}; kept: {kept}."))
    return plan
