"""Small areas of a cell, each of which can be that of another row: corners, words, beginnings."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array

GRID = 4
"""Parts of a picture, down and across."""

BORDER = 1 / 16
"""Of a side, what the border of a picture is wide; a pixel at least."""

WIDEST = 0.3
"""Of a picture, beyond which its border is no small area."""

WORDS = 20
"""Frequent words of texts that are looked at one by one."""

OFTEN = (0.02, 0.9)
"""Of texts in which such a word stands, at least and at most."""

MILLISECONDS = 50
"""Of the beginning and the end of a sound."""

Swap = Callable[[Any, Any], Any]
"""A cell, and another row's, to the cell with the area of the other one."""


class Area(NamedTuple):
    """A small area of the cells of a column.

    Args:
        name: where it is, in words.
        share: of a cell, 0 to 1.
        swap: puts it from another row's cell.
        box: where it is in a picture, as fractions from above and from the left: top, bottom, left,
            right; empty where it is no rectangle.

    Example:
        >>> from fivefold.kinds.area import areas_of_pictures
        >>> first = areas_of_pictures(objects([np.zeros((8, 8, 1), np.uint8)]))[0]
        >>> first.name, first.share, first.swap(np.zeros((8, 8, 1)), np.ones((8, 8, 1))).sum()
        ('top left corner', 0.0625, np.float64(4.0))
    """

    name: str
    share: float
    swap: Swap
    box: tuple[float, ...] = ()

    def exchanged(self, values: Array, draw: np.random.Generator) -> Array:
        """`(n,)` cells, of which this area is another row's."""
        order = draw.permutation(len(values))
        return self._of(values, values[order])

    def alone(self, values: Array, draw: np.random.Generator) -> Array:
        """`(n,)` cells, of which all but this area is another row's."""
        order = draw.permutation(len(values))
        return self._of(values[order], values)

    def _of(self, most: Array, area: Array) -> Array:
        pairs = zip(most, area, strict=True)
        return objects(a if a is None or b is None else self.swap(a, b) for a, b in pairs)


def areas_of_pictures(seen: Array) -> tuple[Area, ...]:
    """A grid of parts, and the border where it is no large part.

    Args:
        seen: `(m, ...)` canonical pictures, or clips, whose frames are all looked at alike.
    """
    known = [one.shape[-3:-1] for one in seen if one is not None]
    height, width = np.median(known, axis=0) if known else (0, 0)
    if min(height, width) < 2 * GRID:
        return ()
    found = []
    for row in range(GRID):
        for column in range(GRID):
            box = (row / GRID, (row + 1) / GRID, column / GRID, (column + 1) / GRID)
            name = f"row {row + 1}, column {column + 1} of {GRID} x {GRID}"
            if row in (0, GRID - 1) and column in (0, GRID - 1):
                name = f"{'bottom' if row else 'top'} {'right' if column else 'left'} corner"
            found.append(Area(name, GRID**-2, _within(*box), box))
    inside = [1 - 2 * _edge(side) / side for side in (height, width)]
    ring = float(1 - inside[0] * inside[1])
    return (*found, Area("border", ring, _around)) if ring <= WIDEST else tuple(found)


def areas_of_texts(seen: Array) -> tuple[Area, ...]:
    """The first word, the last one, and frequent ones wherever they stand."""
    texts = [text.split() for text in seen.tolist() if text]
    counts = Counter(word for text in texts for word in set(text))
    low, high = (share * len(texts) for share in OFTEN)
    kept = sorted((w for w, n in counts.items() if low <= n <= high), key=lambda w: (-counts[w], w))
    size = 1 / max(1.0, float(np.mean([len(text) for text in texts]))) if texts else 1.0
    ends = [
        Area("first word", size, lambda a, b: " ".join([*b.split()[:1], *a.split()[1:]])),
        Area("last word", size, lambda a, b: " ".join([*a.split()[:-1], *b.split()[-1:]])),
    ]
    words = [Area(f"the word {word!r}", size, _with_word(word)) for word in kept[:WORDS]]
    return (*ends, *words) if size < WIDEST else ()


def areas_of_sounds(rate: int, seen: Array) -> tuple[Area, ...]:
    """The beginning, the end, and what samples are off zero in the mean."""
    count = max(1, round(MILLISECONDS * rate / 1000))
    lengths = [len(sound) for sound in seen if sound is not None]
    share = count / max(1.0, float(np.mean(lengths))) if lengths else 1.0

    def begun(own: Array, other: Array) -> Array:
        most = min(count, len(own), len(other))
        return np.concatenate([other[:most], own[most:]])

    def ended(own: Array, other: Array) -> Array:
        most = min(count, len(own), len(other))
        return np.concatenate([own[: len(own) - most], other[len(other) - most :]])

    def off(own: Array, other: Array) -> Array:
        if not (len(own) and len(other)):
            return own
        moved: Array = np.rint(own - own.mean() + other.mean())
        return moved.clip(-32_768, 32_767).astype(np.int16)

    told = f"{MILLISECONDS} ms"
    ends = [Area(f"first {told}", share, begun), Area(f"last {told}", share, ended)]
    return (*(ends if share < WIDEST else ()), Area("constant offset", 0.0, off))


def _edge(side: float) -> int:
    return max(1, round(BORDER * side))


def _alike(own: Array, other: Array) -> Array:
    """Another picture in the size, the channels and the dtype of one's own."""
    for axis in (-3, -2):
        size, have = own.shape[axis], other.shape[axis]
        if size != have:
            other = np.take(other, np.arange(size) * have // size, axis)
    if other.shape[-1] != own.shape[-1]:
        other = np.repeat(other.mean(axis=-1, keepdims=True), own.shape[-1], axis=-1)
    if other.ndim == 4 and len(other) != len(own):  # frames
        other = np.take(other, np.arange(len(own)) * len(other) // len(own), 0)
    return other.astype(own.dtype, copy=False)


def _within(top: float, bottom: float, left: float, right: float) -> Swap:
    def swap(own: Array, other: Array) -> Array:
        mixed, (height, width) = own.copy(), own.shape[-3:-1]
        rows = slice(round(top * height), round(bottom * height))
        columns = slice(round(left * width), round(right * width))
        mixed[..., rows, columns, :] = _alike(own, other)[..., rows, columns, :]
        return mixed

    return swap


def _around(own: Array, other: Array) -> Array:
    down, across = (_edge(side) for side in own.shape[-3:-1])
    mixed = _alike(own, other).copy()
    inside = (..., slice(down, -down), slice(across, -across), slice(None))
    mixed[inside] = own[inside]
    return mixed


def _with_word(word: str) -> Swap:
    """Whether a word stands in a text is as in another one, in about the same place."""

    def swap(own: str, other: str) -> str:
        mine, theirs = own.split(), other.split()
        if (word in mine) == (word in theirs):
            return own
        if word in mine:
            return " ".join(each for each in mine if each != word) or own
        place = round(theirs.index(word) / len(theirs) * len(mine))
        return " ".join([*mine[:place], word, *mine[place:]])

    return swap
