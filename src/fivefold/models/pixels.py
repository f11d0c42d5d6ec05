"""Pictures in torch: normalised, and changed at random in training."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.codecs.table import Array
from fivefold.kinds.block import Encoded
from fivefold.kinds.pixels import SIDES
from fivefold.models.convnet import ConvNet
from fivefold.models.flat import Pooled
from fivefold.models.inputs import Image
from fivefold.models.part import Part
from fivefold.models.repainting import (
    colour,
    crop,
    cropped,
    cutmix,
    erase,
    farthest,
    flip,
    flipped,
    mixup,
    rotate,
    rotated,
    shift,
    shifted,
)
from fivefold.models.resnet import DETAILED, SmallResNet


class Pixels(nn.Module):
    """Pixels with mean 0 and deviation 1 a channel.

    Args:
        channels: 1 for grey, 3 for colour.
        axes: behind the channels: 2 of a picture, 3 of a clip.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, channels: int, axes: int = 2) -> None:
        super().__init__()
        shape = channels, *[1] * axes
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("std", torch.ones(shape))

    def fill(self, mean: Array, std: Array) -> None:
        """Take what was fitted, `(channels,)` each."""
        self.mean.copy_(torch.from_numpy(mean).view_as(self.mean))
        self.std.copy_(torch.from_numpy(std).view_as(self.std))

    def forward(self, images: Tensor) -> Tensor:
        """Uint8 `(n, channels, ...)` to float of the same shape."""
        return (images.float() - self.mean) / self.std


class PixelsPart(Part):
    """Pictures of one size, which stay uint8 until a batch is made of them."""

    size = Image
    ahead = False
    budget = 2e8
    changes = {  # noqa: RUF012
        "shift": lambda images, image: shift(images, farthest(image)),
        "flip": lambda images, _: flip(images),
    }
    later = {  # noqa: RUF012
        "crop": lambda images, _: crop(images),
        "rotate": lambda images, _: rotate(images),
        "colour": lambda images, _: colour(images),
        "erase": lambda images, _: erase(images),
    }
    moves = {  # noqa: RUF012
        "shift": lambda images, image: shifted(images, farthest(image)),
        "flip": lambda images, _: flipped(images),
        "crop": lambda images, _: cropped(images),
        "rotate": lambda images, _: rotated(images),
    }
    mixes = {"mixup": mixup, "cutmix": cutmix}  # noqa: RUF012

    def build(self, description: Mapping[str, Any]) -> Pixels:
        return Pixels(description["shape"][0])

    def fill(self, module: nn.Module, block: Encoded) -> None:
        assert isinstance(module, Pixels)
        state = block.columns[0].state
        module.fill(state.mean, state.std)

    def measure(self, description: Mapping[str, Any]) -> Image:
        return Image(*description["shape"])

    def traits(self, size: Image) -> Pooled:
        return Pooled(size, side=SIDES["trees"], exact=True)

    def encoder(self, size: Image, width: int) -> ConvNet | SmallResNet:
        detailed = min(size.height, size.width) >= DETAILED
        return SmallResNet(size, width) if detailed else ConvNet(size, width)
