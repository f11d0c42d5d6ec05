"""A series drawn as lines of pixels."""

import numpy as np

from fivefold.codecs.table import Array

COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233))
"""Of Okabe and Ito's palette, which colour-blind readers tell apart; they repeat."""

MOST = 10
"""Channels that are drawn, at most."""


def traced(series: Array, height: int = 90, width: int = 150) -> Array:
    """The channels of a series over time, each between its least and its largest number.

    Args:
        series: `(steps, channels)` float64, NaN where missing.
        height: pixels.
        width: pixels.

    Returns:
        `(height, width, 3)` uint8 on white.

    Example:
        >>> picture = traced(np.arange(9.0)[:, None])
        >>> picture.shape, bool((picture[-1, 0] < 255).any()), bool((picture[0, 0] < 255).any())
        ((90, 150, 3), True, False)
    """
    picture = np.full((height, width, 3), 255, np.uint8)
    places = np.linspace(0, max(len(series) - 1, 0), width)
    for channel, numbers in enumerate(series.T[:MOST]):
        known = np.flatnonzero(~np.isnan(numbers))
        if not len(known):
            continue
        low, high = numbers[known].min(), numbers[known].max()
        shares = (numbers[known] - low) / (high - low) if high > low else 0 * numbers[known] + 0.5
        rows = np.rint((height - 1) * (1 - np.interp(places, known, shares))).astype(int)
        for column, row in enumerate(rows):
            before = rows[max(column - 1, 0)]
            first, last = sorted((int(row), int(before)))
            picture[first : last + 1, column] = COLOURS[channel % len(COLOURS)]
    return picture
