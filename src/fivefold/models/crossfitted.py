"""Simple models of few rows, judged by training rows that they did not learn from, in folds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from fivefold.models.learner import Feed, Lesson, Piece
from fivefold.models.weighing import Judged

FOLDS = 5
"""In which training rows are left out in turn."""


@dataclass(frozen=True, eq=False)
class Some:
    """Some rows of a feed.

    Attributes:
        feed: that holds them.
        places: `(rows,)` which they are.
    """

    feed: Feed
    places: Tensor

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.places)

    @property
    def target(self) -> Tensor:
        """Of all of them, as the loss takes them."""
        return self.feed.target[self.places]

    @property
    def weight(self) -> Tensor | None:
        """`(rows,)` what each counts; None where all count alike."""
        weight = self.feed.weight
        return None if weight is None else weight[self.places]

    @property
    def device(self) -> torch.device:
        """Where they are."""
        return self.feed.device

    def take(self, rows: Tensor | slice) -> Piece:
        """Those at these positions."""
        return self.feed.take(self.places[rows])


def crossfitted(lesson: Lesson, fit: Callable[[Lesson], Mapping[str, Tensor]]) -> Judged | None:
    """Answers to all training rows, of each by models that learnt from other rows.

    A fifth of few rows is too few to weigh models by, and what is fitted in a moment may be fitted
    five times more.

    Args:
        lesson: whose training rows are left out in turn.
        fit: gives the answers of models, by name, to the validation rows of a lesson.

    Returns:
        None where a model cannot be fitted to a part of the rows.
    """
    train, found = lesson.train, dict[str, list[Tensor]]()
    folds = _folds(train.target, lesson.head.task.trees != "number", lesson.seed)
    left_out = [torch.from_numpy(np.flatnonzero(folds == fold)) for fold in range(FOLDS)]
    for fold, rows in enumerate(left_out):
        others = torch.from_numpy(np.flatnonzero(folds != fold))
        learnt, judged = (Some(train, part.to(train.device)) for part in (others, rows))
        if not judged.rows:
            return None
        for name, answers in fit(replace(lesson, train=learnt, valid=judged)).items():
            found.setdefault(name, []).append(answers)
    order = torch.cat(left_out).argsort()
    if not found or any(len(parts) < FOLDS for parts in found.values()):
        return None
    return Judged({name: torch.cat(parts)[order] for name, parts in found.items()}, train)


def _folds(target: Tensor, classes: bool, seed: int) -> np.ndarray:
    """`(rows,)` in which fold each row is left out; of each class about as many in each."""
    drawn = np.random.default_rng(seed % 2**32).permutation(len(target))
    order = drawn
    if classes:
        order = drawn[np.argsort(target.cpu().numpy()[drawn], kind="stable")]
    folds = np.empty(len(order), dtype=np.int64)
    folds[order] = np.arange(len(order)) % FOLDS
    return folds
