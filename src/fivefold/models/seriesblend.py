"""The default for series: a network and three simpler models that answer together."""

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.blend import answered, matrix, time_beside
from fivefold.models.crossfitted import crossfitted
from fivefold.models.extratrees import Forest, fit_forest
from fivefold.models.inputs import (
    Batch,
    Inputs,
    Record,
    Signal,
    described,
    parts,
    without_terms,
)
from fivefold.models.kernels import Kernels
from fivefold.models.learner import Feed, Lesson
from fivefold.models.mixture import Mixture
from fivefold.models.standard import Standard, fit_standard
from fivefold.models.sumblend import SumBlend
from fivefold.models.timenet import InceptionTime
from fivefold.models.weighing import Judged, find_scales, find_sum

NAMES = ("network", "forest", "linear", "kernels")
"""What may answer."""

PULL = 20.0
"""How strongly few rows hold the four weights near equal ones, see `find_sum`."""

ENOUGH = 400
"""Validation rows that are enough to choose weights by."""


class SeriesBlend(SumBlend):
    """A network over time; a forest and a linear model over traits; random convolutions.

    In training mode it is the network alone. In eval mode it gives the weighted sum of what the
    four give, in the network's unit; logits are first made as sure as they may be. Without the
    other three the network answers alone in both.

    Args:
        inputs: a `Record`, or a `Signal`, which has nothing for a forest; or several kinds with at
            least one. The forest reads a table beside it too; convolutions are of the only series.
        outputs: numbers a row.
        network: a built-in one; None for a new one: an `InceptionTime` for a series alone, a
            `Mixture` for several kinds.
        forest: `Forest.sizes`; None where there is none.
        linear: numbers that a linear model of traits reads; None where there is none.
        kernels: what `Kernels` is built from; None where there are none.

    Example:
        >>> blend = SeriesBlend(Record(4, 30, 10), 2)
        >>> blend(torch.ones(5, 130)).shape, blend.parts
        (torch.Size([5, 2]), {'network': 1.0})

    Reference:
        Ismail Fawaz et al., InceptionTime, 2020, for the network; Geurts et al., 2006, for the
        forest; Dempster et al., ROCKET, 2020, for the convolutions.
    """

    every = NAMES
    beside = "a forest, a linear model and random convolutions"
    fitted: tuple[dict[str, nn.Module], dict[str, Tensor], tuple[Judged, ...]] | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None = None,
        forest: list[Any] | None = None,
        linear: int | None = None,
        kernels: Mapping[str, Any] | None = None,
    ) -> None:
        plain = without_terms(inputs)
        sizes = {name: size for name, size in parts(plain).items() if isinstance(size, Signal)}
        if not sizes:
            raise TypeError(f"SeriesBlend reads series, found {inputs}")
        if network is None:
            network = (Mixture if isinstance(plain, Mapping) else InceptionTime)(plain, outputs)
        super().__init__(inputs, outputs, network)
        self.signals = sizes
        self.forest = None if forest is None else Forest(*forest)
        self.linear = None if linear is None else Standard(linear, outputs)
        self.kernels = None if kernels is None else self._kernels(**kernels)

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from."""
        core: Any = self.network.description
        arguments = {
            "network": dict(core),
            "forest": None if self.forest is None else self.forest.sizes,
            "linear": None if self.linear is None else self.linear.width,
            "kernels": None
            if self.kernels is None
            else dict(self.kernels.description["arguments"]),
        }
        return described("seriesblend", self.inputs, self.outputs, arguments)

    def rehearse(self, lesson: Lesson) -> None:
        """Let an empty forest and unfitted linear models answer, as all will be exported."""
        if not lesson.beside:
            return
        device = self.weights.device
        classes = lesson.head.task.trees == "class"
        votes = max(2, self.outputs) if classes else self.outputs
        if self.is_wide:
            width = self.traits(lesson.train.take(slice(0, 1)).inputs).shape[1]
            self.forest = Forest(1, 1, 0, self.outputs, votes, classes).to(device)
            self.linear = Standard(width, self.outputs).to(device)
        if len(self.signals) == 1:
            self.kernels = self._kernels().to(device)
        self.weights.fill_(1 / len(NAMES))

    def begin(self, lesson: Lesson) -> nn.Module:
        """Grow the forest, fit the linear models; they answer once the network has learnt."""
        if not lesson.beside:
            return self
        lesson.tell("Growing a forest on what series are like, fitting linear models.")
        remains = time_beside(lesson)

        simple = dict[str, Standard]()
        if self.is_wide:
            width = self.traits(lesson.train.take(slice(0, 1)).inputs).shape[1]
            simple["linear"] = Standard(width, self.outputs)
        if len(self.signals) == 1:
            simple["kernels"] = self._kernels()
        made, answers = self._fitted(lesson, simple, remains)
        if not made:
            return self
        crossed = None
        if lesson.alike and remains() is None and lesson.valid.rows < ENOUGH:
            again = copy.deepcopy(simple)
            alone = replace(lesson, all_rows=False)
            crossed = crossfitted(alone, lambda part: self._fitted(part, again, remains)[1])
        self.fitted = made, answers, () if crossed is None else (crossed,)
        return self

    def _fitted(
        self,
        lesson: Lesson,
        simple: Mapping[str, Standard],
        seconds_left: Callable[[], float | None],
    ) -> tuple[dict[str, nn.Module], dict[str, Tensor]]:
        """All that stands beside the network, and its answers to the validation rows."""
        valid, made, answers = lesson.valid, dict[str, nn.Module](), dict[str, Tensor]()
        rows = torch.arange(valid.rows, device=valid.device)
        forest = self._grown(lesson, lesson.train) if valid.rows else None
        if forest is not None:
            answers["forest"] = answered(lambda batch: forest(self.traits(batch)), valid, rows)
            again = self._grown(lesson, lesson.train, valid) if lesson.all_rows else forest
            made["forest"] = again or forest
        for name, model in simple.items():
            found = fit_standard(
                *(model.to(valid.device), lesson.train, valid, lesson.head),
                read=self.traits if name == "linear" else self.lines,
                seconds_left=seconds_left,
                all_rows=lesson.all_rows,
            )
            if found is not None:
                made[name], answers[name] = model, found
        return made, answers

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the others answer too, as far as that is better for the validation rows."""
        if self.fitted is None:
            return {}
        (made, answers, further), self.fitted = self.fitted, None
        valid = lesson.valid
        rows = torch.arange(valid.rows, device=valid.device)
        own = answered(lambda batch: self.network(self.plain(batch)), valid, rows)
        given = {"network": own, **answers}
        scales = dict(zip(given, find_scales([*given.values()], lesson.head, valid), strict=True))

        def scaled(answers: Mapping[str, Tensor], feed: Feed) -> Judged:
            return Judged({name: scales[name] * one for name, one in answers.items()}, feed)

        others = [scaled(one.answers, one.feed) for one in further]
        weights = find_sum(
            scaled(given, valid), lesson.head, further=others, adding=False, pull=PULL
        )
        shares = self.take(made, weights, scales)
        count = valid.rows + sum(one.feed.rows for one in further)
        lesson.tell(f"Of each answer {shares}: best for {count:,} rows not learnt from.")
        return {f"{name}_weight": weights[name] for name in made}

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of all in eval mode."""
        answer: Tensor = self.network(self.plain(batch))
        if self.training or len(self.names) == 1:
            return answer
        shares = self.shares
        answer = shares["network"] * answer
        if self.forest is not None:
            answer = answer + shares["forest"] * self.forest(self.traits(batch))
        if self.linear is not None:
            answer = answer + shares["linear"] * self.linear(self.traits(batch))
        if self.kernels is not None:
            answer = answer + shares["kernels"] * self.kernels(self.lines(batch))
        return answer

    def plain(self, batch: Batch) -> Batch:
        """A batch for the network: series as lines, without their traits."""
        if isinstance(batch, Mapping):
            named = self.signals
            return {n: _lines(t, named[n]) if n in named else t for n, t in batch.items()}
        return batch if isinstance(self.inputs, Mapping) else self.lines(batch)

    def lines(self, batch: Batch) -> Tensor:
        """`(n, lines, steps)` of the only series of a batch."""
        [(name, signal)] = self.signals.items()
        return _lines(batch[name] if isinstance(batch, Mapping) else batch, signal)

    def traits(self, batch: Batch) -> Tensor:
        """`(n, numbers)` of a batch that a forest reads: the traits of series, then the table."""
        named = batch if isinstance(batch, Mapping) else dict.fromkeys(self.signals, batch)
        found = [named[name][:, size.lines * size.steps :] for name, size in self.signals.items()]
        if isinstance(batch, Mapping) and {"table", "codes"} & {*batch}:
            found.append(matrix(batch))
        return torch.cat(found, dim=1)

    @property
    def is_wide(self) -> bool:
        """Whether rows come with what a forest reads."""
        return any(isinstance(size, Record) for size in parts(self.inputs).values())

    def _kernels(self, **arguments: Any) -> Kernels:
        [signal] = self.signals.values()
        return Kernels(signal, self.outputs, **arguments)

    def _grown(self, lesson: Lesson, *feeds: Feed) -> Forest | None:
        """A forest on the device of the rows; None where it cannot be."""
        learn = lesson.head.task.trees
        if learn not in ("class", "number") or not self.is_wide:
            return None
        target = torch.cat([feed.target for feed in feeds]).cpu().numpy()
        traits = [self.traits(feed.take(slice(None)).inputs) for feed in feeds]
        weights = [feed.weight for feed in feeds if feed.weight is not None]
        forest = fit_forest(
            torch.cat(traits).cpu().numpy(),
            target if learn == "number" else target.astype("int64"),
            learn,
            math.prod(lesson.head.outputs),
            weight=torch.cat(weights).cpu().numpy() if weights else None,
            seed=lesson.seed,
        )
        return None if forest is None else forest.to(lesson.train.device)


def _lines(rows: Tensor, signal: Signal) -> Tensor:
    """Rows of lines and traits, or of lines alone, as lines."""
    count = signal.lines * signal.steps
    return rows[:, :count].reshape(-1, *signal) if rows.ndim == 2 else rows
