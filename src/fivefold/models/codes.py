"""Codes in torch: as zeros and ones of the table, or whole, to be embedded."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.kinds.block import Encoded
from fivefold.models.inputs import Codes, Width
from fivefold.models.part import Part


class OneHot(nn.Module):
    """Codes as zeros and ones: one column for each category, for missing and for unseen.

    Args:
        sizes: codes a column.

    Example:
        >>> OneHot([3, 2])(torch.tensor([[2, 0]])).tolist()
        [[0.0, 0.0, 1.0, 1.0, 0.0]]
    """

    column: Tensor
    code: Tensor

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        counts = torch.tensor(sizes)
        total = sum(sizes)  # asked for on a device without numbers too
        column = torch.repeat_interleave(torch.arange(len(sizes)), counts, output_size=total)
        code = torch.cat([torch.arange(size) for size in sizes]).int()
        self.register_buffer("column", column, persistent=False)
        self.register_buffer("code", code, persistent=False)

    def forward(self, codes: Tensor) -> Tensor:
        """`(n, columns)` to `(n, sum of sizes)` float32."""
        return (codes[:, self.column] == self.code).float()


class Whole(nn.Module):
    """Codes of any integer type as int64, which embeddings take."""

    def forward(self, codes: Tensor) -> Tensor:
        """`(n, ...)` to int64 of the same shape."""
        return codes.long()


class CodesPart(Part):
    """One column for each code in the table, or the codes themselves."""

    size = Codes

    def describe(self, block: Encoded) -> dict[str, Any]:
        sizes = [int(column.state.size) for column in block.columns]
        return {"sizes": sizes, "mode": block.state.mode}

    def build(self, description: Mapping[str, Any]) -> OneHot | Whole:
        return OneHot(description["sizes"]) if description["mode"] == "onehot" else Whole()

    def bare(self, description: Mapping[str, Any]) -> dict[str, Any]:
        return {**description, "mode": "embed"}

    def measure(self, description: Mapping[str, Any]) -> Width | Codes:
        sizes = description["sizes"]
        return Width(sum(sizes)) if description["mode"] == "onehot" else Codes(sizes)

    def amount(self, size: Any) -> int:
        return int(size) if isinstance(size, Width) else len(size)
