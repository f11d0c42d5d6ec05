"""How the pixels that a network sees of a picture lie in it, and back."""

from typing import Self

import numpy as np

from fivefold.codecs.resizing import Fit
from fivefold.codecs.table import Array


class Grid(int):
    """The positions of a picture as a network sees it: how many they are, and how they lie.

    Args:
        height: of what is seen, in pixels.
        width: likewise.
        fit: how pictures of other proportions are brought to this size.

    Example:
        >>> grid = Grid(2, 3)
        >>> int(grid), [places.tolist() for places in grid.seen(4, 3)]
        (6, [[1, 3], [0, 1, 2]])
        >>> [places.tolist() for places in Grid(4, 4, "pad").seen(2, 4)]
        [[-1, 0, 1, -1], [0, 1, 2, 3]]
        >>> [places.tolist() for places in Grid(2, 2).shown(4, 3)]
        [[0, 0, 1, 1], [0, 1, 1]]
    """

    height: int
    width: int
    fit: Fit

    def __new__(cls, height: int, width: int, fit: Fit = "resize") -> Self:
        self = super().__new__(cls, height * width)
        self.height, self.width, self.fit = height, width, fit
        return self

    def seen(self, height: int, width: int) -> tuple[Array, Array]:
        """Which row and which column of a picture each row and column of the grid shows; or -1.

        Args:
            height: of the picture.
            width: likewise.
        """
        found = []
        for own, (scaled, first), count in self._axes(height, width):
            place = np.arange(count) + first
            inside = (place >= 0) & (place < scaled)
            found.append(np.where(inside, _nearest(place, own, scaled), -1))
        return found[0], found[1]

    def shown(self, height: int, width: int) -> tuple[Array, Array]:
        """Which row and column of the grid shows each row and column of a picture, or is nearest.

        Args:
            height: of the picture.
            width: likewise.
        """
        found = [
            np.clip(_nearest(np.arange(own), scaled, own) - first, 0, count - 1)
            for own, (scaled, first), count in self._axes(height, width)
        ]
        return found[0], found[1]

    def _axes(
        self, height: int, width: int
    ) -> tuple[tuple[int, tuple[int, int], int], tuple[int, tuple[int, int], int]]:
        """By axis: pixels of the picture, how many they become and which is seen first, of grid."""
        tall, wide = self.height / height, self.width / width
        factors = (tall, wide)
        if self.fit != "resize":
            factors = ((min if self.fit == "pad" else max)(tall, wide),) * 2
        sides = ((height, factors[0], self.height), (width, factors[1], self.width))
        (one, other) = ((own, max(1, round(own * factor)), count) for own, factor, count in sides)
        return _placed(*one), _placed(*other)


def _placed(own: int, scaled: int, count: int) -> tuple[int, tuple[int, int], int]:
    first = (scaled - count) // 2 if scaled > count else -((count - scaled) // 2)
    return own, (scaled, first), count


def _nearest(places: Array, own: int, scaled: int) -> Array:
    """The place of so many that is nearest to each of `scaled` others."""
    return np.asarray((2 * places + 1) * own // (2 * scaled))
