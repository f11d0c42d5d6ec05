"""From a plan to a network that has learnt: what Train was asked for, carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from fivefold.artifacts import Preprocessed
from fivefold.core.events import Noted
from fivefold.core.finding import Finding
from fivefold.core.identity import identify
from fivefold.core.session import Session, derive_seed
from fivefold.core.wiring import place
from fivefold.decided import BESIDE
from fivefold.models.assemble import Assembled, digest
from fivefold.models.blend import answered
from fivefold.models.head import Head
from fivefold.models.learner import Lesson, begin, end, rehearse
from fivefold.models.picks import Picks
from fivefold.train.aims import Descent, Stopping
from fivefold.train.callback import Calls, called
from fivefold.train.checkpoint import FOLDER, Checkpoints
from fivefold.train.clock import Clock
from fivefold.train.device import device_name
from fivefold.train.feed import Feed
from fivefold.train.finder import find_lr
from fivefold.train.fit import fit
from fivefold.train.fitted import Fitted
from fivefold.train.frozen import featured
from fivefold.train.generators import private_random, seed_random
from fivefold.train.health import find_dead_units, find_explosion
from fivefold.train.noise import Noise
from fivefold.train.options import Options
from fivefold.train.pieces import ROWS
from fivefold.train.plan import Plan
from fivefold.train.poisson import PoissonFeed
from fivefold.train.progress import Reporter
from fivefold.train.teaching import feeds_for, lesson_for, seconds_left
from fivefold.train.thaw import Thaw
from fivefold.train.validation_score import ValidationScore

ALONE = "What is frozen has answered each row once; the rest learns from these answers."
ALL = "All rows go through what is frozen in each step: they are changed, or something follows it."


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What came of a plan; the plan's network has learnt.

    Attributes:
        fitted: how it went.
        lr: full learning rate.
        weight_decay: what the optimizer takes of matrices.
        first_digest: of the weights before the first step.
        stacked: whether the members of an ensemble learnt as one network.
        ended: what the network says of itself, for the settings.
        findings: what was noticed.
        others: steps of the ways that were tried beside it.
    """

    fitted: Fitted
    lr: float
    weight_decay: float
    first_digest: str
    stacked: bool = False
    ended: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    others: int = 0


def learn(
    stage: Options,
    plan: Plan,
    data: Preprocessed,
    session: Session,
    *,
    spent: Clock,
    before: Mapping[str, Any],
    folder: str = FOLDER,
) -> Learnt:
    """Train the plan's network in place, within the time that is left of what is `spent`.

    Args:
        stage: the settings.
        plan: what was decided of them.
        data: encoded rows.
        session: of the step.
        spent: the time.
        before: what was decided in the run that is gone on with; nothing if it begins.
        folder: of the states that are saved.
    """
    train, valid = feeds_for(stage, plan, data, session.seed, stage.own_sampler)
    body, begun = plan.network.body, plan.network.begun
    lesson = lesson_for(
        *(plan, train, valid, session),
        lambda: seconds_left(spent, stage.callbacks),
        stage.all_rows and not plan.network.head.decides,
        all(column.role not in {"group", "time"} for column in data.codec.schema.columns),
        data.valid.exposure,
        Picks.of(data.codec, data.markers, data.lasso),
    )
    first_digest, budget = digest(plan.network), plan.budget
    noise = None if budget is None else budget.noise(session.seed, before.get("noise"))
    learner = _learner(plan, lesson, session)
    train = train if noise is None else PoissonFeed.of(train, noise)
    descent = plan.descent(stage, lr=_lr(stage, plan, learner, train, session, before))
    if budget is not None and noise is not None:
        descent = replace(descent, stepper=budget.stepper(noise))
    lr, weight_decay = _rates(descent, learner)
    alone = None
    if begun is not None and begun.frozen:
        alone = featured(learner, train, valid)
        session.emit(Noted(text=ALONE if alone else ALL))
    taught, rows, judged = alone or (learner, train, valid)
    score = ValidationScore(plan.network.head, data.codec, data.valid)
    checkpoints = None
    if session.directory is not None:
        checkpoints = Checkpoints(
            session.directory / folder,
            identity=_identity(stage, plan, session, first_digest, lr, learner is not body, noise),
            seconds=stage.checkpoint_seconds,
            resume=session.resume,
        )
    fitted = fit(
        taught,
        rows,
        judged,
        plan.objective,
        descent,
        Stopping(epochs=plan.epochs, patience=plan.patience, seconds=spent.left, ripe=plan.ripe),
        checkpoints=checkpoints,
        callbacks=Calls(
            [
                Reporter(session, score),
                *([Thaw(begun)] if begun is not None and begun.thaw is not None else []),
                *called(stage.callbacks, is_refit=session.is_refit),
            ],
            session.path,
        ),
        hear=score.hear,
    )
    if fitted.ending == "interrupted" and session.is_refit:
        raise KeyboardInterrupt  # a fold that was cut short must not be scored like the others
    ended = end(body, learner, lesson) if budget is None else {}
    if lesson.all_rows and any(ended.get(weight) for weight in BESIDE):
        ended = {**ended, "all_rows": True}
    decide(plan.network, lesson)
    if begun is not None:
        ended = {**ended, "pretrained": begun.told(features="once" if alone else "in each step")}
    return Learnt(
        fitted=fitted,
        lr=lr,
        weight_decay=weight_decay,
        stacked=learner is not body,
        ended=ended,
        first_digest=first_digest,
        findings=_ill(stage, plan, fitted, train, lr),
    )


