"""Linear models of rows that stay as they are: weights by strength, the weakest first."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fivefold.codecs.table import Array

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
