"""The loudness of bands of pitch, pooled over time: what a linear model is told of a sound."""

import torch
from torch import Tensor

from fivefold.models.inputs import Spectrum

STRETCHES = 12
"""Stretches of a sound, of equal length, of which the mean is taken."""


def pooled(spectra: Tensor) -> Tensor:
    """What each band is like where a sound is: mean, deviation, change, and mean by stretches.

    Change is the mean distance from frame to frame. What stands behind the end counts in none.

    Args:
        spectra: `(n, lines, frames)`, of a `Spectrum`.

    Returns:
        `(n, numbers)`, see `pooled_width`.

    Example:
        >>> pooled(torch.zeros(5, 41, 96)).shape, pooled_width(Spectrum(41, 96))
        (torch.Size([5, 600]), 600)
    """
    loud, present = spectra[:, :-1], spectra[:, -1:]
    count = present.sum(dim=2, keepdim=True)
    mean = loud.sum(dim=2, keepdim=True) / count.clamp(min=1)
    squares = ((loud - mean) * present).square().sum(dim=2, keepdim=True)
    spread = torch.sqrt(squares / count.clamp(min=1) + 1e-6)
    steps = (loud[:, :, 1:] - loud[:, :, :-1]).abs() * present[:, :, 1:]
    change = steps.sum(dim=2, keepdim=True) / (count - 1).clamp(min=1)
    place = STRETCHES * torch.arange(loud.shape[2], device=loud.device)
    first = torch.arange(STRETCHES, device=loud.device)[:, None] * count
    within = ((place >= first) & (place < first + count)).to(loud.dtype)  # (n, stretches, frames)
    shares = within / within.sum(dim=2, keepdim=True).clamp(min=1)
    stretches = torch.matmul(loud, shares.transpose(1, 2))
    return torch.cat([mean, spread, change, stretches], dim=2).flatten(1)


def pooled_width(size: Spectrum) -> int:
    """How many numbers `pooled` gives."""
    return (3 + STRETCHES) * (size.lines - 1)
