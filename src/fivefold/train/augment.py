"""Random changes to whole batches of images, on the device, before they are normalised."""

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor

from fivefold.models.inputs import Batch

Change = Literal["shift", "flip"]


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


def make_augment(
    changes: tuple[Change, ...], images: Mapping[str, int]
) -> Callable[[Batch], Batch] | None:
    """The changes as one function of a batch's raw blocks; None where nothing is changed.

    Args:
        changes: in the order in which they are made.
        images: by block name, the most pixels that an image is shifted.
    """
    if not changes or not images:
        return None

    def augment(blocks: Batch) -> Batch:
        assert isinstance(blocks, Mapping)
        changed = dict(blocks)
        for name, pixels in images.items():
            for change in changes:
                changed[name] = (
                    flip(changed[name]) if change == "flip" else shift(changed[name], pixels)
                )
        return changed

    return augment
