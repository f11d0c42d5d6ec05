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

FAR = 3
"""Positions by which `shift` moves a row, at most."""


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


def shift(codes: Tensor, symbols: Symbols) -> Tensor:
    """Move each row a few positions either way; what comes in from outside may be any symbol.

    Args:
        codes: `(n, length)` int16.
        symbols: not asked.
    """
    length = codes.shape[1]
    ends = (codes != PAD).sum(dim=1, keepdim=True)
    by = torch.randint(-FAR, FAR + 1, (len(codes), 1), device=codes.device)
    places = torch.arange(length, device=codes.device)
    at = places + by
    inside = (at >= 0) & (at < ends)
    moved = codes.gather(1, at.clamp(0, length - 1))
    any_symbol = torch.full_like(codes, FIRST - 1)
    return torch.where(places < ends, torch.where(inside, moved, any_symbol), codes)


def turn(codes: Tensor, symbols: Symbols) -> Tensor:
    """Read the other strand of half the rows; those of an alphabet without one stay as they are.

    Args:
        codes: `(n, length)` int16.
        symbols: of which alphabet they are.
    """
    known = symbols.known
    if known is None or not known.opposite:
        return codes
    facing = torch.tensor(known.facing(), device=codes.device).to(codes.dtype)
    ends = (codes != PAD).sum(dim=1, keepdim=True)
    back = ends - 1 - torch.arange(codes.shape[1], device=codes.device)
    turned = facing[codes.long()].gather(1, back.clamp(min=0))
    chosen = (torch.rand(len(codes), 1, device=codes.device) < 0.5) & (back >= 0)
    return torch.where(chosen, turned, codes)


class SymbolsPart(Part):
    """Codes of symbols, to be embedded."""

    size = Symbols
    budget = 4e7
    changes = {"mutate": mutate, "shift": shift, "turn": turn}  # noqa: RUF012

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
