"""Clips of one size and length: the array of one column whose cells are films."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.kinds.block import Block, Encoded, Fitted
from fivefold.kinds.occlusion import Pieces, fractions, grid_names, masked, regions, stretches
from fivefold.kinds.pixels import FITTED, SIDES, flat, pooled
from fivefold.kinds.plain import Dense, Reader

AT_ONCE = 256
"""Clips that are described at a time."""


class Films(Block):
    """Uint8 `(n, channels, frames, height, width)`.

    The kind's state has that `shape`, and the training pixels' `mean` and `std`, `(channels,)`
    float32 each.
    """

    name = "films"
    dtype = "uint8"
    changes = ("shift", "delay", "flip", "crop", "colour", "erase", "mixup")
    usual = ("shift", "delay", "colour", "flip")
    doubtful = ("flip",)
    often: ClassVar[Mapping[str, int]] = {"shift": 8, "delay": 8, "colour": 12, "flip": 12}
    single = "the middle frame alone"

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        shape: tuple[int, int, int, int] = columns[0].state.shape
        return shape

    def summary(self, encoded: Encoded) -> str:
        channels, frames, height, width = encoded.shape
        colour = "grey" if channels == 1 else "RGB"
        column = encoded.columns[0]
        seen = getattr(column.state, "seen", {})
        changed = sum(seen.values()) - seen.get((height, width), 0)
        fitted = f", {changed:,} {FITTED[column.state.fit]}" if changed else ""
        size = f"{frames} frames of {height}x{width} {colour}{fitted}"
        return f"{column.kind.name} {encoded.name!r} ({size}, evenly over each clip)"

    def pieces(self, cell: Any, column: Any) -> Pieces | None:
        """Regions of some frames, filled with what mostly stands there in the other frames."""
        whole = column.kind.encode(objects([cell]), column.column, column.state)[0]
        blank = np.broadcast_to(np.median(whole, axis=1, keepdims=True), whole.shape)
        _, frames, height, width = whole.shape
        grid = list(zip(regions(height, width, 3), grid_names(height, width, 3), strict=True))
        times = stretches(frames, 5)
        places = [(slice(None), slice(*time), *place) for time in times for place, _ in grid]
        return masked(
            whole,
            blank.astype(whole.dtype),
            places,
            "regions of frames",
            names=tuple(f"frames {a + 1} to {b}, {name}" for a, b in times for _, name in grid),
            at=tuple(
                [*time, *fractions(*place, height, width)] for time in times for place, _ in grid
            ),
            without="the median of its frames alone",
        )

    # --- what simple models read

    def linear(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense]:
        return (Dense(described(array, SIDES["linear"])),)

    def at_one(self, array: Array, columns: Sequence[Fitted]) -> tuple[Dense]:
        return (Dense(flat(pooled(array[:, :, array.shape[2] // 2], SIDES["linear"]))),)

    def trees(self, array: Array, columns: Sequence[Fitted]) -> tuple[Array, Array]:
        values = described(array, SIDES["trees"])
        return values, np.zeros(values.shape[1], dtype=bool)

    def note(self, columns: Sequence[Fitted], reader: Reader) -> str:
        side = SIDES[reader]
        return (
            f"{columns[0].kind.plural} as their mean frame, how much frames differ from the next, "
            f"and the last less the first, pooled to {side} pixels a side"
        )


def described(films: Array, side: int) -> Array:
    """What simple models are told of clips.

    The mean frame, the mean size of the difference from frame to frame, and the last frame less the
    first one, each pooled to tiles.

    Args:
        films: `(n, channels, frames, height, width)` uint8.
        side: tiles of a side, at most.

    Returns:
        `(n, 3 * channels * tiles)` float32.

    Example:
        >>> film = np.array([0, 255], np.uint8).reshape(1, 1, 2, 1, 1)
        >>> described(film, 8).tolist()
        [[0.5, 1.0, 1.0]]
    """
    rows = list[Array]()
    for first in range(0, len(films), AT_ONCE):
        piece = films[first : first + AT_ONCE]
        count, channels, frames, height, width = piece.shape
        flattened = piece.reshape(count, channels * frames, height, width)
        tiles = pooled(flattened, side)
        tiles = tiles.reshape(count, channels, frames, *tiles.shape[2:])
        moved = np.abs(np.diff(tiles, axis=2)).sum(axis=2) / max(frames - 1, 1)
        told = [tiles.mean(axis=2), moved, tiles[:, :, -1] - tiles[:, :, 0]]
        rows.append(np.concatenate([flat(each) for each in told], axis=1))
    down, across = (min(size, side) for size in films.shape[3:])
    empty = np.empty((0, 3 * films.shape[1] * down * across), np.float32)
    return np.concatenate([empty, *rows])


FILMS = Films()
