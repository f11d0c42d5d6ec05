"""Rows of words in torch."""

from collections.abc import Mapping
from typing import Any

from fivefold.kinds.block import Encoded
from fivefold.models.codes import Whole
from fivefold.models.inputs import Text
from fivefold.models.part import Part
from fivefold.models.textnet import TextNet


class TokensPart(Part):
    """Numbers of words, to be embedded."""

    size = Text
    budget = 1e7

    def describe(self, block: Encoded) -> dict[str, Any]:
        state = block.columns[0].state
        return {"length": int(state.length), "size": int(state.size)}

    def build(self, description: Mapping[str, Any]) -> Whole:
        return Whole()

    def measure(self, description: Mapping[str, Any]) -> Text:
        return Text(description["length"], description["size"])

    def amount(self, size: Text) -> int:
        return size.length

    def encoder(self, size: Text, width: int) -> TextNet:
        return TextNet(size, width)
