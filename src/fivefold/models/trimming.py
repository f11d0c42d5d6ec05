"""Which training rows are learnt from, where some of them may be odd: by a first look at all."""

from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.models.distance import Distance
from fivefold.models.isolation import fit_isolation
from fivefold.models.trees import Trees

KEPT = 0.85
"""Part of the training rows that is learnt from, where some of them may be odd."""

ROUNDS = 2
"""How often rows are ranked by a look at the least odd of them, by forest and distance together."""

WIDEST = 1000
"""Columns beyond which distances are left out: their axes take long, and rows are few for them."""


class Look(NamedTuple):
    """What was fitted to some rows.

    Attributes:
        forest: over the first columns, all that have the same bits in any runtime.
        distance: over all columns; None where they are too many.
        exact: columns that the forest reads.
    """

    forest: Trees
    distance: Distance | None
    exact: int

    @classmethod
    def at(cls, matrix: Array, seed: int, exact: int | None = None) -> Self:
        """Fit both to rows, `(n, width)` float32; the forest to the first `exact` columns."""
        exact = matrix.shape[1] if exact is None else exact
        distance = None
        if matrix.shape[1] <= WIDEST:
            distance = Distance(matrix.shape[1])
            distance.fit(matrix)
        return cls(fit_isolation(matrix[:, :exact], seed), distance, exact)

    def scores(self, matrix: Tensor) -> list[Tensor]:
        """How odd rows are, `(n,)` by each of them."""
        told: Tensor = self.forest(matrix[:, : self.exact])
        return [told[:, 0], *([] if self.distance is None else [self.distance(matrix)])]


class Trimmed:
    """Tells rows that are learnt from: those that are no farther from the core than most are.

    It is asked in every step, so that the distance alone answers, which is quick; of columns that
    are too many for one a forest.

    Args:
        matrix: all training rows.
        core: `(n,)` bool, those that are learnt from.
        seed: of the forest.
        device: where rows are in training.
    """

    @torch.no_grad()
    def __init__(self, matrix: Array, core: Array, seed: int, device: torch.device) -> None:
        self.part: nn.Module
        if matrix.shape[1] > WIDEST:
            self.part = fit_isolation(matrix[core], seed)
        else:
            self.part = distance = Distance(matrix.shape[1])
            distance.fit(matrix[core])
        scores = self.part(torch.from_numpy(matrix)).flatten()
        self.cutoff = float(np.quantile(scores.numpy(), KEPT))
        self.part.to(device)

    @torch.no_grad()
    def __call__(self, matrix: Tensor) -> Tensor:
        """`(n,)` 1 for rows that are learnt from, 0 for others, by what was measured."""
        scores: Tensor = self.part(matrix)
        return (scores.flatten() <= self.cutoff).to(matrix.dtype)


@torch.no_grad()
def core_of(matrix: Array, seed: int) -> Array:
    """`(n,)` bool: rows that neither a forest nor a distance without the oddest rows finds odd.

    Outliers stretch the axes of a distance until they hide in them, and a forest over many columns
    overlooks some; so the forest says first which rows the axes are taken from.

    Args:
        matrix: `(n, width)` float32, of all training rows what was measured: zeros and ones stretch
            nothing, and rows of a category that is rare would all be left out.
        seed: of the forest.

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
        >>> rows[:10] += 9
        >>> core = core_of(rows, seed=0)
        >>> core[:10].any(), round(float(core.mean()), 2)
        (np.False_, 0.85)
    """
    rows = torch.from_numpy(matrix)
    apart = fit_isolation(matrix, seed)(rows)[:, 0].numpy()
    core = apart <= np.quantile(apart, KEPT)
    scores = [apart]
    if matrix.shape[1] <= WIDEST:
        distance = Distance(matrix.shape[1])
        distance.fit(matrix[core])
        scores.append(distance(rows).numpy())
    core = _least(scores)
    for _ in range(ROUNDS - 1):
        core = _least([one.numpy() for one in Look.at(matrix[core], seed).scores(rows)])
    return core


def _least(scores: list[Array]) -> Array:
    """`(n,)` bool: the rows of the lowest sum of ranks."""
    ranks = np.sum([_ranks(one) for one in scores], axis=0)
    return np.asarray(ranks <= np.quantile(ranks, KEPT))


def _ranks(scores: Array) -> Array:
    return np.argsort(np.argsort(scores, kind="stable"), kind="stable")
