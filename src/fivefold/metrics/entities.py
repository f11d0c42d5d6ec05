"""Entities that labels of words mark: where each begins, where it ends, of which kind it is."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MARK = re.compile(r"([BIESLUM])-(.+)", re.DOTALL)
_OUTSIDE = "O"
_GOES_ON, _CONTINUES = frozenset("BIM"), frozenset("IMEL")
"""Marks after which an entity may go on, and marks that let one go on that was begun."""


class Entity(NamedTuple):
    """A run of positions.

    Attributes:
        label: what it is of, `location`.
        start: its first position.
        end: the position behind its last.
    """

    label: str
    start: int
    end: int


def mark_entities(labels: Iterable[object]) -> bool:
    """Whether labels mark entities: as BIO, IOB, IOBES or BILOU do, `O` and `B-location`.

    Example:
        >>> mark_entities(["O", "B-person", "I-person"]), mark_entities(["O", "B", "noun"])
        (True, False)
    """
    marks = [label for label in labels if label != _OUTSIDE]
    return bool(marks) and all(isinstance(m, str) and _MARK.fullmatch(m) for m in marks)


def entities_of(labels: Sequence[object]) -> list[Entity]:
    """The entities of one row, in their order; a stray `I-` begins one.

    `B-`, `S-` and `U-` begin an entity; `I-` and what ends one go on with an entity of the same
    kind that stands right before them, and begin one where there is none; `E-`, `L-`, `S-` and `U-`
    are the last of theirs.

    Args:
        labels: of each position; whatever marks no entity is outside of all.

    Example:
        >>> entities_of(["B-loc", "I-loc", "O", "I-org", "B-org", "I-loc"])
        [Entity(label='loc', start=0, end=2), Entity(label='org', start=3, end=4), \
Entity(label='org', start=4, end=5), Entity(label='loc', start=5, end=6)]

    Reference:
        Ramshaw and Marcus, Text Chunking using Transformation-Based Learning, 1995, for the marks;
        the rules are those of the CoNLL-2000 task's evaluation.
    """
    found: list[Entity] = []
    open_label = ""  # of an entity that may go on
    for place, label in enumerate(labels):
        match = _MARK.fullmatch(label) if isinstance(label, str) else None
        if match is None:
            open_label = ""
            continue
        mark, kind = match[1], match[2]
        if mark in _CONTINUES and kind == open_label:
            found[-1] = found[-1]._replace(end=place + 1)
        else:
            found.append(Entity(kind, place, place + 1))
        open_label = kind if mark in _GOES_ON else ""
    return found
