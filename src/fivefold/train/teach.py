"""From a plan to a network that has learnt: the settings of Train, carried out."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from fivefold.core.events import Noted
from fivefold.core.finding import Finding
from fivefold.core.recipe import write_recipe
from fivefold.models.assemble import digest
from fivefold.models.ensemble import Ensemble, stack
from fivefold.train.batches import private_random, take
from fivefold.train.checkpoint import FOLDER, Checkpoints
from fivefold.train.clock import Clock
from fivefold.train.contract import ROWS
from fivefold.train.finder import find_lr
from fivefold.train.fit import fit
from fivefold.train.fitted import Fitted
from fivefold.train.health import find_dead_units, find_explosion
from fivefold.train.plan import make_optimizer
from fivefold.train.progress import make_reporter
from fivefold.train.resident import make_resident

if TYPE_CHECKING:
    from fivefold.artifacts import Preprocessed
    from fivefold.codecs.rows import Rows
    from fivefold.core.session import Session
    from fivefold.train.plan import Plan
    from fivefold.train.train import Train


SOME = 1024
"""Training rows that a network is shown for a rehearsal."""


@dataclass(frozen=True, kw_only=True)
class Taught:
    """What came of a plan; the plan's network has learnt.

    Attributes:
        fitted: how it went.
        lr: full learning rate.
        weight_decay: what the optimizer takes of matrices.
        stacked: whether the members of an ensemble learnt as one network.
        first_digest: of the weights before the first step.
        findings: what was noticed.
    """

    fitted: Fitted
    lr: float
    weight_decay: float
    stacked: bool
    first_digest: str
    findings: tuple[Finding, ...]


def teach(
    stage: "Train", plan: "Plan", data: "Preprocessed", session: "Session", *, spent: Clock
) -> Taught:
    """Train the plan's network in place.

    Args:
        stage: what was asked for.
        plan: what was decided.
        data: encoded rows.
        session: listeners, seed, and where states may be saved.
        spent: running since the stage began, with its time limit.
    """
    rows = make_resident(stage, plan, data)
    body = plan.network.body
    first_digest = digest(plan.network)
    prepare = rows.prepare
    learner: nn.Module = body
    if isinstance(body, Ensemble) and plan.stackable:
        few = take(rows.train[0], slice(0, ROWS))
        with private_random(plan.device):
            learner = stack(body, few if prepare is None else prepare(few)) or body
    lr, weight_decay = plan.lr, plan.weight_decay
    if stage.lr == "find":
        curve = find_lr(
            learner,
            rows.train,
            loss=plan.loss,
            optimizer_factory=partial(make_optimizer, None, lr=lr, weight_decay=weight_decay),
            batch=plan.batch,
            clip=stage.clip,
            seed=session.seed,
            prepare=prepare,
            augment=rows.augment,
        )
        lr = curve.lr
        session.emit(Noted(text=f"Found the learning rate {lr:.2g} in {len(curve.rates)} steps."))
    optimizer = make_optimizer(stage.optimizer, learner, lr=lr, weight_decay=weight_decay)
    group = optimizer.param_groups[0]
    lr, weight_decay = float(group["lr"]), float(group.get("weight_decay", 0.0))
    checkpoints = None
    if session.directory is not None:
        checkpoints = Checkpoints(
            session.directory / FOLDER,
            facts=facts(stage, plan, data, first_digest=first_digest, lr=lr),
            seconds=stage.checkpoint_seconds,
            resume=session.resume,
        )
    fitted = fit(
        learner,
        rows.train,
        rows.valid,
        loss=plan.loss,
        optimizer=optimizer,
        epochs=plan.epochs,
        batch=plan.batch,
        schedule=stage.schedule,
        patience=stage.patience,
        clip=stage.clip,
        precision=plan.precision,
        pieces=stage.accumulate,
        ema=stage.ema,
        time_limit=spent.left,
        seed=session.seed,
        own_loss=stage.own_loss is not None,
        prepare=prepare,
        augment=rows.augment,
        checkpoints=checkpoints,
        on_epoch=make_reporter(plan.epochs, session),
        on_note=lambda text: session.emit(Noted(text=text)),
    )
    if learner is not body:
        learner.write_back(body)  # type: ignore[operator]
        body.eval()
    findings = (
        *find_explosion(fitted.norms, fitted.first_norm, clip=stage.clip, lr=lr),
        *find_dead_units(body, rows.train[0], prepare=prepare, lr=lr),
    )
    return Taught(
        fitted=fitted,
        lr=lr,
        weight_decay=weight_decay,
        stacked=learner is not body,
        first_digest=first_digest,
        findings=findings,
    )


def untaught(stage: "Train", plan: "Plan", data: "Preprocessed") -> Taught:
    """The plan's network before the first step, with buffers fitted on some training rows."""
    make_resident(stage, plan, data, most=SOME)
    optimizer = make_optimizer(
        stage.optimizer, plan.network.body, lr=plan.lr, weight_decay=plan.weight_decay
    )
    group = optimizer.param_groups[0]
    return Taught(
        fitted=Fitted(),
        lr=float(group["lr"]),
        weight_decay=float(group.get("weight_decay", 0.0)),
        stacked=False,
        first_digest=digest(plan.network),
        findings=(),
    )


def facts(
    stage: "Train", plan: "Plan", data: "Preprocessed", *, first_digest: str, lr: float
) -> Mapping[str, Any]:
    """What must be equal for a run to go on with the same bits."""
    return {
        "network": plan.name,
        "first weights": first_digest,
        "training rows": rows_digest(data.train),
        "validation rows": rows_digest(data.valid),
        "settings": write_recipe([stage.replace(threads=None, checkpoint_seconds=0)], strict=False),
        "epochs": plan.epochs,
        "batch": plan.batch,
        "lr": lr,
        "precision": plan.precision,
        "matmul": plan.matmul,
        "device": device_name(plan.device),
        "threads": torch.get_num_threads(),
        "torch": str(torch.__version__),
    }


def rows_digest(rows: "Rows") -> str:
    """SHA-256 over the arrays of encoded rows and their targets."""
    total = sha256()
    for name, array in sorted({**rows.inputs, "": rows.target}.items()):
        total.update(f"{name} {array.dtype} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def device_name(device: torch.device) -> str:
    """What computes: the GPU, or the kind of processor and the instructions torch uses on it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
