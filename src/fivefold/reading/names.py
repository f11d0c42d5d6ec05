"""Names of columns."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any
from unicodedata import normalize

from fivefold.core.wording import quoted
from fivefold.errors import DataError

PICTURES = "image"  # what a column of pictures is called that has no name of its own
SEQUENCES = "sequence"  # what the column of a file of named sequences is called
DOCUMENTS = "text"  # what a column of files is called that hold a text each
FILES = "file"  # what a column of the names of tables is called, where it is asked for
IDS = "id"  # what the column of their names is called
SERIES = "series"  # what the column of the series of a long table is called
TOKENS = "tokens"  # what the column of the words of a file of labelled words is called
TAGS = "tags"  # what the column of their labels is called
FROM = "forecast from"  # when the first step is that a window forecasts
UNTIL = "forecast until"  # when the last one is
JUDGED = "judged"  # whether a window is one to judge by
MASKS = "mask"  # what a column of masks is called that has no name of its own
LABELS = "label"  # what the column of their classes is called


def composed(name: str) -> str:
    """A name in Unicode's composed form, that of all which look the same.

    Example:
        >>> composed("u\u0308") == "ü"
        True
    """
    return name if name.isascii() else normalize("NFC", name)


def unique_names(
    names: Sequence[Any], source: str, wanted: "Collection[str] | None" = None
) -> list[str]:
    """Column names as text, in order; empty ones get their place: `column_3`.

    Args:
        names: as the source has them.
        source: for messages.
        wanted: names that must not occur twice, and take in what only looks the same
            (composed letters and decomposed ones); all if None.

    Raises:
        DataError: if a name occurs twice.
    """
    texts = [str(name) if str(name) else f"column_{place}" for place, name in enumerate(names)]
    if wanted is not None:
        alike = {composed(name): name for name in set(wanted) - set(texts)}
        texts = [alike.get(composed(text), text) for text in texts]
    counts = Counter(texts).items()
    twice = [n for n, count in counts if count > 1 and (wanted is None or n in wanted)]
    if twice:
        places = {name: [i for i, text in enumerate(texts) if text == name] for name in twice}
        raise DataError(
            f"{source}: expected each column name once, found {quoted(twice)} more than once.",
            evidence="; ".join(
                f"`{name}` at {' and '.join(map(str, where))}" for name, where in places.items()
            )
            + " (the first column is 0).",
            remedy="Rename those columns in the source.",
            column=twice[0],
            columns=tuple(twice),
        )
    return texts
