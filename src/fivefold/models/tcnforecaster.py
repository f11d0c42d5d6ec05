"""Forecasts by dilated convolutions over a window, on top of a linear model of lags."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.models.forecaster import embedded
from fivefold.models.inputs import Batch, Inputs, Width, described, parts
from fivefold.models.laggedlinear import FAR, LaggedLinear
from fivefold.models.timenet import Causal


class TCNForecaster(LaggedLinear):
    """Dilated convolutions on top of a linear model of each window in its own deviation.

    They look at all lines of the past, and answer from the last step and the mean of
    the last ones.

    Args:
        inputs: a `Window`, maybe with a `Calendar`, a `Width` and `Codes` beside it.
        outputs: `horizon * (1 + levels)` numbers a row, see `ForecastHead`.
        levels: quantiles of each step; None for three, if they fit.
        width: channels.
        dropout: fraction left out in training after each layer, 0 to 1.

    Example:
        >>> from fivefold.models.window import Window
        >>> TCNForecaster(Window(1, 48, 0, 0), 12 * 4)(torch.zeros(5, 2, 48)).shape
        torch.Size([5, 48])

    Reference:
        Bai, Kolter and Koltun, An Empirical Evaluation of Generic Convolutional and Recurrent
        Networks for Sequence Modeling, 2018.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        levels: int | None = None,
        width: int = 32,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(inputs, outputs, levels)
        arguments = {"levels": self.levels, "width": width, "dropout": dropout}
        self.description = described("tcnforecaster", inputs, outputs, arguments)
        self.embeddings, spaces = embedded(inputs)
        channels, history, ahead, known = self.window
        table = next((int(size) for size in parts(inputs).values() if isinstance(size, Width)), 0)
        depth = max(2, min(7, history.bit_length() - 2))
        self.layers = nn.ModuleList(
            Causal(channels + 1 if place == 0 else width, width, 2**place, dropout)
            for place in range(depth)
        )
        self.last = nn.Linear(2 * width + known * ahead + 3 + self.slots + table + spaces, width)
        self.out = nn.Linear(width, outputs)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def _network(self, batch: Batch) -> Tensor:
        """`(n, horizon, 1 + levels)` what convolutions add, in deviations of the window."""
        mean, std, scaled, lines, calendar = self._read(batch)
        channels, history, _, known = self.window
        there = lines[:, -1:, :history]
        past = lines[:, 1:channels, :history]
        maps = torch.cat([scaled.unsqueeze(1), past, there], dim=1).clamp(-FAR, FAR)
        present = torch.ones_like(there)
        for layer in self.layers:
            maps = layer(maps, present)
        recent = maps[:, :, -min(history, self.horizon) :].mean(dim=2)
        found = [maps[:, :, -1], recent, mean.clamp(-FAR, FAR), std.log(), 1 - there.mean(dim=2)]
        found += calendar
        if known:
            ahead = lines[:, channels - known : channels, history:]
            found.append(ahead.flatten(1).clamp(-FAR, FAR))
        if isinstance(batch, Mapping):
            if "table" in batch:
                found.append(batch["table"])
            for place, embedding in enumerate(self.embeddings):
                found.append(embedding(batch["codes"][:, place]))
        hidden = F.silu(self.last(torch.cat(found, dim=1)))
        return self.out(hidden).view(-1, self.horizon, 1 + self.levels)  # type: ignore[no-any-return]
