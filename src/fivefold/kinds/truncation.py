"""What of the training texts is not read."""

from dataclasses import dataclass

from fivefold.core.catalogue import finding
from fivefold.core.finding import Finding
from fivefold.core.wording import plural

MANY = 0.1
"""Fraction of training texts from which on it deserves a look that they are cut."""


@dataclass(frozen=True, kw_only=True)
class Unread:
    """What training texts hold beyond the words that are read.

    Attributes:
        texts: training texts, missing ones among them.
        cut: those with more words than are read.
        median: words not read of a text that is cut.
        total: words not read of all texts.
        longest: words of the longest text.
    """

    texts: int
    cut: int
    median: float
    total: int
    longest: int


def find_truncated(name: str, unread: Unread, *, length: int, tail: int, part: str) -> Finding:
    """A finding about a text column some of whose training texts are cut.

    Args:
        name: of the column.
        unread: what its training texts lost.
        length: words that are read.
        tail: how many of them are the last of a text that has more.
        part: what is read of such a text, in words.
    """
    lost = f"{unread.total:,} are not"
    if unread.cut > 1:
        lost = f"a median of {unread.median:,.0f} a text, {unread.total:,} in all, are not"
    sentence = (
        f"{unread.cut:,} of {unread.texts:,} training texts of `{name}` "
        f"{'has' if unread.cut == 1 else 'have'} more than {plural(length, 'word')}: "
        f"{part}, {lost}. {_advice(unread.longest, length, tail)}"
    )
    return finding(
        "truncated_texts",
        sentence,
        "warning" if unread.cut > MANY * unread.texts else "note",
        column=name,
        texts=unread.texts,
        truncated=unread.cut,
        length=length,
        tail=tail,
        median_unread=unread.median,
        total_unread=unread.total,
        longest=unread.longest,
    )


def _advice(longest: int, length: int, tail: int) -> str:
    """What to do where the words that are not read matter."""
    whole = f"text_length={longest} reads all"
    if not tail:
        return f'Where the end matters, truncation="both" reads it too, and {whole}.'
    if tail == length:
        return f'Where the beginning matters, truncation="both" reads it too, and {whole}.'
    return f"Where the middle matters, {whole}."
