"""The mean and the deviation of pixels, by how often each of their 256 levels occurs."""

from collections.abc import Iterable

import numpy as np

from fivefold.codecs.table import Array


def moments(pieces: Iterable[Array], channels: int) -> tuple[Array, Array]:
    """`(channels,)` float32 each: the mean, and the standard deviation, at least 1.

    Args:
        pieces: `(n, channels, ...)` uint8; of each level the count is kept, which takes little
            memory.
        channels: how many.

    Example:
        >>> moments([np.array([[[0, 4]]], np.uint8)], 1)
        (array([2.], dtype=float32), array([2.], dtype=float32))
    """
    counts = np.zeros((channels, 256), np.int64)
    for pixels in pieces:
        for channel in range(channels):
            counts[channel] += np.bincount(pixels[:, channel].ravel(), minlength=256)
    levels, total = np.arange(256), np.maximum(counts.sum(axis=1), 1)
    mean = counts @ levels / total
    variance = np.maximum(counts @ levels**2 / total - np.square(mean), 1.0)
    return mean.astype(np.float32), np.sqrt(variance).astype(np.float32)
