"""From what a network gives to what people asked for, and how far that is from the truth."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.errors import ModelError
from fivefold.models.boosting import Share
from fivefold.models.calibration import Calibration
from fivefold.models.losses import Loss
from fivefold.tasks.task import Task

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec


class Head(nn.Module, ABC):
    """The end of every network, and the torch half of a task: one class a task.

    Its buffers say what the outputs are in the target's own unit; it has no parameters. A head of
    one's own gives `forward` and `loss`, and overrides what differs.

    Args:
        outputs: trailing shape of what a network gives a row: `(1,)`, `(classes,)`, or
            `(steps, classes)`.

    Attributes:
        task: what is predicted.
        mixing: the rule by which outputs of several networks are mixed so that scores are the mean
            of theirs (`fivefold.models.mix.RULES`); empty where there is none.
        calibrations: maps by name that its probabilities can go through, to mean what they say.
        shares: what trees learn of each of several targets; empty of one.
    """

    task: Task
    mixing: str = ""
    calibrations: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()

    def __init__(self, outputs: tuple[int, ...] = (1,)) -> None:
        super().__init__()
        self.outputs = tuple(outputs)

    @classmethod
    def suiting(cls, loss: str | None, outputs: tuple[int, ...]) -> Self:
        """The head that a loss wants.

        Args:
            loss: by name; None for the default, and for one of the user's.
            outputs: trailing shape.
        """
        return cls(outputs)

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values to build another one from; buffers are loaded."""
        return {"task": self.task.name, "outputs": list(self.outputs)}

    @property
    def usual(self) -> str:
        """The name of the loss that is minimised where none is asked for."""
        return self.task.losses[0] if hasattr(self, "task") else ""

    def fit(self, target: Array) -> None:
        """Set the buffers by the training targets, `(n, ...)` as the task encodes them."""

    def know(self, codec: "Codec") -> None:
        """Take over what a codec has fitted, after `fit`; nothing by default."""

    def decide(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> str:
        """Set what validation rows are to decide of the answers, once the network has learnt.

        Args:
            outputs: `(n, *outputs)` of validation rows.
            target: of these rows, as the loss takes them.
            weight: `(n,)` how much each counts; None for 1 each.

        Returns:
            A sentence about it; empty, the default, where there is nothing to decide.
        """
        return ""

    @property
    def decides(self) -> bool:
        """Whether validation rows decide anything of the answers."""
        return type(self).decide is not Head.decide

    def prepare(self, how: Calibration) -> None:
        """Have room for a map of probabilities, which changes nothing before `calibrate`."""

    def reset(self) -> None:
        """Take the map of probabilities out again."""

    def calibrate(
        self, how: Calibration, scores: Array, target: Array, weight: Array | None = None
    ) -> dict[str, Any]:
        """Set the map of probabilities, by rows from which nothing else was learnt.

        Args:
            how: one of `calibrations`, which `prepare` was told.
            scores: `(n, classes)` as it gives them without.
            target: `(n,)` class indices.
            weight: `(n,)` how much each row counts; None for 1 each.

        Returns:
            What was found, in plain values.
        """
        raise NotImplementedError(f"{type(self).__name__} knows no map of probabilities")

    def expect(self, false_alarms: float) -> None:
        """Set from where on an alarm is raised, if any is; by default there is none.

        Args:
            false_alarms: share of usual rows that may raise one.
        """

    def targets(self, values: Array, *, own: bool = False) -> Tensor:
        """The targets of all rows, as the loss takes them.

        Args:
            values: `(n, ...)` as the task encodes them.
            own: True for a loss of the user's, which sees values in their own unit.

        Returns:
            `(n, ...)`: int64; or float32, float64 for a loss of the user's.
        """
        if values.dtype.kind in "iu":
            return torch.from_numpy(np.asarray(values, np.int64))
        return torch.from_numpy(np.asarray(values, np.float64 if own else np.float32))

    @abstractmethod
    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, *outputs)` to float32 logits, or to float64 values in their own unit."""

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, *outputs)` to what is judged and served: float32 probabilities, float64 values."""
        scores: Tensor = self(outputs)
        return scores

    def watched(self, scores: Tensor, exposure: Tensor) -> Tensor:
        """Scores of rows that were watched for so long, from those of rates.

        Args:
            scores: `(n, ...)` as `scores` gives them.
            exposure: `(n,)` float64.
        """
        raise NotImplementedError(f"{type(self).__name__} knows no exposure")

    @abstractmethod
    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """One of the losses; only options that were asked for are given.

        Args:
            name: one of those of the task.
            weights: `(classes,)`, what an error in a row of each class counts.
            quantile: for the loss of this name, the part of values that shall lie below, 0 to 1.
            label_smoothing: part of each truth that is spread evenly over the classes, 0 to 1.

        Returns:
            A function of outputs `(n, *outputs)` and targets as `targets` gives them: their mean
            over rows; or a sum and its weight, if rows do not count alike. Where rows have weights
            it is given these too: `weight=`, `(n,)` float32.
        """

    def shown(self, outputs: Tensor) -> Tensor:
        """`(n, *outputs)` to what a loss of the user's is given: logits, values in their unit."""
        return outputs

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """What float64 outputs cost a row on average, in nats, to mix boosted trees in by it."""
        raise ModelError(
            f"{type(self).__name__}: expected a method `nats`, by which trees are mixed in, found "
            "none.",
            remedy="Define it, or leave `trees` of the task at None.",
        )

    def deviations(self, scores: Array) -> Array:
        """Scores in a unit in which 1e-5 is rounding: as they are, or in deviations."""
        return scores
