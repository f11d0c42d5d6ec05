"""The terms of a text, for a linear model: its words, and n-grams of characters inside words."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, groupby

import numpy as np

from fivefold.codecs.table import Array
from fivefold.codecs.words import is_unspaced

SIZES = (3, 4, 5)
"""Characters of an n-gram, the spaces around a word among them."""

RUN, RUN_SIZES = "\0", (2, 3, 4)
"""What a run of characters without spaces begins with, and the characters of its n-grams."""

MOST = 50_000
"""N-grams that are kept, those of the most training texts."""

LETTERS = 40
"""Characters of a word of which n-grams are made."""

SLOTS = 1024, 16_384
"""Different terms kept of a text, at most: of many texts, and of few."""

CELLS = 2**27, 2**25
"""Terms kept of all training texts together, at most, so that they fit in memory, for each."""

FEWEST = 64
"""Different terms kept of a text all the same."""

COUNTS = 256
"""A term and how often it is in a text are one number: `term * COUNTS + count`."""

WIDER = 1.5
"""How many times the terms of a text longer than 95 % of all are kept of a still longer one."""

LOOKED = 2000
"""Training texts, evenly spaced, that say how many terms a text has."""

REMEMBERED = 200_000
"""Words whose terms are remembered."""

LONG = 2000
"""Words of a text from which on equal ones are looked up together."""

_CHUNK = 512


def with_runs(found: list[str]) -> list[str]:
    r"""The words of a text, and what stands together in a script without spaces, in pieces.

    Example:
        >>> with_runs(["sky", "天", "气", "."])
        ['sky', '天', '气', '.', '\x00天气']
    """
    if all(map(str.isascii, found)):
        return found
    runs = []
    for together, words in groupby(found, is_unspaced):
        run = list(words) if together else []
        for start in range(0, len(run), LETTERS):
            runs.append(RUN + "".join(run[start : start + LETTERS]))
    return [*found, *runs]


def grams_of(word: str) -> list[str]:
    """The n-grams of a word between spaces; of a short one the whole; of a run those within.

    Example:
        >>> grams_of("cat")
        [' ca', 'cat', 'at ', ' cat', 'cat ', ' cat ']
        >>> grams_of(RUN + "天气好")
        ['天气', '气好', '天气好']
    """
    if word.startswith(RUN):
        run = word[1:]
        return [run[at : at + n] for n in RUN_SIZES for at in range(len(run) - n + 1)]
    padded = f" {word[:LETTERS]} "
    found = []
    for size in SIZES:
        found += [padded[at : at + size] for at in range(max(1, len(padded) - size + 1))]
        if len(padded) <= size:
            break
    return found


class TermIndex:
    """The numbers of terms: words first, in the order of a vocabulary, then n-grams.

    Args:
        vocabulary: known words.
        grams: known n-grams.

    Example:
        >>> index = TermIndex(("cat", "a"), ("cat", " a "))
        >>> (index.row(["a", "cat", "cats", "a"], 8) // COUNTS).tolist()
        [0, 1, 2, 3]
    """

    def __init__(self, vocabulary: Sequence[str], grams: Sequence[str]) -> None:
        self.words = {word: number for number, word in enumerate(vocabulary)}
        self.grams = {gram: number for number, gram in enumerate(grams, len(vocabulary))}
        self.known: dict[str, list[int]] = {}

    def of(self, word: str) -> list[int]:
        """The numbers of a word's terms, as often as it has them."""
        found = self.known.get(word)
        if found is None:
            found = [self.grams[gram] for gram in grams_of(word) if gram in self.grams]
            if word in self.words:
                found.append(self.words[word])
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[word] = found
        return found

    def row(self, found: list[str], slots: int) -> Array:
        """The terms of a text and their counts as int32 numbers, `slots` of them at most.

        Of more terms the frequent ones in the text are kept, of equal ones those that more
        training texts have.

        Args:
            found: the words of a text.
            slots: numbers at most.
        """
        terms, counts = self._counted(with_runs(found))
        counts = np.minimum(counts, COUNTS - 1)
        if len(terms) > slots:
            kept = np.sort(np.argsort(-counts, kind="stable")[:slots])
            terms, counts = terms[kept], counts[kept]
        return (terms * COUNTS + counts).astype(np.int32)

    def _counted(self, found: list[str]) -> tuple[Array, Array]:
        """The numbers of terms in order, and how often each is there."""
        if len(found) < LONG:
            each = [number for word in found for number in self.of(word)]
            return np.unique(np.array(each, dtype=np.int64), return_counts=True)
        often = Counter(found)  # of a long text most words are there several times
        known = [self.of(word) for word in often]
        times = np.repeat([*often.values()], [*map(len, known)])
        numbers = np.fromiter(chain.from_iterable(known), dtype=np.int64, count=len(times))
        counts = np.bincount(numbers, weights=times).astype(np.int64)
        terms = np.flatnonzero(counts)
        return terms, counts[terms]


class GramCensus:
    """In how many texts each n-gram is.

    Args:
        texts: how many there will be.

    Example:
        >>> census = GramCensus(2)
        >>> census.add(["cat", "cats"]), census.add(["cat"])
        (None, None)
        >>> census.kept(2, most=2)
        ((' ca', ' cat'), 4, 0.0)
    """

    def __init__(self, texts: int) -> None:
        self.texts, self.seen = texts, 0
        self.every = -(-texts // LOOKED) or 1
        self.numbers: dict[str, int] = {}
        self.known: dict[str, list[int]] = {}
        self.waiting: list[Array] = []
        self.looked: list[Array] = []
        self.rows = np.zeros(0, dtype=np.int64)
        self.words: list[int] = []

    def add(self, found: list[str]) -> None:
        """Count the n-grams of a text once each, from its words."""
        words = set(with_runs(found))
        each: set[int] = set()
        for word in words:
            numbers = self.known.get(word)
            if numbers is None:
                if len(self.known) >= REMEMBERED:
                    self.known.clear()
                known = self.numbers
                numbers = [known.setdefault(gram, len(known)) for gram in grams_of(word)]
                self.known[word] = numbers
            each.update(numbers)
        terms = np.fromiter(each, dtype=np.int64, count=len(each))
        self.waiting.append(terms)
        if self.seen % self.every == 0:
            self.looked.append(terms)
            self.words.append(len(words))
        self.seen += 1
        if len(self.waiting) >= _CHUNK:
            self._count()

    def _count(self) -> None:
        if self.waiting:
            more = np.bincount(np.concatenate(self.waiting), minlength=len(self.numbers))
            more[: len(self.rows)] += self.rows
            self.rows, self.waiting = more, []

    def kept(self, fewest: int, *, most: int = MOST) -> tuple[tuple[str, ...], int, float]:
        """The n-grams of at least so many texts, the frequent first; terms a text; texts with more.

        Args:
            fewest: texts that have it, at least.
            most: n-grams, at most.

        Returns:
            N-grams, how many different terms of a text are kept, and the fraction of texts that may
            have more.
        """
        self._count()
        names, rows = list(self.numbers), self.rows
        able = [number for number, count in enumerate(rows.tolist()) if count >= fewest]
        able.sort(key=lambda number: (-rows[number], names[number]))
        kept = np.array(able[:most], dtype=np.int64)
        is_kept = np.zeros(len(names), dtype=bool)
        is_kept[kept] = True
        sizes = [
            int(is_kept[found].sum()) + words
            for found, words in zip(self.looked, self.words, strict=True)
        ]
        usual = int(WIDER * np.quantile(sizes, 0.95)) if sizes else 0
        bounds = [min(s, c // max(1, self.texts)) for s, c in zip(SLOTS, CELLS, strict=True)]
        slots = min(usual, max(sizes, default=0), max(FEWEST, *bounds))
        longer = float(np.mean(np.array(sizes) > slots)) if sizes else 0.0
        return tuple(names[number] for number in kept.tolist()), slots, longer
