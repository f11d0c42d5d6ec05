"""What is taken from the logit of the second of two classes, by the group of a row."""

from collections.abc import Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn

SMALLEST = 1e-12
"""Probability below which its logarithm is not taken."""


class Offsets(nn.Module):
    """A threshold a group, as probabilities that are moved until it is 0.5.

    Args:
        block: the name of the array that holds the codes of the column.
        place: of the column in it.
        codes: how many codes there are.
    """

    moved: Tensor

    def __init__(self, block: str, place: int, codes: int) -> None:
        super().__init__()
        self.block, self.place = block, place
        self.register_buffer("moved", torch.zeros(codes))

    def forward(self, scores: Tensor, blocks: Mapping[str, Tensor]) -> Tensor:
        """Probabilities `(n, 2)` float32 with the logit of the second one moved.

        Args:
            scores: `(n, 2)` probabilities.
            blocks: the codec's arrays as tensors, first axis rows.
        """
        codes = blocks[self.block][:, self.place].long()
        both = scores.clamp(min=SMALLEST).log()
        odds = both[:, 1] - both[:, 0] - self.moved[codes].to(scores.dtype)
        return torch.stack([torch.sigmoid(-odds), torch.sigmoid(odds)], dim=1)

    @property
    def description(self) -> dict[str, Any]:
        """Plain JSON values that `from_description` rebuilds it from."""
        return {"block": self.block, "place": self.place, "codes": len(self.moved)}

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """The same structure; load its `state_dict` next."""
        return cls(description["block"], description["place"], description["codes"])
