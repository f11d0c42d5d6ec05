"""How numbers are written in a column."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from fivefold.codecs.canonical import shown
from fivefold.codecs.numerals import (
    DECIMALS,
    SHARES,
    THOUSANDS,
    Anatomy,
    Numerals,
    anatomy,
    core_pattern,
    folded,
)
from fivefold.collect.raw import literal
from fivefold.core.finding import Finding

Marks = tuple[str, str]
"""The decimal mark, and the one between thousands."""

MARKS: frozenset[Marks] = frozenset((d, t) for d in DECIMALS for t in THOUSANDS if d != t)
PLAIN: Marks = (".", "")
_NINES = str.maketrans("012345678", "999999999")
_LONG = re.compile("9{4,}")
_ADDRESS = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", re.ASCII)
_LABEL = re.compile(r"9{1,3}([ .])(?:999\1){2,}999|999([ .])999\2(?:999)")


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


class _Cell(NamedTuple):
    text: str
    weight: int
    parts: Anatomy
    marks: frozenset[Marks]


def find_number_form(
    texts: Sequence[Any],
    counts: Sequence[int],
    *,
    wrong: Collection[int],
    decimal: str | None = None,
    thousands: str | None = None,
    comma: bool = False,
    certain: bool = False,
) -> NumberForm:
    """The form that reads every text which any form reads; plain where there is none.

    Args:
        texts: distinct values of a column without missing ones, stripped where they are texts.
        counts: how often each occurs.
        wrong: places of those that are no plain numbers.
        decimal: the mark that the user says, if any.
        thousands: likewise; the empty text is none.
        comma: a lone comma before three digits is a decimal one.
        certain: as other columns show; then a lone point before three digits is none.

    Example:
        >>> find_number_form(["1.234,5 €", "12"], [1, 1], wrong=[0]).format
        '1.234,56 €'
    """
    allowed = frozenset((d, t) for d, t in MARKS if decimal in (None, d) and thousands in (None, t))
    free, plain = allowed == MARKS, PLAIN in allowed
    odd = any(_cell(texts[place], 1, allowed) for place in wrong)
    if plain and not odd and not certain:
        return NumberForm()
    read = (_cell(text, count, allowed) for text, count in zip(texts, counts, strict=True))
    cells = {place: cell for place, cell in enumerate(read) if cell is not None}
    if not cells and not plain:
        return NumberForm(format=_example(allowed, {}), marked=False)
    if not cells or (free and odd and _number_things([*cells.values()])):
        return NumberForm()
    torn = _torn(texts, cells, wrong if free else range(len(texts)))
    common: Collection[Marks] = allowed.intersection(*(cell.marks for cell in cells.values()))
    if torn or (free and not common):
        return NumberForm(torn=torn or _torn_marks([*cells.values()]))
    common = common or {max(allowed, key=lambda marks: _weight_read(cells, marks))}
    commas, points = (any(m in c.parts.core for c in cells.values()) for m in (",", "."))
    decimals = {d for d, _ in common}
    between = len(decimals) == 2 and commas and (".", ",") in common
    turned = len(decimals) == 2 and points and (",", ".") in common
    if plain and not odd and not turned:
        return NumberForm()
    chosen = min(decimals) if len(decimals) == 1 else "," if comma or certain else "."
    form, *rest = (
        _example([marks for marks in common if marks[0] == mark], cells)
        for mark in sorted(decimals, key=lambda mark: mark != chosen)
    )
    return NumberForm(
        format=form,
        other=rest[0] if rest and (between or turned) else "",
        commas=decimals == {","} and (commas or points),
        marked=free or any(not cell.text.lstrip("+-").isdigit() for cell in cells.values()),
    )


def looks_written(text: str) -> bool:
    """Whether some form reads a text, or it is a number with a currency that none does."""
    parts = anatomy(text)
    return parts is not None and bool(parts.unit or _marks_of(_shape(parts.core)))


def are_labels(values: Collection[Any], format: str) -> bool:
    """Whether the numbers of a target are rather classes: whole, few and often the same."""
    read = Numerals.from_example(format).read
    numbers = set()
    for value in {value for value in values if isinstance(value, str)}:
        try:
            numbers.add(read(value))
        except ValueError:
            continue
    whole = all(number.is_integer() for number in numbers)
    return whole and len(numbers) <= 20 and len(values) >= 5 * len(numbers)


def number_findings(name: str, form: NumberForm) -> list[Finding]:
    """Findings about a numeric column whose texts are no plain numbers."""
    if not form.format or not form.marked:
        return []
    numerals = Numerals.from_example(form.format)
    found = [
        Finding(
            code="number_form",
            severity="note",
            sentence=f"Column `{name}` writes 1234.56 as {form.format}: {numerals.described()}.",
            numbers={"column": name, "format": form.format, "unit": numerals.unit},
            stage="Collect",
        )
    ]
    if form.other:
        mark = Numerals.from_example(form.other).decimal
        found.append(
            Finding(
                code="ambiguous_numbers",
                severity="warning",
                sentence=f"Numbers in `{name}` fit {form.format} and {form.other}; {form.format} "
                f"is taken. Pass decimal={{{literal(name)}: {literal(mark)}}} for the other.",
                numbers={"column": name, "format": form.format, "other": form.other},
                stage="Collect",
            )
        )
    return found


def number_like(name: str, sample: str, form: NumberForm) -> Finding:
    """The finding about a column of numbers that is read as categories."""
    why, remedy = f"is written like {sample!r}", "Write plain numbers instead."
    if form.format:
        why += f", not like {form.format}"
        remedy = f"Pass decimal= and thousands= by column: {{{literal(name)}: ...}}."
    elif form.torn:
        why = f"no one form reads both {form.torn[0]!r} and {form.torn[1]!r}"
        remedy = "Write them in one form, or pass decimal= and thousands= to say which it is."
    return Finding(
        code="number_like",
        severity="warning",
        sentence=f"Column `{name}` looks like numbers but {why}; it is read as categories. "
        f"{remedy}",
        numbers={"column": name, "sample": sample},
        stage="Collect",
    )


def _cell(text: Any, weight: int, allowed: frozenset[Marks]) -> _Cell | None:
    """A text that some form reads."""
    parts = anatomy(text) if isinstance(text, str) else None
    marks = _marks_of(_shape(parts.core)) & allowed if parts else None
    return _Cell(text, weight, parts, marks) if parts and marks else None


def _shape(core: str) -> str:
    """Its digits as nines, four at most, but a zero in front: a column has few shapes."""
    zero = "0" * core.startswith("0")
    return zero + _LONG.sub("9999", core[len(zero) :].translate(_NINES))


@lru_cache(maxsize=4096)
def _marks_of(shape: str) -> frozenset[Marks]:
    return frozenset(marks for marks in MARKS if core_pattern(*marks).fullmatch(shape))


def _number_things(cells: Sequence[_Cell]) -> bool:
    """Whether they number or call things: (1), 192.168.100.101, 123 456 789, +49 123 456."""
    if any(cell.parts.unit for cell in cells):
        return False
    if all(cell.parts.late for cell in cells):
        return all(cell.parts.core.isdigit() for cell in cells)
    cores = [cell.parts.core for cell in cells]
    if all(cell.text.startswith("+") for cell in cells):
        return True
    if any(cell.parts.negative for cell in cells):
        return False
    alike = len(set(map(len, cores))) == 1
    return all(map(_ADDRESS.fullmatch, cores)) or (
        alike and all(_LABEL.fullmatch(_shape(core)) for core in cores)
    )


def _torn(
    texts: Sequence[Any], cells: Mapping[int, _Cell], wrong: Collection[int]
) -> tuple[str, ...]:
    """Two texts of which each is a number, but not in one form with the other."""
    one = next(iter(cells.values())).text
    plain = [text for place, text in enumerate(texts) if place not in cells and place not in wrong]
    for text in plain:
        if isinstance(text, str) and text.lower().lstrip("+-") not in {"nan", "inf", "infinity"}:
            return one, text
    bare = next((shown(text) for text in plain if not isinstance(text, str)), "")
    return _torn_units([*cells.values()], bare)


def _torn_units(cells: Sequence[_Cell], bare: str = "") -> tuple[str, ...]:
    """Two texts of which one has another unit, or one has per cent and the other no unit."""
    units = {folded(cell.parts.unit): cell.text for cell in cells}
    if bare:
        units.setdefault("", bare)
    shares = [unit for unit in units if unit in SHARES]
    named = [unit for unit in units if unit]
    if len(named) > 1:
        return units[named[0]], units[named[1]]
    return (units[shares[0]], units[""]) if shares and "" in units else ()


def _torn_marks(cells: Sequence[_Cell]) -> tuple[str, ...]:
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


def _weight_read(cells: Mapping[int, _Cell], marks: Marks) -> tuple[int, int]:
    return sum(c.weight for c in cells.values() if marks in c.marks), -len(marks[1])


def _example(choice: Collection[Marks], cells: Mapping[int, _Cell]) -> str:
    """1234.56 with the fewest marks of a choice, the unit as most cells have it."""
    decimal, thousands = min(choice, key=lambda marks: (len(marks[1]), marks))
    styles: dict[tuple[str, str], int] = {}
    for cell in cells.values():
        if cell.parts.unit:
            style = cell.parts.prefix, cell.parts.suffix
            styles[style] = styles.get(style, 0) + cell.weight
    prefix, suffix = max(styles, key=lambda style: styles[style]) if styles else ("", "")
    return Numerals(decimal=decimal, thousands=thousands, prefix=prefix, suffix=suffix).example
