"""The default network for sounds."""

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Inputs, Spectrum, described

LONG = 320
"""Sounds of more frames than this are quartered in time by the first layer."""

FLAT = 5
"""Frames of most that the first layer looks at, and bands."""


class SoundNet(nn.Module):
    """Convolutions over bands and time, halved three times; then mean and maximum over time.

    What lies behind the end of a sound is set to 0 after each layer and counts in neither of the
    two, so a score does not depend on how far a sound was filled up.

    Args:
        inputs: a `Spectrum`: lines and frames, these a multiple of 16.
        outputs: numbers a row.
        width: channels after the first layer; they double at the next two.
        dropout: fraction of what is pooled left out in training, 0 to 1.

    Example:
        >>> SoundNet(Spectrum(41, 96), 10)(torch.zeros(5, 41, 96)).shape
        torch.Size([5, 10])
    """

    layout: torch.memory_format = torch.channels_last

    def __init__(
        self, inputs: Inputs, outputs: int, *, width: int = 24, dropout: float = 0.3
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Spectrum):
            raise TypeError(f"SoundNet reads a sound, found {inputs}")
        arguments = {"width": width, "dropout": dropout}
        self.description = described("soundnet", inputs, outputs, arguments)
        bands, stride = inputs.lines - 1, 4 if inputs.frames > LONG else 2
        self.layers = nn.ModuleList(
            [
                _layer(1, width, FLAT, (2, stride)),
                _layer(width, 2 * width, 3, (2, 2)),
                _layer(2 * width, 4 * width, 3, (2, 2)),
                _layer(4 * width, 4 * width, 3, (1, 1)),
            ]
        )
        self.strides = (stride, 2, 2, 1)
        for _ in range(3):
            bands = -(-bands // 2)
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(8 * width * bands, outputs))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, spectrum: Tensor) -> Tensor:
        """Float `(n, lines, frames)` to `(n, outputs)`."""
        maps, present = spectrum[:, None, :-1], spectrum[:, None, -1:]
        maps = maps.contiguous(memory_format=self.layout)
        for layer, stride in zip(self.layers, self.strides, strict=True):
            present = present[..., ::stride]
            maps = layer(maps) * present
        mean = maps.sum(dim=3) / present.sum(dim=3).clamp(min=1)
        pooled = torch.cat([mean, maps.amax(dim=3)], dim=1)
        outputs: Tensor = self.out(pooled.flatten(1))
        return outputs


def _layer(channels: int, wide: int, size: int, stride: tuple[int, int]) -> nn.Sequential:
    convolution = nn.Conv2d(channels, wide, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(wide), nn.ReLU())
