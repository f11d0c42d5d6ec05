"""The default network for a class at each pixel of a picture."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from fivefold.models.inputs import Image, Inputs, described

LARGE = 80
"""Pixels of the shorter side from which on a picture is halved by the first layer."""

SMALLEST = 4
"""Pixels of the shorter side of what the deepest layers see, at least."""

DEEPEST = 4
"""Times that a picture is halved, at most."""


class UNet(nn.Module):
    """Convolutions over a picture that is halved and doubled again, beside what it was before.

    Depth and width follow from the size of the picture, which it sees with two channels more: how
    far down and how far right a pixel lies.

    Args:
        inputs: an `Image`: channels, height and width.
        outputs: height, width, and classes of each pixel.
        width: channels at the full size; twice as many at each half.
        depth: how often it is halved.
        dropout: fraction of the deepest channels left out in training, 0 to 1.

    Example:
        >>> UNet(Image(3, 30, 45), (30, 45, 4))(torch.zeros(2, 3, 30, 45)).shape
        torch.Size([2, 30, 45, 4])

    Reference:
        Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI
        2015; Liu et al., An Intriguing Failing of Convolutional Neural Networks and the CoordConv
        Solution, NeurIPS 2018, for channels of places.
    """

    places: Tensor

    def __init__(
        self,
        inputs: Inputs,
        outputs: tuple[int, ...],
        *,
        width: int | None = None,
        depth: int | None = None,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Image):
            raise TypeError(f"UNet reads an image, found {inputs}")
        arguments = {"width": width, "depth": depth, "dropout": dropout}
        self.description = described("unet", inputs, list(outputs), arguments)
        self.step = 2 if min(inputs.height, inputs.width) > LARGE else 1
        width, depth = width or usual_width(inputs), depth or usual_depth(inputs)
        down = torch.linspace(-1, 1, inputs.height)[:, None].expand(inputs.height, inputs.width)
        right = torch.linspace(-1, 1, inputs.width)[None].expand(inputs.height, inputs.width)
        self.register_buffer("places", torch.stack([down, right])[None], persistent=False)
        wide = [width * 2**level for level in range(depth + 1)]
        seen = [inputs.channels + 2, *wide[:-1]]
        self.down = nn.ModuleList(
            _pair(a, b, self.step if not level else 1)
            for level, (a, b) in enumerate(zip(seen, wide, strict=True))
        )
        self.up = nn.ModuleList(_pair(a + b, b) for a, b in zip(wide[1:], wide[:-1], strict=True))
        self.dropout = nn.Dropout2d(dropout)
        self.out = nn.Conv2d(width, outputs[-1], 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        """Float `(n, channels, height, width)` to `(n, height, width, classes)`."""
        places = self.places.to(images.dtype).expand(images.shape[0], -1, -1, -1)
        maps = torch.cat([images, places], dim=1).contiguous(memory_format=torch.channels_last)
        kept: list[Tensor] = []
        for level, layers in enumerate(self.down):
            maps = layers(functional.max_pool2d(maps, 2) if level else maps)
            kept.append(maps)
        maps = self.dropout(kept.pop())
        for layers in reversed(self.up):
            beside = kept.pop()
            maps = functional.interpolate(maps, size=beside.shape[2:], mode="nearest")
            maps = layers(torch.cat([maps, beside], dim=1))
        logits = self.out(maps)
        if self.step > 1:
            size = images.shape[2:]
            logits = functional.interpolate(logits, size=size, mode="bilinear", align_corners=False)
        last: Tensor = logits.permute(0, 2, 3, 1)
        return last


def usual_depth(image: Image) -> int:
    """How often a picture of this size is halved.

    Example:
        >>> [usual_depth(Image(3, side, side)) for side in (6, 28, 64, 128)]
        [1, 2, 4, 4]
    """
    side, depth = min(image.height, image.width), 0
    side //= 2 if side > LARGE else 1
    while depth < DEEPEST and side // 2 >= SMALLEST:
        side, depth = side // 2, depth + 1
    return max(1, depth)


def usual_width(image: Image) -> int:
    """Channels at the full size of a picture: fewer where there are many pixels.

    Example:
        >>> usual_width(Image(1, 28, 28)), usual_width(Image(3, 64, 64))
        (24, 16)
    """
    return 24 if min(image.height, image.width) <= LARGE // 2 else 16


def _pair(channels: int, wide: int, stride: int = 1) -> nn.Sequential:
    """Two convolutions, each with norm and SiLU; the first may halve."""
    return nn.Sequential(
        nn.Conv2d(channels, wide, 3, stride, 1, bias=False),
        nn.BatchNorm2d(wide),
        nn.SiLU(),
        nn.Conv2d(wide, wide, 3, 1, 1, bias=False),
        nn.BatchNorm2d(wide),
        nn.SiLU(),
    )
