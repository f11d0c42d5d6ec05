"""Pieces of words as checkpoints read them that were learnt elsewhere: those of BERT's family."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 100
"""Characters from which on a word is unknown."""

CONTINUED = "##"
"""What a piece begins with that does not begin a word."""

_IDEOGRAPHS = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)
_SIGNS = (range(33, 48), range(58, 65), range(91, 97), range(123, 127))


@dataclass(frozen=True)
class Spelling:
    """How texts are read.

    Attributes:
        lower: in small letters.
        plain: without accents.
        begin: the piece before a text.
        end: the piece behind it.
    """

    lower: bool = True
    plain: bool = True
    begin: str = "[CLS]"
    end: str = "[SEP]"

    def words(self, text: str) -> list[str]:
        """The words of a text, and signs as words of their own.

        Example:
            >>> Spelling().words("Don't, Zoë!"), Spelling(lower=False, plain=False).words("Zoë 天")
            (['don', "'", 't', ',', 'zoe', '!'], ['Zoë', '天'])
        """
        kept = "".join(_cleaned(text))
        if self.plain:
            apart = unicodedata.normalize("NFD", kept)
            kept = "".join(each for each in apart if unicodedata.category(each) != "Mn")
        if self.lower:
            kept = kept.lower()
        return "".join(f" {each} " if _is_sign(each) else each for each in kept).split()


@dataclass(frozen=True)
class Known:
    """The pieces that weights know.

    Attributes:
        pieces: in the order of their rows in the weights.
        spelling: how texts are read.
    """

    pieces: tuple[str, ...]
    spelling: Spelling


class WordPieces:
    """The numbers of the pieces of texts: the longest known one from where the last one ended.

    A word with a part that no piece is has the number of the unknown one.

    Args:
        pieces: known ones, numbered from `first` on.
        spelling: how texts are read.
        first: number of the first one.
        unknown: number of a word that has a part which is none of them.

    Example:
        >>> pieces = WordPieces(("sun", "##ny", "day"), Spelling(), first=2, unknown=1)
        >>> pieces.of("Sunny day nights")
        [2, 3, 4, 1]

    Reference:
        Wu et al., Google's Neural Machine Translation System, 2016, section 4.1.
    """

    def __init__(
        self, pieces: Sequence[str], spelling: Spelling, *, first: int, unknown: int
    ) -> None:
        self.codes = {piece: code for code, piece in enumerate(pieces, first)}
        self.spelling, self.unknown = spelling, unknown
        self.begin = self.codes.get(spelling.begin, unknown)
        self.end = self.codes.get(spelling.end, unknown)
        self.known: dict[str, list[int]] = {}

    def of(self, text: str) -> list[int]:
        """Those of a text, without the ones around it."""
        return [number for word in self.spelling.words(text) for number in self._word(word)]

    def _word(self, word: str) -> list[int]:
        found = self.known.get(word)
        if found is None:
            found = self._cut(word)
            if len(self.known) < 200_000:
                self.known[word] = found
        return found

    def _cut(self, word: str) -> list[int]:
        start, numbers = 0, []
        while start < len(word) <= LONGEST:
            mark = CONTINUED if start else ""
            ends = range(len(word), start, -1)
            end = next((e for e in ends if mark + word[start:e] in self.codes), None)
            if end is None:
                return [self.unknown]
            numbers.append(self.codes[mark + word[start:end]])
            start = end
        return numbers or [self.unknown]


def _cleaned(text: str) -> Iterator[str]:
    """Characters without those that show nothing; spaces are one, ideographs stand alone."""
    for each in text:
        point = ord(each)
        if each in "\t\n\r" or unicodedata.category(each) == "Zs":
            yield " "
        elif point in (0, 0xFFFD) or unicodedata.category(each)[0] == "C":
            continue
        elif any(low <= point <= high for low, high in _IDEOGRAPHS):
            yield f" {each} "
        else:
            yield each


def _is_sign(each: str) -> bool:
    point = ord(each)
    return any(point in signs for signs in _SIGNS) or unicodedata.category(each)[0] == "P"
