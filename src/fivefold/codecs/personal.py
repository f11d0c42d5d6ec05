"""What in a text points to a person: addresses, telephone numbers, accounts, cards, devices."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from fivefold.codecs.personalforms import FORMS, Form

_RUN = re.compile(r"[\d+(][\d ./()+-]{5}")
_AT = re.compile("@")
_LETTERED = re.compile(r"[A-Z] ?\d\d ?\w")
_START = re.compile(r"(?<!\w)[\d+(]")
_BEHIND = 40
"""Signs behind the beginning of a run of digits in which a number begins that holds it."""


def _sought(text: str) -> Iterator[tuple[Form, re.Match[str]]]:
    """What has the form of a number or an address, by signs that each form has."""
    if text.isdigit() and not 14 <= len(text) <= 19:
        return
    starts = set[int]()
    for run in _RUN.finditer(text):
        starts.update(
            one.start() for one in _START.finditer(text, run.start(), run.end() + _BEHIND)
        )
    present = {
        "@": "@" in text,
        "A1": _LETTERED.search(text) is not None,
        ":": _JOINED.search(text) is not None,
    }
    if not (starts or any(present.values())):
        return
    places = sorted(starts)
    for form in FORMS:
        if form.sign != "1":
            found = form.pattern.finditer(text) if present[form.sign] else ()
            yield from ((form, match) for match in found)
            continue
        end = 0
        for start in places:
            match = form.pattern.match(text, start) if start >= end else None
            if match is not None:
                end = match.end()
                yield form, match


_JOINED = re.compile(r"[0-9A-Fa-f]([:-])[0-9A-Fa-f]{1,4}\1[0-9A-Fa-f]{1,4}\1")


def worth_a_look(cells: Sequence[str]) -> list[int]:
    """Places of texts that may hold what points to a person, by the signs that it has.

    Example:
        >>> worth_a_look(["none here", "ann@example.org", "of 1999", "020 7946 0958"])
        [1, 3]
    """
    whole = "\n".join(cells)
    ends = list(accumulate(len(cell) + 1 for cell in cells))
    found = set[int]()
    for pattern in (_RUN, _LETTERED, _JOINED, _AT):
        place = -1
        for match in pattern.finditer(whole):
            if match.start() >= (ends[place] if place >= 0 else 0):
                place = bisect_right(ends, match.start())
                found.add(place)
    return sorted(found)


class Sighting(NamedTuple):
    """A place of a text that may point to a person.

    Attributes:
        form: that it has.
        start: of its signs in the text.
        end: behind its last sign.
        holds: whether its check digits are right.
        worded: whether a word beside it says what it is.
    """

    form: Form
    start: int
    end: int
    holds: bool
    worded: bool


def sightings(text: str) -> Iterator[Sighting]:
    """All places of a text that may point to a person, those of a form after one another.

    Example:
        >>> [(one.form.kind, one.holds) for one in sightings("card 4111 1111 1111 1111")]
        [('card number', True)]
    """
    taken: list[tuple[int, int]] = []
    for form, match in _sought(text):
        start, end = match.span()
        if any(start < last and first < end for first, last in taken):
            continue
        holds = form.holds(match[0])
        if holds is None:
            continue
        if holds:
            taken.append((start, end))
        beside = text[max(start - 40, 0) : start] + " " + text[end : end + 20]
        worded = form.words is not None and form.words.search(beside) is not None
        yield Sighting(form, start, end, holds, worded)


def _seen(text: str) -> list[Sighting]:
    """What is masked: check digits are right, or a word says what it is where there are none."""
    return [one for one in sightings(text) if one.holds and (one.worded or one.form.chance < 1)]


def personal(text: str) -> dict[str, int]:
    """How often each kind stands in a text; those that do not are left out.

    Example:
        >>> personal("Write to ann@example.org or call +49 30 1234567.")
        {'e-mail address': 1, 'telephone number': 1}
    """
    counts: dict[str, int] = {}
    for one in _seen(text):
        counts[one.form.kind] = counts.get(one.form.kind, 0) + 1
    return counts


def masked(text: str) -> str:
    """The text with what points to a person replaced by its kind.

    Example:
        >>> masked("Write to ann@example.org.")
        'Write to [e-mail address].'
    """
    for one in sorted(_seen(text), key=lambda one: -one.start):
        text = f"{text[: one.start]}[{one.form.kind}]{text[one.end :]}"
    return text


def veiled(text: str) -> str:
    """A value of which only the first and the last sign, its marks and its length can be seen.

    Example:
        >>> veiled("ann@example.org"), veiled("4111 1111"), veiled("Ann")
        ('a**@*******.**g', '4*** ***1', '***')
    """
    last = len(text) - 1
    return "".join(
        sign if last > 3 and place in (0, last) else "*" if sign.isalnum() else sign
        for place, sign in enumerate(text)
    )
