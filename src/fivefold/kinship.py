"""Which strings of symbols are alike, and the families that they make."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.alignment import identities
from fivefold.codecs.alphabet import FIRST
from fivefold.codecs.table import Array

WORK = 2e8
"""Pairs of rows that share a word by chance, all in all, at most."""
CHANCE = 0.2
"""Words that two strings share by chance, at most."""
SURVIVING = 4
"""Words of a string that are left at the asked likeness, at least."""
PART = 0.25
"""Of the words that strings at the asked likeness share on average: with as many a pair is
looked at."""
LEAST = 3
"""Words that a pair shares which is looked at."""
ENTRIES = 4_000_000
"""Words of all strings together; of more some are drawn, the same in all strings."""
COMMON = 256
"""Rows with a word beyond which pairs are looked for within blocks of so many rows."""
ROUNDS = 3
"""Of such blocks, each drawn anew, so that a family in many blocks hangs together."""
ALIGNED = 60_000
"""Pairs that are aligned, at most."""
LONGEST = 600
"""Symbols of a string beyond which words tell how alike it is, and nothing is aligned."""
ROWS = 512


class Pairs(NamedTuple):
    """Pairs of rows that share words."""

    one: Array  # `(pairs,)` the lower row
    other: Array  # `(pairs,)` the higher row
    share: Array  # `(pairs,)` of the words of the one with fewer, how many the other has


def families(
    strings: Sequence[Array], likeness: float, *, facing: Array | None = None, seed: int = 0
) -> Array:
    """Numbers of families: strings that are at least so alike are in one, and so are their kin.

    How alike two strings are is the fraction of the shorter one that stands in the longer one, as
    `fivefold.codecs.alignment.identities` has it. Pairs are found by words that both have, of such
    a length that strings share few by chance, and aligned where the words leave it open; long ones
    are judged by their words alone, whose share is the likeness to the power of their length.

    Args:
        strings: codes of symbols, of `fivefold.codecs.alphabet`; those below 2 are any symbol.
        likeness: from 0.5 to 1; below about 0.6 pairs are missed that hardly share a word.
        facing: `(codes,)` what stands opposite of each code, where strings have another strand.
        seed: of the blocks.

    Returns:
        `(n,)` int64 from 0, in the order of first appearance.

    Example:
        >>> draw = np.random.default_rng(0)
        >>> one, other = draw.integers(2, 6, (2, 80))
        >>> copy = np.where(np.arange(80) % 20 == 3, 2, one)
        >>> families([one, other, copy], 0.9).tolist()
        [0, 1, 0]

    Reference:
        Ondov et al., Mash: fast genome and metagenome distance estimation using MinHash, Genome
        Biology 17, 2016, for likeness by shared words; Li and Godzik, Cd-hit, Bioinformatics 22,
        2006, for words before alignments.
    """
    first: dict[bytes, int] = {}
    same = np.array([first.setdefault(_key(s, facing), len(first)) for s in strings], np.int64)
    if not len(strings) or len(first) < 2:
        return same
    heads = np.unique(same, return_index=True)[1]
    kept = [np.asarray(strings[head], np.int64) for head in heads]
    size = _word_length(kept, likeness)
    row, word = _words(kept, size, facing)
    pairs = _pairs(row, word, len(kept), likeness**size, seed)
    found = _joined(kept, pairs, size, likeness, facing)
    return _numbered(found[same])


def joined(units: Sequence[Array]) -> Array:
    """Numbers of what hangs together where rows that share a unit of any numbering do.

    Args:
        units: `(n,)` whole numbers each, one numbering at least.

    Example:
        >>> joined([np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])]).tolist()
        [0, 0, 0, 1]
    """
    rows = len(units[0])
    links = list[Array]()
    for unit in units:
        _, first, number = np.unique(unit, return_index=True, return_inverse=True)
        links.append(np.stack([first[number], np.arange(rows)], 1))
    return _numbered(_components(np.concatenate(links), rows))


def _key(string: Array, facing: Array | None) -> bytes:
    """Equal for equal strings, and for both strands of one."""
    plain = np.asarray(string, np.int64)
    key = plain.tobytes()
    return key if facing is None else min(key, facing[plain][::-1].tobytes())


def _numbered(labels: Array) -> Array:
    """From 0, in the order of first appearance."""
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[numbers]


def _word_length(strings: list[Array], likeness: float) -> int:
    """Symbols of a word: so many that strings share few by chance, and enough are left of each."""
    lengths = np.array([len(string) for string in strings])
    counts = np.bincount(np.concatenate(strings))[FIRST:]
    shares = counts[counts > 0] / max(1, counts.sum())
    spread = max(1.5, float(np.exp(-(shares * np.log(shares)).sum())))  # letters, as if used alike
    usual = float(np.median(lengths))
    wanted = max(usual**2 / CHANCE, lengths.sum() ** 2 / WORK, 1.0)
    size = int(np.ceil(np.log(wanted) / np.log(spread)))
    while size > 2 and likeness**size * usual < SURVIVING:
        size -= 1
    return max(2, min(size, int(usual)))


def _words(strings: list[Array], size: int, facing: Array | None) -> tuple[Array, Array]:
    """The different words of each string: rows, and words as whole numbers, in order of rows."""
    lengths = np.array([len(string) for string in strings])
    symbols = np.concatenate(strings).astype(np.uint64)
    row = np.repeat(np.arange(len(strings)), lengths)
    count = max(0, len(symbols) - size + 1)
    base = np.uint64(int(symbols.max()) + 1)
    word, turned = np.zeros((2, count), np.uint64)
    known = row[:count] == row[size - 1 :]
    power = np.uint64(1)
    for place in range(size):
        here = symbols[place : place + count]
        known &= here >= FIRST
        word = word * base + here
        if facing is not None:
            turned += facing[here.astype(np.int64)].astype(np.uint64) * power
            power *= base
    word = word if facing is None else np.minimum(word, turned)
    mixed = (word ^ (word >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
    every = np.uint64(-(-count // ENTRIES))
    known &= (mixed >> np.uint64(33)) % every == 0 if every > 1 else True
    row, word = row[:count][known], mixed[known]
    order = np.lexsort((word, row))
    row, word = row[order], word[order]
    new = np.ones(len(row), bool)
    new[1:] = (np.diff(row) != 0) | (word[1:] != word[:-1])
    return row[new], word[new]


def _pairs(row: Array, word: Array, rows: int, left: float, seed: int) -> Pairs:
    """Pairs of rows that share enough words.

    Args:
        row: of each different word of a row.
        word: likewise.
        rows: how many there are.
        left: the share of words that strings at the asked likeness have in common.
        seed: of the blocks.
    """
    own = np.bincount(row, minlength=rows)
    number = np.unique(word, return_inverse=True)[1]
    common = np.bincount(number)[number] > COMMON
    found = list[Pairs]()
    for turn in range(ROUNDS if common.any() else 1):
        place = np.random.default_rng((seed, turn)).permutation(rows) // COMMON
        block = np.where(common, place[row] + 1, 0)
        column = np.unique(number * (rows // COMMON + 2) + block, return_inverse=True)[1]
        found += _products(row, column, rows, own, left)
    return Pairs(*map(np.concatenate, zip(*found, strict=True)))


def _products(row: Array, column: Array, rows: int, own: Array, left: float) -> list[Pairs]:
    from scipy.sparse import csr_matrix

    shape = (rows, int(column.max(initial=0)) + 1)
    table = csr_matrix((np.ones(len(row), np.int32), (row, column)), shape)
    turned, found = table.T.tocsr(), list[Pairs]()
    for start in range(0, rows, ROWS):
        product: Any = (table[start : start + ROWS] @ turned).tocoo()
        one, other, shared = product.row + start, product.col, product.data
        fewer = np.minimum(own[one], own[other])
        asked = np.maximum(PART * left * fewer, np.minimum(LEAST, fewer))
        kept = (one < other) & (shared >= asked)
        share = shared[kept] / fewer[kept]
        found.append(Pairs(one[kept].astype(np.int64), other[kept].astype(np.int64), share))
    return found


def _joined(
    strings: list[Array], pairs: Pairs, size: int, likeness: float, facing: Array | None
) -> Array:
    """Families by pairs: those that are sure first, then by alignment, the likeliest first."""
    lengths = np.array([len(string) for string in strings])
    long = np.minimum(lengths[pairs.one], lengths[pairs.other]) > LONGEST
    told = pairs.share >= likeness**size
    sure = np.where(long, told, pairs.share >= ((1 + likeness) / 2) ** size)
    links = np.stack([pairs.one, pairs.other], 1)
    linked, open_ = links[sure], np.flatnonzero(~sure & ~long)
    open_ = open_[np.argsort(-pairs.share[open_], kind="stable")]
    aligned = 0
    while True:
        label = _components(linked, len(strings))
        sides = np.sort(label[links[open_]], axis=1)
        apart = sides[:, 0] != sides[:, 1]
        open_, sides = open_[apart], sides[apart]
        if not len(open_) or aligned >= ALIGNED:
            break
        first = np.sort(np.unique(sides[:, 0] * len(strings) + sides[:, 1], return_index=True)[1])
        first = first[: ALIGNED - aligned]
        alike = _alike(
            [strings[r] for r in links[open_[first], 0]],
            [strings[r] for r in links[open_[first], 1]],
            likeness,
            facing,
        )
        linked = np.concatenate([linked, links[open_[first]][alike]])
        open_, aligned = np.delete(open_, first), aligned + len(first)
    rest = links[open_][told[open_]]  # too many to be aligned
    return _components(np.concatenate([linked, rest]), len(strings))


def _components(links: Array, rows: int) -> Array:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    graph = csr_matrix((np.ones(len(links), bool), (links[:, 0], links[:, 1])), (rows, rows))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _alike(one: list[Array], other: list[Array], likeness: float, facing: Array | None) -> Array:
    """Whether pairs are at least so alike, on either strand."""
    pairs = [(a, b) if len(a) <= len(b) else (b, a) for a, b in zip(one, other, strict=True)]
    shorter, longer = [a for a, _ in pairs], [b for _, b in pairs]
    band = int(np.ceil((1 - likeness) * max(map(len, shorter)))) + 1
    found = identities(shorter, longer, band)
    if facing is not None:
        turned = [facing[text][::-1] for text in shorter]
        found = np.maximum(found, identities(turned, longer, band))
    return np.asarray(found >= likeness - 1e-12)
