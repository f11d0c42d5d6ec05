"""Clips in torch: normalised, and changed at random in training, all frames of a clip alike."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fivefold.kinds.block import Encoded
from fivefold.kinds.pixels import SIDES
from fivefold.models.flat import Pooled
from fivefold.models.inputs import Film
from fivefold.models.part import Part
from fivefold.models.pixels import Pixels
from fivefold.models.repainting import colour, crop, erase, farthest, flip, mixup, shift
from fivefold.models.videonet import VideoNet

DELAYED = 8
"""Of so many frames a clip begins up to one earlier or later."""


def folded(change: Callable[[Tensor], Tensor], films: Tensor) -> Tensor:
    """What changes pictures, done to all frames of a clip alike.

    Args:
        change: of `(n, channels, height, width)` to the same.
        films: `(n, channels, frames, height, width)`.
    """
    return change(films.flatten(1, 2)).view_as(films)


def delay(films: Tensor) -> Tensor:
    """Begin each clip up to an eighth of it earlier or later; its first or last frame stands again.

    Args:
        films: `(n, channels, frames, height, width)`, any dtype.
    """
    count, _, frames = films.shape[:3]
    most = max(1, round(frames / DELAYED))
    moved = torch.randint(-most, most + 1, (count, 1), device=films.device)
    places = (torch.arange(frames, device=films.device) + moved).clamp(0, frames - 1)
    rows = torch.arange(count, device=films.device)[:, None]
    return films.transpose(1, 2)[rows, places].transpose(1, 2).contiguous()


class Motion(nn.Module):
    """What simple models beside a mixture read of a clip, pooled to tiles.

    The mean frame, the mean size of the difference from frame to frame, the last less the first.

    Args:
        size: of a clip.
    """

    exact = False

    def __init__(self, size: Film) -> None:
        super().__init__()
        self.pooled = Pooled(size.image, side=SIDES["trees"])
        self.size, self.width = size, 3 * self.pooled.width

    def forward(self, films: Tensor) -> Tensor:
        """`(n, channels, frames, height, width)` to `(n, width)`."""
        images = films.transpose(1, 2).reshape(-1, *self.size.image)
        tiles = self.pooled(images).view(-1, self.size.frames, self.pooled.width)
        if self.size.frames > 1:
            moved = (tiles[:, 1:] - tiles[:, :-1]).abs().mean(dim=1)
        else:
            moved = torch.zeros_like(tiles[:, 0])
        return torch.cat([tiles.mean(dim=1), moved, tiles[:, -1] - tiles[:, 0]], dim=1)


class FilmsPart(Part):
    """Clips of one size and length, which stay uint8 until a batch is made of them."""

    size = Film
    ahead = False
    budget = 6e8
    changes = {  # noqa: RUF012
        "shift": lambda films, film: folded(lambda x: shift(x, farthest(film.image)), films),
        "delay": lambda films, _: delay(films),
        "flip": lambda films, _: folded(flip, films),
    }
    later = {  # noqa: RUF012
        "crop": lambda films, _: folded(crop, films),
        "colour": lambda films, _: colour(films),
        "erase": lambda films, _: folded(erase, films),
    }
    mixes = {"mixup": mixup}  # noqa: RUF012

    def build(self, description: Mapping[str, Any]) -> Pixels:
        return Pixels(description["shape"][0], axes=3)

    def fill(self, module: nn.Module, block: Encoded) -> None:
        assert isinstance(module, Pixels)
        state = block.columns[0].state
        module.fill(state.mean, state.std)

    def measure(self, description: Mapping[str, Any]) -> Film:
        return Film(*description["shape"])

    def traits(self, size: Film) -> Motion:
        return Motion(size)

    def encoder(self, size: Film, width: int) -> VideoNet:
        return VideoNet(size, width)
