"""Which texts are copies of one another, but for a few words."""

import re
from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from fivefold.codecs.table import Array

SHINGLE, NUMBERS, BANDS = 5, 126, 21
"""Words of a shingle; numbers of a signature; groups of these of which one must agree."""

LEAST = 0.8
"""Share of common shingles from which on two texts are copies."""

_WORD = re.compile(r"\w+")
_ODD = np.uint64(0x9E3779B97F4A7C15)


def copies(texts: Sequence[str]) -> Array:
    """The number of the group of each text: those that share four fifths of their five-word runs.

    Groups are found by MinHash signatures in bands, and each pair in one is compared by its whole
    signature. A text of fewer than five words is a copy of those that are equal to it.

    Args:
        texts: any number.

    Returns:
        `(n,)` int64: the place of the first text of the group.

    Reference:
        Broder, On the Resemblance and Containment of Documents, 1997.

    Example:
        >>> copies(["a b c d e f g", "x y z", "a b c d e f g", "X  y, z"]).tolist()
        [0, 1, 0, 1]
    """
    draw = np.random.default_rng(0)
    odd = draw.integers(0, 2**63, NUMBERS, np.uint64) * np.uint64(2) + np.uint64(1)
    more = draw.integers(0, 2**63, NUMBERS, np.uint64)
    known: dict[str, int] = {}
    signatures = np.stack([_signature(text, known, odd, more) for text in texts] or [odd[:0]])
    first = np.arange(len(texts))
    rows = NUMBERS // BANDS
    for band in range(BANDS):
        seen: dict[bytes, list[int]] = defaultdict(list)
        for place in range(len(texts)):
            key = signatures[place, band * rows : (band + 1) * rows].tobytes()
            for other in seen[key]:
                if np.mean(signatures[place] == signatures[other]) >= LEAST:
                    _join(first, place, other)
                    break
            else:
                seen[key].append(place)
    return np.array([_root(first, place) for place in range(len(texts))], np.int64)


def _signature(text: str, known: dict[str, int], odd: Array, more: Array) -> Array:
    words = _WORD.findall(text.lower())
    codes = np.array([_code(word, known) for word in words] or [0], np.uint64)
    size = min(SHINGLE, len(codes))
    runs = np.zeros(len(codes) - size + 1, np.uint64)
    with np.errstate(over="ignore"):
        for step in range(size):
            runs = runs * _ODD + codes[step : len(codes) - size + 1 + step]
        mixed = np.unique(runs)[:, None] * odd + more
    least: Array = (mixed ^ (mixed >> np.uint64(29))).min(axis=0)
    return least


def _code(word: str, known: dict[str, int]) -> int:
    if word not in known:
        known[word] = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")
    return known[word]


def _root(first: Array, place: int) -> int:
    while first[place] != place:
        first[place] = first[first[place]]
        place = int(first[place])
    return place


def _join(first: Array, one: int, other: int) -> None:
    one, other = _root(first, one), _root(first, other)
    first[max(one, other)] = min(one, other)
