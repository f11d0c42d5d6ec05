"""Proportional odds: a linear model of one of several classes in order."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fivefold.codecs.table import Array

STEPS = 100
LEAST = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class ProportionalOdds:
    """A fitted model: the logit of being at most in a class is its edge minus a weighted sum.

    Args:
        weights: `(width,)`.
        edges: `(classes - 1,)`, rising.
        converged: whether the fit came to its end.
    """

    weights: Array
    edges: Array
    converged: bool = True

    def probabilities(self, matrix: Any) -> Array:
        """`(n, width)` to `(n, classes)` probabilities."""
        return _between(_logistic(self.edges - np.asarray(matrix @ self.weights)[:, None]))


def fit_proportional_odds(
    matrix: Any,
    target: Array,
    classes: int,
    *,
    weight: Array | None = None,
    strength: float = 1.0,
) -> ProportionalOdds:
    """Fit it by maximum likelihood with a penalty on the squares of the weights.

    Args:
        matrix: `(n, width)`, dense or sparse.
        target: `(n,)` class indices in order.
        classes: how many there are.
        weight: `(n,)` how much each row counts; None for 1 each.
        strength: how little weights are held back, as `C` of scikit-learn's LogisticRegression.

    Example:
        >>> x = np.linspace(-3, 3, 90)[:, None]
        >>> model = fit_proportional_odds(x, np.repeat([0, 1, 2], 30), 3)
        >>> model.probabilities(np.array([[-3.0], [0.0], [3.0]])).argmax(1).tolist()
        [0, 1, 2]

    Reference:
        McCullagh, Regression Models for Ordinal Data, Journal of the Royal Statistical Society B
        42, 1980.
    """
    from scipy.optimize import minimize

    counts = np.ones(len(target)) if weight is None else weight
    width = matrix.shape[1]
    tallied = np.bincount(target, counts, minlength=classes) + 0.5
    below = np.cumsum(tallied)[:-1] / tallied.sum()
    first = np.log(below / (1 - below))

    def edges_of(free: Array) -> Array:
        return np.cumsum(np.concatenate([free[:1], np.exp(free[1:])]))

    def cost(values: Array) -> tuple[float, Array]:
        weights, free = values[:width], values[width:]
        edges = edges_of(free)
        lower = _logistic(edges - np.asarray(matrix @ weights)[:, None])
        given = _between(lower)[np.arange(len(target)), target].clip(LEAST)
        slopes = np.pad(lower * (1 - lower), ((0, 0), (1, 1)))
        up, down = (slopes[np.arange(len(target)), target + one] for one in (1, 0))
        share = counts / given
        by_edge = np.stack(
            [
                np.bincount(target, -share * up, minlength=classes)[:-1],
                np.bincount(target, share * down, minlength=classes)[1:],
            ]
        ).sum(0)
        after = np.cumsum(by_edge[::-1])[::-1]  # an edge carries all that are above it
        by_free = after * np.concatenate([np.ones(1), np.exp(free[1:])])
        by_weight = np.asarray(matrix.T @ (share * (up - down))) + weights / strength
        total = -(counts * np.log(given)).sum() + weights @ weights / (2 * strength)
        scale = 1.0 / counts.sum()
        return float(total) * scale, np.concatenate([by_weight, by_free]) * scale

    start = np.concatenate([np.zeros(width), first[:1], np.log(np.diff(first).clip(1e-3))])
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return ProportionalOdds(
        weights=found.x[:width], edges=edges_of(found.x[width:]), converged=bool(found.success)
    )


def _logistic(values: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(values))


def _between(below: Array) -> Array:
    """Cumulative probabilities `(n, classes - 1)` to those of the classes."""
    return np.diff(np.pad(below, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))), axis=1)
