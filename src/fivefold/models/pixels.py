"""Pictures in torch: normalised, and changed at random in training."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.kinds.block import Encoded
from fivefold.models.convnet import ConvNet
from fivefold.models.inputs import Image
from fivefold.models.part import Part


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


def shift(images: Tensor, pixels: int) -> Tensor:
    """Move each image by up to so many pixels; what comes in repeats the edge.

    Args:
        images: `(n, channels, height, width)`, any dtype.
        pixels: the most an image moves, in each direction.
    """
    count, _, height, width = images.shape
    device = images.device
    down = torch.randint(-pixels, pixels + 1, (count, 1), device=device)
    right = torch.randint(-pixels, pixels + 1, (count, 1), device=device)
    rows = (torch.arange(height, device=device) + down).clamp(0, height - 1)
    columns = (torch.arange(width, device=device) + right).clamp(0, width - 1)
    picked = torch.arange(count, device=device)[:, None, None]
    moved = images.permute(0, 2, 3, 1)[picked, rows[:, :, None], columns[:, None, :]]
    return moved.permute(0, 3, 1, 2)


def flip(images: Tensor) -> Tensor:
    """Mirror each image, left to right, with even chances."""
    chosen = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5
    return torch.where(chosen, images.flip(-1), images)


def farthest(image: Image) -> int:
    """The most pixels that a random shift moves an image: one in 14, at least one.

    Example:
        >>> farthest(Image(1, 28, 28)), farthest(Image(1, 8, 8))
        (2, 1)
    """
    return max(1, round(min(image.height, image.width) / 14))


class PixelsPart(Part):
    """Pictures of one size, which stay uint8 until a batch is made of them."""

    size = Image
    ahead = False
    budget = 2e8
    changes = {  # noqa: RUF012
        "shift": lambda images, image: shift(images, farthest(image)),
        "flip": lambda images, _: flip(images),
    }

    def build(self, description: Mapping[str, Any]) -> Pixels:
        return Pixels(description["shape"][0])

    def fill(self, module: nn.Module, block: Encoded) -> None:
        assert isinstance(module, Pixels)
        state = block.columns[0].state
        module.mean.copy_(torch.from_numpy(state.mean).view(-1, 1, 1))
        module.std.copy_(torch.from_numpy(state.std).view(-1, 1, 1))

    def measure(self, description: Mapping[str, Any]) -> Image:
        return Image(*description["shape"])

    def encoder(self, size: Image, width: int) -> ConvNet:
        return ConvNet(size, width)
