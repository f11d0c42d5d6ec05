"""Whether cells of a column hold what points to a person, by more of them than chance explains."""

import re
from collections.abc import Callable, Sequence
from math import exp, lgamma, log
from typing import NamedTuple

from fivefold.codecs.headings import Heading
from fivefold.codecs.nationalnumbers import COMPILED, FEW
from fivefold.codecs.personal import sightings, worth_a_look
from fivefold.codecs.personalforms import Form

UNLIKELY = 0.011
"""The chance of right check digits alone from which on they are no chance: those of two cards."""
RARELY = 0.001
"""The same where some of the numbers that look like it have wrong ones."""
SURELY = 1e-6
"""The same for a column of mere digits, in which dozens of numbers are looked for."""
WHOLE, HALF = 0.95, 0.5
"""Share of the cells that are numbers with right check digits, without a name and with one."""
MOST = 0.8
"""Share of the cells that are like what the name of their column says."""
FEWEST = 8
"""Different cells that a column of mere digits needs."""
LOOKED = 1_000
"""Cells that are looked at as a whole, at most."""

_MARKS = re.compile(r"[ ./+-]")
_COMPACT = re.compile(r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{7,18}")
_TITLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Master|Mme|Mlle|Herr|Frau|Sr|Sra|Sig|Rev)\b\.? *[^\W\d_]{2}"
)
_CALLED = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '.,\u2019-]){0,60}")
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?:[ T].*)?|\d{8}")
_PLACE = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3}).* .*", re.DOTALL)
_NUMBER = re.compile(r"(?=(?:.*\d){3})[A-Za-z0-9 ./-]{4,24}")
_CALLS = re.compile(r"(?:\+|00)?(?:[ ()./-]*\d){7,15}")

LIKE: dict[str, Callable[[str], re.Match[str] | None]] = {
    "name": _CALLED.fullmatch,
    "date of birth": _DAY.fullmatch,
    "telephone number": _CALLS.fullmatch,
    "street address": _PLACE.fullmatch,
    "passport number": _NUMBER.fullmatch,
    "licence number": _NUMBER.fullmatch,
    "national number": _NUMBER.fullmatch,
    "account number": _NUMBER.fullmatch,
    "card number": re.compile(r"(?:[ -]?\d){12,19}").fullmatch,
    "card check number": re.compile(r"\d{3,4}").fullmatch,
    "insurance number": _NUMBER.fullmatch,
}
"""What a cell is like where the name of its column says what stands there."""


class Held(NamedTuple):
    """What cells hold of a kind.

    Attributes:
        places: of the cells that hold one.
        first: the first one, as it stands there.
        named: whether the name of the column said so, and all cells are of the kind.
    """

    places: list[int]
    first: str
    named: bool = False


def held(cells: Sequence[str], called: Heading | None = None) -> dict[str, Held]:
    """What points to a person in cells, by kind.

    A number is one of a kind where more of the numbers that look like it have right check digits
    than chance explains, or where a word beside it, or the name of the column, says what it is.

    Args:
        cells: different texts of a column.
        called: what the name of the column says.

    Example:
        >>> found = held(["write to ann@example.org", "no address"])
        >>> {kind: one.places for kind, one in found.items()}
        {'e-mail address': [0]}
    """
    found = _written(cells, called)
    whole = _whole(cells, called)
    if whole is not None and not found:
        found = dict([whole])
    if called is not None and called.kind in LIKE and not found:
        found = _as_called(cells, called)
    if not found and called is None:
        found = _titled(cells)
    return found


def _titled(cells: Sequence[str]) -> dict[str, Held]:
    """Short cells of which half have a title before a word: `Mr. Braund`."""
    some = cells[:: max(1, len(cells) // LOOKED)]
    if sum(map(len, some)) > 60 * len(some):
        return {}
    titles = [place for place, cell in enumerate(some) if _TITLE.search(cell)]
    if len(titles) < max(FEWEST, HALF * len(some)):
        return {}
    return {"name": Held(list(range(len(cells))), cells[0], named=True)}


def _written(cells: Sequence[str], called: Heading | None) -> dict[str, Held]:
    """What stands in the cells, by the forms that it is written in."""
    seen: dict[Form, list[tuple[int, str, bool, bool]]] = {}
    for place in worth_a_look(cells):
        for one in sightings(cells[place]):
            told = (place, cells[place][one.start : one.end], one.holds, one.worded)
            seen.setdefault(one.form, []).append(told)
    found: dict[str, Held] = {}
    for form, every in seen.items():
        right = [one for one in every if one[2]]
        worded = [one for one in every if one[3]]
        trusted = sum(one[2] for one in worded) >= max(1, HALF * len(worded))
        named = called is not None and called.kind == form.kind
        enough = len(right) >= HALF * len(every) if named else trusted
        if not right:
            continue
        if not enough:
            limit = UNLIKELY if len(right) == len(every) else RARELY
            if form.chance == 1 or tail(len(every), len(right), form.chance) > limit:
                continue
        elif not named and form.chance == 1:
            right = [one for one in worded if one[2]]
        places = sorted({one[0] for one in right} | {*found.get(form.kind, Held([], "")).places})
        found[form.kind] = Held(places, right[0][1])
    return found


def _whole(cells: Sequence[str], called: Heading | None) -> tuple[str, Held] | None:
    """The national number that cells are, if they are one: with its kind."""
    few = [_MARKS.sub("", cell) for cell in cells[: 5 * FEWEST]]
    if sum(_COMPACT.fullmatch(one) is not None for one in few) < HALF * len(few):
        return None
    places = range(0, len(cells), max(1, len(cells) // LOOKED))
    plain = {place: _MARKS.sub("", cells[place]) for place in places}
    best: tuple[float, str, list[int]] | None = None
    for one, form in COMPILED:
        right = [p for p, text in plain.items() if form.fullmatch(text) and one.holds(text)]
        named = called is not None and called.kind == one.name
        if len(right) < (HALF if named else WHOLE) * len(plain):
            continue
        if not named and (
            one.chance > FEW
            or len(right) < FEWEST
            or tail(len(plain), len(right), one.chance) > SURELY
        ):
            continue
        rank = -1.0 if named else one.chance
        if best is None or rank < best[0]:
            best = rank, one.name, right
    if best is None:
        return None
    return best[1], Held(best[2], cells[best[2][0]], named=True)


def _as_called(cells: Sequence[str], called: Heading) -> dict[str, Held]:
    """What the name of the column says, where most cells are like that."""
    like = LIKE[called.kind]
    some = cells[:: max(1, len(cells) // LOOKED)]
    if sum(like(cell) is not None for cell in some) < MOST * len(some):
        return {}
    return {called.kind: Held(list(range(len(cells))), cells[0], named=True)}


def tail(tries: int, right: int, chance: float) -> float:
    """How likely so many or more are right by chance.

    Args:
        tries: numbers that look like one.
        right: those whose check digits are.
        chance: that those of one are, in [0, 1).

    Example:
        >>> round(tail(2, 2, 0.1), 9), tail(5, 0, 0.1), tail(3, 1, 0.0)
        (0.01, 1.0, 0.0)
    """
    if not right or not chance:
        return float(not right)
    told = 0.0
    for one in range(right, tries + 1):
        ways = lgamma(tries + 1) - lgamma(one + 1) - lgamma(tries - one + 1)
        told += exp(ways + one * log(chance) + (tries - one) * log(1 - chance))
    return min(told, 1.0)
