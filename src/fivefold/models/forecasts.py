"""The head of forecasts: an expected value a step, and quantiles that do not cross."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from fivefold.codecs.table import Array
from fivefold.kinds.windows import filled
from fivefold.metrics.forecasting import known_of, levels_of, scale_of, truth_of
from fivefold.models.head import Head
from fivefold.models.losses import Cost, Loss, pinball, summed
from fivefold.models.quantity import DELTA
from fivefold.tasks.quantity import mean_and_spread

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec


class ForecastHead(Head):
    """Steps in their own unit: `(n, horizon * (1 + levels))` to `(n, horizon, 1 + levels)`.

    Of each step a network gives the expected value, then the first quantile less that, then by how
    much each of the next lies above the one before, through a softplus: so they never cross.

    Args:
        outputs: `(horizon * (1 + levels),)`.
        levels: how many quantiles.

    Example:
        >>> head = ForecastHead((4,), levels=3)
        >>> head.scores(torch.tensor([[1.0, -0.5, -9.0, -9.0]])).round(decimals=3).tolist()
        [[[1.0, 0.5, 0.5, 0.5]]]
    """

    mean: Tensor
    std: Tensor
    unit: Tensor
    levels: Tensor
    mixing = "mean"

    def __init__(self, outputs: tuple[int, ...] = (4,), *, levels: int = 3) -> None:
        super().__init__(outputs)
        self.count = levels
        self.horizon = outputs[0] // (1 + levels)
        for name, value in (("mean", 0.0), ("std", 1.0), ("unit", 1.0)):
            self.register_buffer(name, torch.tensor(value, dtype=torch.float64))
        self.register_buffer("levels", torch.zeros(levels, dtype=torch.float64))

    @property
    def description(self) -> dict[str, Any]:
        return {**super().description, "levels": self.count}

    @classmethod
    def suiting(cls, loss: str | None, outputs: tuple[int, ...]) -> Self:
        return cls(outputs)

    def fit(self, target: Array) -> None:
        """Take the mean and deviation of all steps over, the levels, and the usual error."""
        levels, horizon = levels_of(target), truth_of(target).shape[1]
        self.count, self.horizon = len(levels), horizon
        self.levels = torch.tensor(levels, dtype=torch.float64, device=self.mean.device)
        mean, std = mean_and_spread(known_of(target))
        self._take(mean, std, float(np.median(scale_of(target))))

    def know(self, codec: "Codec") -> None:
        """Give outputs the unit of the windows that are read, so that a network may carry on."""
        first = codec.schema.inputs[0].name
        state = codec.columns[first].state
        if hasattr(state, "mean") and hasattr(state, "std") and hasattr(state, "steps"):
            self._take(state.mean, state.std, float(self.unit * self.std))

    def _take(self, mean: float, std: float, usual: float) -> None:
        self.mean.fill_(mean)
        self.std.fill_(std)
        self.unit.fill_(usual / std)

    def targets(self, values: Array, *, own: bool = False) -> Tensor:
        """`(n, horizon + 1)` steps with mean 0 and deviation 1, then what an error counts.

        Errors of series with larger usual errors count less; steps that did not come are NaN. A
        loss of the user's sees steps alone, in their own unit, those on lines between the others.
        """
        truth = truth_of(values)
        if own:
            return torch.from_numpy(np.ascontiguousarray(filled(truth), np.float64))
        steps = (truth - float(self.mean)) / float(self.std)
        counts = float(self.unit * self.std) / scale_of(values)[:, None]
        found = np.concatenate([steps, np.clip(counts, 0.01, 100.0)], axis=1)
        return torch.from_numpy(found.astype(np.float32))

    def steps(self, outputs: Tensor) -> Tensor:
        """`(n, horizon, 1 + levels)` values with mean 0 and deviation 1."""
        each = outputs.reshape(-1, self.horizon, 1 + self.count)
        value, first = each[..., :1], each[..., :1] + each[..., 1:2]
        found = [value, first]
        for place in range(2, 1 + self.count):
            found.append(found[-1] + F.softplus(each[..., place : place + 1]))
        return torch.cat(found[: 1 + self.count], dim=-1)

    def forward(self, outputs: Tensor) -> Tensor:
        """Float64 values in their own unit."""
        return self.steps(outputs).double() * self.std + self.mean

    def shown(self, outputs: Tensor) -> Tensor:
        values: Tensor = self(outputs)
        return values[..., 0]

    def loss(
        self,
        name: str,
        *,
        weights: Tensor | None = None,
        quantile: float = 0.5,
        label_smoothing: float = 0.0,
    ) -> Loss:
        """What the expected value is off, and the pinball loss of the quantiles, a row."""
        levels = self.levels.tolist()

        def loss(outputs: Tensor, target: Tensor, weight: Tensor | None = None) -> Cost:
            steps, counts = self.steps(outputs), target[:, -1:]
            truth, there = known_steps(target[:, :-1])
            off = (steps[..., 0] - truth) * counts
            if name == "huber":
                costs = F.huber_loss(off, torch.zeros_like(off), reduction="none", delta=DELTA)
            else:
                costs = off.abs() if name == "absolute" else off**2
            for place, level in enumerate(levels, 1):
                short = (truth - steps[..., place]) * counts
                costs = costs + 2 * pinball(short, level) / len(levels)
            costs = costs * there
            return costs.mean() if weight is None else summed(costs, weight)

        return loss

    def deviations(self, scores: Array) -> Array:
        return np.asarray((scores - float(self.mean)) / float(self.std))


def known_steps(truth: Tensor) -> tuple[Tensor, Tensor]:
    """What came, 0 for what did not, and what each step counts: in a row 1 on the mean, or 0.

    Example:
        >>> known_steps(torch.tensor([[3.0, torch.nan], [1.0, 2.0]]))[1].tolist()
        [[2.0, 0.0], [1.0, 1.0]]
    """
    there = ~torch.isnan(truth)
    share = there.sum(dim=1, keepdim=True).clamp(min=1) / truth.shape[1]
    return torch.where(there, truth, 0.0), there / share
