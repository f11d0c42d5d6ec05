"""The default network for small images."""

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Image, Inputs, described

COARSE = 16
"""Images at least this high and wide are halved by their first layer."""


class ConvNet(nn.Module):
    """Convolution, norm and ReLU, halved until 4 pixels or fewer are left; then one linear layer.

    The places of what is found matter in small images, so the last maps are flattened, not
    averaged.

    Args:
        inputs: an `Image`: channels, height and width, both at least 2 pixels.
        outputs: numbers a row.
        width: channels after the first layer; they double at the second, fourth, sixth one.
        dropout: fraction of the flattened maps left out in training, 0 to 1.

    Example:
        >>> ConvNet(Image(1, 8, 8), 10)(torch.zeros(5, 1, 8, 8)).shape
        torch.Size([5, 10])
    """

    layout: torch.memory_format = torch.channels_last

    def __init__(
        self, inputs: Inputs, outputs: int, *, width: int = 32, dropout: float = 0.3
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Image):
            raise TypeError(f"ConvNet reads an image, found {inputs}")
        arguments = {"width": width, "dropout": dropout}
        self.description = described("convnet", inputs, outputs, arguments)
        channels, height, breadth = inputs
        self.layers = nn.Sequential()
        if min(height, breadth) >= COARSE:
            self._append(nn.Conv2d(channels, width, 4, stride=2, padding=1, bias=False))
            height, breadth = height // 2, breadth // 2
        else:
            self._append(nn.Conv2d(channels, width, 3, padding=1, bias=False))
        deep, layer = width, 1
        while max(height, breadth) > 4 and min(height, breadth) > 1:
            wide = width * 2 ** ((layer + 1) // 2)
            self._append(nn.Conv2d(deep, wide, 3, padding=1, bias=False))
            self.layers.append(nn.MaxPool2d(2))
            height, breadth, deep, layer = height // 2, breadth // 2, wide, layer + 1
        self.out = nn.Sequential(
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(deep * height * breadth, outputs)
        )
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _append(self, convolution: nn.Conv2d) -> None:
        self.layers.append(convolution)
        self.layers.append(nn.BatchNorm2d(convolution.out_channels))
        self.layers.append(nn.ReLU())

    def forward(self, images: Tensor) -> Tensor:
        """Float `(n, channels, height, width)` to `(n, outputs)`."""
        maps = self.layers(images.contiguous(memory_format=self.layout))
        outputs: Tensor = self.out(maps)
        return outputs
