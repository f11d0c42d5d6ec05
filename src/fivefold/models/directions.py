"""Linear models of more columns than rows, whose strength is not searched for in their rows."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.metrics.weight import relative, weighed
from fivefold.models.gathered import Gathered, Held
from fivefold.models.head import Head
from fivefold.models.joint import Columns
from fivefold.models.picks import Picks
from fivefold.models.weighing import find_scale

HELD = {"centroids": None, "ridge": 0.3}
"""How strongly weights are held back, as a part of what the columns of a row come to; None for so
strongly that each column has the weight that it would have alone."""

LASSO = "lasso"
"""The one whose penalties folds chose, when they chose columns."""

LOGITS, NUMBERS = 1.5, 0.5
"""Deviation of the answers to held-out rows, about which is looked how sure they may be: of logits,
and of numbers as a part of the deviation that the target has."""

Solve = Callable[[Array, Array], Array]
"""From rows and targets of mean 0 to weights `(columns, k)`."""

LEARNT = ("class", "number", "rate", "labels")
"""What is learnt of a row, of what a task may say."""


class Fit(NamedTuple):
    """What was fitted.

    Attributes:
        model: of all rows that it may learn from.
        answers: `(rows, outputs)` to validation rows, by a model that has not learnt from them.
    """

    model: nn.Module
    answers: Tensor


@torch.no_grad()
def fit_direction(
    name: str,
    gathered: Gathered,
    rows: tuple[Held, Held],
    head: Head,
    outputs: int,
    *,
    all_rows: bool = False,
    picked: Picks | None = None,
) -> Fit | None:
    """Fit one of them at once.

    Args:
        name: which of `HELD`, or `LASSO`.
        gathered: whose matrix is read.
        rows: training and validation rows.
        head: says what is learnt.
        outputs: numbers a row.
        all_rows: whether it learns from validation rows too, once these were answered.
        picked: how the lasso is held.

    Returns:
        None where there are no validation rows, or nothing is told of them; of a lasso that is not
        picked too.
    """
    train, valid = rows
    learn = head.task.trees
    if learn not in LEARNT or not valid.rows:
        return None
    if name == LASSO and (picked is None or not picked.strengths):
        return None
    model = Columns(gathered, outputs).to(valid.device)
    size = model.shares.double().cpu().numpy()

    def net(x: Array, target: Array) -> Array:
        assert picked is not None
        return np.asarray(picked.net(x / size, target) / size[:, None])

    solve = net if name == LASSO else partial(_ridge, held=HELD[name])
    _fit(model, [train], learn, solve)
    answers = model(valid.inputs) - model.out.bias
    own = _wanted(train, learn, outputs).std(0).mean() if learn in ("number", "rate") else 1.0
    usual = (NUMBERS if learn in ("number", "rate") else LOGITS) * float(own)
    spread = float(answers.std()) if valid.rows > 1 else 0.0
    if not spread > 0:
        return None
    scale = usual / spread
    if learn in ("number", "rate"):  # logits are scaled when models are weighed
        scale *= find_scale(scale * answers, head, valid, model.out.bias.double())
    model.out.weight.mul_(scale)
    answers = model(valid.inputs)
    if all_rows:
        _fit(model, [train, valid], learn, solve)
        model.out.weight.mul_(scale)
    return Fit(model, answers)


def _fit(model: Columns, feeds: list[Held], learn: str, solve: Solve) -> None:
    """Weights and bias of the rows of these feeds, in place."""
    outputs = model.out.out_features
    model.scale_by(torch.cat([model.features(feed.inputs).double() for feed in feeds]))
    x = torch.cat([model.scaled(feed.inputs).double() for feed in feeds]).cpu().numpy()
    y = np.concatenate([_wanted(feed, learn, outputs) for feed in feeds])
    counts = None
    if all(feed.weight is not None for feed in feeds):
        counts = np.concatenate([feed.weight.cpu().numpy() for feed in feeds])  # type: ignore[union-attr]
    weight, x, y = weighed(counts, x, y)
    weight = relative(weight)
    root = np.sqrt(weight)[:, None]
    mean = np.average(y, axis=0, weights=weight)
    x, centred = root * (x - np.average(x, axis=0, weights=weight)), root * (y - mean)
    weights = solve(x, centred)
    model.out.weight.copy_(torch.from_numpy(np.ascontiguousarray(weights.T)))
    model.out.bias.copy_(torch.from_numpy(_bias(mean, learn)))


def _ridge(x: Array, target: Array, held: float | None) -> Array:
    """`(columns, k)` weights, of rows and targets of mean 0."""
    if held is None:
        return np.asarray(x.T @ target / len(x))
    products = x @ x.T
    size = max(np.trace(products) / len(x), 1e-12)
    return np.asarray(x.T @ np.linalg.solve(products + held * size * np.eye(len(x)), target))


def _wanted(feed: Held, learn: str, outputs: int) -> Array:
    """What is told of rows, float64 `(rows, outputs)`."""
    target = feed.target.cpu().numpy()
    if learn == "class" and outputs > 1:
        return np.eye(outputs)[target.astype(np.int64)]
    numbers = target.reshape(len(target), -1).astype(np.float64)
    return np.log1p(np.maximum(numbers, 0)) if learn == "rate" else numbers


def _bias(mean: Array, learn: str) -> Array:
    """What is answered where nothing is known of a row."""
    if learn == "number":
        return np.asarray(mean)
    if learn == "rate":
        return np.log(np.maximum(np.expm1(mean), 1e-6))
    share = np.clip(mean, 1e-3, 1 - 1e-3)
    return np.asarray(
        np.log(share / (1 - share)) if learn == "labels" or len(mean) == 1 else np.log(share)
    )
