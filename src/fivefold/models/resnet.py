"""Residual networks for pictures, of three widths."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from fivefold.models.inputs import Image, Inputs, described
from fivefold.models.learner import Lesson
from fivefold.models.weighing import find_scales

SEEN = 40
"""Pixels of the shorter side from which on the first layer halves a picture; of twice as many it
takes a quarter."""

DETAILED = 16
"""Pixels a side from which on a picture has details for which a residual network pays."""

PIXEL = 70.0
"""Products that a network takes of a pixel that its first layer leaves, for each square of its
width; a picture has more only where its last layers cannot halve it."""

AT_ONCE = 256
"""Validation pictures that are looked at together in the end."""


class ResNet(nn.Module):
    """Convolutions with norm and SiLU, halved three times, two pairs of them residual.

    What each map shows anywhere is what counts in the end: the maximum over its places. Where it
    has learnt from mirrored pictures it answers by the mean for a picture and its mirror image.

    Args:
        inputs: an `Image`: channels, height and width, both at least 2 pixels.
        outputs: numbers a row.
        width: channels after the first layer; the others have two and four times as many.
        dropout: fraction of the maxima left out in training, 0 to 1.
        mirrored: whether it has learnt from mirrored pictures.

    Example:
        >>> ResNet(Image(3, 32, 32), 10)(torch.zeros(5, 3, 32, 32)).shape
        torch.Size([5, 10])

    Reference:
        He et al., Deep Residual Learning for Image Recognition, CVPR 2016.
    """

    name: ClassVar[str] = "resnet"
    usual: ClassVar[int] = 24
    layout: torch.memory_format = torch.channels_last

    def __init__(
        self,
        inputs: Inputs,
        outputs: int,
        *,
        width: int | None = None,
        dropout: float = 0.0,
        mirrored: bool = False,
    ) -> None:
        super().__init__()
        if not isinstance(inputs, Image):
            raise TypeError(f"{type(self).__name__} reads an image, found {inputs}")
        width = width or self.usual
        arguments = {"width": width, "dropout": dropout}
        self.description = described(self.name, inputs, outputs, arguments)
        self.mirror(mirrored)
        channels, height, breadth = inputs
        step = stride(inputs)
        height, breadth = max(1, height // step), max(1, breadth // step)
        kernel = (2 * step, step, step // 2) if step > 1 else (3, 1, 1)
        layers: list[nn.Module] = [_layer(channels, width, *kernel)]
        deep = width
        for wide, residual in ((2 * width, True), (4 * width, False), (4 * width, True)):
            halves = (2 if height > 1 else 1, 2 if breadth > 1 else 1)
            layers += [_layer(deep, wide), nn.MaxPool2d(halves)]
            layers += [Residual(wide)] if residual else []
            height, breadth, deep = height // halves[0], breadth // halves[1], wide
        self.layers = nn.Sequential(*layers)
        self.out = nn.Sequential(nn.Dropout(dropout), nn.Linear(deep, outputs))
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        """Float `(n, channels, height, width)` to `(n, outputs)`."""
        if self.mirrored and not self.training:
            return (self.seen(images) + self.seen(images.flip(-1))) / 2
        return self.seen(images)

    def seen(self, images: Tensor) -> Tensor:
        """`(n, outputs)` for the pictures as they are."""
        maps = self.layers(images.contiguous(memory_format=self.layout))
        outputs: Tensor = self.out(maps.amax(dim=(2, 3)))
        return outputs

    def mirror(self, mirrored: bool) -> None:
        """Let it answer by both sides of a picture, or by the picture alone."""
        self.mirrored = mirrored
        arguments = self.description["arguments"]
        arguments.pop("mirrored", None)
        if mirrored:
            arguments["mirrored"] = True

    def rehearse(self, lesson: Lesson) -> None:
        """Take the form in which it would be exported if all changes were made."""
        self.mirror("flip" in lesson.changes)

    def begin(self, lesson: Lesson) -> nn.Module:
        """Answer by both sides where both are learnt from."""
        self.mirror("flip" in lesson.changes)
        return self

    def end(self, taught: nn.Module, lesson: Lesson) -> Mapping[str, Any]:
        """Be as sure as validation rows allow: the last weights answer best, and too surely."""
        soften(self, self.out[-1], lesson)
        return {}


class SmallResNet(ResNet):
    """The same with two thirds of the width and less than half the work, for many pictures.

    Reference:
        He et al., Deep Residual Learning for Image Recognition, CVPR 2016.
    """

    name = "resnet_small"
    usual = 16


class LargeResNet(ResNet):
    """The same of seven times the work, for a GPU.

    Reference:
        He et al., Deep Residual Learning for Image Recognition, CVPR 2016.
    """

    name = "resnet_large"
    usual = 64


class Residual(nn.Module):
    """Two layers whose result is added to what they were given.

    Args:
        channels: of both.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(_layer(channels, channels), _layer(channels, channels))

    def forward(self, maps: Tensor) -> Tensor:
        """`(n, channels, height, width)` to the same shape."""
        sums: Tensor = maps + self.layers(maps)
        return sums


@torch.no_grad()
def soften(network: nn.Module, last: nn.Module, lesson: Lesson) -> None:
    """Bring the logits of a network to the scale that validation rows ask for, where there are any.

    Args:
        network: that has learnt; it is in eval mode then.
        last: its last layer, which is linear.
        lesson: that it learnt.
    """
    valid = lesson.valid
    assert isinstance(last, nn.Linear)
    if valid.rows and last.weight.requires_grad:
        every = torch.arange(valid.rows, device=last.weight.device)
        parts = torch.split(every, AT_ONCE)
        answers = torch.cat([network.eval()(valid.take(part).inputs) for part in parts])
        [scale] = find_scales([answers], lesson.head, valid)
        last.weight.mul_(scale)
        last.bias.mul_(scale)


def stride(image: Image) -> int:
    """Pixels from one place of the first layer to the next.

    Example:
        >>> stride(Image(1, 28, 28)), stride(Image(3, 64, 64)), stride(Image(3, 100, 128))
        (1, 2, 4)
    """
    shorter = min(image.height, image.width)
    return 1 if shorter <= SEEN else 2 if shorter <= 2 * SEEN else 4


def products(image: Image, width: int) -> float:
    """Multiplications that one picture takes in a forward pass, nearly.

    Example:
        >>> from fivefold.models.operations import forward_operations
        >>> network, pictures = ResNet(Image(3, 32, 32), 10), torch.zeros(2, 3, 32, 32)
        >>> told = forward_operations(network, pictures) / 4  # two pictures, additions as well
        >>> abs(products(Image(3, 32, 32), 24) / told - 1) < 0.05
        True
    """
    return PIXEL * width**2 * image.height * image.width / stride(image) ** 2


def _layer(
    channels: int, wide: int, size: int = 3, stride: int = 1, padding: int = 1
) -> nn.Sequential:
    convolution = nn.Conv2d(channels, wide, size, stride, padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(wide), nn.SiLU())
