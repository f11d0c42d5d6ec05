"""A linear model over short words of sequences as a module of buffers, and how it is fitted."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fivefold.codecs.alphabet import FIRST
from fivefold.codecs.table import Array
from fivefold.models.composition import shares_of, words_of
from fivefold.models.head import Head
from fivefold.models.inputs import Symbols
from fivefold.models.learner import Feed
from fivefold.models.linear import Strengths, fit_linear

STRENGTHS = Strengths(
    classes=(0.1, 1.0, 10.0, 100.0, 1000.0), numbers=(10.0, 1.0, 0.1, 0.01, 0.001)
)
"""How little weights are held back, tried in order."""

WORDS = 8192
"""Most words of one length that are weighed."""

LONGEST = 8
"""Symbols of a word, at most."""

SHORT = 3
"""Words of up to so many symbols are weighed beside the longest: those between add nothing."""

PLACED = 4096
"""Most numbers for the letters at all positions."""

ENTRIES = 3e7
"""Numbers of a sparse matrix that it is fitted to, about, at most."""

NUMBERS = 2**23
"""Numbers of rows that are worked out at a time."""


class Kmers(nn.Module):
    """What the short words of a sequence add to the outputs; nothing in it learns.

    Words of one length are read as the square roots of their shares, so that these together have
    length 1 however long a sequence is, and a rare word counts more than its share; or counted, in
    the unit of what their counts together usually are, so that a longer sequence, which shows more,
    has an answer that is surer, or larger. Words of one to three symbols are weighed, and the
    longest of which there are not too many: of bases six, of amino acids three, of large alphabets
    the pairs of frequent symbols.

    Args:
        inputs: number of symbols, alphabet, length.
        outputs: numbers a row.
        placed: whether the letter at each position is weighed too, where there are not too many.
        both: whether shares are those of both strands together.
        longest: symbols of a word, at most.
        counted: whether words are counted.

    Attributes:
        share: how much it counts beside others, 0 to 1.

    Example:
        >>> kmers = Kmers(Symbols(60, 16, 1, 1, 0), 2)
        >>> kmers(torch.full((5, 60), 3)).shape, list(kmers.sizes.items())[-1]
        (torch.Size([5, 2]), (6, 4))

    Reference:
        Leslie, Eskin and Noble, The spectrum kernel: A string kernel for SVM protein
        classification, PSB 2002, for words; Vedaldi and Zisserman, Efficient additive kernels via
        explicit feature maps, TPAMI 2012, for square roots of shares.
    """

    letters: Tensor
    facing: Tensor
    units: Tensor
    weight: Tensor
    bias: Tensor
    share: Tensor

    def __init__(
        self,
        inputs: Symbols,
        outputs: int,
        *,
        placed: bool = False,
        both: bool = False,
        longest: int = LONGEST,
        counted: bool = False,
    ) -> None:
        super().__init__()
        known = inputs.known
        letters = len(known.letters) if known else max(1, inputs.codes - FIRST)
        self.sizes = _sizes(letters, min(longest, inputs.length))
        self.outputs = outputs
        self.placed, self.both = placed and inputs.length * letters <= PLACED, both
        self.counted = counted
        if counted:
            self.register_buffer("units", torch.ones(len(self.sizes)))
        if self.placed:
            table = torch.eye(inputs.codes)[:, FIRST : FIRST + letters]
            table = table if known is None else torch.tensor(known.matrix())
            self.register_buffer("letters", table, persistent=False)
        if both:
            assert known is not None
            self.register_buffer("facing", torch.tensor(known.facing()), persistent=False)
        words = sum(base**size for size, base in self.sizes.items())
        self.width = words + self.placed * inputs.length * letters
        self.arguments = {"placed": self.placed, "both": both, "longest": longest}
        self.arguments |= {"counted": True} if counted else {}
        self.register_buffer("weight", torch.zeros(self.width, outputs))
        self.register_buffer("bias", torch.zeros(outputs))
        self.register_buffer("share", torch.zeros(()))

    def forward(self, codes: Tensor) -> Tensor:
        """Int64 `(n, length)` to `(n, outputs)`."""
        if torch.compiler.is_exporting():
            return self._answers(codes)
        return torch.cat([self._answers(piece) for piece in self.pieces(codes)])

    def pieces(self, codes: Tensor) -> tuple[Tensor, ...]:
        """So many rows at a time as memory bears."""
        return torch.split(codes, max(1, NUMBERS // (self.width + 8 * codes.shape[1])))

    def features(self, codes: Tensor) -> Tensor:
        """Float32 `(n, width)`: what there is of each word, then letters at positions."""
        found = []
        turned = self.facing[codes].flip(1) if self.both else None
        for place, (size, base) in enumerate(self.sizes.items()):
            words = words_of(codes, base, size)
            shares = shares_of(words, base**size)
            if turned is not None:
                shares = (shares + shares_of(words_of(turned, base, size), base**size)) / 2
            if self.counted:
                total = (words > 0).sum(dim=1, keepdim=True).float()
                found.append(shares * total / self.units[place])
            else:
                found.append(shares.sqrt())
        if self.placed:
            found.append(nn.functional.embedding(codes, self.letters).flatten(1))
        return torch.cat(found, dim=1)

    def _answers(self, codes: Tensor) -> Tensor:
        return self.features(codes) @ self.weight + self.bias

    def matrix(self, feed: Feed) -> Any:
        """`(rows, width)` float64, sparse."""
        from scipy import sparse

        return sparse.csr_matrix(sparse.vstack([*self._sparse(feed)], format="csr"))

    def _sparse(self, feed: Feed) -> Iterator[Any]:
        from scipy import sparse

        rows = max(1, NUMBERS // self.width)
        for start in range(0, max(1, feed.rows), rows):
            codes = feed.take(slice(start, start + rows)).inputs
            assert isinstance(codes, Tensor)
            for piece in self.pieces(codes):
                yield sparse.csr_matrix(self.features(piece).double().cpu().numpy())

    def measure(self, feed: Feed) -> None:
        """Learn what the counts of words of each length together usually are, as their norm."""
        self.units.fill_(1)
        matrix, first = self.matrix(feed), 0
        for place, (size, base) in enumerate(self.sizes.items()):
            part = matrix[:, first : first + base**size]
            first += base**size
            norms = np.sqrt(np.ravel(part.multiply(part).sum(axis=1)))
            self.units[place] = max(1.0, float(np.median(norms)))

    def load(self, weights: Array, bias: Array) -> None:
        """Copy fitted weights in: `(width, outputs)`, and `(outputs,)`."""
        self.weight.copy_(torch.from_numpy(weights))
        self.bias.copy_(torch.from_numpy(bias))


def longest_words(inputs: Symbols, rows: int) -> int:
    """How long the words of so many rows may be, so that a matrix of them fits in memory.

    Example:
        >>> longest_words(Symbols(60, 16, 1, 1, 0), 3000)
        8
        >>> longest_words(Symbols(20_000, 16, 1, 0, 0), 50_000)
        4
    """
    known = inputs.known
    letters = len(known.letters) if known else max(1, inputs.codes - FIRST)
    for longest in range(LONGEST, 1, -1):
        sizes = _sizes(letters, min(longest, inputs.length))
        most = sum(min(inputs.length, base**size) for size, base in sizes.items())
        if rows * most <= ENTRIES:
            return longest
    return 1


def _sizes(letters: int, longest: int) -> dict[int, int]:
    """Lengths of words, and how many symbols, the frequent ones, they are made of."""
    found = {}
    for size in range(1, longest + 1):
        base = min(letters, int(WORDS ** (1 / size) + 1e-9))
        if base < letters and size > 2:
            break
        found[size] = base
    return {size: base for size, base in found.items() if size <= SHORT or size == max(found)}


@torch.no_grad()
def fit_kmers(
    kmers: Kmers,
    train: Feed,
    valid: Feed,
    head: Head,
    *,
    seconds_left: Callable[[], float | None],
    all_rows: bool = False,
) -> Tensor | None:
    """Fit it on training rows, its strength by validation rows, in place.

    Args:
        kmers: on the device of the rows.
        train: rows to learn from.
        valid: rows that choose the strength.
        head: says what answers cost, and what is learnt.
        seconds_left: to the end of its time; None for no end. It then keeps what it has.
        all_rows: whether it learns from validation rows too once they have chosen.

    Returns:
        `(rows, outputs)` answers to the validation rows; None where training rows lack a class or
        there are no validation rows.
    """
    if kmers.counted:
        kmers.measure(train)
    return fit_linear(
        train,
        valid,
        head,
        kmers.outputs,
        matrices=lambda kept: [(kmers.matrix(train)[kept], kmers.matrix(valid))],
        load=lambda way, weights, bias: kmers.load(weights, bias),
        strengths=STRENGTHS,
        seconds_left=seconds_left,
        all_rows=all_rows,
    )
