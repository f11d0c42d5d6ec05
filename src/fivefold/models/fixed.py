"""From a codec's arrays to what a network eats: a module of buffers, without parameters."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor, nn

from fivefold.errors import ModelError
from fivefold.models.inputs import Batch, Codes, Image, Inputs, Size, Text, Width

if TYPE_CHECKING:
    from fivefold.kinds.codec import Codec
    from fivefold.kinds.scaling import NumericState


class Fixed(nn.Module):
    """Fill, bound, scale, flag, one-hot, normalise: what was fitted, as a module.

    It goes into the deployed graph, so that whatever serves the network needs the compact arrays
    only. Nothing in it learns.

    Args:
        codec: fitted on training rows.

    Raises:
        ModelError: if the codec gives no arrays at all.
    """

    def __init__(self, codec: "Codec") -> None:
        super().__init__()
        categorical = codec.categorical
        numeric = codec.numeric
        self._build(
            {
                "flags": [bool(flag) for flag in numeric.indicator] if len(numeric) else None,
                "knots": 0 if numeric.knots is None else int(numeric.knots.shape[1]),
                "codes": list(categorical.sizes),
                "mode": categorical.mode,
                "images": {name: list(state.shape) for name, state in codec.images.items()},
                "texts": {name: [state.length, state.size] for name, state in codec.texts.items()},
            }
        )
        if self.numbers is not None:
            self.numbers.fill_in(numeric)
        for pixels, image in zip(self.pixels, codec.images.values(), strict=True):
            assert isinstance(pixels, Pixels)
            pixels.mean.copy_(torch.from_numpy(image.mean).view(-1, 1, 1))
            pixels.std.copy_(torch.from_numpy(image.std).view(-1, 1, 1))

    def _build(self, description: Mapping[str, Any]) -> None:
        self.description = dict(description)
        flags, codes = description["flags"], description["codes"]
        if not (flags or codes or description["images"] or description["texts"]):
            raise ModelError(
                "Fixed: expected at least one input column, found none.",
                remedy="Keep a column as input: look at `drop` and `kinds` of Collect.",
            )
        onehot = codes and description["mode"] == "onehot"
        self.numbers: Numbers | None = Numbers(flags, description["knots"]) if flags else None
        self.onehot: OneHot | None = OneHot(codes) if onehot else None
        self.embed = bool(codes) and description["mode"] == "embed"
        self.pixels = nn.ModuleList([Pixels(shape[0]) for shape in description["images"].values()])

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Self:
        """A module of the same structure, its buffers still to be loaded.

        Args:
            description: plain JSON values, the `.description` of another.
        """
        self = cls.__new__(cls)
        nn.Module.__init__(self)
        self._build(description)
        return self

    @property
    def inputs(self) -> Inputs:
        """The sizes of what comes out: of the one tensor, or of each by name.

        A `Width` (an int) for a table, `Codes` for embedded categories, `Image` and `Text` (named
        tuples); several go by name: `table`, `codes`, and the names of image and text columns.
        """
        sizes: dict[str, Size] = {}
        measured = len(self.description["flags"] or ())
        width = measured + sum(self.description["flags"] or ())
        width += sum(self.description["codes"]) if self.onehot is not None else 0
        if width:
            sizes["table"] = Width(width, measured=measured)
        if self.embed:
            sizes["codes"] = Codes(self.description["codes"])
        for name, shape in self.description["texts"].items():
            sizes[_beside(name)] = Text(*shape)
        for name, shape in self.description["images"].items():
            sizes[_beside(name)] = Image(*shape)
        return next(iter(sizes.values())) if len(sizes) == 1 else sizes

    def tabular(self, blocks: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The tensors of the table alone: `table`, `codes`, both, or none.

        Args:
            blocks: the codec's `numeric` and `codes`, as far as it gives them.
        """
        table = []
        if self.numbers is not None:
            table.append(self.numbers(blocks["numeric"]))
        if self.onehot is not None:
            table.append(self.onehot(blocks["codes"]))
        tensors = {"table": torch.cat(table, dim=1)} if table else {}
        return tensors | ({"codes": blocks["codes"].long()} if self.embed else {})

    def forward(self, blocks: Mapping[str, Tensor]) -> Batch:
        """The tensors of one batch.

        Args:
            blocks: the codec's arrays as tensors, first axis rows.

        Returns:
            `table`: float `(n, width)`; `codes`: int64 `(n, columns)`; a text: int64
            `(n, length)`; an image: float `(n, channels, height, width)`. A dict of them, or the
            tensor itself where there is one only.
        """
        tensors = self.tabular(blocks)
        for name in self.description["texts"]:
            tensors[_beside(name)] = blocks[name].long()
        for name, pixels in zip(self.description["images"], self.pixels, strict=True):
            tensors[_beside(name)] = pixels(blocks[name])
        return next(iter(tensors.values())) if len(tensors) == 1 else tensors


