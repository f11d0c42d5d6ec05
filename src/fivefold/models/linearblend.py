"""A network and a linear model of the same rows that answer together."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from fivefold.models.blend import PULL, answered, find_weight, time_beside
from fivefold.models.inputs import Batch, Inputs, described
from fivefold.models.learner import Lesson


class LinearBlend(nn.Module, ABC):
    """A network that is taught, and a linear model that is fitted at once, for one kind of data.

    In training mode it is the network alone. In eval mode it gives `(1 - weight) * network +
    weight * linear`: their log-probabilities are mixed. Without a linear model the network
    answers alone in both.

    Args:
        inputs: sizes of what it reads.
        outputs: numbers a row; a list of their shape where positions have answers.
        name: of the class among the built-in networks.
        network: a built-in one.
        linear: whether the linear model is there.

    Attributes:
        beside: the linear model in words.
        pull: how strongly few validation rows hold the weight near the usual one, see
            `find_weight`.
        usual: that weight.
    """

    beside: ClassVar[str]
    pull: ClassVar[float] = PULL
    usual: ClassVar[float] = 0.5
    weight: Tensor
    fitted: tuple[nn.Module, Tensor] | None = None

    def __init__(
        self, inputs: Inputs, outputs: Any, *, name: str, network: nn.Module, linear: bool
    ) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.network = network
        self.linear = self.unfitted() if linear else None
        self.register_buffer("weight", torch.zeros(()))
        core: Any = network.description
        arguments = {"network": dict(core), "linear": linear}
        self.description = described(name, inputs, outputs, arguments)

    # --- what a class of it says

    @property
    @abstractmethod
    def is_wide(self) -> bool:
        """Whether rows come with what a linear model reads."""

    @abstractmethod
    def unfitted(self) -> nn.Module:
        """A linear model for the same inputs, which answers in the network's unit."""

    @abstractmethod
    def fit(
        self, linear: Any, lesson: Lesson, *, seconds_left: Callable[[], float | None]
    ) -> Tensor | None:
        """Fit it in place; its answers to the validation rows, None where it cannot be fitted."""

    def read(self, batch: Batch) -> Batch:
        """A batch for the network; by default all of it."""
        return batch

    def answer(self, batch: Batch) -> Tensor:
        """What the linear model gives for a batch; by default it reads all of it."""
        assert self.linear is not None
        other: Tensor = self.linear(batch)
        return other

    def told(self) -> dict[str, Any]:
        """What else is noted of the linear model in `Trained.settings`."""
        return {}

    # --- what holds for all of them

    @property
    def parts(self) -> dict[str, float]:
        """What answers, by name, and how much each counts; together they count 1."""
        if self.linear is None:
            return {"network": 1.0}
        weight = float(self.weight)
        return {"network": 1 - weight, "linear": weight}

    def attach(self, linear: nn.Module, weight: float) -> None:
        """Let a fitted linear model answer too, and note it in `description`.

        Args:
            linear: reads the same inputs, answers in the network's unit.
            weight: of it, 0 to 1.
        """
        self.linear = linear.to(self.weight.device).train(self.training)
        self.weight.fill_(weight)
        self.description["arguments"]["linear"] = True

    def fit_buffers(self, batch: Batch) -> None:
        """Let the network fit its own."""
        fit = getattr(self.network, "fit_buffers", None)
        if fit is not None:
            fit(self.read(batch))

    def rehearse(self, lesson: Lesson) -> None:
        """Let an unfitted linear model answer, which shows that it can be exported."""
        if lesson.beside:
            self.attach(self.unfitted(), 0.5)

    def begin(self, lesson: Lesson) -> nn.Module:
        """Fit the linear model; it is no part of it until the network has learnt."""
        if not lesson.beside:
            return self
        lesson.tell(f"Fitting {self.beside}.")
        linear = self.unfitted().to(lesson.valid.device)
        answers = self.fit(linear, lesson, seconds_left=time_beside(lesson))
        self.fitted = None if answers is None else (linear, answers)
        return self

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Let the linear model answer too, as far as that is better for the validation rows."""
        if self.fitted is None:
            return {}
        (linear, answers), self.fitted = self.fitted, None
        valid = lesson.valid
        rows = torch.arange(valid.rows, device=valid.device)
        own = answered(lambda batch: self.network(self.read(batch)), valid, rows)
        weight = find_weight(
            *(own, answers, valid.target, lesson.head),
            counts=valid.weight,
            pull=self.pull,
            usual=self.usual,
        )
        lesson.tell(
            f"{self.beside[:1].upper()}{self.beside[1:]} counts {weight:.0%} of each answer, the "
            f"network {1 - weight:.0%}: best for the {valid.rows:,} validation rows."
        )
        if not weight:
            return {}
        self.attach(linear, weight)
        return {"linear_weight": weight, **self.told()}

    def forward(self, batch: Batch) -> Tensor:
        """What the network gives in training; `(n, outputs)` of both in eval mode."""
        answer: Tensor = self.network(self.read(batch))
        if self.training or self.linear is None:
            return answer
        return (1 - self.weight) * answer + self.weight * self.answer(batch)
