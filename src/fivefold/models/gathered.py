"""The numbers that simple models read of rows that mix kinds, side by side in one matrix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Batch, Codes, Inputs, Width, parts
from fivefold.models.learner import Feed, Piece
from fivefold.models.parts import part_for

VALUES = 2**22
"""Numbers of rows that are looked at at a time, about."""


class Gathered(nn.Module):
    """A table as it is, codes as numbers, then the traits of each other block; nothing learns.

    Args:
        inputs: sizes of what a network reads, with terms and traits where there are some.

    Attributes:
        width: columns of the matrix.
        tabular: how many of them, counted from the left, are the table's.
        exact: how many of them have the same bits in any runtime, which trees want.
        widths: of each block that has columns, by its name, in their order.
        codes: categories of each column of codes, which stand behind the table.

    Example:
        >>> from fivefold.models.inputs import Image
        >>> gathered = Gathered({"table": Width(3), "photo": Image(1, 8, 8)})
        >>> gathered({"table": torch.ones(5, 3), "photo": torch.ones(5, 1, 8, 8)}).shape
        torch.Size([5, 67])
    """

    def __init__(self, inputs: Inputs) -> None:
        super().__init__()
        named, self.widths = parts(inputs), dict[str, int]()
        table = {name: size for name, size in named.items() if isinstance(size, Width)}
        codes = {name: size for name, size in named.items() if isinstance(size, Codes)}
        self.codes = next(iter(codes.values()), Codes())
        self.table = (*table, *codes)
        self.widths |= {name: int(size) for name, size in table.items()}
        self.widths |= {name: len(size) for name, size in codes.items()}
        self.tabular = sum(self.widths.values())
        self.names, modules = list[str](), list[nn.Module]()
        others = {name: part_for(size) for name, size in named.items() if name not in self.table}
        found = {name: part.traits(named[name]) for name, part in others.items() if part}
        offered = {name: traits for name, traits in found.items() if traits is not None}
        for name in sorted(offered, key=lambda name: not _is_exact(offered[name])):
            self.names.append(name)
            modules.append(offered[name])
            self.widths[name] = int(offered[name].width)  # type: ignore[arg-type]
        firm = [self.widths[name] for name, one in offered.items() if _is_exact(one)]
        self.exact = self.tabular + sum(firm)
        self.traits = nn.ModuleList(modules)
        self.width = sum(self.widths.values())

    def forward(self, batch: Batch) -> Tensor:
        """A batch to `(n, width)` float32."""
        named = batch if isinstance(batch, Mapping) else {"table": batch}
        found = [named[name].float() for name in self.table]
        found += [t(named[name]) for name, t in zip(self.names, self.traits, strict=True)]
        if not found:
            return next(iter(named.values())).flatten(1)[:, :0].float()  # of any number of rows
        return torch.cat(found, dim=1)


def _is_exact(traits: nn.Module) -> bool:
    return bool(getattr(traits, "exact", False))


@dataclass(frozen=True, eq=False)
class Held:
    """Rows whose matrix is made once: what simple models are fitted on.

    Attributes:
        inputs: `(rows, width)`.
        target: of all rows, as the loss takes them.
        weight: `(rows,)` what each row counts; None where all count alike.
    """

    inputs: Tensor
    target: Tensor
    weight: Tensor | None

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.target)

    @property
    def device(self) -> torch.device:
        """Where they are."""
        return self.target.device

    def take(self, rows: Tensor | slice) -> Piece:
        """Those at these positions."""
        weight = None if self.weight is None else self.weight[rows]
        return Piece(self.inputs[rows], self.target[rows], weight)


@torch.no_grad()
def held(feed: Feed, gathered: Gathered) -> Held:
    """All rows of a feed as a matrix, made piece by piece."""
    return Held(torch.cat(pieces(feed, gathered)), feed.target, feed.weight)


def pieces(feed: Feed, model: Callable[[Batch], Tensor]) -> list[Tensor]:
    """What a model makes of all rows of a feed, so many at a time as fit into memory."""
    first = feed.take(slice(0, 1)).inputs
    tensors = first.values() if isinstance(first, Mapping) else (first,)
    step = max(1, VALUES // max(1, sum(tensor.numel() for tensor in tensors)))
    starts = range(0, max(1, feed.rows), step)
    return [model(feed.take(slice(start, start + step)).inputs) for start in starts]
