"""Rows of symbols in torch, and the random changes that sequences bear."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from fivefold.codecs.alphabet import ALPHABETS, FIRST, PAD
from fivefold.kinds.block import Encoded
from fivefold.models.codes import Whole
from fivefold.models.composition import Composition
from fivefold.models.inputs import Symbols
from fivefold.models.part import Part
from fivefold.models.seqnet import SeqNet

RATE = 0.03
"""Symbols that `mutate` exchanges, a fraction."""


def mutate(codes: Tensor, symbols: Symbols) -> Tensor:
    """Exchange a few symbols for others of the alphabet; nothing behind the end.

    Args:
        codes: `(n, length)` int16.
        symbols: how many there are.
    """
    known = symbols.known
    letters = symbols.codes - FIRST if known is None else len(known.letters)
    drawn = torch.randint(FIRST, FIRST + max(1, letters), codes.shape, device=codes.device)
    chosen = (torch.rand(codes.shape, device=codes.device) < RATE) & (codes != PAD)
    return torch.where(chosen, drawn.to(codes.dtype), codes)


class SymbolsPart(Part):
    """Codes of symbols, to be embedded."""

    size = Symbols
    budget = 4e7
    changes = {"mutate": mutate}  # noqa: RUF012

    def describe(self, block: Encoded) -> dict[str, Any]:
        state = block.columns[0].state
        place = [*ALPHABETS].index(state.form) + 1 if state.form in ALPHABETS else 0
        numbers = (state.length, state.size, place, int(state.kept), int(state.both))
        return dict(zip(Symbols._fields, numbers, strict=True))

    def build(self, description: Mapping[str, Any]) -> Whole:
        return Whole()

    def measure(self, description: Mapping[str, Any]) -> Symbols:
        return Symbols(**description)

    def amount(self, size: Symbols) -> int:
        return size.length

    def traits(self, size: Symbols) -> Composition:
        return Composition(size, both=size.both == 1)

    def encoder(self, size: Symbols, width: int) -> SeqNet:
        return SeqNet(size, width)
