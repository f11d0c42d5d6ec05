"""A finished run as an artifact: settings, history, findings."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd
import torch

import fivefold.models.saved  # noqa: F401  teaches the store to hold networks
from fivefold.artifacts import Trained
from fivefold.core.finding import Finding
from fivefold.train.device import peak_bytes

if TYPE_CHECKING:
    from fivefold.train.fit import Fitted
    from fivefold.train.plan import Plan
    from fivefold.train.train import Train

COLUMNS = ("epoch", "train_loss", "valid_loss", "lr", "seconds")
LOSSES = {
    "regression": "squared error",
    "binary": "cross-entropy",
    "multiclass": "cross-entropy",
}

FEW = 30
"""Validation rows below which the best epoch is as much luck as choice."""

HASTY = 0.005
"""A last epoch that lowered the loss by this part leaves more to be had."""


def make_trained(
    stage: "Train",
    plan: "Plan",
    fitted: "Fitted",
    *,
    valid_rows: int,
    seed: int,
    first_digest: str,
    seconds: float,
) -> Trained:
    """The artifact, its network on the CPU and in eval mode.

    Args:
        stage: what was asked for.
        plan: what was decided.
        fitted: how it went.
        valid_rows: how many there were.
        seed: of the run.
        first_digest: of the weights before the first step.
        seconds: from the first decision to the last epoch.
    """
    steps = max(1, plan.rows // plan.batch) * len(fitted.history)
    history = pd.DataFrame(fitted.history, columns=list(COLUMNS)).astype({"epoch": "int64"})
    return Trained(
        model=plan.network.cpu().eval(),
        history=history,
        settings={
            "network": plan.name,
            "parameters": plan.parameters,
            "chosen": "by kinds" if stage.model is None else "given",
            "epochs": plan.epochs,
            "epochs_run": len(fitted.history),
            "best_epoch": fitted.best_epoch,
            "ending": fitted.ending,
            "batch": plan.batch,
            "optimizer": _name(stage.optimizer) or "AdamW",
            "lr": plan.lr,
            "weight_decay": plan.weight_decay,
            "schedule": stage.schedule,
            "patience": stage.patience,
            "clip": stage.clip,
            "loss": _name(stage.loss) or LOSSES[plan.network.head.task],
            "class_weights": _plain(stage.class_weights),
            "augment": list(stage.augment),
            "encoded": "once" if plan.once else "by batch",
            "device": str(plan.device),
            "precision": plan.precision,
            "threads": torch.get_num_threads(),
            "torch": str(torch.__version__),
            "seed": seed,
        },
        resources={
            "seconds": seconds,
            "peak_bytes": peak_bytes(plan.device),
            "rows_per_second": steps * plan.batch / seconds if seconds else 0.0,
        },
        first_digest=first_digest,
        findings=tuple(_findings(plan, fitted, valid_rows)),
    )


def _findings(plan: "Plan", fitted: "Fitted", valid_rows: int) -> Iterator[Finding]:
    history = fitted.history
    if not history:
        return
    if fitted.ending == "interrupted":
        yield Finding(
            code="interrupted",
            severity="warning",
            sentence=f"Training was interrupted after {len(history)} of {plan.epochs} epochs; "
            f"the weights are those of epoch {fitted.best_epoch}.",
            numbers={"epochs_run": len(history), "epochs": plan.epochs},
            stage="train",
        )
    if not valid_rows:
        yield Finding(
            code="no_validation_rows",
            severity="warning",
            sentence="There are no validation rows: nothing chose the epoch, the last weights "
            "were kept.",
            stage="train",
        )
    elif valid_rows < FEW:
        yield Finding(
            code="few_validation_rows",
            severity="warning",
            sentence=f"The epoch was chosen by {valid_rows} validation rows only, which is "
            "largely luck.",
            numbers={"rows": valid_rows},
            stage="train",
        )
    last, before = history[-1]["valid_loss"], history[max(0, len(history) - 2)]["valid_loss"]
    gain = (before - last) / abs(before) if before else 0.0
    if valid_rows and fitted.best_epoch == plan.epochs and gain > HASTY:
        yield Finding(
            code="still_improving",
            severity="note",
            sentence=f"The last of {plan.epochs} epochs was the best and still lowered the "
            f"validation loss by {100 * gain:.1f} %; more epochs may help.",
            numbers={"epochs": plan.epochs, "gain": gain},
            stage="train",
        )


def _plain(weights: Any) -> Any:
    """Weights by label as JSON values."""
    if isinstance(weights, dict):
        return {str(label): weight for label, weight in weights.items()}
    return weights


def _name(function: Callable[..., Any] | None) -> str:
    if function is None:
        return ""
    return getattr(function, "__name__", type(function).__name__)
