"""A finished run as an artifact: settings, history, findings."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import torch

from fivefold.artifacts import Preprocessed, Trained
from fivefold.core.finding import Finding, finding
from fivefold.decided import Decided, Resources
from fivefold.models.assemble import Assembled  # which teaches the store to hold networks
from fivefold.train.choices import LOSSES
from fivefold.train.device import peak_bytes
from fivefold.train.fitted import Fitted
from fivefold.train.learn import Learnt
from fivefold.train.options import Options
from fivefold.train.plan import Plan
from fivefold.train.privatefindings import private_findings, told_of

COLUMNS = ("epoch", "train_loss", "valid_loss", "lr", "seconds")
FEW = 30  # validation rows below which the best epoch is as much luck as choice
HASTY = 0.005  # a last epoch that lowered the loss by this part leaves more to be had


def make_trained(
    stage: Options,
    plan: Plan,
    learnt: Learnt,
    data: Preprocessed,
    *,
    seed: int,
    seconds: float = 0.0,
) -> Trained:
    """The artifact, its network on the CPU and in eval mode."""
    fitted = learnt.fitted
    steps = fitted.steps - fitted.resumed + learnt.others
    history = pd.DataFrame(fitted.history, columns=list(COLUMNS)).astype({"epoch": "int64"})
    return Trained(
        model=plan.network.cpu().eval(),
        history=history,
        settings=Decided.of(
            {
                "network": plan.name,
                "parameters": plan.parameters + learnt.ended.get("tree_nodes", 0),
                "tree_nodes": 0,
                "chosen": "by kinds" if stage.model is None else "given",
                "epochs": plan.epochs,
                "epochs_run": len(fitted.history),
                "best_epoch": fitted.best_epoch,
                "ending": fitted.ending or "not trained",
                "batch": plan.batch,
                "accumulate": fitted.pieces,
                "optimizer": _name(stage.optimizer) or "AdamW",
                "lr": learnt.lr,
                "weight_decay": learnt.weight_decay,
                "rates": stage.lr if isinstance(stage.lr, dict) else {},
                "freeze": list(stage.freeze),
                "schedule": stage.schedule
                if isinstance(stage.schedule, str)
                else _name(stage.schedule),
                "sampler": _name(stage.sampler),
                "patience": plan.patience,
                "clip": stage.clip if plan.budget is None else None,
                "false_alarms": stage.false_alarms if plan.network.head.task.network else None,
                "clean": stage.clean,
                "ema": stage.ema,
                "privacy": told_of(plan, fitted.steps),
                "loss": LOSSES.get(plan.loss_name, plan.loss_name)
                if plan.loss_name
                else _name(stage.own_loss),
                "quantile": stage.quantile,
                "label_smoothing": stage.label_smoothing,
                "class_weights": _plain(stage.class_weights),
                "augment": list(plan.augment),
                "tried": plan.tried,
                "callbacks": [callback.name for callback in stage.callbacks],
                "encoded": "once" if plan.once else "by batch",
                "device": str(plan.device),
                "precision": plan.precision,
                "matmul": plan.matmul,
                "members": getattr(plan.network.body, "members", 1),
                "stacked": learnt.stacked,
                "trees": 0,
                "trees_weight": 0.0,
                "quality": stage.quality,
                "threads": torch.get_num_threads(),
                "torch": str(torch.__version__),
                "seed": seed,
                **learnt.ended,
            }
        ),
        resources=Resources(
            seconds=seconds,
            peak_bytes=peak_bytes(plan.device),
            rows_per_second=steps * plan.batch / seconds if seconds else 0.0,
            resumed_steps=fitted.resumed,
        ),
        first_digest=learnt.first_digest,
        findings=(
            *_findings(plan, fitted, len(data.valid)),
            *learnt.findings,
            *private_findings(stage, plan, fitted, data),
        ),
    )


def outline_trained(model: Assembled, teacher: Assembled | None = None) -> Trained:
    """The artifact of networks that have learnt nothing."""
    return Trained(
        model=model.eval(),
        history=pd.DataFrame(columns=list(COLUMNS)),
        settings=Decided(),
        resources=Resources(),
        first_digest="",
        teacher=teacher,
    )


def _findings(plan: Plan, fitted: Fitted, valid_rows: int) -> Iterator[Finding]:
    history, weights = fitted.history, f"the weights are those of epoch {fitted.best_epoch}."
    if not history:
        if fitted.ending == "stopped":
            sentence = (
                f"A callback ended training before the first step: {fitted.reason}; "
                "the network has its first weights."
            )
            yield finding("stopped", sentence, "serious", epochs_run=0, epochs=plan.epochs)
        return
    if fitted.ending == "diverged":
        sentence = f"{fitted.trouble} The weights are those of epoch {fitted.best_epoch}."
        yield finding("diverged", sentence, epochs_run=len(history), best_epoch=fitted.best_epoch)
    run = {"epochs_run": len(history), "epochs": plan.epochs}
    where = f"{len(history)} of {plan.epochs}"
    if fitted.ending == "interrupted":
        sentence = f"Training was interrupted after {where} epochs; {weights}"
        yield finding("interrupted", sentence, **run)
    if fitted.ending == "time limit":
        sentence = f"The time limit ended training in epoch {where}; {weights}"
        yield finding("time_limit", sentence, **run)
    if fitted.ending == "stopped":
        sentence = f"A callback ended training in epoch {where}: {fitted.reason}; {weights}"
        yield finding("stopped", sentence, **run)
    if not valid_rows:
        sentence = (
            "There are no validation rows: nothing chose the epoch, the last weights were kept."
        )
        yield finding("no_validation_rows", sentence)
    elif valid_rows < FEW and plan.budget is None:
        sentence = (
            f"The epoch was chosen by {valid_rows} validation rows only, which is largely luck."
        )
        yield finding("few_validation_rows", sentence, rows=valid_rows)
    last, before = history[-1]["valid_loss"], history[max(0, len(history) - 2)]["valid_loss"]
    gain = (before - last) / abs(before) if before else 0.0
    free = plan.budget is None  # more epochs of a private training would be paid for by noise
    if free and valid_rows and fitted.best_epoch == plan.epochs and gain > HASTY:
        sentence = (
            f"The last of {plan.epochs} epochs was the best and still lowered the "
            f"validation loss by {100 * gain:.1f}%; more epochs may help."
        )
        yield finding("still_improving", sentence, epochs=plan.epochs, gain=gain)


def _plain(weights: Any) -> Any:
    """Weights by label as JSON values."""
    if isinstance(weights, dict):
        return {str(label): weight for label, weight in weights.items()}
    return weights


def _name(given: Callable[..., Any] | str | None) -> str | None:
    if given is None or isinstance(given, str):
        return given
    return getattr(given, "__name__", type(given).__name__)
