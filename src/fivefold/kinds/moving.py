"""Clips made up, and drawn as one picture."""

import numpy as np

from fivefold.codecs.intensity import Intensity
from fivefold.codecs.table import Array
from fivefold.codecs.thinning import lengthened

DRAWN = 4
"""Frames of a clip that are drawn."""


def draw_moving(
    shape: tuple[int, int, int, int], intensity: Intensity, rng: np.random.Generator
) -> Array:
    """A bright square that moves over a dark ground, in the range of training.

    Args:
        shape: channels, frames, height and width.
        intensity: of the training clips.
        rng: to draw with.
    """
    channels, frames, height, width = shape
    clip = np.full((frames, height, width, channels), rng.integers(0, 90), np.uint8)
    tall, wide = max(1, height // 3), max(1, width // 3)
    start, end = rng.random((2, 2)) * [height - tall, width - wide]
    for frame, share in zip(clip, np.linspace(0, 1, frames), strict=True):
        down, right = np.rint(start + share * (end - start)).astype(int)
        frame[down : down + tall, right : right + wide] = 220
    if intensity.white in (1.0, 255.0):
        return clip
    scaled = intensity.low + clip * (intensity.high - intensity.low) / 255.0
    if "float32" in intensity.depths:
        return scaled.astype(np.float32)
    whole: Array = np.rint(scaled).astype(intensity.depths[-1])
    return whole


def contact_print(clip: Array) -> Array:
    """Four frames of a canonical clip, two beside one another, in the order in which one reads.

    Args:
        clip: `(frames, height, width, channels)`; other than bytes are stretched from black to
            white.

    Returns:
        `(height, width)` or `(height, width, 3)` uint8.

    Example:
        >>> contact_print(np.zeros((9, 2, 3, 1), np.uint8)).shape
        (5, 7)
    """
    low, high = 0.0, 255.0
    if clip.dtype != np.uint8:
        low, high = float(clip.min()), float(clip.max())
    few = lengthened(clip, DRAWN).astype(np.float64)
    shades = np.rint(255 * (few - low) / max(high - low, 1e-9)).astype(np.uint8)
    tiles = np.pad(shades, ((0, 0), (0, 1), (0, 1), (0, 0)), constant_values=255)
    rows = [np.concatenate([tiles[n], tiles[n + 1]], axis=1) for n in range(0, DRAWN, 2)]
    picture = np.concatenate(rows)[:-1, :-1]
    return picture[:, :, 0] if picture.shape[2] == 1 else picture
