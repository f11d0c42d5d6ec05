"""The head of tasks whose answers are numbers: outputs get their unit back."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.kinds.scaling import EVEN
from fivefold.models.head import Head
from fivefold.models.losses import STEEP, Cost, Loss, cost_of, deviance, mean_of, pinball, weighted
from fivefold.tasks.quantity import mean_and_spread

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec

Link = Literal["identity", "log"]

DELTA = 1.0
"""Where the Huber loss turns from squares to a line, in deviations of the training target."""

OF_TORCH: dict[str, Callable[..., Tensor]] = {
    "squared": F.mse_loss,
    "absolute": F.l1_loss,
    "huber": partial(F.huber_loss, delta=DELTA),
}


class QuantityHead(Head):
    """Numbers in their own unit: a network learns them with mean 0 and deviation 1.

    With the log link it learns the logarithm of a rate over the mean one, so that an output of 0
    means the mean under either link.

    Args:
        outputs: trailing shape: `(1,)`, or `(columns,)`, each of which has a unit of its own.
        mean: of the training targets; above 0 for the log link.
        std: their standard deviation, above 0.
        link: `identity` for outputs that are values, `log` for logarithms of rates.

    Example:
        >>> QuantityHead(mean=100.0, std=10.0)(torch.tensor([[0.5]])).tolist()
        [[105.0]]
        >>> QuantityHead(mean=100.0, link="log")(torch.tensor([[0.0]])).tolist()
        [[100.0]]
    """

    mixing = "mean"
    mean: Tensor
    std: Tensor

    def __init__(
        self,
        outputs: tuple[int, ...] = (1,),
        *,
        mean: float = 0.0,
        std: float = 1.0,
        link: Link = "identity",
    ) -> None:
        super().__init__(outputs)
        self.link: Link = link
        self.mixing = "log" if link == "log" else "mean"
        shape = () if self.single else self.outputs
        self.register_buffer("mean", torch.full(shape, mean, dtype=torch.float64))
        self.register_buffer("std", torch.full(shape, std, dtype=torch.float64))

    @classmethod
    def suiting(cls, loss: str | None, outputs: tuple[int, ...]) -> Self:
        return cls(outputs, link="log" if loss == "poisson" else "identity")

    @property
    def single(self) -> bool:
        """Whether there is one number a row: targets and scores are `(n,)` then."""
        return self.outputs == (1,)

    @property
    def description(self) -> dict[str, Any]:
        return {**super().description, "link": self.link}

    def fit(self, target: Array) -> None:
        """Take mean and deviation over, of each column.

        Raises:
            DataError: if the link is the log and a value is below 0, or all are 0.
        """
        if self.link == "log":
            check_rates(target)
        flat = target.reshape(len(target), self.mean.numel())
        means, spreads = zip(*(mean_and_spread(column) for column in flat.T), strict=True)
        for buffer, found in ((self.mean, means), (self.std, spreads)):
            buffer.copy_(torch.tensor(found, dtype=torch.float64).view_as(buffer))

    def know(self, codec: "Codec") -> None:
        """Take the unit from the bounds that were said of targets, where all have some."""
        names, bounds = codec.schema.targets, codec.settings.bounds
        if self.link == "log" or not bounds or len(names) != self.mean.numel():
            return
        if all(name in bounds for name in names):
            ends = torch.tensor([bounds[name] for name in names], dtype=torch.float64)
            self.mean.copy_(ends.mean(dim=1).view_as(self.mean))
            self.std.copy_(((ends[:, 1] - ends[:, 0]) / EVEN).view_as(self.std))

    def targets(self, values: Array, *, own: bool = False) -> Tensor:
        """Float64 values to float32 with mean 0 and deviation 1, with the log link mean 1.

        For a loss of the user's they stay as they are.

        Raises:
            DataError: if the link is the log and a value is below 0, or the training mean is 0.
        """
        if own:
            return torch.from_numpy(np.asarray(values, dtype=np.float64))
        mean, std = self.mean.cpu().numpy(), self.std.cpu().numpy()
        if self.link == "log":
            check_rates(values)
            if not (mean > 0).all():
                check_rates(np.zeros(1))
            values = values / mean
        else:
            values = (values - mean) / std
        return torch.from_numpy(np.asarray(values, dtype=np.float32))

    def forward(self, outputs: Tensor) -> Tensor:
        """`(n, *outputs)` to float64 values in their own unit.

        float32 would not tell values apart whose mean is millions of deviations away from 0.
        """
        if self.link == "log":
            return outputs.double().clamp(-STEEP, STEEP).exp() * self.mean
        return outputs.double() * self.std + self.mean

    def scores(self, outputs: Tensor) -> Tensor:
        """`(n, *outputs)` to float64 values, `(n,)` of one number a row."""
        return self._values(self(outputs))

    def shown(self, outputs: Tensor) -> Tensor:
        return self.scores(outputs)

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """A loss of values in deviations of the training target: the Huber loss turns at 1."""
        wanted = "log" if name == "poisson" else "identity"
        assert self.link == wanted, f"the head's link is {self.link}, the loss is {name}"
        assert name in {*OF_TORCH, "quantile", "poisson"}, f"{name} is no loss for numbers"
        of_torch = OF_TORCH.get(name)

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            values = self._values(outputs)
            if of_torch is not None:
                return cost_of(of_torch, values, target, weight)
            if name == "quantile":
                return weighted(pinball(target - values, quantile), target, None, weight)
            return weighted(deviance(values.float(), target), target, None, weight)

        return loss

    def nats(self, outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Half the logarithm of the squared error."""
        error = mean_of(cost_of(F.mse_loss, self._values(outputs), target.double(), weight))
        return error.clamp(min=1e-12).log() / 2

    def deviations(self, scores: Array) -> Array:
        return np.asarray((scores - self.mean.cpu().numpy()) / self.std.cpu().numpy())

    def _values(self, outputs: Tensor) -> Tensor:
        return outputs[:, 0] if self.single else outputs


def check_rates(values: Array) -> None:
    """Refuse targets that are no counts or rates.

    Args:
        values: `(n, ...)` targets in their own unit; none are in order.

    Raises:
        DataError: if one is below 0, or all are 0.
    """
    below = values[values < 0]
    if len(below):
        rows = int((values < 0).reshape(len(values), -1).any(axis=1).sum())
        raise DataError(
            f'Train: expected a target of 0 or more for loss="poisson", found {rows:,} of '
            f"{len(values):,} rows below, {below.min():g} the lowest.",
            remedy='Use loss="squared", or leave these rows out.',
            rows=rows,
            lowest=float(below.min()),
        )
    if len(values) and not values.any():
        raise DataError(
            'Train: expected a target above 0 in some row for loss="poisson", found 0 in all.',
            remedy="Look at the target column, or at how it was split.",
        )
