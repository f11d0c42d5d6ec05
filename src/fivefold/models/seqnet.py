"""The default network for sequences over an alphabet."""

import torch
from torch import Tensor, nn

from fivefold.codecs.alphabet import FIRST
from fivefold.kinds.symbols import width_of
from fivefold.models.inputs import Inputs, Symbols, described

WINDOWED = 512
"""Most positions that have filters of their own, where positions are kept."""

PLACES = 8, 64
"""Parts of a sequence of which the head reads the strongest patterns each: beside such filters, and
without them."""

PATTERNS = 8
"""Filters a position, over three neighbours."""

KMERS = 4096
"""Most k-mers that are embedded."""

POSITIONS = 1024
"""To which long sequences are brought before the dilated convolutions."""

STRIDE = 4
"""Positions by which the first convolution goes on in long sequences, at most."""


class SeqNet(nn.Module):
    """Convolutions over symbols; a head that knows positions where they are kept, else pools.

    A letter that stands for several is the mean of their embeddings. Where positions are kept,
    filters of each position's own and a linear part stand beside the convolutions. Where they are
    not, dilated convolutions see ever wider and are pooled by mean and maximum, beside the mean of
    embedded k-mers. Of both strands the mean is taken.

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
        width: int = 32,
        layers: int = 2,
        dropout: float = 0.5,
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
        size = min(letters, 32)
        self.embedding = nn.Parameter(torch.eye(letters, size) + 0.02 * torch.randn(letters, size))
        self.dropout, self.noise = nn.Dropout(dropout), nn.Dropout(dropout / 5)
        long = -(-inputs.length // POSITIONS)
        step = 1 if self.kept else min(STRIDE, long)
        self.first = nn.Conv1d(size, width, 9, padding=4, stride=step)
        reach = [1 if self.kept else 2**layer for layer in range(layers)]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation)
            for dilation in reach
        )
        self.step, places = step, -(-inputs.length // step)
        if self.kept:
            windowed = inputs.length <= WINDOWED
            self.pool = -(-places // PLACES[0 if windowed else 1])
            self.placed = Placed(inputs.length, size, outputs, 2 * width, dropout)
            self.out = nn.Linear(width * -(-places // self.pool), outputs)
        else:
            self.pool = -(-places // POSITIONS)
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
        flowing = torch.relu(self.first(self.noise(embedded.transpose(1, 2))))
        if self.step > 1:
            present = _narrowed(present, self.step)
        flowing = flowing * present
        if not self.kept:
            flowing, present = _narrowed(flowing, self.pool), _narrowed(present, self.pool)
        for convolution in self.convolutions:
            flowing = (flowing + torch.relu(convolution(flowing))) * present
        if self.kept:
            strongest = _narrowed(flowing, self.pool).flatten(1)
            outputs: Tensor = self.out(self.dropout(strongest)) + self.placed(embedded)
            return outputs
        mean = flowing.sum(2) / present.sum(2).clamp(min=1)
        pooled = [mean, flowing.amax(2), self._usual(codes)]
        whole: Tensor = self.out(self.dropout(torch.cat(pooled, dim=1)))
        return whole

    def _usual(self, codes: Tensor) -> Tensor:
        """The mean of the embedded k-mers."""
        found = self._kmers(codes)
        whole = (found > 0)[:, :, None]
        mean: Tensor = (self.words(found) * whole).sum(1) / whole.sum(1).clamp(min=1)
        return mean

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


class Placed(nn.Module):
    """What stands where: a linear part, and filters of each position's own below a hidden layer.

    Args:
        length: positions; the filters are left out where there are too many.
        size: numbers a position.
        outputs: numbers a row.
        hidden: width of the hidden layer.
        dropout: fraction left out in training, 0 to 1.
    """

    def __init__(self, length: int, size: int, outputs: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.noise, self.dropout = nn.Dropout(0.6 * dropout), nn.Dropout(dropout)
        self.linear = nn.Linear(length * size, outputs)
        self.windowed = length <= WINDOWED
        if self.windowed:
            spread = (3 * size) ** -0.5
            self.filters = nn.Parameter(spread * torch.randn(length, 3 * size, PATTERNS))
            self.offsets = nn.Parameter(torch.zeros(length, PATTERNS))
            self.hidden = nn.Linear(length * PATTERNS, hidden)
            self.out = nn.Linear(hidden, outputs)

    def forward(self, embedded: Tensor) -> Tensor:
        """Float `(n, length, size)` to `(n, outputs)`."""
        shown = self.noise(embedded)
        outputs: Tensor = self.linear(shown.flatten(1))
        if not self.windowed:
            return outputs
        wide = nn.functional.pad(shown, (0, 0, 1, 1))
        windows = torch.cat([wide[:, :-2], shown, wide[:, 2:]], dim=2)
        found = torch.einsum("npi,pij->npj", windows, self.filters) + self.offsets
        hidden = torch.relu(self.hidden(self.dropout(torch.relu(found).flatten(1))))
        both: Tensor = outputs + self.out(self.dropout(hidden))
        return both


def _narrowed(values: Tensor, step: int) -> Tensor:
    if step == 1:
        return values
    return nn.functional.max_pool1d(values, step, ceil_mode=True)
