"""The same work done by fivefold: the function `fit`, and the stage `Train`."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from workloads import LENGTH, RATE, SITES, Workload, bases, texts

import fivefold as ff
from fivefold.artifacts import Preprocessed, Rows
from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.core.session import derive_seed
from fivefold.kinds.codec import Codec
from fivefold.models.fixed import Fixed
from fivefold.train.aims import Descent, Objective, Precision, Stopping
from fivefold.train.census import step_census
from fivefold.train.feed import Feed, permutation
from fivefold.train.fit import fit
from fivefold.train.matmul import decide_matmul, matmul_set
from fivefold.train.optimizer import adamw
from fivefold.train.resident import encode, place

Loss = Callable[[Tensor, Tensor], Tensor]
Augment = Callable[[Any], Any]
FITTED_ON = 20_000
"""Rows that the codec of a stage's data is fitted on."""


def order(work: Workload, *, stage: bool = False) -> Callable[[int], Tensor]:
    """The rows of each epoch as fivefold takes them, for the twin to take them so too."""
    seed = derive_seed(0, "train") if stage else 0
    return lambda epoch: permutation(work.rows, seed, epoch)


def noise(epoch: int) -> int:
    """The seed that fivefold gives torch at the start of an epoch."""
    return derive_seed(0, "noise", str(epoch))


def fit_network(
    work: Workload,
    model: nn.Module,
    inputs: Tensor,
    target: Tensor,
    *,
    loss: Loss,
    precision: Precision = "float32",
    augment: Augment | None = None,
) -> None:
    """`fit` without validation rows, set up as Train does: the work of the bare loop, no other."""
    few = inputs[:8] if augment is None else augment(inputs[:8])
    census = step_census(model, few, target[:8], loss=loss, batch=work.batch)
    matmul = decide_matmul(census)
    with matmul_set(matmul if precision == "float32" else "default"):
        fit(
            model,
            Feed(inputs=inputs, target=target, batch=work.batch, augment=augment),
            Feed(inputs=inputs[:0], target=target[:0]),
            Objective(loss=loss),
            Descent(
                make=lambda body: adamw(body, lr=work.lr, weight_decay=0.0),
                schedule="constant",
                clip=None,
                precision=precision,
            ),
            Stopping(epochs=work.epochs, patience=work.epochs + 1),
        )


def train_stage(work: Workload, model: nn.Module | None, **changes: Any) -> ff.Train:
    """The stage with the settings of the bare loop."""
    if work.kind == "image":
        changes = {"augment": ("shift", "flip"), **changes}
    return ff.Train(
        model,
        epochs=work.epochs,
        batch=work.batch,
        lr=work.lr,
        weight_decay=0.0,
        patience=work.epochs + 1,
        schedule="constant",
        clip=None,
        precision="float32",
        **changes,
    )


def run_stage(
    stage: ff.Train, data: Preprocessed, *, device: str, seed: int = 0
) -> tuple[ff.Result, str]:
    """Run the stage with its lines and bars on, and give what it printed with the result."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        result = ff.Pipeline([stage], given=[Preprocessed]).run(
            given=[data], seed=seed, device=device, progress=True
        )
    return result, said.getvalue()


def stage_data(work: Workload) -> Preprocessed:
    """Encoded rows: training, a fifth as many for validation, and a few for a test."""
    valid = work.rows // 5
    inputs, target = work.data(work.rows + valid + 64)
    names = ("no", "yes") if work.classes == 2 else tuple(f"c{i}" for i in range(work.classes))
    kinds = _kinds(work)
    format = {"audio": f"{RATE} Hz", "sequence": "dna"}.get(work.kind, "")
    schema = Schema(
        columns=(
            *(Column(name=name, kind=work.kind, format=format) for name in kinds),
            Column(name="y", kind="categorical", role="target"),
        ),
        targets=("y",),
        task="binary" if work.classes == 2 else "multiclass",
        classes=names,
    )
    codec = _codec(work, schema, inputs)
    encoded = _encoded(work, codec, inputs)
    parts = []
    for index in np.split(np.arange(len(target)), [work.rows, work.rows + valid]):
        blocks = {name: array[index] for name, array in encoded.items()}
        parts.append(Rows(inputs=blocks, target=target.numpy()[index], index=index))
    return Preprocessed(train=parts[0], valid=parts[1], test=parts[2], codec=codec)


def stage_tensors(data: Preprocessed, device: torch.device) -> tuple[Any, Any]:
    """What the stage's network reads, as resident tensors for the twin: training, validation."""
    fixed = Fixed(data.codec).to(device)
    parts = []
    for rows in (data.train, data.valid):
        target = torch.from_numpy(rows.target)
        if data.codec.schema.task == "binary":
            target = target.float()
        parts.append((encode(place(rows, device), fixed), target.to(device)))
    return parts[0], parts[1]


def save_data(data: Preprocessed, folder: Path) -> None:
    """Write the rows, so that another process can train on them."""
    data.save(folder)


def load_data(folder: Path) -> Preprocessed:
    """The rows that were written."""
    return Preprocessed.load(folder)


def _kinds(work: Workload) -> list[str]:
    if work.kind == "numeric":
        return [f"x{i}" for i in range(work.shape[0])]
    return [
        {"image": "photo", "audio": "clip", "text": "note", "sequence": "note", "series": "wave"}[
            work.kind
        ]
    ]


def _columns(work: Workload, inputs: Tensor) -> Columns:
    if work.kind == "image":
        return Columns({"photo": inputs.permute(0, 2, 3, 1).contiguous().numpy()})
    if work.kind == "audio":
        return Columns({"clip": objects(inputs.numpy())})
    if work.kind == "series":
        return Columns({"wave": objects(inputs[:, :3].transpose(1, 2).double().numpy())})
    values = inputs.double().numpy()
    return Columns({f"x{i}": values[:, i] for i in range(work.shape[0])})


def _codec(work: Workload, schema: Schema, inputs: Tensor) -> Codec:
    if work.kind == "text":
        note = texts()
        columns = {"note": note, "y": np.array(["no", "yes"] * len(note), object)[: len(note)]}
        settings = Settings(text_length=LENGTH)
        return Codec.fit(Columns(columns), schema, np.arange(len(note)), settings)
    if work.kind == "sequence":
        columns = {"note": bases(), "y": np.array(["no", "yes"], object)}
        return Codec.fit(Columns(columns), schema, np.arange(2), Settings(sequence_length=SITES))
    few = _columns(work, inputs[: min(FITTED_ON, work.rows)])
    settings = Settings(outliers="keep")
    return Codec.fit(few, schema, np.arange(len(few)), settings)


def _encoded(work: Workload, codec: Codec, inputs: Tensor) -> dict[str, np.ndarray]:
    if work.kind in ("text", "sequence"):
        dtype = torch.int32 if work.kind == "text" else torch.int16
        return {"note": inputs.to(dtype).numpy()}
    pieces = [codec.encode(_columns(work, piece)) for piece in inputs.split(100_000)]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
