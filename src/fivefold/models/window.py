"""What a network is told of windows of series, and of where in the week they begin."""

from typing import NamedTuple


class Window(NamedTuple):
    """The last steps of a series: a float tensor `(n, channels + 1, history + ahead)`.

    The first channel is the one that is forecast, and ends at the origin as others do; the last
    ones are known ahead. The last line is 1 where a step of the first channel is known.

    Example:
        >>> Window(3, 336, 24, 1).history
        336
    """

    channels: int
    history: int
    ahead: int
    known: int


class Calendar(NamedTuple):
    """When a forecast begins: a float tensor `(n, width)`, a place a slot, then waves of the year.

    Example:
        >>> Calendar(168).width
        168
    """

    width: int
