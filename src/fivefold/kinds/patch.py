"""Made-up pictures: smooth patches of colour, small as files at any size."""

from typing import Any

import numpy as np

from fivefold.codecs.intensity import Intensity
from fivefold.codecs.png import as_cell
from fivefold.codecs.table import Array

LONGEST = 16
"""Pixels a side of a picture that is given as rows."""


def draw_patch(shape: tuple[int, int, int], intensity: Intensity, rng: np.random.Generator) -> Any:
    """A smooth patch in the range of training as JSON has it, as a file where one holds it."""
    channels, height, width = shape
    if intensity.white in (1.0, 255.0):
        return as_cell(_gradient(shape, rng))
    if channels > 1 or intensity.white != 65_535.0:  # rows of pixels, which are long: few of them
        height, width = min(height, LONGEST), min(width, LONGEST)
    patch = _gradient((channels, height, width), rng).astype(np.float64)
    pixels = intensity.low + patch * (intensity.high - intensity.low) / 255.0
    if "float32" in intensity.depths:
        return as_cell(pixels.astype(np.float32))
    return as_cell(np.rint(pixels).astype(np.uint16 if intensity.white == 65_535.0 else np.int32))


def _gradient(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """A smooth patch of colour: small as a file at any size."""
    channels, height, width = shape
    corners = rng.integers(0, 256, (2, 2, channels)).astype(np.float64)
    down, across = np.linspace(0, 1, height), np.linspace(0, 1, width)
    left = corners[0, 0] + down[:, None] * (corners[1, 0] - corners[0, 0])
    right = corners[0, 1] + down[:, None] * (corners[1, 1] - corners[0, 1])
    blend = left[:, None] + across[None, :, None] * (right - left)[:, None]
    rounded: Array = np.rint(blend).astype(np.uint8)
    return rounded
