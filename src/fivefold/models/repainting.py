"""Random changes of pictures in training: on whole batches, each row drawing for itself."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from fivefold.models.inputs import Image

TURN = 15.0
"""Degrees that a picture is turned at most."""

ZOOM = 0.8
"""Fraction of a side of a picture that is looked at, at least."""

TONE = 0.4
"""Deviations by which all pixels are made brighter or darker, and how contrast varies about 1."""

TINT = 0.1
"""Deviations of a channel's own brightness."""

HOLE = 0.5
"""Fraction of a side that is erased at most."""


Move = Callable[[Tensor], Tensor]
"""What was drawn for a batch of pictures, done to these or to others of their size: `(n, channels,
height, width)` to the same. Whole numbers, as of classes, stay such."""


def shift(images: Tensor, pixels: int) -> Tensor:
    """Move each image by up to so many pixels; what comes in repeats the edge.

    Args:
        images: `(n, channels, height, width)`, any dtype.
        pixels: the most an image moves, in each direction.
    """
    return shifted(images, pixels)(images)


def shifted(images: Tensor, pixels: int) -> Move:
    """What `shift` does."""
    count, _, height, width = images.shape
    device = images.device
    down = torch.randint(-pixels, pixels + 1, (count, 1), device=device)
    right = torch.randint(-pixels, pixels + 1, (count, 1), device=device)
    rows = (torch.arange(height, device=device) + down).clamp(0, height - 1)
    columns = (torch.arange(width, device=device) + right).clamp(0, width - 1)
    picked = torch.arange(count, device=device)[:, None, None]

    def move(planes: Tensor) -> Tensor:
        moved = planes.permute(0, 2, 3, 1)[picked, rows[:, :, None], columns[:, None, :]]
        return moved.permute(0, 3, 1, 2)

    return move


def farthest(image: Image) -> int:
    """The most pixels that a random shift moves an image: one in 14, of colour pictures one in 8.

    What is grey and small fills its frame, as digits and clothes do; photographs do not.

    Example:
        >>> farthest(Image(1, 28, 28)), farthest(Image(1, 8, 8)), farthest(Image(3, 32, 32))
        (2, 1, 4)
    """
    parts = 14 if image.channels == 1 else 8
    return max(1, round(min(image.height, image.width) / parts))


def flip(images: Tensor) -> Tensor:
    """Mirror each image, left to right, with even chances."""
    return flipped(images)(images)


def flipped(images: Tensor) -> Move:
    """What `flip` does."""
    chosen = torch.rand(len(images), 1, 1, 1, device=images.device) < 0.5
    return lambda planes: torch.where(chosen, planes.flip(-1), planes)


def rotate(images: Tensor) -> Tensor:
    """Turn each image about its middle by up to `TURN` degrees; corners repeat the edge.

    Args:
        images: `(n, channels, height, width)` float.
    """
    return rotated(images)(images)


def rotated(images: Tensor) -> Move:
    """What `rotate` does."""
    height, width = images.shape[2:]
    angle = _between(images, -TURN, TURN) * (math.pi / 180)
    slant = torch.sin(angle)
    across, down = slant * (height / width), -slant * (width / height)
    upright, nothing = torch.cos(angle), torch.zeros_like(angle)
    rows = [
        torch.stack(row, dim=1) for row in ((upright, across, nothing), (down, upright, nothing))
    ]
    return partial(_seen, places=torch.stack(rows, dim=1))


def crop(images: Tensor) -> Tensor:
    """Look at a part of each image, of `ZOOM` of its sides or more, as if it were the whole.

    Args:
        images: `(n, channels, height, width)` float.
    """
    return cropped(images)(images)


def cropped(images: Tensor) -> Move:
    """What `crop` does."""
    wide, tall = _between(images, ZOOM, 1.0), _between(images, ZOOM, 1.0)
    right, down = (1 - wide) * _between(images, -1, 1), (1 - tall) * _between(images, -1, 1)
    nothing = torch.zeros_like(wide)
    rows = [torch.stack(row, dim=1) for row in ((wide, nothing, right), (nothing, tall, down))]
    return partial(_seen, places=torch.stack(rows, dim=1))


def colour(images: Tensor) -> Tensor:
    """Change brightness and contrast of each image, and a little the balance of its channels.

    Args:
        images: `(n, channels, ..., height, width)` float, with deviation 1; clips as a whole.
    """
    around = [1] * (images.ndim - 2)
    contrast = _between(images, 1 - TONE, 1 + TONE).view(-1, 1, *around)
    brightness = _between(images, -TONE, TONE).view(-1, 1, *around)
    tint = TINT * torch.randn(*images.shape[:2], *around, device=images.device)
    return images * contrast + brightness + tint


def erase(images: Tensor) -> Tensor:
    """Set a rectangle of each image to the mean colour; its sides are half of the image's at most.

    Args:
        images: `(n, channels, height, width)` float, with mean 0.
    """
    return images * ~_rectangle(images, _between(images, 0, HOLE))


def mixup(images: Tensor, others: Tensor, _: object = None) -> tuple[Tensor, Tensor]:
    """Each image with another one shining through it, mostly weakly.

    Args:
        images: `(n, channels, ..., height, width)` float.
        others: likewise.

    Returns:
        The images, and `(n,)` what each has of itself, from a half to 1.

    Reference:
        Zhang et al., mixup: Beyond Empirical Risk Minimization, ICLR 2018.
    """
    share = 1 - _between(images, 0, 1) ** 3 / 2
    own = share.view(-1, *[1] * (images.ndim - 1))
    return own * images + (1 - own) * others, share


def cutmix(images: Tensor, others: Tensor, _: object = None) -> tuple[Tensor, Tensor]:
    """Every other image with a rectangle of another one in its place.

    Args:
        images: `(n, channels, height, width)` float.
        others: likewise.

    Returns:
        The images, and `(n,)` what each has of itself.

    Reference:
        Yun et al., CutMix: Regularization Strategy to Train Strong Classifiers, ICCV 2019.
    """
    chosen = (_between(images, 0, 1) < 0.5).view(-1, 1, 1, 1)
    part = _rectangle(images, _between(images, 0, 1).sqrt()) & chosen
    return torch.where(part, others, images), 1 - part.float().mean(dim=(1, 2, 3))


def _between(images: Tensor, low: float, high: float) -> Tensor:
    """`(n,)` a number for each image."""
    return low + (high - low) * torch.rand(len(images), device=images.device)


def _rectangle(images: Tensor, sides: Tensor) -> Tensor:
    """`(n, 1, height, width)` bool: a rectangle anywhere whose sides are that fraction of all."""
    count, _, height, width = images.shape

    def within(length: int) -> Tensor:
        half = (sides * length).round() / 2
        middle = length * torch.rand(count, device=images.device)
        places = torch.arange(length, device=images.device)
        return (places >= (middle - half)[:, None]) & (places < (middle + half)[:, None])

    return (within(height)[:, :, None] & within(width)[:, None, :])[:, None]


def _seen(images: Tensor, places: Tensor) -> Tensor:
    """The images as they are at other places, `(n, 2, 3)`, between pixels by their neighbours.

    Whole numbers are taken from the nearest pixel, but for bytes, which are colours.
    """
    dtype, whole = images.dtype, not images.dtype.is_floating_point
    mode = "nearest" if whole and dtype != torch.uint8 else "bilinear"
    planes = images.float() if whole else images
    grid = functional.affine_grid(places, list(images.shape), align_corners=False)
    moved: Tensor = functional.grid_sample(
        planes, grid, mode=mode, padding_mode="border", align_corners=False
    )
    return moved.round().to(dtype) if whole else moved
