"""Pictures of one size: the array of one column whose cells are pictures."""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.grid import Grid
from fivefold.codecs.resizing import shrinks_rows_first
from fivefold.codecs.table import Array
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.occlusion import Pieces, fractions, grid_names, masked, regions
from fivefold.kinds.plain import Dense, Reader
from fivefold.kinds.scripted import Scripted, script

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
    plane = True

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, int, int]:
        shape: tuple[int, int, int] = columns[0].state.shape
        return shape

    def grid(self, columns: Sequence[Fitted]) -> Grid:
        _, height, width = self.shape(columns)
        return Grid(height, width, getattr(columns[0].state, "fit", "resize"))

    def summary(self, encoded: Encoded) -> str:
        channels, height, width = encoded.shape
        colour = "grey" if channels == 1 else "RGB"
        column = encoded.columns[0]
        seen = getattr(column.state, "seen", {})
        changed = sum(seen.values()) - seen.get((height, width), 0)
        fitted = f", {changed:,} {FITTED[column.state.fit]}" if changed else ""
        return f"{column.kind.name} {encoded.name!r} ({height}x{width} {colour}{fitted})"

    def pieces(self, cell: Any, column: Any) -> Pieces | None:
        """Regions of the picture as the model sees it, filled with its median colour."""
        whole = column.kind.encode(objects([cell]), column.column, column.state)[0]
        blank = np.broadcast_to(np.median(whole, axis=(1, 2), keepdims=True), whole.shape)
        height, width = whole.shape[1:]
        places = regions(height, width)
        return masked(
            whole,
            blank.astype(whole.dtype),
            [(slice(None), *place) for place in places],
            "regions",
            names=grid_names(height, width),
            at=tuple(fractions(*place, height, width) for place in places),
            without="its median colour alone",
        )

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


def scripted_picture(fitted: Fitted) -> Scripted | None:
    """How a page reads pictures; None for columns of old bundles, which are read otherwise.

    Args:
        fitted: a column of pictures, with size, `mean`, `fit` and `intensity` in its state.
    """
    state = fitted.state
    if fitted.column.rules < 3:
        return None
    range = {name: getattr(state.intensity, name) for name in ("low", "high", "white", "plain")}
    facts = {
        "shape": list(state.shape),
        "mean": state.mean.tolist(),
        "fit": state.fit,
        "rowsFirst": shrinks_rows_first(),
        "range": {**range, "depths": list(state.intensity.depths)},
    }
    names = ("codecs/cell.js", "codecs/resizing.js", "codecs/picture.js", "kinds/image.js")
    return Scripted("picture", facts, script(*names))


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


def seen_at(pixels: Array) -> Array:
    """What a simple model is told of each pixel: its colour, that of its neighbourhood, its place.

    Args:
        pixels: `(n, channels, height, width)` uint8.

    Returns:
        `(n, height, width, 3 * channels + 2)` float32: the colour, the mean of 3 x 3 and of 9 x 9
        pixels around, 0 to 1; how far down and right it is, 0 to 1.

    Example:
        >>> seen_at(np.array([[[[0, 255, 0]]]], np.uint8))[0, 0, 1].tolist()
        [1.0, 0.3333333432674408, 0.1111111119389534, 0.5, 0.5]
    """
    planes = pixels.astype(np.float32).transpose(0, 2, 3, 1) / 255
    count, height, width = planes.shape[:3]
    near = [_around(planes, reach) for reach in (1, 4)]
    down = np.linspace(0, 1, height)[:, None] if height > 1 else np.full((1, 1), 0.5)
    right = np.linspace(0, 1, width)[None] if width > 1 else np.full((1, 1), 0.5)
    shape = (count, height, width, 1)
    places = [np.broadcast_to(one[None, ..., None], shape) for one in (down, right)]
    return np.concatenate([planes, *near, *places], axis=3, dtype=np.float32)


def _around(planes: Array, reach: int) -> Array:
    """The mean of the pixels within so many rows and columns, those of the edge repeated."""
    for axis in (1, 2):
        margins = [(0, 0)] * 4
        margins[axis] = (reach + 1, reach)
        side, length = 2 * reach + 1, planes.shape[axis]
        whole = np.pad(planes, margins, mode="edge").cumsum(axis, dtype=np.float64)
        ends = np.take(whole, np.arange(side, side + length), axis)
        starts = np.take(whole, np.arange(length), axis)
        planes = ((ends - starts) / side).astype(np.float32)
    return planes


PIXELS = Pixels()
