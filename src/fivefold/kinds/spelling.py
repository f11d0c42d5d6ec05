"""What is seen of a word: the word, how it begins and ends, and what shape it has."""

import re
from functools import lru_cache

LONGEST = 4
"""Letters of the longest beginnings and endings that are looked at."""

WORDS = 2
"""So many features, the first ones, are the word itself, as it stands and in small letters."""

_URL = re.compile(r"(https?://|www\.)|[\w-]+(\.[\w-]+)*\.(com|org|net|ly|co|de|uk|info)\b", re.I)
_RUNS = re.compile(r"(.)\1+")


def spelling(word: str) -> tuple[str, ...]:
    """The features of one word, each with the sign of what it is before it.

    Example:
        >>> spelling("Bonn")[:4], spelling("Bonn")[-2:]
        (('=Bonn', '~bonn', '<b', '<bo'), ('^Xx', '*title'))
    """
    return _spelled(word)


def count() -> int:
    """How many features a word has at its place in a sentence: those of `spelling`, and one more.

    Example:
        >>> count()
        13
    """
    return WORDS + 2 * LONGEST + 3


@lru_cache(100_000)
def _spelled(word: str) -> tuple[str, ...]:
    small = word.lower()
    begins = [f"<{small[:n]}" if len(small) >= n else "<" for n in range(1, LONGEST + 1)]
    ends = [f">{small[-n:]}" if len(small) >= n else ">" for n in range(1, LONGEST + 1)]
    return (f"={word}", f"~{small}", *begins, *ends, f"^{_shape(word)}", f"*{_sort(word)}")


def _shape(word: str) -> str:
    """Capitals as X, small letters as x, digits as d, runs as one: `Mc-9` is `Xx-d`."""
    letters = (
        "d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word[:40]
    )
    return _RUNS.sub(r"\1", "".join(letters))


def _sort(word: str) -> str:
    """What sort of word it is by its first sign and its case."""
    if word[0] in "@#" and len(word) > 1:
        return word[0]
    if _URL.match(word):
        return "url"
    if not any(c.isalpha() for c in word):
        return "number" if any(c.isdigit() for c in word) else "mark"
    if word.isupper():
        return "capital" if len(word) == 1 else "capitals"
    return "title" if word[0].isupper() else "mixed" if word != word.lower() else "small"


def placed(words: list[str]) -> list[tuple[str, ...]]:
    """The features of all words of a sentence, with what case means at its place as the last.

    Example:
        >>> [word[-1] for word in placed(["In", "Bonn"])]
        ['|first title', '|later title']
    """
    found = []
    for place, word in enumerate(words):
        seen = spelling(word)
        found.append((*seen, f"|{'later' if place else 'first'} {seen[-1][1:]}"))
    return found
