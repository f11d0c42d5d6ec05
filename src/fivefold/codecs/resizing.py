"""Pictures brought to a size: stretched, filled up, cut, or only made no larger than a bound."""

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np

from fivefold.codecs.table import Array

Fit = Literal["resize", "pad", "crop"]
"""How a picture of other proportions is brought to a size: stretched; whole, the rest filled with
the pixels of its edge; or its middle, as much as the size covers."""

FITS: tuple[str, ...] = get_args(Fit)


LARGEST = 128
"""Pixels of the longer side where the size follows from the data: what learns from nothing in
minutes sees little more."""

STEP = 8
"""Of which sides are a multiple that are the medians of several."""


def usual_size(sizes: Mapping[tuple[int, int], int], largest: int = LARGEST) -> tuple[int, int]:
    """The size to which pictures are brought where none is asked for.

    The commonest, the larger of equals, where half of them have it; else the median height and
    width, rounded. No side is longer than `largest`.

    Args:
        sizes: how many pictures have each height and width.
        largest: pixels of the longer side, at most.

    Example:
        >>> usual_size({(28, 28): 9, (3000, 2000): 1}), usual_size({(3000, 2000): 1})
        ((28, 28), (128, 85))
        >>> usual_size({(30, 31): 1, (52, 40): 1, (60, 70): 1})
        (48, 40)
    """
    total = sum(sizes.values())
    usual = max(sizes, key=lambda size: (sizes[size], size[0] * size[1], size), default=(1, 1))
    if 2 * sizes.get(usual, 0) < total:
        counts = list(sizes.values())
        sides = (np.median(np.repeat(side, counts)) for side in zip(*sizes, strict=True))
        height, width = (STEP * max(1, round(float(side) / STEP)) for side in sides)
        usual = (height, width)
    return within(*usual, largest)


def resized(image: Array, height: int, width: int, channels: int, fit: Fit = "resize") -> Array:
    """The image in this size with one channel or three; unchanged where it fits already.

    Args:
        image: uint8 `(height, width, channels)`.
        height: pixels.
        width: pixels.
        channels: 1 (grey: luminance 0.299 R + 0.587 G + 0.114 B) or 3.
        fit: what becomes of other proportions.

    Example:
        >>> wide = np.arange(8, dtype=np.uint8).reshape(2, 4, 1)
        >>> resized(wide, 2, 2, 1, "crop")[:, :, 0].tolist()
        [[1, 2], [5, 6]]
        >>> resized(wide, 4, 4, 1, "pad")[:, 0, 0].tolist()
        [0, 0, 4, 4]
    """
    if image.shape[:2] != (height, width):
        image = _fitted(image, height, width, fit)
    if image.shape[2] == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=2)
    # In whole numbers, as sums of fractions differ by the order in which a processor takes them.
    grey: Array = (image @ np.array([299, 587, 114], np.uint32) + 500) // 1000
    return grey.astype(np.uint8)[:, :, None]


def reduced(image: Array, side: int) -> Array:
    """The image, no side longer than `side` pixels, in its proportions; unchanged where none is.

    Args:
        image: `(height, width, channels)` canonical, of any depth.
        side: pixels.

    Example:
        >>> reduced(np.zeros((3, 12, 3), np.uint8), 6).shape
        (2, 6, 3)
    """
    height, width = within(image.shape[0], image.shape[1], side)
    return image if image.shape[:2] == (height, width) else _scaled(image, height, width)


def within(height: int, width: int, side: int) -> tuple[int, int]:
    """The size in the same proportions of which no side is longer than `side`.

    Example:
        >>> within(3000, 2000, 512), within(100, 90, 512)
        ((512, 341), (100, 90))
    """
    longest = max(height, width)
    if longest <= side:
        return height, width
    return max(1, round(height * side / longest)), max(1, round(width * side / longest))


def shrinks_rows_first() -> bool:
    """Whether this Pillow scales rows before columns where more of them go, as it does since 13.

    Pixels are rounded in between, so that one in some is another by one level.
    """
    probe = np.array([[0, 255], [255, 0], [1, 1], [0, 255]], np.uint8)[:, :, None]
    return int(_scaled(probe, 2, 3)[0, 1, 0]) == 109  # 110 otherwise


def _fitted(image: Array, height: int, width: int, fit: Fit) -> Array:
    if fit == "resize":
        return _scaled(image, height, width)
    tall, wide = height / image.shape[0], width / image.shape[1]
    factor = min(tall, wide) if fit == "pad" else max(tall, wide)
    rows, columns = (max(1, round(size * factor)) for size in image.shape[:2])
    if image.shape[:2] != (rows, columns):
        image = _scaled(image, rows, columns)
    if fit == "pad":
        above, before = (height - rows) // 2, (width - columns) // 2
        margins = ((above, height - rows - above), (before, width - columns - before), (0, 0))
        return np.pad(image, margins, mode="edge")
    above, before = (rows - height) // 2, (columns - width) // 2
    return image[above : above + height, before : before + width]


def _scaled(image: Array, height: int, width: int) -> Array:
    """Each pixel the mean of what it covers, or between its neighbours where there are more."""
    from PIL import Image

    def scale(source: Array) -> Array:
        one = Image.fromarray(source)
        return np.asarray(one.resize((width, height), Image.Resampling.BILINEAR))

    if image.dtype == np.uint8:
        pixels = scale(image[:, :, 0] if image.shape[2] == 1 else image)
        return pixels[:, :, None] if pixels.ndim == 2 else pixels
    layers = [scale(image[:, :, place].astype(np.float32)) for place in range(image.shape[2])]
    deep = np.stack(layers, axis=2)
    if image.dtype.kind != "f":
        bounds = np.iinfo(image.dtype)
        deep = np.clip(np.rint(deep.astype(np.float64)), bounds.min, bounds.max)
    return deep.astype(image.dtype)
