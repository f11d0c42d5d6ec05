"""The default network for sequences over an alphabet."""

import torch
from torch import Tensor, nn

from fivefold.codecs.alphabet import FIRST
from fivefold.kinds.symbols import width_of
from fivefold.models.inputs import Inputs, Symbols, described

PLACES = 64
"""Most positions of which the head reads each one, where positions are kept."""

KMERS = 4096
"""Most k-mers that are embedded."""

WINDOWS = 1024
"""Positions to which long sequences are brought before the dilated convolutions."""


class SeqNet(nn.Module):
    """Convolutions over symbols; a head that knows positions where they are kept, else pools.

    A letter that stands for several is the mean of their embeddings. Where positions are kept, a
    linear part reads each symbol at its place beside the convolutions. Where they are not, dilated
    convolutions see ever wider and are pooled by mean and maximum, beside the mean of embedded
    k-mers. Of both strands the mean is taken.

    Args:
        inputs: `Symbols`: their number, the alphabet, whether positions are kept.
        outputs: numbers a row.
        width: channels.
        layers: convolutions after the first; each sees twice as wide where sequences are pooled.
        dropout: fraction left out in training of what the head reads, 0 to 1.

    Example:
        >>> SeqNet(Symbols(60, 16, 1, 1, 0), 3)(torch.ones(5, 60, dtype=torch.long)).shape
        torch.Size([5, 3])

    Reference:
        Alipanahi et al., Predicting the sequence specificities of DNA- and RNA-binding proteins by
        deep learning, Nature Biotechnology 2015, for convolutions as motifs; Kelley, Reshef et
        al., Sequential regulatory activity prediction across chromosomes with convolutional
        neural networks, Genome Research 2018, for dilated ones.
    """

    shares: Tensor
    facing: Tensor

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int = 64,
        layers: int = 3,
        dropout: float = 0.4,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Symbols):
            raise TypeError(f"SeqNet reads a sequence, found {inputs}")
        arguments = {"width": width, "layers": layers, "dropout": dropout}
        self.description = described("seqnet", inputs, outputs, arguments)
        self.kept, self.both = bool(inputs.kept), bool(inputs.both)
        known = inputs.known
        letters = inputs.codes - 1 if known is None else len(known.letters)
        table = torch.eye(inputs.codes)[:, 1:] if known is None else torch.tensor(known.matrix())
        self.register_buffer("shares", table, persistent=False)
        if self.both:
            assert known is not None
            self.register_buffer("facing", torch.tensor(known.facing()), persistent=False)
        size = min(letters, width)
        self.embedding = nn.Parameter(torch.eye(letters, size) + 0.02 * torch.randn(letters, size))
        self.noise = nn.Dropout(dropout / 4)
        self.first = nn.Conv1d(size, width, 9, padding=4)
        steps = [1 if self.kept else 2**layer for layer in range(layers)]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, 5, padding=2 * step, dilation=step) for step in steps
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for _ in range(layers + 1))
        most = PLACES if self.kept else WINDOWS
        self.stride = max(1, -(-inputs.length // most))
        places = -(-inputs.length // self.stride)
        self.dropout = nn.Dropout(dropout)
        if self.kept:
            self.linear = nn.Linear(size * inputs.length, outputs)
            self.out = nn.Linear(width * places, outputs)
        else:
            self.base = len(known.letters) if known else max(1, inputs.codes - FIRST)
            self.words = nn.Embedding(self.base ** width_of(self.base, KMERS) + 1, width)
            nn.init.normal_(self.words.weight, std=0.1)
            self.out = nn.Linear(3 * width, outputs)

    def forward(self, codes: Tensor) -> Tensor:
        """Int64 `(n, length)` with 0 behind the end to `(n, outputs)`."""
        outputs = self.read(codes)
        if self.both:
            outputs = (outputs + self.read(self.facing[codes].flip(1))) / 2
        return outputs

    def read(self, codes: Tensor) -> Tensor:
        """One strand."""
        embedded = nn.functional.embedding(codes, self.shares @ self.embedding)
        present = (codes != 0).to(embedded.dtype)[:, None]
        flowing = self.first(self.noise(embedded.transpose(1, 2)))
        flowing = torch.relu(self.norms[0](flowing)) * present
        if self.stride > 1:
            flowing, present = self._narrowed(flowing), self._narrowed(present)
        for convolution, norm in zip(self.convolutions, self.norms[1:], strict=True):
            flowing = (flowing + torch.relu(norm(convolution(flowing)))) * present
        if self.kept:
            deep: Tensor = self.out(self.dropout(flowing.flatten(1)))
            outputs: Tensor = deep + self.linear(self.dropout(embedded.flatten(1)))
            return outputs
        mean = flowing.sum(2) / present.sum(2).clamp(min=1)
        found = self._kmers(codes)
        words = self.words(found) * (found > 0)[:, :, None]
        usual = words.sum(1) / (found > 0).sum(1, keepdim=True).clamp(min=1)
        pooled: Tensor = self.out(self.dropout(torch.cat([mean, flowing.amax(2), usual], dim=1)))
        return pooled

    def _narrowed(self, values: Tensor) -> Tensor:
        return nn.functional.max_pool1d(values, self.stride, ceil_mode=True)

    def _kmers(self, codes: Tensor) -> Tensor:
        """As `fivefold.kinds.symbols.kmers` has them."""
        k = min(width_of(self.base, KMERS), codes.shape[1])
        places = codes.shape[1] - k + 1
        found = torch.zeros_like(codes[:, :places])
        whole = torch.ones_like(found)
        for step in range(k):
            letter = codes[:, step : step + places] - FIRST
            whole = whole * ((letter >= 0) & (letter < self.base))
            found = found * self.base + letter
        return (found + 1) * whole
