"""The default network for sequences over an alphabet."""

import torch
from torch import Tensor, nn

from fivefold.codecs.alphabet import FIRST
from fivefold.kinds.symbols import width_of
from fivefold.models.clues import find_clues
from fivefold.models.composition import piecewise, shares_of, words_of
from fivefold.models.inputs import Inputs, Symbols, described
from fivefold.models.learner import Lesson

BOTH, EITHER = 1, 2
"""Strands as sizes say them: both are read; validation rows decide whether they are."""

MOTIF = 11
"""Symbols that the first convolution sees."""

WINDOWED = 512
"""Most positions that have filters of their own, where positions are kept."""

PLACES = 8, 64
"""Parts of a sequence of which the head reads the strongest patterns each: beside such filters, and
without them."""

PATTERNS = 8
"""Filters a position, over three neighbours."""

KMERS = 4096
"""Most k-mers that are embedded."""

POSITIONS = 1000
"""To which long sequences are brought before the dilated convolutions."""

STRIDE = 4
"""Positions by which the first convolution goes on in long sequences, at most."""


class SeqNet(nn.Module):
    """Convolutions over symbols, pooled; a head that knows positions beside it where they tell.

    A letter that stands for several is the mean of their embeddings. Dilated convolutions see ever
    wider; what they find, and what the first one finds, is pooled by mean and maximum, beside the
    mean of embedded k-mers. Where positions are kept, their strongest patterns part by part,
    filters of each position's own and a linear part are added. Of both strands the mean is taken.

    Whether positions are kept and both strands read is said by `inputs`, and, where it is left to
    validation rows, by `begin`: see `fivefold.models.clues`.

    Args:
        inputs: `Symbols`: their number, the alphabet, whether positions are kept.
        outputs: numbers a row.
        width: channels.
        layers: convolutions after the first; each sees twice as wide as the one before.
        dropout: fraction left out in training of what the head reads, 0 to 1.
        kept: whether positions are; None as `inputs` say.
        both: whether the other strand is read too; None where `inputs` surely say so.

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
        kept: bool | None = None,
        both: bool | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Symbols):
            raise TypeError(f"SeqNet reads a sequence, found {inputs}")
        self.symbols = inputs
        self.kept = bool(inputs.kept) if kept is None else kept
        self.both = inputs.both == BOTH if both is None else both
        arguments = {"width": width, "layers": layers, "dropout": dropout}
        arguments |= {"kept": self.kept, "both": self.both}
        self.description = described("seqnet", inputs, outputs, arguments)
        known = inputs.known
        letters = inputs.codes - 1 if known is None else len(known.letters)
        table = torch.eye(inputs.codes)[:, 1:] if known is None else torch.tensor(known.matrix())
        self.register_buffer("shares", table, persistent=False)
        if inputs.both:
            assert known is not None
            self.register_buffer("facing", torch.tensor(known.facing()), persistent=False)
        size = min(letters, 32)
        self.embedding = nn.Parameter(torch.eye(letters, size) + 0.02 * torch.randn(letters, size))
        self.dropout, self.noise = nn.Dropout(dropout), nn.Dropout(dropout / 5)
        self.step = min(STRIDE, -(-inputs.length // POSITIONS))
        places = -(-inputs.length // self.step)
        self.pool = -(-places // POSITIONS)
        self.first = nn.Conv1d(size, width, MOTIF, padding=MOTIF // 2, stride=self.step)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation)
            for dilation in (2**layer for layer in range(layers))
        )
        self.base = len(known.letters) if known else max(1, inputs.codes - FIRST)
        self.words = nn.Embedding(self.base ** width_of(self.base, KMERS) + 1, width)
        nn.init.normal_(self.words.weight, std=0.1)
        self.out = nn.Linear(5 * width, outputs)
        self.placed: Placed | None = None
        if self.kept:
            narrow = -(-places // self.pool)
            self.part = -(-narrow // PLACES[0 if inputs.length <= WINDOWED else 1])
            self.parts = nn.Linear(width * -(-narrow // self.part), outputs)
            self.placed = Placed(inputs.length, size, outputs, 2 * width, dropout)

    def begin(self, lesson: Lesson) -> nn.Module:
        """Let validation rows say whether positions tell, and whether both strands are read."""
        undecided = self.symbols.both == EITHER and not self.both
        if not (self.kept or undecided):
            return self
        clues = find_clues(lesson, self.symbols)
        if clues is None:
            return self
        if self.kept and not clues.placed and self.symbols.length <= POSITIONS:
            self.kept = self.description["arguments"]["kept"] = False
            del self.parts, self.placed
            self.placed = None
            lesson.tell(
                "Letters at their positions tell nothing of validation rows: all is pooled."
            )
        if undecided and clues.both:
            self.both = self.description["arguments"]["both"] = True
            lesson.tell("Both strands are read: for the validation rows that is surely better.")
        return self

    def forward(self, codes: Tensor) -> Tensor:
        """Int64 `(n, length)` with 0 behind the end to `(n, outputs)`."""
        if not self.training:
            return piecewise(self._answer, codes)
        return self._answer(codes)

    def _answer(self, codes: Tensor) -> Tensor:
        outputs = self.read(codes)
        if self.both:
            outputs = (outputs + self.read(self.facing[codes].flip(1))) / 2
        return outputs

    def read(self, codes: Tensor) -> Tensor:
        """One strand."""
        embedded = nn.functional.embedding(codes, self.shares @ self.embedding)
        present = _narrowed((codes != 0).to(embedded.dtype)[:, None], self.step)
        flowing = torch.relu(self.first(self.noise(embedded.transpose(1, 2)))) * present
        pooled = [flowing.sum(2) / present.sum(2).clamp(min=1), flowing.amax(2)]
        flowing, present = _narrowed(flowing, self.pool), _narrowed(present, self.pool)
        for convolution in self.convolutions:
            flowing = (flowing + torch.relu(convolution(flowing))) * present
        pooled += [flowing.sum(2) / present.sum(2).clamp(min=1), flowing.amax(2)]
        pooled.append(self._usual(codes))
        outputs: Tensor = self.out(self.dropout(torch.cat(pooled, dim=1)))
        if self.placed is not None:
            strongest = _narrowed(flowing, self.part).flatten(1)
            outputs = outputs + self.parts(self.dropout(strongest)) + self.placed(embedded)
        return outputs

    def _usual(self, codes: Tensor) -> Tensor:
        """The mean of the embedded k-mers."""
        size = min(width_of(self.base, KMERS), codes.shape[1])
        found = words_of(codes, self.base, size)
        if codes.shape[1] > POSITIONS:  # a row of 20,000 embedded ones is large
            shares = shares_of(found, len(self.words.weight) - 1)
            whole_row: Tensor = shares @ self.words.weight[1:]
            return whole_row
        whole = (found > 0)[:, :, None]
        mean: Tensor = (self.words(found) * whole).sum(1) / whole.sum(1).clamp(min=1)
        return mean


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
