"""The default for rows that mix kinds: one network over all of them, and simple models beside."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.blend import grow, time_beside
from fivefold.models.gathered import Gathered, Held, held, pieces
from fivefold.models.inputs import (
    Batch,
    Inputs,
    Passage,
    Record,
    Size,
    described,
    parts,
    without_terms,
)
from fivefold.models.joint import Joint, fit_joint
from fivefold.models.learner import Lesson
from fivefold.models.mixture import Mixture
from fivefold.models.sumblend import SumBlend
from fivefold.models.trees import Trees
from fivefold.models.weighing import Judged, find_scales, find_sum

NAMES = ("network", "trees", "traits", "linear")
"""What may answer: the network; trees over the table; trees over the table and the traits of all
other kinds; a linear model over all of them and the terms of texts."""

WORK = 10_000_000_000
"""Numbers that trees may look at, all of them together."""

FEWEST = 60
"""Trees that are grown all the same."""

NUMBERS = 2**27
"""Most numbers of the matrix that simple models are fitted on; beyond, they are left out."""


class MixBlend(SumBlend):
    """A network over all kinds; boosted trees and a linear model over what each kind offers them.

    What a kind offers is said by its block, and nothing here knows which kinds there are: numbers
    for trees and the linear model (`Part.traits`), and terms, where rows come with some. In
    training mode it is the network alone. In eval mode it gives the weighted sum of what all
    answer, in the network's unit; logits are first made as sure as they may be.

    Args:
        inputs: sizes by name, of several kinds.
        outputs: numbers a row.
        network: a built-in one; None for a new `Mixture`.
        trees: `Trees.sizes` of those over the table; None where there are none.
        traits: those of the trees over all numbers.
        linear: whether the linear model is there.

    Example:
        >>> from fivefold.models.inputs import Text, Width
        >>> blend = MixBlend({"table": Width(3), "note": Text(8, 50)}, 2)
        >>> blend({"table": torch.zeros(5, 3), "note": torch.ones(5, 8, dtype=int)}).shape
        torch.Size([5, 2])

    Reference:
        Shi et al., Benchmarking Multimodal AutoML for Tabular Data with Text Fields, NeurIPS 2021,
        for a network over all columns beside models of a table, and their stacking.
    """

    beside = "simple models of what each kind offers"
    every = NAMES
    fitted: tuple[dict[str, nn.Module], dict[str, Tensor]] | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None = None,
        trees: list[int] | None = None,
        traits: list[int] | None = None,
        linear: bool = False,
    ) -> None:
        network = Mixture(without_terms(inputs), outputs) if network is None else network
        super().__init__(inputs, outputs, network)
        self.gathered = Gathered(inputs)
        self.trees = None if trees is None else Trees(*trees)
        self.traits = None if traits is None else Trees(*traits)
        self.linear = Joint(inputs, outputs, self.gathered) if linear else None

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from."""
        core: Any = self.network.description
        arguments = {
            "network": dict(core),
            "trees": None if self.trees is None else self.trees.sizes,
            "traits": None if self.traits is None else self.traits.sizes,
            "linear": self.linear is not None,
        }
        return described("mixblend", self.inputs, self.outputs, arguments)

    def rehearse(self, lesson: Lesson) -> None:
        """Let untrained models answer 0, which shows that all can be exported."""
        if not lesson.beside:
            return
        device, outputs = self.weights.device, prod(lesson.head.outputs)
        if lesson.boosting is not None and self.gathered.tabular:
            self.trees = Trees(3 * outputs, outputs, 1, outputs).to(device)
        if lesson.boosting is not None and self.has_traits:
            self.traits = Trees(3 * outputs, outputs, 1, outputs).to(device)
        if self.is_wide:
            self.linear = self._joint().to(device)
        self.weights.fill_(1 / len(NAMES))

    def begin(self, lesson: Lesson) -> nn.Module:
        """Grow trees, fit the linear model; they answer once the network has learnt."""
        count = lesson.train.rows * self.gathered.width
        if not lesson.beside or not lesson.valid.rows or count > NUMBERS or not self.is_wide:
            return self
        lesson.tell("Fitting simple models beside the network, to what each kind offers them.")
        ends = time_beside(lesson)
        feeds = lesson.train, lesson.valid
        train, valid = (held(feed, self.gathered) for feed in feeds)
        made: dict[str, nn.Module] = {}
        answers: dict[str, Tensor] = {}
        linear = self._joint().to(valid.device)
        found = fit_joint(
            *(linear, feeds, (train, valid), lesson.head),
            seconds_left=ends,
            all_rows=lesson.all_rows,
        )
        if found is not None:
            made["linear"], answers["linear"] = linear, found
            if lesson.all_rows:
                lesson.tell("The linear model has learnt from validation rows too.")
        wide = {"trees": self.gathered.tabular, "traits": self.has_traits * self.gathered.exact}
        for name, width in wide.items():
            if lesson.boosting is None or not width:
                continue
            trees = _grown(lesson, train, valid, width, ends)
            if trees is not None:
                made[name], answers[name] = trees, torch.cat(_answers(trees, valid, width))
        self.fitted = (made, answers) if made else None
        return self

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the others answer too, as far as that is better for the validation rows."""
        if self.fitted is None:
            return {}
        (made, answers), self.fitted = self.fitted, None
        valid = lesson.valid
        with torch.no_grad():
            own = torch.cat(pieces(valid, lambda batch: self.network(self.plain(batch))))
        given = {"network": own, **{n: answers[n] for n in NAMES if n in answers}}
        scales = dict(zip(given, find_scales([*given.values()], lesson.head, valid), strict=True))
        scaled = {name: scales[name] * answer for name, answer in given.items()}
        weights = find_sum(Judged(scaled, valid), lesson.head)
        shares, total = self.take(made, weights, scales), sum(weights.values())
        lesson.tell(f"Of each answer {shares}: best for the {valid.rows:,} validation rows.")
        settings: dict[str, Any] = {f"{n}_weight": weights[n] / total for n in made}
        grown = [one for one in (self.trees, self.traits) if one is not None]
        return settings | {"trees": sum(one.trees for one in grown)}

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of all in eval mode."""
        answer: Tensor = self.network(self.plain(batch))
        if self.training or len(self.names) == 1:
            return answer
        shares = self.shares
        answer, matrix = shares["network"] * answer, self.gathered(batch)
        if self.trees is not None:
            answer = answer + shares["trees"] * self.trees(matrix[:, : self.gathered.tabular])
        if self.traits is not None:
            answer = answer + shares["traits"] * self.traits(matrix[:, : self.gathered.exact])
        if self.linear is not None:
            answer = answer + shares["linear"] * self.linear(batch, matrix)
        return answer

    def plain(self, batch: Batch) -> Batch:
        """A batch for the network: without terms and traits."""
        named = parts(self.inputs)
        if isinstance(batch, Mapping):
            return {name: _plain(rows, named[name]) for name, rows in batch.items()}
        return _plain(batch, next(iter(named.values())))

    @property
    def has_traits(self) -> bool:
        """Whether a block beside the table offers numbers that are exact."""
        return self.gathered.exact > self.gathered.tabular

    @property
    def is_wide(self) -> bool:
        """Whether rows come with what a linear model reads."""
        terms = any(isinstance(size, Passage) for size in parts(self.inputs).values())
        return terms or self.gathered.width > 0

    def _joint(self) -> Joint:
        return Joint(self.inputs, self.outputs, self.gathered)


def _plain(rows: Tensor, size: Size) -> Tensor:
    """Rows without the terms or traits at their end."""
    if isinstance(size, Passage):
        return rows[:, : size.length]
    if isinstance(size, Record):
        return rows[:, : size.lines * size.steps].reshape(-1, *size.signal)
    return rows


def _answers(trees: Trees, rows: Held, width: int) -> list[Tensor]:
    with torch.no_grad():
        return [trees(part[:, :width]) for part in torch.split(rows.inputs, 4096)]


def _grown(
    lesson: Lesson, train: Held, valid: Held, width: int, ends: Callable[[], float | None]
) -> Trees | None:
    """Trees over the first columns of a matrix; fewer where there is much to look at."""
    most = lesson.boosting
    assert most is not None
    trees = max(FEWEST, WORK // max(1, train.rows * width))
    boosters = max(1, min(most.boosters, trees // most.rounds))
    fewer = replace(most, boosters=boosters, trees=min(most.trees, trees // boosters))
    of_matrix = replace(lesson, train=train, valid=valid, boosting=fewer, seconds_left=ends)
    found = grow(of_matrix, lambda batch: batch[:, :width])  # type: ignore[index]
    return None if found is None else found[0]
