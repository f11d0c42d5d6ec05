"""The default for forecasts: a linear model of lags and the calendar, and layers on top."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fivefold.models.inputs import Batch, Codes, Inputs, Width, described, parts
from fivefold.models.laggedlinear import FAR, LaggedLinear
from fivefold.models.residual import Residual


class Forecaster(LaggedLinear):
    """Residual layers on top of a linear model of each window in its own mean and deviation.

    Args:
        inputs: a `Window`, maybe with a `Calendar`, a `Width` and `Codes` beside it.
        outputs: `horizon * (1 + levels)` numbers a row, see `ForecastHead`.
        levels: quantiles of each step; None for three, if they fit.
        width: of the layers.
        depth: pairs of them.
        dropout: fraction of hidden units left out in training.

    Example:
        >>> from fivefold.models.window import Window
        >>> Forecaster(Window(1, 48, 0, 0), 12 * 4)(torch.zeros(5, 2, 48)).shape
        torch.Size([5, 48])

    Reference:
        Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023, for linear
        models of windows; Oreshkin et al., N-BEATS, 2020, for layers that learn what is left;
        Kim et al., Reversible Instance Normalization, 2022.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        levels: int | None = None,
        width: int = 192,
        depth: int = 2,
        dropout: float = 0.2,
    ) -> None:
        super().__init__(inputs, outputs, levels)
        arguments = {"levels": self.levels, "width": width, "depth": depth, "dropout": dropout}
        self.description = described("forecaster", inputs, outputs, arguments)
        self.embeddings, spaces = embedded(inputs)
        channels, history, ahead, known = self.window
        table = next((int(size) for size in parts(inputs).values() if isinstance(size, Width)), 0)
        read = channels * history + known * ahead + 3 + self.slots + table + spaces
        self.first = nn.Linear(read, width)
        self.layers = nn.Sequential(*(Residual(width, dropout) for _ in range(depth)))
        self.out = nn.Linear(width, outputs)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def _network(self, batch: Batch) -> Tensor:
        """`(n, horizon, 1 + levels)` what the layers add, in deviations of the window."""
        mean, std, scaled, lines, calendar = self._read(batch)
        channels, history, _, known = self.window
        gone = 1 - lines[:, -1, :history].mean(dim=1, keepdim=True)
        found = [scaled.clamp(-FAR, FAR), mean.clamp(-FAR, FAR), std.log(), gone, *calendar]
        if channels > 1:
            found.append(lines[:, 1:channels, :history].flatten(1).clamp(-FAR, FAR))
        if known:
            ahead = lines[:, channels - known : channels, history:]
            found.append(ahead.flatten(1).clamp(-FAR, FAR))
        if isinstance(batch, Mapping):
            if "table" in batch:
                found.append(batch["table"])
            for place, embedding in enumerate(self.embeddings):
                found.append(embedding(batch["codes"][:, place]))
        hidden = self.layers(F.silu(self.first(torch.cat(found, dim=1))))
        return self.out(hidden).view(-1, self.horizon, 1 + self.levels)  # type: ignore[no-any-return]


def embedded(inputs: Inputs) -> tuple[nn.ModuleList, int]:
    """An embedding for each category beside a window, and how many numbers they give."""
    codes = next((size for size in parts(inputs).values() if isinstance(size, Codes)), Codes())
    spaces = [min(16, 1 + round(1.6 * size**0.4)) for size in codes]
    return nn.ModuleList(map(nn.Embedding, codes, spaces)), sum(spaces)
