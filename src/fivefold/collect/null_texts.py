"""Texts that stand for missing: the usual ones, less and more by column."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fivefold.codecs.cell import BAD, null_numbers, number, word
from fivefold.codecs.table import Array

Missing = Sequence[Any] | Mapping[str, Any]
IN_CLASSES = ("", "?", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "<NA>", "#N/A")
"""Texts that stand for a missing class; `none` is not among them, as it often is a class."""


def asked_tokens(missing: Missing, name: str) -> tuple[str, ...]:
    """The texts that the user says stand for missing in this column."""
    found = missing.get(name, ()) if isinstance(missing, Mapping) else missing
    if isinstance(found, Mapping):
        found = [token for token, counts in found.items() if counts]
    items = [found] if isinstance(found, str | int | float) else found
    return tuple(dict.fromkeys(word(item) for item in items))


def tokens_of(missing: Missing, name: str, usual: Sequence[str]) -> tuple[str, ...]:
    """All texts that stand for missing in a column.

    Args:
        missing: for all columns, or by column: those to add; a mapping that adds (True) and takes
            out (False); or nothing, where none but the empty text counts.
        name: of the column.
        usual: the texts that count where nothing is said.

    Example:
        >>> tokens_of({"x": ["-9"]}, "x", ("NA", "?"))
        ('NA', '?', '-9')
        >>> tokens_of({"x": {"NA": False}}, "x", ("NA", "?")), tokens_of({"x": []}, "x", ("NA",))
        (('?',), ())
    """
    added = asked_tokens(missing, name)
    if not isinstance(missing, Mapping) or name not in missing:
        return (*usual, *added)
    said = missing[name]
    if isinstance(said, Mapping):
        gone = {word(token) for token, counts in said.items() if not counts}
        return (*(token for token in usual if word(token) not in gone), *added)
    return (*usual, *added) if added else ()


def found_tokens(distinct: Sequence[Any], counts: Array, tokens: Sequence[str]) -> dict[str, int]:
    """How often each token for missing occurs among distinct values, as a text or as a number.

    Blanks count as the empty token, an empty cell as nothing; "0" finds "0.0" too.
    """
    wanted, numbers = {"", *tokens}, null_numbers(tuple(tokens))
    found: dict[str, int] = {}
    cells: Iterable[tuple[Any, int]] = zip(distinct, counts.tolist(), strict=True)
    if not numbers and {*map(type, distinct)} == {str}:
        places = (place for place, text in enumerate(distinct) if text.strip() in wanted)
        cells = [(distinct[place], int(counts[place])) for place in places]
    for value, count in cells:
        if isinstance(value, int | float) and value in numbers and not isinstance(value, bool):
            found[word(value)] = found.get(word(value), 0) + count
        if not isinstance(value, str) or not value:
            continue
        text = value.strip()
        if text in wanted or (numbers and _number(text) in numbers):
            found[text] = found.get(text, 0) + count
    return found


def _number(text: str) -> float:
    try:
        return number(text)
    except BAD:
        return float("nan")


def found_numbers(values: Array, tokens: Sequence[str]) -> dict[str, int]:
    """How often each token that is a number occurs in an array of numbers."""
    if values.dtype.kind not in "iuf":
        return {}
    counts = {
        token: sum(int((values == number).sum()) for number in null_numbers((token,)))
        for token in tokens
    }
    return {token: count for token, count in counts.items() if count}
