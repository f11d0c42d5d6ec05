"""Slips of the pen: rare texts that are a common one but for very little."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

FEW = 10
"""Rows below which a spelling may be a slip."""
SHARE = 0.05
"""The most rows of a slip, as a fraction of those of the word."""
LONG = 8
"""Letters of a word in which two letters that are swapped, or one twice, make no other word."""
MANY = 5_000
"""Spellings of a column above which slips are not looked for."""
_FEW_LETTERS, _ENDS, _SHORTEST = 4, 2, 6
_BASES = frozenset("acgtu")


class Difference(NamedTuple):
    """In what two texts differ, where that is little.

    Attributes:
        what: a `blank`, two letters `swapped`, one `doubled`, or another `letter`.
        letters: of the shorter of the two words that differ.
    """

    what: Literal["blank", "swapped", "doubled", "letter"]
    letters: int


def difference(one: str, other: str) -> Difference | None:
    """In what two folded texts without digits differ, inside one word; None if in more.

    Example:
        >>> difference("missisippi", "mississippi"), difference("mediation", "medication")
        (Difference(what='doubled', letters=10), Difference(what='letter', letters=9))
        >>> difference("male", "female"), difference("ward a", "ward b")
        (None, None)
    """
    joined, also = one.replace(" ", ""), other.replace(" ", "")
    if not (joined.isalpha() and also.isalpha()):
        return None
    if joined == also:
        return Difference("blank", len(joined))
    pairs = zip(one.split(" "), other.split(" "), strict=False)
    unlike = [(a, b) for a, b in pairs if a != b]
    if one.count(" ") != other.count(" ") or len(unlike) != 1:
        return None
    [(a, b)] = unlike
    letters = {*a, *b}
    if len(letters) < _FEW_LETTERS or letters <= _BASES:
        return None
    start = _shared(a, b)
    end = _shared(a[start:][::-1], b[start:][::-1])
    x, y = a[start : len(a) - end], b[start : len(b) - end]
    if min(start, end) < _ENDS:
        return None
    size = min(len(a), len(b))
    if len(x) == len(y) == 2 and x == y[::-1]:
        return Difference("swapped", size)
    if max(len(x), len(y)) > 1:
        return None
    return Difference("doubled" if x + y == a[start - 1] else "letter", size)


def _shared(one: str, other: str) -> int:
    """How many letters two words begin with together."""
    unlike = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(unlike, min(len(one), len(other)))


def is_slip(found: Difference) -> bool:
    """Whether such a difference makes no other word."""
    return found.what != "letter" and found.letters >= LONG


def find_slips(
    rows: Mapping[str, int], test: Callable[[Difference], bool], *, few: int = FEW
) -> Iterator[tuple[str, str]]:
    """Rare folded texts that differ little from a common one, and from one alone.

    Args:
        rows: how many hold each.
        test: which differences count.
        few: rows below which one is rare.

    Yields:
        The rare text and the common one.
    """
    if len(rows) > MANY:
        return
    joined = {text: text.replace(" ", "") for text in rows}
    joined = {text: j for text, j in joined.items() if len(j) >= _SHORTEST and j.isalpha()}
    common: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for word, letters in joined.items():
        if rows[word] * SHARE >= 1:
            for half in _halves(letters, len(letters)):
                common[half].append(word)
    for text, letters in joined.items():
        if rows[text] < few:
            sizes = range(len(letters) - 1, len(letters) + 2)
            halves = (half for size in sizes for half in _halves(letters, size))
            words = {word for half in halves for word in common.get(half, ())}
            near = [w for w in words if rows[text] <= SHARE * rows[w] and _differ(text, w, test)]
            if len(near) == 1:
                yield text, near[0]


def _halves(letters: str, size: int) -> tuple[tuple[int, str, str], tuple[int, str, str]]:
    """What begins or ends a text of so many letters, one of which no one slip changes."""
    half = size // 2 - 1
    return (size, letters[:half], ""), (size, "", letters[-half:])


def _differ(text: str, word: str, test: Callable[[Difference], bool]) -> bool:
    found = difference(text, word)
    return found is not None and test(found)
