"""Words by what is seen of them, in torch."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from fivefold.kinds.block import Encoded
from fivefold.models.codes import Whole
from fivefold.models.inputs import Spelled
from fivefold.models.part import Part


class LexemesPart(Part):
    """Codes of the features of words, to be embedded."""

    size = Spelled
    budget = 4e7

    def describe(self, block: Encoded) -> dict[str, Any]:
        length, width = block.shape
        return {"length": length, "features": width - 1, "codes": int(block.columns[0].state.size)}

    def build(self, description: Mapping[str, Any]) -> Whole:
        return Whole()

    def measure(self, description: Mapping[str, Any]) -> Spelled:
        return Spelled(**description)

    def amount(self, size: Spelled) -> int:
        return size.length * size.features

    def encoder(self, size: Spelled, width: int) -> "Bagged":
        return Bagged(size, width)


class Bagged(nn.Module):
    """The mean of the embedded words of a sentence, for networks that mix several kinds.

    Args:
        size: of a sentence.
        width: numbers that come out.

    Example:
        >>> import torch
        >>> Bagged(Spelled(9, 13, 100), 8)(torch.ones(2, 9, 14, dtype=torch.int64)).shape
        torch.Size([2, 8])
    """

    def __init__(self, size: Spelled, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(size.codes, width, padding_idx=0)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.out = nn.Linear(width, width)

    def forward(self, batch: Tensor) -> Tensor:
        """Int64 `(n, length, 1 + features)` to `(n, width)`."""
        there = (batch[:, :, :1] > 0).to(self.out.weight.dtype)
        words = self.embedding(batch[:, :, 1:]).sum(dim=2) * there
        mean: Tensor = self.out(words.sum(1) / there.sum(1).clamp(min=1))
        return mean
