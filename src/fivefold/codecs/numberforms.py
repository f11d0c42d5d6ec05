"""How numbers are written in a column."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded
from fivefold.codecs.numerals import (
    DECIMALS,
    LAKHS,
    SHARES,
    THOUSANDS,
    Anatomy,
    Numerals,
    anatomy,
    core_pattern,
    folded,
)
from fivefold.codecs.table import Array

Marks = tuple[str, str]
"""The decimal mark, and the one between thousands."""

MARKS: frozenset[Marks] = frozenset(
    [*((d, t) for d in DECIMALS for t in THOUSANDS if d != t), (".", LAKHS)]
)
PLAIN: Marks = (".", "")
_NINES = str.maketrans("012345678", "999999999")
_LONG = re.compile("9{4,}")
_ADDRESS = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", re.ASCII)
_LABEL = re.compile(r"9{1,3}([ .])(?:999\1){2,}999|999([ .])999\2(?:999)")


@dataclass(frozen=True, kw_only=True)
class Notation:
    """How the texts of a column are written, as far as that is said elsewhere.

    Args:
        decimal: the mark before the fraction of a number; None if nothing is said.
        thousands: the one between groups of three digits; the empty text is none.
        date_format: a `strptime` pattern, or the empty text for ISO 8601.
        comma: a lone comma before three digits is a decimal one, as in a file of semicolons.
        certain: other columns of the file have decimal commas.
    """

    decimal: str | None = None
    thousands: str | None = None
    date_format: str | None = None
    comma: bool = False
    certain: bool = False

    @property
    def is_usual(self) -> bool:
        """Whether nothing is said against plain numbers."""
        return self.decimal is None and self.thousands is None and not self.certain


class NumberForm(NamedTuple):
    """What the texts of a column say of the way in which its numbers are written.

    Args:
        format: how they write 1234.56; empty for plain numbers, as float() reads them.
        other: another form that reads every text too, as other numbers; empty if there is none.
        commas: a decimal comma is beyond doubt.
        marked: some text is more than digits and a sign.
        torn: two texts that no one form reads, so that none is taken.
    """

    format: str = ""
    other: str = ""
    commas: bool = False
    marked: bool = True
    torn: tuple[str, ...] = ()


class _Cells(NamedTuple):
    """Cells of one shape: the first of them, what it says, and how many there are."""

    text: str
    weight: int
    parts: Anatomy
    marks: frozenset[Marks]


def find_number_form(
    texts: Sequence[Any],
    counts: Sequence[int],
    *,
    wrong: Collection[int],
    notation: Notation | None = None,
) -> NumberForm:
    """The form that reads every text which any form reads; plain where there is none.

    Args:
        texts: distinct values of a column without missing ones, stripped where they are texts.
        counts: how often each occurs.
        wrong: places of those that are no plain numbers.
        notation: what is said of them; where decimal commas are certain, a lone point before three
            digits is none.

    Example:
        >>> find_number_form(["1.234,5 €", "12"], [1, 1], wrong=[0]).format
        '1.234,56 €'
    """
    said = notation or Notation()
    allowed = frozenset(
        (d, t) for d, t in MARKS if said.decimal in (None, d) and said.thousands in (None, t[:1])
    )
    free, plain = allowed == MARKS, PLAIN in allowed
    odd = any(_marks_read(texts[place]) & allowed for place in wrong)
    if plain and not odd and not said.certain:
        return NumberForm()
    cells, others = _by_shape(texts, counts, frozenset(wrong), allowed)
    if not cells and not plain:
        return NumberForm(format=_example(allowed, ()), marked=False)
    if not cells or (free and odd and _number_things(cells)):
        return NumberForm()
    torn = _torn(cells, others if free else ())
    common: Collection[Marks] = allowed.intersection(*(c.marks for c in cells))
    if torn or (free and not common):
        return NumberForm(torn=torn or _torn_marks(cells))
    if not common:  # the marks by which most are read
        weights = {marks: sum(c.weight for c in cells if marks in c.marks) for marks in allowed}
        common = {max(allowed, key=lambda marks: (weights[marks], -len(marks[1])))}
    commas, points = (any(mark in c.parts.core for c in cells) for mark in (",", "."))
    decimals = {d for d, _ in common}
    between = len(decimals) == 2 and commas and (".", ",") in common
    turned = len(decimals) == 2 and points and (",", ".") in common
    if plain and not odd and not turned:
        return NumberForm()
    chosen = min(decimals) if len(decimals) == 1 else "," if said.comma or said.certain else "."
    form, *rest = (
        _example([marks for marks in common if marks[0] == mark], cells)
        for mark in sorted(decimals, key=lambda mark: mark != chosen)
    )
    return NumberForm(
        format=form,
        other=rest[0] if rest and (between or turned) else "",
        commas=decimals == {","} and (commas or points),
        marked=free or any(not c.text.lstrip("+-").isdigit() for c in cells),
    )


def looks_written(text: str) -> bool:
    """Whether some form reads a text, or it is a number with a currency that none does."""
    parts = anatomy(text)
    return parts is not None and bool(parts.unit or _marks_of(_shape(parts.core)))


def are_labels(values: "Array | Coded", format: str) -> bool:
    """Whether the numbers of a target are rather classes: whole, few and often the same."""
    read = Numerals.from_example(format).read
    numbers = set()
    cells = values.values if isinstance(values, Coded) else values
    for value in {value for value in cells if isinstance(value, str)}:
        try:
            numbers.add(read(value))
        except ValueError:
            continue
    whole = all(number.is_integer() for number in numbers)
    return whole and len(numbers) <= 20 and len(values) >= 5 * len(numbers)


def _by_shape(
    texts: Sequence[Any], counts: Sequence[int], wrong: Collection[int], allowed: frozenset[Marks]
) -> tuple[list[_Cells], list[Any]]:
    """The texts that some form reads, a few shapes of them, and those that only float() does."""
    shapes: dict[tuple[Any, ...], list[Any]] = {}
    others = []
    for place, (text, count) in enumerate(zip(texts, counts, strict=True)):
        parts = anatomy(text) if isinstance(text, str) else None
        shape = _shape(parts.core) if parts else ""
        if parts is None or not _marks_of(shape) & allowed:
            others += [] if place in wrong else [text]
            continue
        address = "." in shape and bool(_ADDRESS.fullmatch(parts.core))
        key = (shape, address, text[0] == "+", *parts[1:])
        shapes.setdefault(key, [text, 0, parts, _marks_of(shape) & allowed])[1] += count
    return [_Cells(*found) for found in shapes.values()], others


def _marks_read(text: Any) -> frozenset[Marks]:
    parts = anatomy(text) if isinstance(text, str) else None
    return _marks_of(_shape(parts.core)) if parts else frozenset()


def _shape(core: str) -> str:
    """Its digits as nines, four at most, but a zero in front: a column has few shapes."""
    zero = "0" * core.startswith("0")
    return zero + _LONG.sub("9999", core[len(zero) :].translate(_NINES))


@lru_cache(maxsize=4096)
def _marks_of(shape: str) -> frozenset[Marks]:
    return frozenset(marks for marks in MARKS if core_pattern(*marks).fullmatch(shape))


def _number_things(cells: Sequence[_Cells]) -> bool:
    """Whether they number or call things: (1), 192.168.100.101, 123 456 789, +49 123 456."""
    if any(c.parts.unit for c in cells):
        return False
    cores = [c.parts.core for c in cells]
    if all(c.parts.late for c in cells):
        return all(map(str.isdigit, cores))
    if all(c.text.startswith("+") and " " in c.parts.core for c in cells):
        return True
    alike = len({len(core) for core in cores}) == 1 and not any(c.parts.negative for c in cells)
    return all(map(_ADDRESS.fullmatch, cores)) or (
        alike and all(_LABEL.fullmatch(_shape(core)) for core in cores)
    )


def _torn(cells: Sequence[_Cells], others: Sequence[Any]) -> tuple[str, ...]:
    """Two texts of which each is a number, but not in one form with the other."""
    for text in others:
        if isinstance(text, str) and text.lower().lstrip("+-") not in {"nan", "inf", "infinity"}:
            return cells[0].text, text
    units = {folded(c.parts.unit): c.text for c in cells}
    bare = [text for text in others if not isinstance(text, str)]
    if bare:
        units.setdefault("", shown(bare[0]))
    shares = [unit for unit in units if unit in SHARES]
    named = [unit for unit in units if unit]
    if len(named) > 1:
        return units[named[0]], units[named[1]]
    return (units[shares[0]], units[""]) if shares and "" in units else ()


def _torn_marks(cells: Sequence[_Cells]) -> tuple[str, ...]:
    """Two texts that no marks read both, or two of three that none read all."""
    common = MARKS
    kinds: dict[frozenset[Marks], str] = {}
    for cell in cells:
        kinds.setdefault(cell.marks, cell.text)
        common &= cell.marks
        if not common:
            apart = (text for marks, text in kinds.items() if not marks & cell.marks)
            return next(apart, cells[0].text), cell.text
    return ()


def _example(choice: Collection[Marks], cells: Sequence[_Cells]) -> str:
    """The example with the fewest marks of a choice, the unit as most cells have it."""
    decimal, thousands = min(choice, key=lambda marks: (len(marks[1]), marks))
    styles: dict[tuple[str, str], int] = {}
    for cell in cells:
        if cell.parts.unit:
            style = cell.parts.prefix, cell.parts.suffix
            styles[style] = styles.get(style, 0) + cell.weight
    prefix, suffix = max(styles, key=lambda style: styles[style]) if styles else ("", "")
    return Numerals(decimal=decimal, thousands=thousands, prefix=prefix, suffix=suffix).example
