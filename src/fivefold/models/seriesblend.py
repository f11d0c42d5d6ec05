"""The default for series: a network, a forest and random convolutions that answer together."""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.metrics.weight import effective_rows
from fivefold.models.blend import SHARE, answered
from fivefold.models.extratrees import Forest, fit_forest
from fivefold.models.head import Head
from fivefold.models.inputs import Batch, Inputs, Record, Signal, described
from fivefold.models.kernels import Kernels, fit_kernels
from fivefold.models.learner import Feed, Lesson
from fivefold.models.timenet import InceptionTime

STEPS = 10
"""Weights of each part that are tried: 0, 1/10, ..., 1, together 1."""

USUAL = {"network": 0.2, "forest": 0.6, "kernels": 0.2}
"""Weights that few validation rows are held near: of few rows a forest of traits is the surest."""

NAMES = tuple(USUAL)

PULL = 30.0
"""How strongly they are held there, in nats, as a sum over all rows, at distance 1."""

SCALES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
"""What logits may be multiplied by."""

HOLD = 2.0
"""How strongly few rows hold them at 1, likewise, a factor of e away from it."""


class SeriesBlend(nn.Module):
    """A network over time, a forest over what series are like, and random convolutions.

    In training mode it is the network alone. In eval mode it gives the weighted sum of what the
    three give, in the network's unit; logits are first made as sure as they may be. Without the
    other two the network answers alone in both.

    Args:
        inputs: a `Record`, or a `Signal`, which has nothing for a forest.
        outputs: numbers a row.
        network: a built-in one for series; None for a new `InceptionTime`.
        forest: `Forest.sizes`; None where there is none.
        kernels: what `Kernels` is built from; None where there are none.

    Example:
        >>> blend = SeriesBlend(Record(4, 30, 10), 2)
        >>> blend(torch.ones(5, 130)).shape, blend.parts
        (torch.Size([5, 2]), {'network': 1.0})

    Reference:
        Ismail Fawaz et al., InceptionTime, 2020, for the network; Geurts et al., 2006, for the
        forest; Dempster et al., ROCKET, 2020, for the convolutions.
    """

    beside = "a forest and random convolutions"
    weights: Tensor
    scales: Tensor
    fitted: tuple[dict[str, nn.Module], dict[str, Tensor]] | None = None

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        network: nn.Module | None = None,
        forest: list[Any] | None = None,
        kernels: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Record | Signal):
            raise TypeError(f"SeriesBlend reads a series, found {inputs}")
        self.inputs, self.outputs = inputs, outputs
        self.signal = Signal(inputs.lines, inputs.steps)
        self.network = InceptionTime(self.signal, outputs) if network is None else network
        self.forest = None if forest is None else Forest(*forest)
        self.kernels = None if kernels is None else Kernels(self.signal, outputs, **kernels)
        self.register_buffer("weights", torch.tensor([1.0, 0.0, 0.0]))
        self.register_buffer("scales", torch.ones(3))

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from."""
        core: Any = self.network.description
        arguments = {
            "network": dict(core),
            "forest": None if self.forest is None else self.forest.sizes,
            "kernels": None
            if self.kernels is None
            else dict(self.kernels.description["arguments"]),
        }
        return described("seriesblend", self.inputs, self.outputs, arguments)

    @property
    def names(self) -> tuple[str, ...]:
        """What there is to answer."""
        return tuple(name for name in NAMES if getattr(self, name) is not None)

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        return {n: float(w) for n, w in zip(NAMES, self.weights, strict=True) if n in self.names}

    def fit_buffers(self, batch: Batch) -> None:
        """Let the network fit its own."""
        fit = getattr(self.network, "fit_buffers", None)
        if fit is not None:
            fit(self.lines(batch))

    def rehearse(self, lesson: Lesson) -> None:
        """Let an empty forest and unfitted convolutions answer, as both will be exported."""
        if not lesson.beside:
            return
        device = self.weights.device
        classes = lesson.head.task.trees == "class"
        votes = max(2, self.outputs) if classes else self.outputs
        if isinstance(self.inputs, Record):
            self.forest = Forest(1, 1, 0, self.outputs, votes, classes).to(device)
        self.kernels = Kernels(self.signal, self.outputs).to(device)
        self.weights.copy_(torch.tensor([0.4, 0.3, 0.3]))

    def begin(self, lesson: Lesson) -> nn.Module:
        """Grow the forest and fit the convolutions; they answer once the network has learnt."""
        if not lesson.beside:
            return self
        lesson.tell("Growing a forest on what series are like, fitting random convolutions.")
        left = lesson.seconds_left()

        def remains() -> float | None:
            now = lesson.seconds_left()
            return None if now is None or left is None else now - (1 - SHARE) * left

        valid = lesson.valid
        rows = torch.arange(valid.rows, device=valid.device)
        made: dict[str, nn.Module] = {}
        answers: dict[str, Tensor] = {}
        forest = self._grown(lesson) if valid.rows else None
        if forest is not None:
            made["forest"] = forest
            answers["forest"] = answered(lambda batch: forest(self.traits(batch)), valid, rows)
        kernels = Kernels(self.signal, self.outputs).to(valid.device)
        found = fit_kernels(
            *(kernels, lesson.train, valid, lesson.head), read=self.lines, seconds_left=remains
        )
        if found is not None:
            made["kernels"], answers["kernels"] = kernels, found
        self.fitted = (made, answers) if made else None
        return self

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the others answer too, as far as that is better for the validation rows."""
        if self.fitted is None:
            return {}
        (made, answers), self.fitted = self.fitted, None
        valid = lesson.valid
        rows = torch.arange(valid.rows, device=valid.device)
        own = answered(lambda batch: self.network(self.lines(batch)), valid, rows)
        given = {"network": own, **answers}
        scales = dict(zip(given, find_scales([*given.values()], lesson.head, valid), strict=True))
        scaled = {name: scales[name] * answer for name, answer in given.items()}
        weights = find_weights(scaled, lesson.head, valid)
        for name, module in made.items():
            if weights[name] > 0:
                setattr(self, name, module.train(self.training))
        self.weights.copy_(torch.tensor([weights.get(name, 0.0) for name in NAMES]))
        self.scales.copy_(torch.tensor([scales.get(name, 1.0) for name in NAMES]))
        shares = ", ".join(f"the {name} {weight:.0%}" for name, weight in weights.items())
        lesson.tell(f"Of each answer {shares}: best for the {valid.rows:,} validation rows.")
        return {f"{name}_weight": weights[name] for name in made}

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of all in eval mode."""
        lines = self.lines(batch)
        answer: Tensor = self.network(lines)
        if self.training or (self.forest is None and self.kernels is None):
            return answer
        shares = self.weights * self.scales
        answer = shares[0] * answer
        if self.forest is not None:
            answer = answer + shares[1] * self.forest(self.traits(batch))
        if self.kernels is not None:
            answer = answer + shares[2] * self.kernels(lines)
        return answer

    def lines(self, batch: Batch) -> Tensor:
        """`(n, lines, steps)` of a batch."""
        assert isinstance(batch, Tensor)
        lines, steps = self.signal
        return batch[:, : lines * steps].reshape(-1, lines, steps) if batch.ndim == 2 else batch

    def traits(self, batch: Batch) -> Tensor:
        """`(n, traits)` of a batch."""
        assert isinstance(batch, Tensor)
        return batch[:, self.signal.lines * self.signal.steps :]

    def _grown(self, lesson: Lesson) -> Forest | None:
        """A forest on the device of the rows; None where it cannot be."""
        learn, train = lesson.head.task.trees, lesson.train
        if learn is None or not isinstance(self.inputs, Record):
            return None
        target = train.target.cpu().numpy()
        target = target if learn == "number" else target.astype("int64")
        forest = fit_forest(
            self.traits(train.take(slice(None)).inputs).cpu().numpy(),
            target,
            learn,
            math.prod(lesson.head.outputs),
            weight=None if train.weight is None else train.weight.cpu().numpy(),
            seed=lesson.seed,
        )
        return None if forest is None else forest.to(train.device)


@torch.no_grad()
def find_scales(answers: list[Tensor], head: Head, valid: Feed) -> list[float]:
    """What the logits of each part are multiplied by, so that it is as sure as it may be.

    A forest is less sure than it could be, a network surer. Numbers stay as they are.

    Args:
        answers: of each part to the validation rows, `(n, outputs)`.
        head: says what answers cost, in nats.
        valid: these rows, one at least.
    """
    if head.mixing not in {"softmax", "logit"}:
        return [1.0] * len(answers)
    found = []
    for answer in answers:
        costs = {
            scale: _nats(scale * answer.double(), head, valid)
            + HOLD / _rows(valid) * math.log(scale) ** 2
            for scale in SCALES
        }
        found.append(min(costs, key=lambda scale: costs[scale]))
    return found


@torch.no_grad()
def find_weights(answers: Mapping[str, Tensor], head: Head, valid: Feed) -> dict[str, float]:
    """The weights with the best validation loss, held near the usual ones where rows are few.

    Args:
        answers: of each part to the validation rows, `(n, outputs)` in the network's unit.
        head: says what answers cost, in nats.
        valid: these rows, one at least.

    Returns:
        One a part, from 0 to 1, together 1.
    """
    stacked = torch.stack([*answers.values()]).double()
    usual = torch.tensor([USUAL[name] for name in answers], dtype=torch.float64)
    usual = usual / usual.sum()
    best, found = float("inf"), usual
    for steps in product(range(STEPS + 1), repeat=len(usual)):
        if sum(steps) != STEPS:
            continue
        weights = torch.tensor(steps, dtype=torch.float64) / STEPS
        shares = weights.to(stacked.device).view(-1, *[1] * (stacked.ndim - 1))
        apart = float(((weights - usual) ** 2).sum()) / 2
        cost = _nats((shares * stacked).sum(dim=0), head, valid) + PULL / _rows(valid) * apart
        if cost < best:
            best, found = cost, weights
    return dict(zip(answers, found.tolist(), strict=True))


def _nats(outputs: Tensor, head: Head, valid: Feed) -> float:
    by_row = {} if valid.weight is None else {"weight": valid.weight.double()}
    return float(head.nats(outputs, valid.target, **by_row))


def _rows(valid: Feed) -> float:
    """How many rows the weights of rows come to."""
    if valid.weight is None:
        return valid.rows
    return effective_rows(valid.weight.double().cpu().numpy())
