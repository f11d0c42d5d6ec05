"""Pictures of one size: the array of one column whose cells are pictures."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import ClassVar

import numpy as np

from fivefold.codecs.table import Array
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.plain import Dense, Reader

SIDES: dict[Reader, int] = {"linear": 14, "trees": 8}
"""Most pixels a side that a simple model is given."""

FITTED = {"resize": "resized", "pad": "padded", "crop": "cropped"}

VALUES = 2**22
"""Numbers that are pooled at a time."""


class Pixels(Block):
    """Uint8 `(n, channels, height, width)`.

    The kind's state has that `shape`, and the training pixels' `mean` and `std`, `(channels,)`
    float32 each.
    """

    name = "pixels"
    dtype = "uint8"
    changes = ("shift", "flip", "crop", "rotate", "colour", "erase", "mixup", "cutmix")
    usual = ("shift", "colour", "erase", "flip")
    doubtful = ("flip",)
    often: ClassVar[Mapping[str, int]] = {"shift": 12, "colour": 12, "flip": 12, "erase": 40}

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        shape: tuple[int, int, int] = columns[0].state.shape
        return shape

    def summary(self, encoded: Encoded) -> str:
        channels, height, width = encoded.shape
        colour = "grey" if channels == 1 else "RGB"
        column = encoded.columns[0]
        seen = getattr(column.state, "seen", {})
        changed = sum(seen.values()) - seen.get((height, width), 0)
        fitted = f", {changed:,} {FITTED[column.state.fit]}" if changed else ""
        return f"{column.kind.name} {encoded.name!r} ({height}x{width} {colour}{fitted})"

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense]:
        return (Dense(flat(pooled(array, SIDES["linear"]))),)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        tiles = flat(pooled(array, SIDES["trees"]))
        return tiles, np.zeros(tiles.shape[1], dtype=bool)

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        side = SIDES[reader]
        if max(self.shape(columns)[1:]) <= side:
            return ""
        return f"{columns[0].kind.plural} pooled to {side} pixels a side"


def flat(tiles: Array) -> Array:
    """`(n, ...)` to `(n, numbers)`, of no rows too."""
    return tiles.reshape(len(tiles), prod(tiles.shape[1:]))


def pooled(pixels: Array, side: int) -> Array:
    """Images averaged over tiles to at most `side` x `side`, 0 to 1.

    Args:
        pixels: `(n, channels, height, width)` uint8.
        side: most tiles a side.

    Returns:
        `(n, channels, height', width')` float32.

    Example:
        >>> pooled(np.array([[[[0, 255], [255, 255]]]], np.uint8), 1).tolist()
        [[[[0.75]]]]
    """
    height, width = pixels.shape[2:]
    starts = [
        np.linspace(0, size, min(side, size) + 1).astype(int)[:-1] for size in (height, width)
    ]
    sizes = [
        np.diff(np.append(start, size)) for start, size in zip(starts, (height, width), strict=True)
    ]
    shares = np.empty((*pixels.shape[:2], *map(len, sizes)), np.float32)
    step = max(1, VALUES // max(pixels[:1].size, 1))
    for first in range(0, len(pixels), step):  # as floats they are four times as large
        piece = pixels[first : first + step].astype(np.float32)
        tiles = np.add.reduceat(np.add.reduceat(piece, starts[0], axis=2), starts[1], axis=3)
        shares[first : first + step] = tiles / (255 * np.outer(*sizes)).astype(np.float32)
    return shares


PIXELS = Pixels()
