"""Which two contenders are compared on a workload, and how."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import bare
import numpy as np
import ours
import torch
import torch.nn.functional as F
from rounds import Contender, Pair, Trial, play, timed
from torch import Tensor, nn
from workloads import Workload, loudness, pixels, two_classes

import fivefold as ff
from fivefold.artifacts import Preprocessed

PARTS = ("fit", "bf16", "train")
JUDGED = 20_000
"""Training rows on which the final weights are judged."""

TOLERANCE = {"fit": 1e-3, "bf16": 5e-2, "train": 1e-3}
"""Relative, between final losses: float32 sums in another order; bfloat16 in another place."""

TITLES = {"fit": "`fit`, float32", "bf16": "`fit`, bf16", "train": "`Train`, validated"}


def pairs(
    work: Workload, parts: list[str], *, threads: list[int], rounds: int, device: torch.device
) -> Iterator[Pair]:
    """Measure one workload: each part with each number of threads."""
    for part in parts:
        make = partial(_stage, work, device) if part == "train" else partial(_fit, work, part)
        for count in threads:
            torch.set_num_threads(count)
            twin, own = make() if part == "train" else make(device)
            seconds = play(twin, own, rounds=rounds)
            drawn = part == "train" and work.kind == "image"
            yield Pair(
                workload=work.name,
                what=part,
                threads=count,
                rows=work.steps * work.batch,
                tolerance=None if drawn else TOLERANCE[part],
                bare=seconds[0],
                ours=seconds[1],
                losses=seconds[2],
            )


def _fit(work: Workload, part: str, device: torch.device) -> tuple[Contender, Contender]:
    """The bare loop against `fit`, on the same tensors, from the same weights."""
    inputs, target = (tensor.to(device) for tensor in work.data(work.rows))
    inputs = {"image": pixels, "audio": loudness}.get(work.kind, torch.Tensor)(inputs)
    first = work.network(work.classes).to(device)
    loss = F.cross_entropy
    image, bf16 = work.kind == "image", part == "bf16"
    loop: Any = bare.train_bf16 if bf16 else bare.train
    if image:
        loop = partial(bare.train_images, noise=ours.noise, bf16=bf16)

    def by_hand(size: Workload) -> Trial:
        model = copy.deepcopy(first)
        seconds, _ = timed(
            lambda: loop(
                model,
                inputs[: size.rows],
                target[: size.rows],
                loss=loss,
                lr=size.lr,
                epochs=size.epochs,
                batch=size.batch,
                order=ours.order(size),
            ),
            device,
        )
        return Trial(seconds, judge(model, inputs, target, loss))

    def by_fit(size: Workload) -> Trial:
        model = copy.deepcopy(first)
        seconds, _ = timed(
            lambda: ours.fit_network(
                size,
                model,
                inputs[: size.rows],
                target[: size.rows],
                loss=loss,
                precision="bf16" if bf16 else "float32",
                augment=bare.crop_and_flip if image else None,
            ),
            device,
        )
        return Trial(seconds, judge(model, inputs, target, loss))

    return _warm(work, by_hand), _warm(work, by_fit)


def _stage(work: Workload, device: torch.device) -> tuple[Contender, Contender]:
    """The bare loop with validation and best weights against the stage as a pipeline runs it."""
    data = ours.stage_data(work)
    train, valid = ours.stage_tensors(data, device)
    outputs, loss = (1, two_classes) if work.classes == 2 else (work.classes, F.cross_entropy)
    first = work.network(outputs)
    augment = bare.crop_and_flip if work.kind == "image" else None

    def by_hand(size: Workload) -> Trial:
        model = copy.deepcopy(first).to(device)
        seconds, _ = timed(
            lambda: bare.train_validated(
                model,
                (train[0][: size.rows], train[1][: size.rows]),
                valid,
                loss=loss,
                lr=size.lr,
                epochs=size.epochs,
                batch=size.batch,
                order=ours.order(size, stage=True),
                augment=augment,
            ),
            device,
        )
        return Trial(seconds, judge(model, *train, loss))

    def by_stage(size: Workload) -> Trial:
        few = data.train.take(np.arange(size.rows))
        rows = replace_train(data, few) if size.rows < work.rows else data
        stage = ours.train_stage(size, first)
        seconds, (result, _) = timed(
            lambda: ours.run_stage(stage, rows, device=device.type), device
        )
        return Trial(seconds, judge(result[ff.Trained].model.body.to(device), *train, loss))

    return _warm(work, by_hand), _warm(work, by_stage)


def replace_train(data: Preprocessed, rows: Any) -> Preprocessed:
    """The same validation and test rows, with fewer to train on."""
    return Preprocessed(train=rows, valid=data.valid, test=data.test, codec=data.codec)


def _warm(work: Workload, contender: Any) -> Contender:
    """The contender after a short run on a few rows."""
    contender(replace(work, rows=min(work.rows, 4 * work.batch), epochs=1))
    return partial(contender, work)


@torch.no_grad()
def judge(model: nn.Module, inputs: Tensor, target: Tensor, loss: Any) -> float:
    """The mean loss over the first training rows, in eval mode and float32."""
    model.eval()
    inputs, target = inputs[:JUDGED], target[:JUDGED]
    parts = zip(inputs.split(1024), target.split(1024), strict=True)
    return sum(float(loss(model(x), y)) * len(y) for x, y in parts) / len(target)
