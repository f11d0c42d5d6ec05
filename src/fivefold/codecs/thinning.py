"""Which moments of a clip are looked at."""

import numpy as np

from fivefold.codecs.table import Array


def spread(count: int, wanted: int) -> Array:
    """`(min(count, wanted),)` places, spread evenly: the middle one of each of so many stretches.

    All of them where there are no more than are wanted.

    Args:
        count: of places that there are.
        wanted: of places, at most.

    Example:
        >>> spread(9, 3).tolist(), spread(2, 3).tolist(), spread(8, 4).tolist()
        ([1, 4, 7], [0, 1], [1, 3, 5, 7])
    """
    if count <= wanted:
        return np.arange(count)
    return (2 * np.arange(wanted) + 1) * count // (2 * wanted)


def lengthened(clip: Array, frames: int) -> Array:
    """The clip with so many frames: evenly spread ones of more, the last one again of fewer.

    Args:
        clip: `(time, ...)`, one frame at least.
        frames: how many.

    Example:
        >>> lengthened(np.array([3, 4]), 4).tolist(), lengthened(np.arange(9), 3).tolist()
        ([3, 4, 4, 4], [1, 4, 7])
    """
    places = spread(len(clip), frames)
    if len(places) < frames:
        places = np.minimum(np.arange(frames), len(clip) - 1)
    return clip[places]
