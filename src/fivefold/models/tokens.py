"""Rows of words in torch."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from fivefold.kinds.block import Encoded
from fivefold.kinds.tokens import FIRST, slots_of
from fivefold.models.codes import Whole
from fivefold.models.inputs import Passage, Text
from fivefold.models.part import Part
from fivefold.models.textnet import TextNet


class Words(nn.Module):
    """The words alone of rows that end in terms.

    Args:
        length: words a row.
    """

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, codes: Tensor) -> Tensor:
        """`(n, length + slots)` to int64 `(n, length)`."""
        return codes[:, : self.length].long()


class TokensPart(Part):
    """Numbers of words, to be embedded."""

    size = Text
    budget = 1e7

    def describe(self, block: Encoded) -> dict[str, Any]:
        state = block.columns[0].state
        about = {"length": int(state.length), "size": int(state.size)}
        slots = slots_of(state)
        if not slots:
            return about
        words = {"words": len(state.vocabulary)} if getattr(state, "pieces", ()) else {}
        return about | {"slots": slots, "terms": int(state.terms)} | words

    def widen(self, description: Mapping[str, Any]) -> dict[str, Any]:
        return {**description, "whole": True} if "slots" in description else dict(description)

    def build(self, description: Mapping[str, Any]) -> Whole | Words:
        narrow = "slots" in description and "whole" not in description
        return Words(description["length"]) if narrow else Whole()

    def measure(self, description: Mapping[str, Any]) -> Text | Passage:
        length, size = description["length"], description["size"]
        if "whole" in description:
            words = description.get("words", size - FIRST)
            return Passage(length, size, description["slots"], description["terms"], words)
        return Text(length, size)

    def amount(self, size: Text | Passage) -> int:
        return size.length

    def encoder(self, size: Text, width: int) -> TextNet:
        return TextNet(size, width)
