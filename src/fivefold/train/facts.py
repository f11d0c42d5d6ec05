"""What must be equal for a run to go on with the same bits."""

import json
import platform
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import torch

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.core.recipe import write_recipe
from fivefold.core.session import Session
from fivefold.train.checkpoint import FOLDER, PATTERN
from fivefold.train.options import Options
from fivefold.train.plan import Plan


def make_facts(
    stage: Options,
    plan: Plan,
    data: Preprocessed,
    session: Session,
    *,
    first_digest: str,
    lr: float,
    stacked: bool,
) -> Mapping[str, Any]:
    """The settings, rows, weights, versions and device that decide the bits of a run.

    Args:
        stage: what was asked for.
        plan: what was decided.
        data: encoded rows.
        session: of the run.
        first_digest: of the weights before the first step.
        lr: full learning rate.
        stacked: whether members learn as one network.
    """
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
        "stacked": stacked,
        "seed": session.seed,
        "device": device_name(plan.device),
        "threads": torch.get_num_threads(),
        "torch": str(torch.__version__),
    }


def rows_digest(rows: Rows) -> str:
    """SHA-256 over the arrays of encoded rows, their targets and their weights."""
    total = sha256()
    weight = {} if rows.weight is None else {" weight": rows.weight}
    for name, array in sorted({**rows.inputs, "": rows.target, **weight}.items()):
        total.update(f"{name} {array.dtype} {array.shape}\n".encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def device_name(device: torch.device) -> str:
    """What computes: the GPU, or the kind of processor and the instructions torch uses on it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


def facts_before(session: Session) -> Mapping[str, Any]:
    """The facts of the run that a session goes on with; none if it begins."""
    from safetensors import SafetensorError, safe_open

    if session.directory is None or not session.resume:
        return {}
    for path in sorted((session.directory / FOLDER).glob(PATTERN), reverse=True):
        try:
            with safe_open(path, framework="pt") as file:
                about = file.metadata() or {}
            found: dict[str, Any] = json.loads(about["state"])["facts"]
        except (SafetensorError, OSError, KeyError, ValueError):
            continue  # torn: the one before it will be gone on with
        return found
    return {}
