"""From a plan to a network that has learnt: what Train was asked for, carried out."""

from dataclasses import dataclass
from math import prod
from typing import Any

from torch import nn

from fivefold.artifacts import Preprocessed
from fivefold.core.events import Noted
from fivefold.core.finding import Finding
from fivefold.core.session import Session
from fivefold.models.assemble import digest
from fivefold.models.blend import Blend
from fivefold.models.ensemble import Ensemble, stack
from fivefold.train.aims import Descent, Stopping
from fivefold.train.blend import grow, join, placeholder
from fivefold.train.checkpoint import FOLDER, Checkpoints
from fivefold.train.clock import Clock
from fivefold.train.facts import facts_before, make_facts
from fivefold.train.finder import find_lr
from fivefold.train.fit import fit
from fivefold.train.fitted import Fitted
from fivefold.train.generators import private_random
from fivefold.train.health import find_dead_units, find_explosion
from fivefold.train.options import Options
from fivefold.train.pieces import ROWS
from fivefold.train.plan import Plan
from fivefold.train.progress import make_reporter
from fivefold.train.resident import make_feeds


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What came of a plan; the plan's network has learnt.

    Attributes:
        fitted: how it went.
        lr: full learning rate.
        weight_decay: what the optimizer takes of matrices.
        stacked: whether the members of an ensemble learnt as one network.
        trees: how many answer beside the network.
        trees_weight: of them, 0 to 1.
        first_digest: of the weights before the first step.
        findings: what was noticed.
    """

    fitted: Fitted
    lr: float
    weight_decay: float
    stacked: bool
    trees: int
    trees_weight: float
    first_digest: str
    findings: tuple[Finding, ...]


def learn(
    stage: Options, plan: Plan, data: Preprocessed, session: Session, *, spent: Clock
) -> Learnt:
    """Train the plan's network in place.

    Args:
        stage: what was asked for.
        plan: what was decided.
        data: encoded rows.
        session: listeners, seed, and where states may be saved.
        spent: running since the stage began, with its time limit.
    """
    train, valid = make_feeds(plan.network, data, **_of_feeds(stage, plan, session.seed))
    body = plan.network.body
    first_digest = digest(plan.network)
    trees = None
    if isinstance(body, Blend) and plan.boosting is not None:
        session.emit(Noted(text="Growing trees."))
        trees = grow(train, valid, plan.network.head, boosting=plan.boosting, seed=session.seed)
    learner: nn.Module = body
    if isinstance(body, Ensemble) and plan.stackable:
        with private_random(plan.device):
            learner = stack(body, train.take(slice(0, ROWS)).inputs) or body
    lr = plan.lr
    before = facts_before(session)
    if stage.lr == "find" and "lr" in before:
        lr = float(before["lr"])
    elif stage.lr == "find":
        curve = find_lr(learner, train, plan.objective, plan.descent(stage, lr=lr))
        lr = curve.lr
        session.emit(Noted(text=f"Found the learning rate {lr:.2g} in {len(curve.rates)} steps."))
    descent = plan.descent(stage, lr=lr)
    lr, weight_decay = _rates(descent, learner)
    checkpoints = None
    if session.directory is not None:
        checkpoints = Checkpoints(
            session.directory / FOLDER,
            facts=make_facts(
                stage,
                plan,
                data,
                session,
                first_digest=first_digest,
                lr=lr,
                stacked=learner is not body,
            ),
            seconds=stage.checkpoint_seconds,
            resume=session.resume,
        )
    fitted = fit(
        learner,
        train,
        valid,
        plan.objective,
        descent,
        Stopping(epochs=plan.epochs, patience=stage.patience, seconds=spent.left),
        checkpoints=checkpoints,
        on_epoch=make_reporter(plan.epochs, session),
        on_note=lambda text: session.emit(Noted(text=text)),
    )
    if fitted.ending == "interrupted" and session.is_refit:
        raise KeyboardInterrupt  # a fold that was cut short must not be scored like the others
    if learner is not body:
        learner.write_back(body)  # type: ignore[operator]
        body.eval()
    weight = 0.0
    if isinstance(body, Blend) and trees is not None:
        weight = join(body, trees, valid, plan.network.head)
        session.emit(
            Noted(
                text=f"{trees.trees:,} trees count {weight:.0%} of each answer, the network "
                f"{1 - weight:.0%}: best for the {len(data.valid):,} validation rows."
            )
        )
        trees = trees if weight > 0 else None
    findings = (
        *find_explosion(
            fitted.norms, fitted.first_norm, clip=stage.clip, lr=lr, precision=plan.precision
        ),
        *find_dead_units(body, train, lr=lr),
    )
    return Learnt(
        fitted=fitted,
        lr=lr,
        weight_decay=weight_decay,
        stacked=learner is not body,
        trees=0 if trees is None else trees.trees,
        trees_weight=weight,
        first_digest=first_digest,
        findings=findings,
    )


def unlearnt(stage: Options, plan: Plan, data: Preprocessed, *, seed: int) -> Learnt:
    """The plan's network as it is before the first step, trees that answer 0 beside it."""
    make_feeds(plan.network, data, **_of_feeds(stage, plan, seed))
    body, first_digest = plan.network.body, digest(plan.network)
    if isinstance(body, Blend) and plan.boosting is not None:
        body.attach(placeholder(prod(plan.network.head.outputs)), 0.5)
    lr, weight_decay = _rates(plan.descent(stage, lr=plan.lr), body)
    return Learnt(
        fitted=Fitted(),
        lr=lr,
        weight_decay=weight_decay,
        stacked=False,
        trees=0,
        trees_weight=0.0,
        first_digest=first_digest,
        findings=(),
    )


def _of_feeds(stage: Options, plan: Plan, seed: int) -> dict[str, Any]:
    own = stage.own_loss is not None
    return {
        "batch": plan.batch,
        "seed": seed,
        "once": plan.once,
        "own": own,
        "augment": stage.augment,
    }


def _rates(descent: Descent, body: nn.Module) -> tuple[float, float]:
    """The full learning rate and the weight decay of the optimizer's first group."""
    group = descent.make(body).param_groups[0]
    return float(group["lr"]), float(group.get("weight_decay", 0.0))
