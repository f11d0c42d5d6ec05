"""Networks for series: convolutions of several widths, dilated ones, and recurrent ones."""

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Inputs, Signal, described

WIDTHS = (39, 19, 9)
"""Steps that a layer of InceptionTime looks at, side by side."""


def signal_of(inputs: Inputs, reader: str) -> Signal:
    """The size of a series, for a network that reads nothing else.

    Raises:
        TypeError: if it is that of another kind.
    """
    if not isinstance(inputs, Signal):
        raise TypeError(f"{reader} reads a series, found {inputs}")
    return inputs


def pooled(maps: Tensor, present: Tensor) -> Tensor:
    """The mean and the largest over the steps that a series has.

    Args:
        maps: `(n, width, steps)`, 0 behind the end and never below.
        present: `(n, 1, steps)` 1 where the series is.
    """
    mean = maps.sum(dim=2) / present.sum(dim=2).clamp(min=1)
    return torch.cat([mean, maps.amax(dim=2)], dim=1)


class InceptionTime(nn.Module):
    """Convolutions of three widths side by side, with shortcuts; then mean and maximum over time.

    What lies behind the end of a series is 0 after each layer and counts in neither of the two, so
    a score does not depend on how far a series was filled up.

    Args:
        inputs: a `Signal`.
        outputs: numbers a row.
        width: channels of each of the four branches of a layer.
        depth: layers.
        dropout: fraction of what is pooled left out in training, 0 to 1.

    Example:
        >>> InceptionTime(Signal(4, 50), 3)(torch.ones(5, 4, 50)).shape
        torch.Size([5, 3])

    Reference:
        Ismail Fawaz et al., InceptionTime: Finding AlexNet for Time Series Classification, Data
        Mining and Knowledge Discovery 34, 2020.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int = 16,
        depth: int = 3,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        lines, steps = signal_of(inputs, "InceptionTime")
        arguments = {"width": width, "depth": depth, "dropout": dropout}
        self.description = described("inceptiontime", inputs, outputs, arguments)
        wide = 4 * width
        sizes = [min(size, 2 * steps - 1) for size in WIDTHS]
        self.layers = nn.ModuleList(
            _Inception(lines if place == 0 else wide, width, sizes) for place in range(depth)
        )
        self.shortcut = nn.Sequential(nn.Conv1d(lines, wide, 1, bias=False), nn.BatchNorm1d(wide))
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * wide, outputs))

    def forward(self, lines: Tensor) -> Tensor:
        """Float `(n, lines, steps)` to `(n, outputs)`."""
        present = lines[:, -1:]
        maps = lines
        for place, layer in enumerate(self.layers):
            found = layer(maps)
            if place == len(self.layers) - 1:
                found = found + self.shortcut(lines)
            maps = torch.relu(found) * present
        outputs: Tensor = self.out(pooled(maps, present))
        return outputs


class _Inception(nn.Module):
    def __init__(self, lines: int, width: int, sizes: list[int]) -> None:
        super().__init__()
        self.narrow = nn.Conv1d(lines, width, 1, bias=False)
        self.branches = nn.ModuleList(
            nn.Conv1d(width, width, size, padding=size // 2, bias=False) for size in sizes
        )
        self.peak = nn.Sequential(
            nn.MaxPool1d(3, stride=1, padding=1), nn.Conv1d(lines, width, 1, bias=False)
        )
        self.norm = nn.BatchNorm1d((len(sizes) + 1) * width)

    def forward(self, maps: Tensor) -> Tensor:
        narrow = self.narrow(maps)
        found = [branch(narrow) for branch in self.branches]
        normed: Tensor = self.norm(torch.cat([*found, self.peak(maps)], dim=1))
        return normed


class TCN(nn.Module):
    """Dilated convolutions that look back twice as far each layer; then mean and maximum over time.

    Args:
        inputs: a `Signal`.
        outputs: numbers a row.
        width: channels.
        dropout: fraction left out in training after each layer, 0 to 1.

    Example:
        >>> TCN(Signal(4, 50), 3)(torch.ones(5, 4, 50)).shape
        torch.Size([5, 3])

    Reference:
        Bai, Kolter and Koltun, An Empirical Evaluation of Generic Convolutional and Recurrent
        Networks for Sequence Modeling, 2018.
    """

    def __init__(
        self, inputs: Inputs, outputs: int, *, width: int = 48, dropout: float = 0.1
    ) -> None:
        super().__init__()
        lines, steps = signal_of(inputs, "TCN")
        arguments = {"width": width, "dropout": dropout}
        self.description = described("tcn", inputs, outputs, arguments)
        depth = max(2, min(7, steps.bit_length() - 2))
        self.layers = nn.ModuleList(
            Causal(lines if place == 0 else width, width, 2**place, dropout)
            for place in range(depth)
        )
        self.out = nn.Linear(2 * width, outputs)

    def forward(self, lines: Tensor) -> Tensor:
        """Float `(n, lines, steps)` to `(n, outputs)`."""
        present = lines[:, -1:]
        maps = lines
        for layer in self.layers:
            maps = layer(maps, present)
        outputs: Tensor = self.out(pooled(maps, present))
        return outputs


class Causal(nn.Module):
    """Two dilated convolutions that look back alone, around which the input goes on."""

    def __init__(self, lines: int, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.before = nn.ConstantPad1d((4 * dilation, 0), 0.0)
        self.one = nn.Conv1d(lines, width, 3, dilation=dilation, bias=False)
        self.other = nn.Conv1d(width, width, 3, dilation=dilation, bias=False)
        self.norms = nn.ModuleList([nn.BatchNorm1d(width), nn.BatchNorm1d(width)])
        self.dropout = nn.Dropout(dropout)
        self.shortcut = nn.Conv1d(lines, width, 1) if lines != width else nn.Identity()

    def forward(self, maps: Tensor, present: Tensor) -> Tensor:
        """`(n, lines, steps)` to `(n, width, steps)`, 0 where `present` is."""
        found = torch.relu(self.norms[0](self.one(self.before(maps))))
        found = self.dropout(self.norms[1](self.other(found)))
        made: Tensor = torch.relu(found + self.shortcut(maps)) * present
        return made


class GRU(nn.Module):
    """A recurrent network in both directions over the filled-up length; mean and maximum over time.

    Args:
        inputs: a `Signal`.
        outputs: numbers a row.
        width: numbers that it remembers in each direction.
        dropout: fraction of what is pooled left out in training, 0 to 1.

    Example:
        >>> GRU(Signal(4, 50), 3)(torch.ones(5, 4, 50)).shape
        torch.Size([5, 3])

    Reference:
        Cho et al., Learning Phrase Representations using RNN Encoder-Decoder for Statistical
        Machine Translation, EMNLP 2014.
    """

    def __init__(
        self, inputs: Inputs, outputs: int, *, width: int = 64, dropout: float = 0.2
    ) -> None:
        super().__init__()
        lines, _ = signal_of(inputs, "GRU")
        arguments = {"width": width, "dropout": dropout}
        self.description = described("gru", inputs, outputs, arguments)
        self.memory = nn.GRU(lines, width, batch_first=True, bidirectional=True)
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(4 * width, outputs))

    def forward(self, lines: Tensor) -> Tensor:
        """Float `(n, lines, steps)` to `(n, outputs)`."""
        present = lines[:, -1:]
        states, _ = self.memory(lines.transpose(1, 2))
        maps = (1 + states.transpose(1, 2)) * present  # from 0 to 2
        outputs: Tensor = self.out(pooled(maps, present))
        return outputs
