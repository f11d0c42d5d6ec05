"""Which pieces of a sentence are code, where it is written down on a page."""

import re
from collections.abc import Iterator

_BEGINS = re.compile(
    r"(?<![\w.`\"'])(?:"
    r"(?P<call>(?:[A-Z]\w*|ff\.\w+)(?=\())"  # Train(clean=True), ff.compare(...)
    r"|(?P<setting>[a-z][\w.]*\w=(?!=))"  # drop=("id",), root=, train.lr=0.01
    r"|(?P<flag>--[a-z][a-z0-9-]*))"
)
_PLAIN = re.compile(r"-?\w+(?:\.\w+)*")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def code_spans(sentence: str, *, marked: bool = False) -> Iterator[tuple[str, bool]]:
    """The pieces of a sentence in their order, each with whether it is code.

    Code is what stands in backticks, which fall away; calls, settings with their values and flags
    are known without, so that a sentence reads in a terminal as one would write it there.

    Args:
        sentence: to be told.
        marked: whether only what stands in backticks is.

    Example:
        >>> [*code_spans("Pass drop=('id',) or Train(clean=True).")][1:4]
        [("drop=('id',)", True), (' or ', False), ('Train(clean=True)', True)]
        >>> [*code_spans("`a=b` is 1 (so it is said).")]
        [('a=b', True), (' is 1 (so it is said).', False)]
    """
    for place, piece in enumerate(re.split(r"`([^`]+)`", sentence)):
        if place % 2 or marked:
            yield piece, bool(place % 2)
        else:
            yield from _without_backticks(piece)


def in_backticks(sentence: str) -> str:
    """The sentence as Markdown, all code in backticks.

    Example:
        >>> in_backticks("Collect(missing=) says it; or pass folds=5.")
        '`Collect(missing=)` says it; or pass `folds=5`.'
    """
    return "".join(f"`{piece}`" if is_code else piece for piece, is_code in code_spans(sentence))


def _without_backticks(text: str) -> Iterator[tuple[str, bool]]:
    told = 0
    for begun in _BEGINS.finditer(text):
        if begun.start() < told:  # within the call before
            continue
        end = begun.end()
        if begun["call"] is not None:
            end = _closed(text, end)
        elif begun["setting"] is not None:
            end = _value_end(text, end)
        if end == 0:
            continue
        if told < begun.start():
            yield text[told : begun.start()], False
        yield text[begun.start() : end], True
        told = end
    if told < len(text):
        yield text[told:], False


def _value_end(text: str, place: int) -> int:
    """Where a value ends that begins at a place; the place itself where none does."""
    sign = text[place : place + 1]
    if sign in _PAIRS or sign in ("'", '"'):
        return _closed(text, place) or place
    plain = _PLAIN.match(text, place)
    return plain.end() if plain else place


def _closed(text: str, place: int) -> int:
    """Where the bracket or quote that opens at a place is closed; 0 if it is not."""
    open_: list[str] = []
    for at in range(place, len(text)):
        sign = text[at]
        if open_ and open_[-1] in ("'", '"'):
            if sign == open_[-1] and text[at - 1] != "\\":
                open_.pop()
        elif sign in _PAIRS:
            open_.append(_PAIRS[sign])
        elif sign in ("'", '"'):
            open_.append(sign)
        elif open_ and sign == open_[-1]:
            open_.pop()
        if not open_:
            return at + 1
    return 0
