"""An elastic net over very many columns, along its path of penalties."""

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import numpy as np

from fivefold.codecs.table import Array
from fivefold.preprocess.screening import Screen

RATIOS = (1.0, 0.2)
"""What part of a penalty is on the sizes of weights, the rest on their squares: where columns go
together, or many tell a little, the second keeps more of them."""

NEAR = 2000
"""Columns that may have a weight: those that tell most by themselves."""

MOST = 10
"""Outputs, each with weights of its own, that it is fitted for."""

PENALTIES = np.geomspace(1.0, 0.08, 20)
"""Along a path, as parts of the one at which no column has a weight."""


LASSO = "lasso"
"""What chose a column, where it was that."""

DOUBT = 8.0
"""By how many nats the evidence of folds may be off, about: so few rows tell ways of learning from
one another by luck."""

LEAST = 0.1
"""Shares below this are none."""


class Path(NamedTuple):
    """Weights along a path.

    Attributes:
        columns: `(p,)` places of the columns that may have a weight.
        penalties: `(s,)`, for columns and targets of deviation 1.
        weights: `(s, p, k)`.
        by: mean and deviation of these columns in the rows that were learnt from.
        middle: `(p,)` what is left of their means once they are bounded.
    """

    columns: Array
    penalties: Array
    weights: Array
    by: tuple[Array, Array]
    middle: Array

    @classmethod
    def of(cls, screen: Screen, rows: Array, ratio: float) -> Self:
        """The path that some rows say.

        Reference:
            Zou and Hastie, Regularization and Variable Selection via the Elastic Net, 2005;
            Friedman, Hastie and Tibshirani, Regularization Paths by Coordinate Descent, 2010.
        """
        from sklearn.linear_model import enet_path

        by, weight = screen.standard(rows), screen.weight[rows].astype(np.float32)
        x, root = screen.scaled(rows, by), np.sqrt(weight / weight.mean())[:, None]
        middle = weight @ x / weight.sum()
        x, aims = root * (x - middle), root * screen.aims(rows)
        told = np.abs(x.T @ aims.astype(np.float32)).max(axis=1) / len(rows)
        near = np.argsort(-told, kind="stable")[:NEAR]
        some = np.asfortranarray(x[:, near], dtype=np.float64)
        penalties = max(float(told.max()), 1e-12) / ratio * PENALTIES
        mirrored = aims.shape[1] == 2 and np.allclose(aims.sum(axis=1), 0, atol=1e-6)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of weights that still moved a little
            found = [
                enet_path(some, aim, l1_ratio=ratio, alphas=penalties, max_iter=200, tol=1e-3)[1].T
                for aim in (aims[:, :1] if mirrored else aims).T
            ]
        weights = np.stack([*found, -found[0]] if mirrored else found, axis=-1)
        of_near = by[0][near], by[1][near]
        return cls(near, penalties, weights, of_near, middle[near])

    def answers(self, screen: Screen, rows: Array) -> Array:
        """`(s, rows, k)` to other rows."""
        few = Screen(
            matrix=screen.matrix[:, self.columns],
            target=screen.target,
            weight=screen.weight,
            strata=screen.strata,
        )
        return np.asarray((few.scaled(rows, self.by) - self.middle) @ self.weights)


class Net(NamedTuple):
    """An elastic net, or the mean of several, whose penalties folds chose.

    Attributes:
        columns: `(n,)` places of those that have a weight.
        strengths: a ratio, a penalty, and what the net with these counts.
        share: of the answer of all models, as the folds would have it.
    """

    columns: Array
    strengths: tuple[tuple[float, float, float], ...]
    share: float

    def told(self) -> dict[str, Any]:
        """Plain values, without its columns."""
        return {"strengths": [list(one) for one in self.strengths], "share": self.share}


def choose_net(screen: Screen, likely: Mapping[float, Array], others: float) -> Net | None:
    """The net that folds of some rows make likely, of all these rows.

    Args:
        screen: the rows.
        likely: of each ratio, how likely each penalty of the path made held-out rows, in nats.
        others: the same of the likeliest other way of choosing columns.

    Returns:
        None where it is much less likely than the others.
    """
    if not likely:
        return None
    best = max(float(one.max()) for one in likely.values())
    share = float(1 / (1 + np.exp((others - best) / DOUBT)))
    if share < LEAST:
        return None
    weights = {ratio: np.exp(one - best) for ratio, one in likely.items()}
    total = sum(float(one.sum()) for one in weights.values())
    counts = {ratio: float(one.sum()) / total for ratio, one in weights.items()}
    counts = {ratio: count for ratio, count in counts.items() if count >= LEAST}
    strengths, found = list[tuple[float, float, float]](), list[Array]()
    for ratio, count in counts.items():
        path = Path.of(screen, np.arange(len(screen.target)), ratio)
        middle = float(np.average(np.arange(len(PENALTIES)), weights=weights[ratio]))
        place = round(middle)
        strengths.append((ratio, float(path.penalties[place]), count / sum(counts.values())))
        found.append(path.columns[(path.weights[place] != 0).any(axis=1)])
    columns = np.unique(np.concatenate(found))
    return Net(columns, tuple(strengths), share) if len(columns) else None
