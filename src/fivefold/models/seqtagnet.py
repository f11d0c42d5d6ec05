"""The network for a label at each symbol of a sequence, or at each step of a series."""

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Inputs, Signal, Symbols, described
from fivefold.models.tagnet import Dilated

REACH = 7
"""Symbols, or steps, that the first convolution sees."""


class SeqTagNet(nn.Module):
    """Convolutions over symbols, dilated ever wider and never pooled; a label for each symbol.

    A letter that stands for several is the mean of their embeddings, as in `SeqNet`.

    Args:
        inputs: `Symbols`: their number, the alphabet.
        outputs: positions, and labels of each.
        width: channels.
        layers: dilated convolutions; each sees twice as wide as the one before.
        dropout: fraction left out in training, 0 to 1.

    Example:
        >>> net = SeqTagNet(Symbols(60, 16, 1, 0, 0), (60, 3))
        >>> net(torch.ones(5, 60, dtype=torch.long)).shape
        torch.Size([5, 60, 3])

    Reference:
        Yu and Koltun, Multi-Scale Context Aggregation by Dilated Convolutions, ICLR 2016; Wang et
        al., Protein Secondary Structure Prediction Using Deep Convolutional Neural Fields,
        Scientific Reports 2016, for labels of acids by convolutions.
    """

    shares: Tensor

    def __init__(
        self,
        inputs: Inputs,
        outputs: tuple[int, ...],
        *,
        width: int = 64,
        layers: int = 5,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Symbols):
            raise TypeError(f"SeqTagNet reads a sequence, found {inputs}")
        arguments = {"width": width, "layers": layers, "dropout": dropout}
        self.description = described("seqtagnet", inputs, list(outputs), arguments)
        known = inputs.known
        table = torch.eye(inputs.codes)[:, 1:] if known is None else torch.tensor(known.matrix())
        self.register_buffer("shares", table, persistent=False)
        size = min(table.shape[1], 32)
        start = torch.eye(table.shape[1], size)
        self.embedding = nn.Parameter(start + 0.02 * torch.randn_like(start))
        self.labelled = Labelled(size, outputs[-1], width, layers, dropout)

    def forward(self, codes: Tensor) -> Tensor:
        """Int64 `(n, steps)` with 0 behind the end to `(n, steps, labels)`."""
        embedded = nn.functional.embedding(codes, self.shares @ self.embedding)
        there = (codes != 0).to(embedded.dtype)[:, None]
        labels: Tensor = self.labelled(embedded.transpose(1, 2), there)
        return labels


class SeriesTagNet(nn.Module):
    """Convolutions over steps, dilated ever wider and never pooled; a label for each step.

    Args:
        inputs: a `Signal`.
        outputs: steps, and labels of each.
        width: channels.
        layers: dilated convolutions; each sees twice as far as the one before, to both sides.
        dropout: fraction left out in training, 0 to 1.

    Example:
        >>> SeriesTagNet(Signal(4, 50), (50, 3))(torch.ones(5, 4, 50)).shape
        torch.Size([5, 50, 3])

    Reference:
        Lea et al., Temporal Convolutional Networks for Action Segmentation and Detection, CVPR
        2017.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: tuple[int, ...],
        *,
        width: int = 64,
        layers: int = 6,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Signal):
            raise TypeError(f"SeriesTagNet reads a series, found {inputs}")
        arguments = {"width": width, "layers": layers, "dropout": dropout}
        self.description = described("seriestagnet", inputs, list(outputs), arguments)
        self.labelled = Labelled(inputs.lines, outputs[-1], width, layers, dropout)

    def forward(self, lines: Tensor) -> Tensor:
        """`(n, lines, steps)` to `(n, steps, labels)`."""
        labels: Tensor = self.labelled(lines, lines[:, -1:])
        return labels


class Labelled(nn.Module):
    """A label for each step of some channels: what convolutions of all widths see there.

    Args:
        channels: that go in.
        labels: of each step.
        width: channels of the convolutions.
        layers: dilated ones.
        dropout: fraction left out in training, 0 to 1.
    """

    def __init__(self, channels: int, labels: int, width: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.Conv1d(channels, width, REACH, padding=REACH // 2)
        self.dilated = Dilated(width, layers, dropout)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(2 * width, labels)

    def forward(self, lines: Tensor, there: Tensor) -> Tensor:
        """`(n, channels, steps)`, and `(n, 1, steps)` 1 where a row is, to `(n, steps, labels)`."""
        own = torch.relu(self.first(lines * there)) * there
        both = torch.cat([own, self.dilated(own, there)], dim=1).transpose(1, 2)
        labels: Tensor = self.out(self.dropout(both))
        return labels
