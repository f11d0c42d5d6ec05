"""Sounds as the ear tells them apart: the loudness of bands of pitch, frame by frame."""

from functools import cache

import numpy as np

from fivefold.codecs.table import Array

FLOOR = 1e-4
"""Added to the power of a band before its logarithm: 40 dB below that of even noise, whose power is
1. What is quieter within a sound is its background."""

QUIET = 1.0
"""Steps of 16 bits that a sound is taken to be loud on average, at least."""

FRAMES = 2_048
"""Frames whose spectrum is held at a time."""

LOW = 20.0
"""Hertz, where the lowest band begins."""


class Bands:
    """How sounds of one rate are cut into frames, and their spectrum into bands.

    Args:
        rate: samples a second.

    Attributes:
        rate: samples a second.
        window: samples of a frame, a power of two: 25 ms or a little more.
        hop: samples from one frame to the next: 10 ms.
        count: bands.
        filters: `(window / 2 + 1, count)` float32, what each band takes of the spectrum's powers.
        taper: `(window,)` float32, by which the samples of a frame are multiplied; its squares have
            the sum 1.

    Reference:
        O'Shaughnessy, Speech Communication, 1987, for the scale; bands are triangles of sum one.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.window = 1 << max(4, int(np.ceil(np.log2(0.025 * rate))))
        self.hop = max(1, round(0.010 * rate))
        self.count = 40 if rate < 12_000 else 64
        self.filters = _triangles(rate, self.window, self.count)
        taper = np.hanning(self.window + 1)[:-1]
        self.taper = (taper / np.sqrt(np.square(taper).sum())).astype(np.float32)

    def frames(self, samples: int) -> int:
        """How many frames a sound of so many samples has: at least one.

        Example:
            >>> bands_of(8000).frames(8000)
            99
        """
        return max(1, 1 + (samples - self.window // 2) // self.hop)

    def loudness(self, samples: Array) -> Array:
        """The logarithm of the power in each band, of a sound brought to a mean power of 1.

        How loud a sound is says where the microphone was. What is quiet for one sound is not for
        another, so a floor can be set only when that is gone.

        Args:
            samples: `(n,)` int16, or float of the same scale.

        Returns:
            `(frames, count)` float32.
        """
        count = self.frames(len(samples))
        wanted = (count - 1) * self.hop + self.window
        padded = np.zeros(wanted, np.float32)
        mean = np.square(samples, dtype=np.float64).mean() if len(samples) else 0.0
        padded[: min(len(samples), wanted)] = samples[:wanted] / max(QUIET, np.sqrt(mean))
        cut = np.lib.stride_tricks.sliding_window_view(padded, self.window)[:: self.hop]
        rows = []
        for first in range(0, count, FRAMES):
            spectrum = np.fft.rfft(cut[first : first + FRAMES] * self.taper, axis=1)
            power = np.square(spectrum.real) + np.square(spectrum.imag)
            rows.append(np.log(power.astype(np.float32) @ self.filters + np.float32(FLOOR)))
        return np.concatenate(rows)


@cache
def bands_of(rate: int) -> Bands:
    """The bands for a rate."""
    return Bands(rate)


def _triangles(rate: int, window: int, count: int) -> Array:
    """Triangles of equal width on the mel scale, up to half of the rate."""
    ends = _pitch(np.linspace(_mel(min(LOW, rate / 16)), _mel(rate / 2), count + 2))
    bins = np.arange(window // 2 + 1) * rate / window
    rising = (bins[:, None] - ends[:-2]) / np.diff(ends)[:-1]
    falling = (ends[2:] - bins[:, None]) / np.diff(ends)[1:]
    heights = np.maximum(0.0, np.minimum(rising, falling))
    narrow = heights.sum(axis=0) == 0  # a band between two bins takes the nearer one
    nearest = np.abs(bins[:, None] - ends[1:-1]).argmin(axis=0)
    heights[nearest[narrow], np.flatnonzero(narrow)] = 1.0
    shares: Array = (heights / heights.sum(axis=0)).astype(np.float32)
    return shares


def _mel(hertz: float) -> float:
    return float(2595.0 * np.log10(1.0 + hertz / 700.0))


def _pitch(mel: Array) -> Array:
    pitch: Array = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    return pitch
