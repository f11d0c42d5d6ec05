"""What of the training texts is not read."""

from fivefold.core.finding import Finding
from fivefold.core.wording import plural
from fivefold.kinds.codec import Codec
from fivefold.kinds.text import TextState, Unread
from fivefold.kinds.views import block_name

MANY = 0.1
"""Fraction of training texts from which on it deserves a look that they are cut."""


def find_truncated(codec: Codec) -> tuple[Finding, ...]:
    """A finding for each text column with training texts that are longer than what is read.

    Args:
        codec: as fitted; one that was loaded no longer knows its training texts.
    """
    columns = [column for column in codec.schema.inputs if column.kind == "text"]
    texts = {column.name: codec.texts[block_name(column)] for column in columns}
    return tuple(
        _truncated(name, text, text.unread)
        for name, text in texts.items()
        if text.unread is not None and text.unread.cut
    )


def _truncated(name: str, text: TextState, unread: Unread) -> Finding:
    lost = f"{unread.total:,} are not"
    if unread.cut > 1:
        lost = f"a median of {unread.median:,.0f} a text, {unread.total:,} in all, are not"
    return Finding(
        code="truncated_texts",
        severity="warning" if unread.cut > MANY * unread.texts else "note",
        sentence=f"{unread.cut:,} of {unread.texts:,} training texts of `{name}` "
        f"{'has' if unread.cut == 1 else 'have'} more than {plural(text.length, 'word')}: "
        f"{text.part}, {lost}. {_advice(text, unread)}",
        numbers={
            "column": name,
            "texts": unread.texts,
            "truncated": unread.cut,
            "length": text.length,
            "tail": text.tail,
            "median_unread": unread.median,
            "total_unread": unread.total,
            "longest": unread.longest,
        },
        stage="Preprocess",
    )


def _advice(text: TextState, unread: Unread) -> str:
    """What to do where the words that are not read matter."""
    whole = f"text_length={unread.longest} reads all"
    if not text.tail:
        return f'Where the end matters, truncation="both" reads it too, and {whole}.'
    if text.tail == text.length:
        return f'Where the beginning matters, truncation="both" reads it too, and {whole}.'
    return f"Where the middle matters, {whole}."
