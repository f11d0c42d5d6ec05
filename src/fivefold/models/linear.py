"""Linear models of rows that stay as they are: weights by strength, chosen by validation rows."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.metrics.weight import relative
from fivefold.models.head import Head
from fivefold.models.learner import Feed

STEPS = 200
"""Of L-BFGS, at most, for each of them."""

TOLERANCE = 1e-5
"""Largest derivative of the mean cost at which they end; those of so small values are small."""


def linear_weights(
    x: Any,
    y: Array,
    weight: Array | None,
    learn: str | None,
    outputs: int,
    *,
    strengths: Sequence[float],
    penalties: Sequence[float],
) -> Iterator[tuple[Array, Array]]:
    """Weights `(columns, outputs)` and bias `(outputs,)` of each strength, in this order.

    Args:
        x: `(rows, columns)` float64, dense or sparse.
        y: class indices, or numbers.
        weight: what each row counts; None for 1 each.
        learn: `number` for ridge regression, else logistic regression.
        outputs: numbers a row.
        strengths: `C` of scikit-learn's LogisticRegression.
        penalties: `alpha` of its Ridge.
    """
    from sklearn.linear_model import LogisticRegression, Ridge

    if learn == "number":
        for penalty in penalties:
            ridge = Ridge(alpha=penalty, solver="sparse_cg", tol=1e-5)
            ridge.fit(x, y.reshape(len(y), -1), sample_weight=weight)
            yield np.atleast_2d(ridge.coef_).T, np.ravel(ridge.intercept_)
        return
    model = LogisticRegression(max_iter=STEPS, tol=TOLERANCE, warm_start=True)
    for strength in strengths:
        model.set_params(C=strength)
        model.fit(x, y, sample_weight=weight)
        weights, bias = model.coef_.T, model.intercept_
        if outputs == 2:  # of two classes one is weighed: half of its logit up, half of it down
            weights, bias = weights * [[-0.5, 0.5]], bias * [-0.5, 0.5]
        yield weights, bias


@torch.no_grad()
def fit_linear(
    train: Feed,
    valid: Feed,
    head: Head,
    outputs: int,
    *,
    matrices: Callable[[Array], tuple[Any, Any] | None],
    load: Callable[[Array, Array], None],
    strengths: Sequence[float],
    penalties: Sequence[float],
    seconds_left: Callable[[], float | None],
) -> Tensor | None:
    """Fit a linear model on training rows, its strength by validation rows.

    Args:
        train: rows to learn from.
        valid: rows that choose the strength.
        head: says what answers cost, and what is learnt.
        outputs: numbers a row.
        matrices: of the training rows that count, what is read of them and of the validation rows;
            None where there is nothing to read.
        load: takes over weights `(columns, outputs)` and bias `(outputs,)` that are the best yet.
        strengths: see `linear_weights`.
        penalties: likewise.
        seconds_left: to the end of its time; None for no end. It then keeps what it has.

    Returns:
        `(rows, outputs)` answers to the validation rows; None where training rows lack a class or
        there are no validation rows or nothing to read.
    """
    from threadpoolctl import threadpool_limits

    learn = head.task.trees
    counted = None if train.weight is None else train.weight.cpu().numpy()
    target = train.target.cpu().numpy()
    kept = np.arange(len(target)) if counted is None else np.flatnonzero(counted)
    y = target[kept] if learn == "number" else target[kept].astype(np.int64)
    if not valid.rows or (learn != "number" and len(np.unique(y)) < max(2, outputs)):
        return None
    read = matrices(kept)
    if read is None:
        return None
    x, judged = read
    weight = None if counted is None else relative(counted[kept])
    by_row = {} if valid.weight is None else {"weight": valid.weight.double()}
    best, found = float("inf"), None
    with threadpool_limits(limits=1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tried = linear_weights(
            x, y, weight, learn, outputs, strengths=strengths, penalties=penalties
        )
        for weights, bias in tried:
            answers = torch.from_numpy(judged @ weights + bias).to(valid.device)
            cost = head.nats(answers, valid.target, **by_row).item()
            if cost < best:
                best, found = cost, answers.float()
                load(weights, bias)
            left = seconds_left()
            if cost > best or (left is not None and left <= 0):
                break
    return found
