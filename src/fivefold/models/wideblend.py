"""The default for tables of more columns than rows: simple models beside a small network."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.blend import grow, time_beside
from fivefold.models.directions import HELD, LASSO, fit_direction
from fivefold.models.gathered import Gathered, Held, held, pieces
from fivefold.models.inputs import Batch, Inputs, described
from fivefold.models.joint import Columns
from fivefold.models.learner import Lesson
from fivefold.models.mlp import Mlp
from fivefold.models.sumblend import SumBlend
from fivefold.models.trees import Trees
from fivefold.models.weighing import Judged, find_scales, find_sum

NAMES = ("network", "centroids", "ridge", "lasso", "trees")
"""What may answer: the network; the line from one class to the other; least squares with a strong
penalty; an elastic net whose penalties folds chose; trees."""

USUAL = {"network": 0.5, "trees": 0.5}
"""What those count, where nothing is known, that learn step by step, from training rows alone: of
few rows they learn less than what is fitted at once."""


class WideBlend(SumBlend):
    """Linear models, boosted trees and a small network over chosen columns.

    The linear models are fitted at once, and nothing of them is searched for: few rows choose among
    many strengths by luck. An elastic net reads columns of its own, by penalties that folds of the
    training rows chose with them. What each counts is held near what these folds say, and near
    equal parts of the others, as far as validation rows do not say otherwise; these have not chosen
    the columns. In training mode it is the network alone.

    Args:
        inputs: a `Width`, `Codes`, or both.
        outputs: numbers a row.
        network: a built-in one; None for a new small `Mlp`.
        centroids: whether there is the linear model by the distance to the mean of each class.
        ridge: whether there is the one by least squares.
        lasso: whether there is the elastic net.
        trees: `Trees.sizes`; None where there are none.

    Example:
        >>> from fivefold.models.inputs import Width
        >>> WideBlend(Width(30), 2)(torch.zeros(5, 30)).shape
        torch.Size([5, 2])

    Reference:
        Tibshirani et al., Diagnosis of Multiple Cancer Types by Shrunken Centroids of Gene
        Expression, PNAS 2002; Hoerl and Kennard, Ridge Regression, 1970.
    """

    own: Tensor
    beside = "linear models and trees"
    every = NAMES
    fitted: tuple[dict[str, nn.Module], dict[str, Tensor]] | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None = None,
        centroids: bool = False,
        ridge: bool = False,
        lasso: bool = False,
        trees: list[int] | None = None,
    ) -> None:
        small = partial(Mlp, width=64, dropout=0.5, bins=1)
        super().__init__(inputs, outputs, network or small(inputs, outputs))
        self.gathered = Gathered(inputs)
        self.centroids = Columns(self.gathered, outputs) if centroids else None
        self.ridge = Columns(self.gathered, outputs) if ridge else None
        self.lasso = Columns(self.gathered, outputs) if lasso else None
        self.register_buffer("own", torch.ones(self.gathered.width))
        self.trees = None if trees is None else Trees(*trees)

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from."""
        core: Any = self.network.description
        arguments = {
            "network": dict(core),
            "centroids": self.centroids is not None,
            "ridge": self.ridge is not None,
            "lasso": self.lasso is not None,
            "trees": None if self.trees is None else self.trees.sizes,
        }
        return described("wideblend", self.inputs, self.outputs, arguments)

    @property
    def is_wide(self) -> bool:
        """Whether rows come with what simple models read; they always do."""
        return True

    def rehearse(self, lesson: Lesson) -> None:
        """Let untrained models answer, which shows that all can be exported."""
        if not lesson.beside:
            return
        device, outputs = self.weights.device, prod(lesson.head.outputs)
        self.centroids = Columns(self.gathered, self.outputs).to(device)
        self.ridge = Columns(self.gathered, self.outputs).to(device)
        self.lasso = Columns(self.gathered, self.outputs).to(device)
        if lesson.boosting is not None:
            self.trees = Trees(3 * outputs, outputs, 1, outputs).to(device)
        self.weights.fill_(1 / len(NAMES))

    def begin(self, lesson: Lesson) -> nn.Module:
        """Fit what is fitted at once; it answers when the network has learnt."""
        if not lesson.beside or not lesson.valid.rows:
            return self
        lesson.tell(f"Fitting {self.beside} beside the network.")
        every = held(lesson.train, self.gathered), held(lesson.valid, self.gathered)
        told = rows = every
        if lesson.picked is not None:
            self.own[list(lesson.picked.alone)] = 0.0
            rows = _of(every, self.own)
            firm = self.own.clone()
            firm[list(lesson.picked.flags)] = 0.0
            told = _of(every, firm)  # which cells are missing is as loud as a marker, and no marker
        made, answers = dict[str, nn.Module](), dict[str, Tensor]()
        for name in (*HELD, LASSO):
            found = fit_direction(
                *(name, self.gathered, every if name == LASSO else told, lesson.head, self.outputs),
                all_rows=lesson.all_rows,
                picked=lesson.picked,
            )
            if found is not None:
                made[name], answers[name] = found
        if lesson.boosting is not None:
            left = time_beside(lesson)
            feeds: dict[str, Held] = dict(zip(("train", "valid"), rows, strict=True))
            grown = grow(replace(lesson, **feeds, seconds_left=left), lambda batch: batch)  # type: ignore
            if grown is not None:
                made["trees"], _, answers["trees"] = grown
        self.fitted = (made, answers) if made else None
        return self

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the others answer too, as far as that is better for the validation rows."""
        if self.fitted is None:
            return {}
        (made, answers), self.fitted = self.fitted, None
        valid, head = lesson.valid, lesson.head
        with torch.no_grad():
            own = torch.cat(pieces(valid, lambda batch: self.network(self.plain(batch))))
        given = {"network": own, **{n: answers[n] for n in NAMES if n in answers}}
        scales = dict(zip(given, find_scales([*given.values()], head, valid), strict=True))
        scaled = {name: scales[name] * answer for name, answer in given.items()}
        adding = head.mixing not in {"softmax", "logit"}
        usual = _usual([*given], 0.0 if lesson.picked is None else lesson.picked.share)
        weights = find_sum(Judged(scaled, valid), head, adding=adding, usual=usual)
        shares, total = self.take(made, weights, scales), sum(weights.values())
        lesson.tell(f"Of each answer {shares}: best for the {valid.rows:,} validation rows.")
        trees = 0 if self.trees is None else self.trees.trees
        return {f"{n}_weight": weights[n] / total for n in made} | {"trees": trees}

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of all in eval mode."""
        answer: Tensor = self.network(self.plain(batch))
        if self.training or len(self.names) == 1:
            return answer
        shares, matrix = self.shares, self.gathered(batch)
        answer = shares["network"] * answer
        for name in self.names[1:]:
            read = matrix if name == LASSO else matrix * self.own
            answer = answer + shares[name] * getattr(self, name)(read)
        return answer

    def plain(self, batch: Batch) -> Batch:
        """A batch as all but the elastic net read it: without the columns that are its alone."""
        width = self.gathered.widths.get("table", 0)
        if not width:
            return batch
        own = self.own[:width]
        if isinstance(batch, Mapping):
            return {**batch, "table": batch["table"] * own}
        return batch * own


def _of(rows: tuple[Held, Held], columns: Tensor) -> tuple[Held, Held]:
    """The same rows, in which some columns are 0."""
    train, valid = (replace(one, inputs=one.inputs * columns) for one in rows)
    return train, valid


def _usual(names: list[str], share: float) -> dict[str, float]:
    """What each counts where nothing else is known."""
    others = {name: USUAL.get(name, 1.0) for name in names if name != LASSO}
    total = sum(others.values())
    left = 1 - share if LASSO in names else 1.0
    return {LASSO: share} | {name: left * one / total for name, one in others.items()}
