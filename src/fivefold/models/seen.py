"""Sizes of what is seen: pictures, and clips of them."""

from typing import NamedTuple


class Image(NamedTuple):
    """One image a row: a float tensor `(n, channels, height, width)`.

    Example:
        >>> Image(1, 28, 28).height
        28
    """

    channels: int
    height: int
    width: int


class Film(NamedTuple):
    """One clip a row: a float tensor `(n, channels, frames, height, width)`.

    Example:
        >>> Film(3, 16, 32, 32).image
        Image(channels=3, height=32, width=32)
    """

    channels: int
    frames: int
    height: int
    width: int

    @property
    def image(self) -> Image:
        """One frame of it."""
        return Image(self.channels, self.height, self.width)