def _ill(stage: Options, plan: Plan, fitted: Fitted, train: Feed, lr: float) -> tuple[Finding, ...]:
    """What went wrong with gradients and units."""
    norms, precision = (fitted.norms, fitted.first_norm), plan.precision
    exploded = find_explosion(*norms, clip=stage.clip, lr=lr, precision=precision)
    return (*exploded, *find_dead_units(plan.network.body, train, lr=lr))


def _learner(plan: Plan, lesson: Lesson, session: Session) -> nn.Module:
    """What learns: the body, or what it makes of itself; a private one may look at no rows."""
    body = plan.network.body
    if plan.budget is not None:
        return body
    with private_random(plan.device):
        seed_random(derive_seed(session.seed, "begin"), plan.device)
        return begin(body, lesson).to(plan.device)


def _lr(
    stage: Options,
    plan: Plan,
    learner: nn.Module,
    train: Feed,
    session: Session,
    before: Mapping[str, Any],
) -> float:
    """The learning rate that is asked for, or found: once in all starts of a run."""
    if stage.lr != "find":
        return plan.lr
    if "lr" in before:
        return float(before["lr"])
    curve = find_lr(learner, train, plan.objective, plan.descent(stage, lr=plan.lr))
    told = f"Found the learning rate {curve.lr:.2g} in {len(curve.rates)} steps."
    session.emit(Noted(text=told))
    return curve.lr


@torch.no_grad()
def decide(network: Assembled, lesson: Lesson) -> None:
    """Let the head decide by validation rows what it has to decide of answers, and tell it."""
    head, valid = network.head, lesson.valid
    if type(head).decide is Head.decide or not valid.rows:
        return
    learning = [module for module in network.body.modules() if module.training]
    network.body.eval()
    outputs = answered(network.body, valid, torch.arange(valid.rows, device=valid.device))
    for module in learning:
        module.training = True
    more = {} if lesson.exposure is None else {"exposure": lesson.exposure}
    if told := head.decide(outputs, valid.target, valid.weight, **more):
        lesson.tell(told)


def unlearnt(stage: Options, plan: Plan, data: Preprocessed, session: Session) -> Learnt:
    """The plan's network as it is before the first step, in the form that will be exported."""
    body, few = plan.network.body, slice(0, ROWS)
    data = data.replace(valid=data.valid.take(few))
    if not hasattr(body, "fit_buffers"):
        data = data.replace(train=data.train.take(few))
    train, valid = feeds_for(stage, plan, data, session.seed)
    first_digest = digest(plan.network)
    rehearse(body, lesson_for(plan, train, valid, session))
    lr, weight_decay = _rates(plan.descent(stage, lr=plan.lr), body)
    begun = plan.network.begun
    ended = {} if begun is None else {"pretrained": begun.told()}
    return Learnt(
        fitted=Fitted(), lr=lr, weight_decay=weight_decay, first_digest=first_digest, ended=ended
    )


def _identity(
    stage: Options,
    plan: Plan,
    session: Session,
    first_digest: str,
    lr: float,
    stacked: bool,
    noise: Noise | None = None,
) -> dict[str, Any]:
    """What decides the bits: the identity of the step, and what was decided in it."""
    decided = {
        "network": plan.name,
        "first weights": first_digest,
        "epochs": plan.epochs,
        "batch": plan.batch,
        "augment": list(plan.augment),
        "tried": plan.tried,
        "lr": lr,
        "precision": plan.precision,
        "matmul": plan.matmul,
        "stacked": stacked,
        "computed on": device_name(plan.device),
        "threads of torch": torch.get_num_threads(),
        **({} if noise is None else {"noise": noise.key}),
    }
    return {**(session.identity or identify(place([stage]), session)), "decided": decided}


def _rates(descent: Descent, body: nn.Module) -> tuple[float, float]:
    """The full learning rate and the weight decay of the optimizer's first group."""
    group = descent.make(body).param_groups[0]
    return float(group["lr"]), float(group.get("weight_decay", 0.0))
