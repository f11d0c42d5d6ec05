"""Which texts are copies of one another, but for a few words."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fivefold.codecs.coded import Array

SHINGLE, BANDS, WIDTH = 5, 9, 4
"""Words of a shingle; groups of numbers of a signature, of which one must agree; numbers of one."""

LEAST = 0.8
"""Share of common shingles from which on two texts are copies."""
DOUBT = 0.3
"""By how much less of their signatures must agree for two texts to be compared in full."""
PIECE = 4_000_000
"""Shingles that are compared at a time."""

_WORD = re.compile(r"\w+|\0")
_ODD, _MORE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


def copies(texts: Sequence[str], *, shingle: int = SHINGLE, least: float = LEAST) -> Array:
    """The number of the group of each text: those that share most of their runs of words.

    Groups are found by MinHash signatures in bands; two texts with an equal band, next to one
    another there or the first of it, are compared by all their runs. A text of fewer words than a
    run has is a copy of those that are equal to it.

    Args:
        texts: any number.
        shingle: words of a run.
        least: share of common runs, of all that either has, from which on two are copies.

    Returns:
        `(n,)` int64: the place of the first text of the group.

    Reference:
        Broder, On the Resemblance and Containment of Documents, 1997.

    Example:
        >>> copies(["a b c d e f g", "x y z", "a b c d e f g", "X  y, z"]).tolist()
        [0, 1, 0, 1]
    """
    if not len(texts):
        return np.zeros(0, np.int64)
    runs = _runs(texts, shingle)
    marks = _signatures(runs)
    one, other = _candidates(marks)
    alike = np.zeros(len(one), np.int64)
    for mark in marks:
        alike += mark[one] == mark[other]
    near = alike >= (least - DOUBT) * len(marks)
    one, other = one[near], other[near]
    kept = np.array(_shared(runs, one, other) >= least, bool)
    return joined(one[kept], other[kept], len(texts))


def joined(one: Array, other: Array, count: int) -> Array:
    """Groups that pairs make of so many things: the lowest place of the group of each.

    Example:
        >>> joined(np.array([3, 1]), np.array([1, 0]), 5).tolist()
        [0, 0, 2, 0, 4]
    """
    first = np.arange(count)
    while True:
        before = first.copy()
        np.minimum.at(first, other, first[one])
        np.minimum.at(first, one, first[other])
        first = first[first]
        if (first == before).all():
            return first


class _Runs(NamedTuple):
    """Runs of words of all texts, one after another.

    Args:
        marks: `(runs,)` uint64, equal where runs are.
        begin: `(texts,)` where those of each text begin; each has one at least.
        of: `(runs,)` the text of each.
    """

    marks: Array
    begin: Array
    of: Array


def _runs(texts: Sequence[str], size: int) -> _Runs:
    words = _WORD.findall("\0".join(text.replace("\0", " ") for text in texts).lower())
    words.append("\0")
    known = {word: place for place, word in enumerate(dict.fromkeys(words))}
    codes = np.fromiter(map(known.__getitem__, words), np.int64, len(words))
    mark = np.random.default_rng(0).integers(0, 2**63, len(known), np.uint64)[codes]
    ends = np.flatnonzero(codes == known["\0"])  # of each text the place behind its last word
    begins = np.concatenate([[0], ends[:-1] + 1])
    length = ends - begins
    count = np.maximum(length - size + 1, 1)
    begin = np.concatenate([[0], np.cumsum(count)[:-1]])
    of = np.repeat(np.arange(len(ends)), count)
    place = begins[of] + np.arange(len(of)) - begin[of]
    room = np.minimum(length, size)[of]  # words of this run
    with np.errstate(over="ignore"):
        found = room.astype(np.uint64)
        for step in range(size):
            more = found * _ODD + mark[np.minimum(place + step, len(mark) - 1)]
            found = more if step < int(room.min()) else np.where(step < room, more, found)
    return _Runs(found, begin, of)


def _signatures(runs: _Runs) -> list[Array]:
    """`(texts,)` each: the least of its runs by some order of all runs."""
    draw = np.random.default_rng(1)
    odd = draw.integers(0, 2**63, BANDS * WIDTH, np.uint64) * np.uint64(2) + np.uint64(1)
    more = draw.integers(0, 2**63, BANDS * WIDTH, np.uint64)
    found = []
    for factor, summand in zip(odd, more, strict=True):
        with np.errstate(over="ignore"):
            mixed = runs.marks * factor
            mixed += summand
        mixed ^= mixed >> np.uint64(29)
        found.append(np.minimum.reduceat(mixed, runs.begin))
    return found


def _candidates(marks: list[Array]) -> tuple[Array, Array]:
    """Pairs of texts with an equal band."""
    pairs = []
    count = len(marks[0])
    for band in range(0, len(marks), WIDTH):
        key = marks[band]
        with np.errstate(over="ignore"):
            for mark in marks[band + 1 : band + WIDTH]:
                key = key * _ODD + mark
        order = np.argsort(key, kind="stable")
        equal = key[order[1:]] == key[order[:-1]]
        begins = np.concatenate([[True], ~equal])
        head = order[np.flatnonzero(begins)[np.cumsum(begins) - 1]]
        later = np.flatnonzero(equal) + 1
        for before in (head[later], order[later - 1]):
            pairs.append(before * count + order[later])
    both = np.unique(np.concatenate(pairs))
    return both // count, both % count


def _shared(runs: _Runs, one: Array, other: Array) -> Array:
    """`(pairs,)` share of the runs that both texts have, of all that either has."""
    there = np.zeros(len(runs.begin), bool)
    there[one], there[other] = True, True
    kept = np.flatnonzero(there[runs.of])
    cells, first = np.unique(_cell(runs.of[kept], runs.marks[kept]), return_index=True)
    kept = kept[np.sort(first)]  # of equal runs of a text one
    sizes = np.bincount(runs.of[kept], minlength=len(there))
    begin = np.concatenate([[0], np.cumsum(sizes)])
    found = np.zeros(len(one))
    length = np.cumsum(sizes[one])
    for piece in range(0, int(length[-1]) if len(one) else 0, PIECE):
        some = np.flatnonzero((length > piece) & (length <= piece + PIECE))
        count = sizes[one[some]]
        start = np.concatenate([[0], np.cumsum(count)])[:-1]
        pair = np.repeat(np.arange(len(some)), count)
        place = kept[begin[one[some]][pair] + np.arange(len(pair)) - start[pair]]
        asked = _cell(other[some][pair], runs.marks[place])
        near = np.minimum(np.searchsorted(cells, asked), len(cells) - 1)
        both = np.bincount(pair, cells[near] == asked, len(some))
        found[some] = both / (count + sizes[other[some]] - both)
    return found


def _cell(of: Array, marks: Array) -> Array:
    """`(runs,)` uint64, equal where text and run are."""
    with np.errstate(over="ignore"):
        mixed = (marks ^ (of.astype(np.uint64) * _ODD)) * _MORE
    mixed ^= mixed >> np.uint64(31)
    return np.asarray(mixed)
