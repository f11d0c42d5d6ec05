"""Pieces of words, learned from texts: a word that training texts lack is read by its pieces."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from fivefold.codecs.words import is_unspaced
from fivefold.errors import ConfigError, FivefoldError

BEGIN = "\u2581"
"""What stands before the first piece of a word."""

REMEMBERED, LETTERS = 200_000, 40
"""Words whose pieces are remembered, and characters that such a word has at most."""


def spelled(found: Sequence[str]) -> Iterator[str]:
    """Words as pieces are sought in them.

    Each has a mark at its beginning; characters of a script without spaces that stand together are
    one, without a mark.

    Args:
        found: the words of a text.

    Example:
        >>> list(spelled(["sky", "天", "气", "."]))
        ['▁sky', '天气', '▁.']
    """
    for together, words in groupby(found, is_unspaced):
        if together:
            yield "".join(words)
        else:
            yield from (BEGIN + word for word in words)


def learn_pieces(counts: Mapping[str, int], most: int, fewest: int) -> tuple[str, ...]:
    """Pieces that are often in words, by pairs of neighbours joined again and again.

    Args:
        counts: how often each word, as `spelled`, is in the texts.
        most: pieces, at most.
        fewest: how often two neighbours must meet to be joined.

    Returns:
        Single characters first, then what was joined, in the order in which it was.

    Raises:
        ConfigError: if tokenizers is not installed.

    Reference:
        Sennrich, Haddow and Birch, Neural Machine Translation of Rare Words with Subword Units,
        ACL 2016.
    """
    try:
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    except ImportError:
        raise without_tokenizers(ConfigError) from None
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=most, min_frequency=fewest, show_progress=False, special_tokens=[]
    )
    ordered = sorted(counts.items())
    tokenizer.train_from_iterator((" ".join([word] * count) for word, count in ordered), trainer)
    numbers = tokenizer.get_vocab()
    return tuple(sorted(numbers, key=numbers.__getitem__))[:most]


def without_tokenizers(error: type[FivefoldError]) -> FivefoldError:
    """What is said where pieces are asked for, and nothing can learn them."""
    return error(
        "Preprocess: tokens='subwords' expects tokenizers, found it not installed.",
        remedy="Run pip install 'fivefold[text]', or leave tokens out.",
        setting="tokens",
    )


class PieceIndex:
    """The numbers of a word's pieces: the longest known one from where the last one ended.

    Args:
        pieces: known ones, numbered from `first` on.
        first: number of the first one.
        unknown: number of a character that is in no piece.

    Example:
        >>> index = PieceIndex(("▁", "c", "a", "t", "▁cat", "s"), first=2, unknown=1)
        >>> index.of("▁cats"), index.of("▁tax")
        ([6, 7], [2, 5, 4, 1])
    """

    def __init__(self, pieces: Sequence[str], *, first: int, unknown: int) -> None:
        self.codes = {piece: code for code, piece in enumerate(pieces, first)}
        self.unknown = unknown
        self.longest = max(map(len, pieces), default=1)
        self.known: dict[str, list[int]] = {}

    def of(self, word: str) -> list[int]:
        """The numbers of its pieces, one at least."""
        found = self.known.get(word)
        if found is None:
            found = list(self._cut(word))
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            if len(word) <= LETTERS:
                self.known[word] = found
        return found

    def row(self, found: Sequence[str]) -> list[int]:
        """Those of all words of a text."""
        return [number for word in spelled(found) for number in self.of(word)]

    def _cut(self, word: str) -> Iterator[int]:
        start = 0
        while start < len(word):
            for end in range(min(len(word), start + self.longest), start, -1):
                code = self.codes.get(word[start:end])
                if code is not None:
                    break
            yield self.unknown if code is None else code
            start = end
