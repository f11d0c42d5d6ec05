"""What is fitted of a column of texts."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from fivefold.codecs.table import Array
from fivefold.kinds.grams import TermIndex
from fivefold.kinds.subwords import PieceIndex
from fivefold.kinds.tokens import FIRST, UNKNOWN
from fivefold.kinds.wordpieces import Spelling, WordPieces

AROUND = 2
"""Pieces around a text that weights from elsewhere want: one before it, one behind it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TextState:
    """The words of one text column.

    Attributes:
        vocabulary: kept words, the frequent first; `vocabulary[i]` has the code `i + 2`.
        length: words a row.
        tail: how many of them are the last of a text that has more.
        pieces: of words, which a network reads in place of whole ones; none as a rule. A piece then
            is what is said of words here, but in `vocabulary`.
        spelling: how texts are read for pieces that weights from elsewhere know; None for others.
        grams: kept n-grams of characters inside words, the frequent first.
        slots: different words and n-grams a row, for a linear model; 0 in bundles that have none.
        longer: fraction of training texts with more terms than `slots`; not saved.
        texts: training texts, missing ones among them; known where it was fitted, not saved.
        unread: of each of those that has more words than are read, how many are not; likewise.
    """

    vocabulary: tuple[str, ...]
    length: int
    tail: int = 0
    pieces: tuple[str, ...] = ()
    spelling: Spelling | None = None
    grams: tuple[str, ...] = ()
    slots: int = 0
    longer: float = 0.0
    texts: int = 0
    unread: Array = field(default_factory=lambda: np.empty(0, np.int64))

    @property
    def size(self) -> int:
        """Number of codes: the words, padding and the unknown word."""
        return len(self.pieces or self.vocabulary) + FIRST

    @property
    def unit(self) -> str:
        """What a network reads, in words."""
        return "piece" if self.pieces else "word"

    @property
    def terms(self) -> int:
        """Number of words and n-grams that a linear model weighs."""
        return len(self.vocabulary) + len(self.grams)

    @cached_property
    def codes(self) -> dict[str, int]:
        """The code of each word."""
        return {word: code for code, word in enumerate(self.vocabulary, FIRST)}

    @cached_property
    def cut(self) -> PieceIndex:
        """The numbers of pieces."""
        return PieceIndex(self.pieces, first=FIRST, unknown=UNKNOWN)

    @cached_property
    def spelled(self) -> WordPieces:
        """The numbers of pieces that weights from elsewhere know."""
        assert self.spelling is not None
        return WordPieces(self.pieces, self.spelling, first=FIRST, unknown=UNKNOWN)

    def read(self, text: str, found: list[str]) -> list[int]:
        """The numbers of a text's words, or of their pieces, as many as are read."""
        room = self.length
        if self.spelling is not None:
            codes, room = self.spelled.of(text), self.length - AROUND
        elif self.pieces:
            codes = self.cut.row(found)
        else:
            codes = [self.codes.get(word, UNKNOWN) for word in found]
        if len(codes) > room:
            tail = min(self.tail, room)
            codes = codes[: room - tail] + codes[len(codes) - tail :]
        return codes if self.spelling is None else [self.spelled.begin, *codes, self.spelled.end]

    @cached_property
    def index(self) -> TermIndex:
        """The numbers of words and n-grams."""
        return TermIndex(self.vocabulary, self.grams)

    @property
    def part(self) -> str:
        """What is read of a text with more words than `length`, in words."""
        if self.length == 1:
            return f"the {'last' if self.tail else 'first'} {self.unit} is read"
        counts = {"first": self.length - self.tail, "last": self.tail}
        ends = [f"the {end} {count:,}" for end, count in counts.items() if count]
        return f"{' and '.join(ends)} {self.unit}s are read"
