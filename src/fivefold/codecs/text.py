"""Texts to rows of word numbers."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Array

PAD, UNKNOWN, FIRST = 0, 1, 2
"""Codes: after the end; a word that training rows lack or hold too rarely; the vocabulary."""

LONGEST = 256
"""Words kept of a text where the length follows from the data."""

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_LETTERS = rf"[^\W\d_{_IDEOGRAPHS}]"
_TOKEN = re.compile(rf"#{{3,}}|{_LETTERS}+(?:['\u2019]{_LETTERS}+)*|\d+|[{_IDEOGRAPHS}]|[^\w\s]")
_LONG_NUMBER = re.compile(r"\d{3,}")


@dataclass(frozen=True, kw_only=True, eq=False)
class TextState:
    """The words of one text column.

    Attributes:
        vocabulary: kept words, the frequent first; `vocabulary[i]` has the code `i + 2`.
        length: words a row.
    """

    vocabulary: tuple[str, ...]
    length: int

    @property
    def size(self) -> int:
        """Number of codes: the words, padding and the unknown word."""
        return len(self.vocabulary) + FIRST


def words(text: str) -> list[str]:
    """The words of a text in lower case, with punctuation marks as words of their own.

    A number of three digits or more becomes its length in `#`; Chinese and Japanese characters
    stand alone.

    Example:
        >>> words("Don't call 08001234 before 10!")
        ["don't", 'call', '########', 'before', '10', '!']
    """
    found: list[str] = _TOKEN.findall(_LONG_NUMBER.sub(_hashes, text.lower()))
    return found


def _hashes(match: "re.Match[str]") -> str:
    return "#" * len(match[0])


def fit_text(values: Array, settings: Settings) -> TextState:
    """The vocabulary and length of the training rows.

    Args:
        values: canonical training texts, str or None.
        settings: `vocabulary`, `word_rows` and `text_length`.
    """
    rows: Counter[str] = Counter()
    lengths = []
    for text in values.tolist():
        found = words(text) if text else []
        lengths.append(len(found))
        rows.update(set(found))
    kept = [word for word, count in rows.items() if count >= settings.word_rows]
    kept.sort(key=lambda word: (-rows[word], word))
    length = settings.text_length
    if length is None:
        length = min(LONGEST, max(1, int(np.ceil(np.quantile(lengths, 0.95)))))
    return TextState(vocabulary=tuple(kept[: settings.vocabulary]), length=length)


def encode_texts(values: Array, state: TextState) -> Array:
    """Canonical texts as int32 `(n, length)` codes: the first words of each, then padding.

    A missing or empty text is one unknown word, so that no row is padding alone.

    Example:
        >>> state = TextState(vocabulary=("good", "day"), length=3)
        >>> encode_texts(np.array(["Good day", "bad", None], object), state).tolist()
        [[2, 3, 0], [1, 0, 0], [1, 0, 0]]
    """
    codes = {word: code for code, word in enumerate(state.vocabulary, FIRST)}
    encoded = np.full((len(values), state.length), PAD, dtype=np.int32)
    encoded[:, 0] = UNKNOWN
    for row, text in enumerate(values.tolist()):
        found = words(text)[: state.length] if text else []
        encoded[row, : len(found)] = [codes.get(word, UNKNOWN) for word in found]
    return encoded
