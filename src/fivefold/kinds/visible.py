"""What is measured of pictures and clips: their shape, and how bright they are."""

from collections.abc import Sequence

import numpy as np

from fivefold.codecs.table import Array


def shapes(values: Array, axes: Sequence[str]) -> dict[str, Array]:
    """How long each axis is, by its name, `(n,)` float64; NaN for missing.

    Args:
        values: `(n,)` arrays and None, or one array of all.
        axes: of each.
    """
    absent = (np.nan,) * len(axes)
    found = [absent if one is None else one.shape for one in values]
    counts = np.array(found, dtype=np.float64).reshape(-1, len(axes))
    return dict(zip(axes, counts.T, strict=True))


def brightness(values: Array) -> dict[str, Array]:
    """The mean of each one's pixels as `brightness`, their deviation as `contrast`, likewise."""
    found = [(np.nan, np.nan) if one is None else (one.mean(), one.std()) for one in values]
    measured = np.array(found, dtype=np.float64).reshape(-1, 2)
    return dict(zip(("brightness", "contrast"), measured.T, strict=True))
