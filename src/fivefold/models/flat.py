"""All that a network is given, side by side in one matrix: what an estimator reads."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.kinds.pixels import SIDES
from fivefold.models.codes import OneHot
from fivefold.models.inputs import Batch, Codes, Image, Inputs, Text, Width, parts

FLAT: tuple[type, ...] = (Width, Codes, Image)
"""The sizes of inputs that make columns."""


class Flat(nn.Module):
    """One matrix of a batch: the table, codes one-hot, pictures pooled; nothing in it learns.

    Args:
        inputs: sizes of what a network would read.
        whole: codes and numbers of words stand as they are, to be read as columns again; what has
            no place in a matrix is left out.

    Attributes:
        width: columns of the matrix.
        widths: of each part of it, by `names`.

    Raises:
        ModelError: if there are inputs that make no columns, such as texts.

    Example:
        >>> flat = Flat({"table": Width(1), "codes": Codes((2,))})
        >>> flat({"table": torch.tensor([[0.5]]), "codes": torch.tensor([[1]])}).tolist()
        [[0.5, 0.0, 1.0]]
    """

    def __init__(self, inputs: Inputs, *, whole: bool = False) -> None:
        super().__init__()
        self.names, widths, modules = list[str](), list[int](), list[nn.Module]()
        for name, size in parts(inputs).items():
            if whole and isinstance(size, Codes | Text):
                self.names.append(name)
                modules.append(nn.Identity())
                widths.append(len(size) if isinstance(size, Codes) else size.length)
                continue
            if whole and not isinstance(size, FLAT):
                continue
            self.names.append(name)
            if isinstance(size, Width):
                modules.append(nn.Identity())
                widths.append(int(size))
            elif isinstance(size, Codes):
                modules.append(OneHot(list(size)))
                widths.append(sum(size))
            elif isinstance(size, Image):
                pooled = Pooled(size)
                modules.append(pooled)
                widths.append(pooled.width)
            else:
                raise ModelError(
                    f"Train: expected numbers, categories or pictures for an estimator, found "
                    f"{name!r}, which is {type(size).__name__}.",
                    remedy="Leave the column out, or train a network.",
                    column=name,
                )
        self.columns = nn.ModuleList(modules)
        self.widths, self.width = widths, sum(widths)

    def forward(self, batch: Batch) -> Tensor:
        """What `Fixed` gives to `(n, width)` float32."""
        found = batch if isinstance(batch, Mapping) else dict.fromkeys(self.names, batch)
        parts = [module(found[name]) for name, module in zip(self.names, self.columns, strict=True)]
        return torch.cat([part.float() for part in parts], dim=1)


class Pooled(nn.Module):
    """Pictures averaged over tiles, and laid flat.

    Args:
        size: of a picture.
        side: tiles of a side, at most.
        exact: whether any runtime gives the same bits, as trees need.

    Example:
        >>> Pooled(Image(1, 2, 28))(torch.ones(3, 1, 2, 28)).shape
        torch.Size([3, 28])
    """

    down: Tensor
    across: Tensor

    def __init__(self, size: Image, *, side: int = SIDES["linear"], exact: bool = False) -> None:
        super().__init__()
        self.exact = exact
        self.register_buffer("down", _tiles(size.height, side), persistent=False)
        self.register_buffer("across", _tiles(size.width, side).T.contiguous(), persistent=False)
        self.width = size.channels * len(self.down) * self.across.shape[1]

    def forward(self, pictures: Tensor) -> Tensor:
        """`(n, channels, height, width)` to `(n, width)`."""
        if self.exact:  # as float32 a mean would be another in another runtime
            down, across = self.down.double(), self.across.double()
            return (down @ pictures.double() @ across).float().flatten(1)
        return (self.down @ pictures @ self.across).flatten(1)


def _tiles(size: int, side: int) -> Tensor:
    """`(tiles, size)`: what each pixel of a side counts in the mean of each tile."""
    tiles = min(size, side)
    tile = (torch.arange(size) * tiles) // size
    belongs = (tile == torch.arange(tiles)[:, None]).float()
    return belongs / belongs.sum(dim=1, keepdim=True)
