"""Pictures of one size: the array of one column whose cells are pictures."""

from collections.abc import Sequence

from fivefold.kinds.block import Block, Encoded, Fitted


class Pixels(Block):
    """Uint8 `(n, channels, height, width)`.

    The kind's state has that `shape`, and the training pixels' `mean` and `std`, `(channels,)`
    float32 each.
    """

    name = "pixels"
    dtype = "uint8"

    def shape(self, columns: Sequence[Fitted]) -> tuple[int, ...]:
        """Channels, height and width."""
        shape: tuple[int, int, int] = columns[0].state.shape
        return shape

    def told(self, encoded: Encoded) -> str:
        """Size and colour."""
        channels, height, width = encoded.shape
        colour = "grey" if channels == 1 else "RGB"
        return f"{encoded.columns[0].kind.name} {encoded.name!r} ({height}x{width} {colour})"


PIXELS = Pixels()
