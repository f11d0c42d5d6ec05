"""What sequences are made of, in numbers: shares of short words, length, letters by position."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from fivefold.codecs.alphabet import FIRST, PAD
from fivefold.kinds.symbols import width_of
from fivefold.models.inputs import Symbols

WORDS = 512
"""Most words of one length that are counted."""

PLACED = 4096
"""Most numbers for the letters at all positions."""


SYMBOLS = 2**20
"""Symbols of rows that are read at a time: what comes of them is many times larger."""


class Composition(nn.Module):
    """A matrix for trees; nothing in it learns.

    Args:
        inputs: number of symbols, alphabet, length.
        placed: whether the letter at each position is among the numbers.
        both: whether shares are those of both strands together.

    Example:
        >>> Composition(Symbols(60, 16, 1, 1, 0), placed=True)(torch.full((2, 60), 3)).shape
        torch.Size([2, 581])
    """

    exact = True
    shares: Tensor
    facing: Tensor

    def __init__(self, inputs: Symbols, *, placed: bool = False, both: bool = False) -> None:
        super().__init__()
        known = inputs.known
        self.base = min(WORDS, len(known.letters) if known else max(1, inputs.codes - FIRST))
        self.most = min(width_of(self.base, WORDS), inputs.length)
        self.placed, self.both = placed and inputs.length * self.base <= PLACED, both
        letters = torch.eye(inputs.codes)[:, FIRST : FIRST + self.base]
        letters = letters if known is None else torch.tensor(known.matrix())
        self.register_buffer("shares", letters, persistent=False)
        if both:
            assert known is not None
            self.register_buffer("facing", torch.tensor(known.facing()), persistent=False)
        words = sum(self.base**size for size in range(1, self.most + 1))
        self.width = 1 + words + self.placed * inputs.length * self.base

    def forward(self, codes: Tensor) -> Tensor:
        """Int64 `(n, length)` to float32 `(n, width)`."""
        return piecewise(self._numbers, codes)

    def _numbers(self, codes: Tensor) -> Tensor:
        read = self._read(codes)
        if self.both:
            read = (read + self._read(self.facing[codes].flip(1))) / 2
        length = (codes != PAD).sum(dim=1, keepdim=True).float()
        return torch.cat([torch.log1p(length), read], dim=1)

    def _read(self, codes: Tensor) -> Tensor:
        found = []
        for size in range(1, self.most + 1):
            words = words_of(codes, self.base, size)
            found.append(shares_of(words, self.base**size))
        if self.placed:
            found.append(nn.functional.embedding(codes, self.shares).flatten(1))
        return torch.cat(found, dim=1)


def piecewise(function: Callable[[Tensor], Tensor], codes: Tensor) -> Tensor:
    """What a function that treats each row by itself makes of rows, so many symbols at a time.

    Example:
        >>> piecewise(lambda codes: codes * 2, torch.ones(3, 2)).sum()
        tensor(12.)
    """
    if torch.compiler.is_exporting():
        return function(codes)
    rows = max(1, SYMBOLS // codes.shape[1])
    if len(codes) <= rows:
        return function(codes)
    return torch.cat([function(piece) for piece in torch.split(codes, rows)])


def words_of(codes: Tensor, base: int, size: int) -> Tensor:
    """Each word of so many neighbours as one number, as `fivefold.kinds.symbols.kmers` has them.

    Args:
        codes: int64 `(n, length)`.
        base: letters; codes from `FIRST` on.
        size: neighbours of a word.

    Returns:
        Int64 `(n, length - size + 1)`; 0 for those that hold another symbol.

    Example:
        >>> words_of(torch.tensor([[2, 3, 2, 0]]), 2, 2).tolist()
        [[2, 3, 0]]
    """
    places = codes.shape[1] - size + 1
    found = torch.zeros_like(codes[:, :places])
    whole = torch.ones_like(found)
    for step in range(size):
        letter = codes[:, step : step + places] - FIRST
        whole = whole * ((letter >= 0) & (letter < base))
        found = found * base + letter
    return (found + 1) * whole


def shares_of(words: Tensor, most: int) -> Tensor:
    """How much of a row each word is: `words_of` to float32 `(n, most)`, without word 0.

    Example:
        >>> shares_of(torch.tensor([[1, 3, 1, 1, 0]]), 3).tolist()
        [[0.75, 0.0, 0.25]]
    """
    none = torch.zeros(words.shape[0], most + 1, device=words.device)
    counts = none.scatter_add(1, words, torch.ones_like(words, dtype=none.dtype))[:, 1:]
    return counts / counts.sum(dim=1, keepdim=True).clamp(min=1)