class Numbers(nn.Module):
    """Bound, fill and scale numbers; say which were missing.

    Args:
        flags: for each number, whether its missingness is a feature of its own.
        knots: points of the rank curve; 0 to scale by centre and spread instead.
    """

    fill: Tensor
    low: Tensor
    high: Tensor
    centre: Tensor
    scale: Tensor
    knots: Tensor
    levels: Tensor
    flagged: Tensor

    def __init__(self, flags: list[bool], knots: int) -> None:
        super().__init__()
        count = len(flags)
        self.curved = knots > 0
        names = ("fill", "low", "high") + (() if self.curved else ("centre", "scale"))
        for name in names:
            self.register_buffer(name, torch.zeros(count))
        for name in ("knots", "levels") if self.curved else ():
            self.register_buffer(name, torch.zeros(count, knots))
        places = torch.tensor([place for place, flag in enumerate(flags) if flag], dtype=torch.long)
        self.register_buffer("flagged", places, persistent=False)

    def fill_in(self, state: "NumericState") -> None:
        """Copy what the codec has fitted."""
        for name, array in state.arrays().items():
            if name in dict(self.named_buffers()):
                getattr(self, name).copy_(torch.from_numpy(array))

    def forward(self, numbers: Tensor) -> Tensor:
        """`(n, d)` with NaN for missing to `(n, d + flagged)`."""
        absent = numbers.isnan()
        values = torch.where(absent, self.fill, numbers.clamp(self.low, self.high))
        values = self._ranked(values) if self.curved else (values - self.centre) / self.scale
        if not len(self.flagged):
            return values
        return torch.cat([values, absent[:, self.flagged].to(values.dtype)], dim=1)

    def _ranked(self, values: Tensor) -> Tensor:
        """Read each number off the straight lines between the points of its rank curve."""
        count, knots = self.knots.shape
        below = (values[:, :, None] >= self.knots).sum(dim=-1)
        left = (below - 1).clamp(0, knots - 2)
        left = left + torch.arange(count, device=values.device) * knots
        points, heights = self.knots.flatten(), self.levels.flatten()
        start, stop = points[left], points[left + 1]
        bottom, top = heights[left], heights[left + 1]
        width = torch.where(stop > start, stop - start, 1.0)
        return bottom + ((values - start) / width).clamp(0, 1) * (top - bottom)


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
        column = torch.repeat_interleave(torch.arange(len(sizes)), counts)
        code = torch.cat([torch.arange(size) for size in sizes]).int()
        self.register_buffer("column", column, persistent=False)
        self.register_buffer("code", code, persistent=False)

    def forward(self, codes: Tensor) -> Tensor:
        """`(n, columns)` to `(n, sum of sizes)` float32."""
        return (codes[:, self.column] == self.code).float()


class Pixels(nn.Module):
    """Pixels with mean 0 and deviation 1 a channel.

    Args:
        channels: 1 for grey, 3 for colour.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels, 1, 1))
        self.register_buffer("std", torch.ones(channels, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Uint8 `(n, channels, height, width)` to float of the same shape."""
        return (images.float() - self.mean) / self.std


def _beside(name: str) -> str:
    """A column's name among the tensors, kept apart from the two that a table has."""
    return name + "_" if name in {"table", "codes"} else name
