"""A sound with another number of samples a second."""

from math import gcd

import numpy as np

from fivefold.codecs.table import Array

LOBES = 16
"""Zero crossings of the filter on each side of a sample."""

BETA = 8.6
"""Of Kaiser's window: what is to be kept out is 86 dB below."""

VALUES = 2**22
"""Products that are held at a time."""


def resampled(samples: Array, rate: int, to: int) -> Array:
    """The same sound at another rate, without what this cannot tell.

    Args:
        samples: `(n,)` float32.
        rate: samples a second.
        to: samples a second that are wanted.

    Returns:
        `(ceil(n * to / rate),)` float32; each clip comes out alike, alone or among others.

    Example:
        >>> resampled(np.ones(600, np.float32), 44_100, 14_700)[100].round(3).item()
        1.0

    Reference:
        Smith, Digital Audio Resampling, CCRMA: a sinc below half of both rates under a window of
        Kaiser, one set of weights for each phase of the output.
    """
    if rate == to or not len(samples):
        return samples
    shared = gcd(rate, to)
    up, down = to // shared, rate // shared
    cutoff = 0.95 * min(1.0, up / down)
    reach = int(np.ceil(LOBES / cutoff))
    count = -(-len(samples) * up // down)
    padded = np.pad(samples.astype(np.float32), (reach, reach + down))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    out = np.empty(count, np.float32)
    offsets = np.arange(-reach, reach + 1)
    some = max(1, VALUES // len(offsets))
    for phase in range(min(up, count)):
        start, between = divmod(phase * down, up)
        apart = offsets - between / up
        weights = np.sinc(cutoff * apart) * _kaiser(apart / (reach + 1))
        taken = windows[start::down][: len(range(phase, count, up))]
        weights = (weights / weights.sum()).astype(np.float32)
        parts = [taken[first : first + some] @ weights for first in range(0, len(taken), some)]
        out[phase::up] = np.concatenate(parts)
    return out


def _kaiser(apart: Array) -> Array:
    inside = np.sqrt(np.maximum(0.0, 1.0 - np.square(apart)))
    weights: Array = np.i0(BETA * inside) / np.i0(BETA)
    return weights
