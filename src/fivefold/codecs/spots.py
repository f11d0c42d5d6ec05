"""Pictures as a few grey spots, by which two are alike though they differ in size or in pixels."""

from collections.abc import Iterable

import numpy as np

from fivefold.codecs.coded import Array
from fivefold.codecs.copies import joined

SIDE = 16
"""Spots down and across."""
BANDS, BITS = 10, 24
"""Groups of signs of which one must agree for two pictures to be compared; signs of one."""
LEAST = 0.995
"""Correlation of spots from which on two pictures are copies."""
SPREAD = 2.0
"""Grey levels by which spots of a picture must deviate; what is of one colour is like no other."""
PIECE = 16_384
_BYTES = np.array([1, 1 << 8, 1 << 16], np.int32)


def outlines(pictures: Iterable[Array | None]) -> Array:
    """Each picture as spots: the mean grey of each part of it, less that of all, of length 1.

    Args:
        pictures: `(height, width)` or `(height, width, channels)` each; None for a missing one.

    Returns:
        `(n, 256)` float32; zeros where a picture is missing or of one colour.
    """
    given = list(pictures)
    found = np.zeros((len(given), SIDE * SIDE), np.float32)
    by_shape = dict[tuple[int, ...], list[int]]()
    for place, picture in enumerate(given):
        if picture is not None and picture.size:
            by_shape.setdefault(picture.shape, []).append(place)
    for shape, places in by_shape.items():
        size = max(1, PIECE * 784 // max(1, int(np.prod(shape))))
        for begin in range(0, len(places), size):
            some = places[begin : begin + size]
            found[some] = _spots(np.stack([given[place] for place in some]))  # type: ignore[misc]
    return found


def _spots(pictures: Array) -> Array:
    """`(m, height, width)` or with channels as `(m, 256)` spots."""
    grey: Array = pictures.astype(np.float32)
    if grey.ndim > 3:
        grey = grey[..., :3].mean(axis=3)
    down, across = (_parts(length) for length in grey.shape[1:])
    grey = down @ grey @ across.T
    spots = grey.reshape(len(grey), -1)
    spots = spots - spots.mean(axis=1, keepdims=True)
    length = np.linalg.norm(spots, axis=1, keepdims=True)
    return np.where(length >= SPREAD * SIDE, spots / np.maximum(length, 1e-9), 0)


def _parts(length: int) -> Array:
    """`(16, length)` how much of each pixel is in each spot, so that a product is its mean."""
    ends = np.arange(SIDE + 1) * length / SIDE
    pixels = np.arange(length)
    inside = np.minimum(ends[1:, None], pixels + 1) - np.maximum(ends[:-1, None], pixels)
    return np.asarray(np.clip(inside, 0, None) * SIDE / length, np.float32)


def flipped(spots: Array) -> tuple[Array, Array]:
    """The same pictures mirrored left to right, and top to bottom."""
    square = spots.reshape(-1, SIDE, SIDE)
    return square[:, :, ::-1].reshape(spots.shape), square[:, ::-1].reshape(spots.shape)


def picture_copies(spots: Array, *, least: float = LEAST) -> tuple[Array, Array, Array]:
    """Pairs of pictures that are copies, mirrored ones among them, and their groups.

    Candidates are those with equal signs along random directions; each is compared by all spots.

    Args:
        spots: `(n, 256)` as `outlines` gives them.
        least: correlation from which on two are copies.

    Returns:
        `(pairs, 2)` places, the lower first; `(pairs,)` correlations; and `(n,)` the lowest place
        of the group of each.

    Reference:
        Charikar, Similarity estimation techniques from rounding algorithms, 2002.
    """
    count = len(spots)
    there = np.flatnonzero(np.abs(spots).sum(axis=1) > 0)
    ways = (spots, *flipped(spots))
    axes = np.random.default_rng(0).normal(size=(spots.shape[1], BANDS * BITS)).astype(np.float32)
    key = np.zeros((len(ways) * len(there), BANDS), np.int32)
    for number, way in enumerate(ways):
        for begin in range(0, len(there), PIECE):
            signs = way[there[begin : begin + PIECE]] @ axes > 0
            packed = np.packbits(signs, axis=1).reshape(len(signs), BANDS, -1).astype(np.int32)
            start = number * len(there) + begin
            key[start : start + len(signs)] = packed @ _BYTES
    of, way_of = np.tile(there, len(ways)), np.repeat(np.arange(len(ways)), len(there))
    pairs = []
    for band in range(BANDS):
        order = np.argsort(key[:, band], kind="stable")
        equal = key[order[1:], band] == key[order[:-1], band]
        begins = np.concatenate([[True], ~equal])[: len(order)]
        head = order[np.flatnonzero(begins)[np.cumsum(begins) - 1]]
        later = np.flatnonzero(equal) + 1
        for before in (head[later], order[later - 1]):
            pairs.append(np.stack([before, order[later]], axis=1))
    found = np.concatenate(pairs)
    one, other = of[found[:, 0]], of[found[:, 1]]
    found = np.unique(found[one != other], axis=0)
    likeness = np.zeros(len(found), np.float32)
    for begin in range(0, len(found), PIECE):
        some = found[begin : begin + PIECE]
        sides = [_turned(ways, way_of[side], of[side]) for side in some.T]
        likeness[begin : begin + PIECE] = (sides[0] * sides[1]).sum(axis=1)
    kept = likeness >= least
    both = np.sort(of[found[kept]], axis=1)
    both, first = np.unique(both, axis=0, return_index=True)
    return both, likeness[kept][first], joined(both[:, 0], both[:, 1], count)


def _turned(ways: tuple[Array, ...], way: Array, rows: Array) -> Array:
    found = ways[0][rows]
    for place, each in enumerate(ways[1:], 1):
        some = way == place
        found[some] = each[rows[some]]
    return found
