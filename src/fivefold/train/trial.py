"""What a network was tried on: the run that follows a rehearsal does not try it again."""

from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary, ref

import numpy as np
import torch
from torch import Tensor

from fivefold.artifacts import Preprocessed
from fivefold.codecs.rows import Rows
from fivefold.models.assemble import Assembled
from fivefold.models.learner import Piece
from fivefold.models.losses import Loss
from fivefold.train.census import Census, step_census
from fivefold.train.module_check import check_module
from fivefold.train.network import named
from fivefold.train.options import Options
from fivefold.train.pieces import Pieces
from fivefold.train.resident import place


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A network that keeps the contract.

    Attributes:
        sample: rows that went through it.
        census: the work of a step; None on a GPU.
    """

    sample: Piece
    census: Census | None


_REHEARSED = WeakKeyDictionary[
    Preprocessed, tuple["ref[Options]", tuple[torch.device, int], Trial]
]()


def remember(stage: Options, data: Preprocessed, trial: Trial, *of: torch.device | int) -> None:
    """Keep the trial of a rehearsal for the run on the same rows, device and seed."""
    _REHEARSED[data] = (ref(stage), of, trial)  # type: ignore[assignment]


def recall(stage: Options, data: Preprocessed, *of: torch.device | int) -> Trial | None:
    """The trial of the rehearsal that came before, once; None if there was none."""
    kept, of_kept, trial = _REHEARSED.pop(data, (lambda: None, (), None))
    return trial if kept() is stage and of_kept == of else None


def tried(
    network: Assembled, sample: Piece, loss: Loss, pieces: Pieces, *, classes: int, counts: bool
) -> Trial:
    """Let rows go through a network, and count the work of a step where that is asked for."""
    body, head = network.body, network.head
    sample = check_module(
        body,
        *sample,
        inputs=network.fixed.inputs,
        outputs=head.outputs,
        loss=loss,
        classes=classes,
        pieces=pieces,
    )
    if not counts:
        return Trial(sample=sample, census=None)
    inner = partial(loss, weight=sample.weight)
    census = step_census(body, sample.inputs, sample.target, loss=inner, batch=pieces.batch)
    return Trial(sample=sample, census=census)


def ready(rows: Rows, network: Assembled, stage: Options) -> Piece:
    """Rows as body and loss get them, each of weight 1 if they have weights."""
    with torch.no_grad():
        encoded = network.fixed(place(rows, network.device))
    target = network.head.targets(rows.target, own=stage.own_loss is not None)
    weight = None if rows.weight is None else torch.ones(len(rows), device=network.device)
    return Piece(encoded, target.to(network.device), weight)


def make_pieces(
    stage: Options,
    data: Preprocessed,
    network: Assembled,
    *,
    batch: int,
    judged: int,
    order: Tensor,
) -> Pieces:
    """Rows as the network will get them: steps of `batch`, judged so many at a time."""
    train, valid = data.train, data.valid
    return Pieces(
        batch=batch,
        accumulate=stage.accumulate,
        order=order,
        take_train=lambda index: ready(train.take(index.numpy()), network, stage),
        valid=(len(valid) - 1) % judged + 1 if len(valid) else 0,
        take_valid=lambda rows: ready(valid.take(np.arange(len(valid))[-rows:]), network, stage),
        own=named(network)[1] is None or stage.own_loss is not None,
    )
