"""The default network for clips: convolutions over a frame, then over time."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Film, Inputs, described
from fivefold.models.learner import Lesson
from fivefold.models.resnet import soften, stride

DEEP = (1, 2, 4, 4)
"""Channels of each layer, in widths."""


class VideoNet(nn.Module):
    """Layers of a convolution over a frame and one over time, halved between them; then two means.

    Where and when something is shown does not count in the end: of what each map shows the mean and
    the maximum over all places and moments go on. What moves is seen by the convolutions over
    time.

    Args:
        inputs: a `Film`: channels, frames, height and width.
        outputs: numbers a row.
        width: channels after the first layer; the others have two and four times as many.
        dropout: fraction of what is pooled left out in training, 0 to 1.

    Example:
        >>> VideoNet(Film(3, 16, 32, 32), 10)(torch.zeros(5, 3, 16, 32, 32)).shape
        torch.Size([5, 10])

    Reference:
        Tran et al., A Closer Look at Spatiotemporal Convolutions for Action Recognition, CVPR 2018,
        section 3.
    """

    def __init__(
        self, inputs: Inputs, outputs: int, *, width: int = 16, dropout: float = 0.2
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Film):
            raise TypeError(f"VideoNet reads a clip, found {inputs}")
        arguments = {"width": width, "dropout": dropout}
        self.description = described("videonet", inputs, outputs, arguments)
        step = stride(inputs.image)
        frames, height, breadth = inputs.frames, inputs.height, inputs.width
        deep, self.frames = inputs.channels, inputs.frames
        self.layers = nn.ModuleList()
        for place, times in enumerate(DEEP):
            halves = (
                2 if frames > 4 and place else 1,
                2 if height > 2 and place else 1,
                2 if breadth > 2 and place else 1,
            )
            layer = SpaceTime(deep, times * width, frames, step if not place else 1, halves)
            self.layers.append(layer)
            height, breadth = max(1, height // step), max(1, breadth // step)
            frames, height, breadth = (
                size // half for size, half in zip((frames, height, breadth), halves, strict=True)
            )
            deep, step = times * width, 1
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * deep, outputs))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, films: Tensor) -> Tensor:
        """Float `(n, channels, frames, height, width)` to `(n, outputs)`."""
        frames = films.transpose(1, 2).flatten(0, 1)
        maps = frames.contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            maps = layer(maps)
        last = self.layers[-1]
        assert isinstance(last, SpaceTime)
        maps = maps.reshape(-1, last.after, *maps.shape[1:])
        pooled = torch.cat([maps.mean(dim=(1, 3, 4)), maps.amax(dim=(1, 3, 4))], dim=1)
        outputs: Tensor = self.out(pooled)
        return outputs

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Be as sure as validation rows allow: the last weights answer best, and too surely."""
        soften(self, self.out[-1], lesson)
        return {}


class SpaceTime(nn.Module):
    """A convolution over each frame and one over the moments of each place, with norm and SiLU.

    Frames stand one after another, channels last in memory: so both are convolutions over two axes
    of the same numbers, and nothing is copied between them.

    Args:
        channels: of the maps that come in.
        wide: of those that go out.
        frames: of a clip, as it comes in.
        step: pixels from one place to the next.
        halves: by how much time, height and width are pooled first.
    """

    def __init__(
        self, channels: int, wide: int, frames: int, step: int, halves: tuple[int, int, int]
    ) -> None:
        super().__init__()
        self.frames, self.halves, self.after = frames, halves, frames // halves[0]
        self.pool = nn.MaxPool2d(halves[1:])
        kernel = (2 * step, step, step // 2) if step > 1 else (3, 1, 1)
        self.space = nn.Conv2d(channels, wide, *kernel, bias=False)
        self.time = nn.Conv2d(wide, wide, (3, 1), padding=(1, 0), bias=False)
        self.first, self.second = nn.BatchNorm2d(wide), nn.BatchNorm2d(wide)
        self.act = nn.SiLU()

    def forward(self, frames: Tensor) -> Tensor:
        """`(n * frames, channels, height, width)` to `(n * after, wide, height', width')`."""
        maps = self.act(self.first(self.space(self.pool(frames))))
        wide, height, width = maps.shape[1:]
        # (n, wide, frames, height * width), of the same numbers
        turned = maps.permute(0, 2, 3, 1).reshape(-1, self.frames, height * width, wide)
        if self.halves[0] > 1:
            whole = turned[:, : self.after * self.halves[0]]
            pairs = whole.reshape(-1, self.after, self.halves[0], height * width, wide)
            turned = pairs.amax(dim=2)
        turned = self.act(self.second(self.time(turned.permute(0, 3, 1, 2))))
        turned = turned.permute(0, 2, 3, 1).reshape(-1, height, width, wide)
        halved: Tensor = turned.permute(0, 3, 1, 2)
        return halved
