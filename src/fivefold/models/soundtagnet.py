"""The network for a label at each step of a sound."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from fivefold.kinds.clips import PACE
from fivefold.models.inputs import Inputs, Spectrum, described
from fivefold.models.tagnet import Dilated


class SoundTagNet(nn.Module):
    """Convolutions over bands and time, the bands halved three times; then over time, ever wider.

    What lies behind the end of a sound is set to 0 after each layer, so that no label depends on
    how far a sound was filled up.

    Args:
        inputs: a `Spectrum`: lines and frames.
        outputs: steps, half as many as frames, and labels of each.
        width: channels over time.
        layers: dilated convolutions; each sees twice as far as the one before, to both sides.
        dropout: fraction left out in training, 0 to 1.

    Example:
        >>> SoundTagNet(Spectrum(41, 96), (48, 11))(torch.zeros(5, 41, 96)).shape
        torch.Size([5, 48, 11])

    Reference:
        Collobert et al., Wav2Letter, 2016, for convolutions that write down what is said.
    """

    def __init__(
        self,
        inputs: Inputs,
        outputs: tuple[int, ...],
        *,
        width: int = 96,
        layers: int = 4,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Spectrum):
            raise TypeError(f"SoundTagNet reads a sound, found {inputs}")
        arguments = {"width": width, "layers": layers, "dropout": dropout}
        self.description = described("soundtagnet", inputs, list(outputs), arguments)
        bands, sizes = inputs.lines - 1, (1, width // 6, width // 3, 2 * width // 3)
        self.maps = nn.ModuleList(
            _layer(first, then, 5 if first == 1 else 3, (2, PACE if first == 1 else 1))
            for first, then in pairwise(sizes)
        )
        for _ in self.maps:
            bands = -(-bands // 2)
        self.first = nn.Sequential(nn.Linear(sizes[-1] * bands, width), nn.ReLU())
        self.dilated = Dilated(width, layers, dropout)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(width, outputs[-1])
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, spectrum: Tensor) -> Tensor:
        """Float `(n, lines, frames)` to `(n, steps, labels)`."""
        maps, there = spectrum[:, None, :-1], spectrum[:, -1:, ::PACE]
        maps = maps.contiguous(memory_format=torch.channels_last)
        for layer in self.maps:
            maps = layer(maps) * there[:, None]
        flowing = self.first(maps.flatten(1, 2).transpose(1, 2)).transpose(1, 2) * there
        labels: Tensor = self.out(self.dropout(self.dilated(flowing, there).transpose(1, 2)))
        return labels


def _layer(channels: int, wide: int, size: int, stride: tuple[int, int]) -> nn.Sequential:
    convolution = nn.Conv2d(channels, wide, size, stride, padding=size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(wide), nn.ReLU())
