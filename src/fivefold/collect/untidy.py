"""What `Clean` would mend: several spellings of one word, and numbers far beyond all others."""

from collections.abc import Mapping
from math import exp, inf, log, log10
from typing import NamedTuple

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, Severity, finding
from fivefold.core.wording import literal, plural
from fivefold.kinds.known import kind_of
from fivefold.travel.slips import Difference, find_slips
from fivefold.travel.spellings import counted, fit_spelling

TAIL = 50
"""The rows at the end of a side by which its tail is measured, at most; a hundredth, if fewer."""
SIDE = 200  # rows that a side needs
FAR = 5.0  # how many times as far as that end an extreme value lies at least
GAP = 2.0  # how many times as far as all other values of its side
UNLIKELY = 6.0
"""Minus the logarithm of the chance that a power law with this tail gives a value so far away."""
_FEWEST, _FEW = 10, 4
_SAMPLE = 20_000
_LISTED = 100
_SHOWN, _WRITTEN = 3, 8
_WHERE = "between Collect and Preprocess"


class Spelt(NamedTuple):
    """A text that is, or may be, a spelling of another one, and the rows of each."""

    column: str
    text: str
    rows: int
    word: str
    of: int


def find_spellings(values: Mapping[str, Array], schema: Schema, usable: Array) -> list[Finding]:
    """Inputs in which a word is spelt in several ways, and spellings that may be slips.

    Args:
        values: canonical, by name.
        schema: kinds and roles.
        usable: `(n,)` bool.
    """
    sure: list[Spelt] = []
    unsure: list[Spelt] = []
    for column in schema.inputs:
        kind = kind_of(column.kind)
        if not (kind.levels and kind.coded):
            continue
        texts, counts = counted(values[column.name], usable)
        rows = {text: count for text, count in zip(texts, counts, strict=True) if count}
        spelling = fit_spelling(texts, counts, ("trim", "case", "spellings"))
        totals = dict(rows)
        if len(set(spelling.known.values())) < len(rows):
            for text, word in ((text, spelling.of(text)) for text in rows):
                if word != text:
                    sure.append(Spelt(column.name, text, rows[text], word, rows[word]))
                    totals[word] += totals.pop(text)
        for text, word in find_slips(totals, _may_be_slip, few=_FEW):
            unsure.append(Spelt(column.name, text, totals[text], word, totals[word]))
    for spelt in (sure, unsure):
        spelt.sort(key=lambda one: -one.rows)
    found = []
    if sure:
        line = f"ff.Clean() {_WHERE} makes them one"
        found.append(_spelt(sure, "warning", "beside a commoner one of the same word", line))
    if unsure:
        merge: dict[str, dict[str, str]] = {}
        for one in unsure[:_WRITTEN]:
            merge.setdefault(one.column, {})[one.text] = one.word
        listed = ", ".join(f"{literal(name)}: {_pairs(pairs)}" for name, pairs in merge.items())
        line = f"If these are slips, ff.Clean(merge={{{listed}}}) {_WHERE} mends them"
        found.append(_spelt(unsure, "note", "rare and nearly a common one", line))
    return found


def _may_be_slip(found: Difference) -> bool:
    """Whether the difference may be one of the pen that `Clean` does not dare to mend."""
    return found.letters >= (9 if found.what == "letter" else 6)


def _pairs(pairs: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{literal(a)}: {literal(b)}" for a, b in pairs.items()) + "}"


def _spelt(spelt: list[Spelt], severity: Severity, what: str, line: str) -> Finding:
    shown = ", ".join(
        f"{literal(one.text)} ({plural(one.rows, 'row')}) and {literal(one.word)} ({one.of:,}) in "
        f"`{one.column}`"
        for one in spelt[:_SHOWN]
    )
    more = f" and {len(spelt) - _SHOWN:,} more" if len(spelt) > _SHOWN else ""
    verb = "is" if len(spelt) == 1 else "are"
    sentence = f"{plural(len(spelt), 'spelling')} {verb} {what}: {shown}{more}. {line}."
    listed = [one._asdict() for one in spelt[:_LISTED]]
    return finding("spellings", sentence, severity, spellings=listed, count=len(spelt))


class Extremes(NamedTuple):
    """A column with a few numbers far beyond all others."""

    column: str  # its name
    rows: int  # how many
    values: list[float]  # some of them, the most extreme first
    low: float  # the least of all other numbers
    high: float  # the largest of all other numbers
    beyond: tuple[bool, bool]  # whether there are such numbers below and above


def find_extremes(values: Mapping[str, Array], schema: Schema, usable: Array) -> list[Finding]:
    """Columns of numbers of which a few lie where no tail of the others leads to.

    A long tail is no error: incomes and prices have one. So the tail of each side of the median is
    measured, by how much farther its last rows lie than ten times as many, and drawn out as a
    power law would be, the heaviest tail there is; what lies beyond even that, and five times as
    far as the rows that it was measured by, is told, if it is a few rows.

    Args:
        values: canonical, by name.
        schema: kinds and roles.
        usable: `(n,)` bool.
    """
    found = []
    for column in schema.columns:
        cells, kind = values[column.name], kind_of(column.kind)
        if column.role in ("input", "target") and kind.ordered and cells.dtype.kind == "f":
            extremes = extremes_of(column.name, cells if usable.all() else cells[usable])
            found += [extremes] if extremes is not None else []
    if not found:
        return []
    shown = "; ".join(map(_beyond, found[:_SHOWN]))
    more = f"; so are numbers of {len(found) - _SHOWN:,} more columns" * (len(found) > _SHOWN)
    bounds = ", ".join(f"{literal(one.column)}: {_bounds(one)}" for one in found[:_WRITTEN])
    sentence = (
        f"A few numbers are far beyond all others: {shown}{more}. If they are errors, "
        f"ff.Clean(bounds={{{bounds}}}) {_WHERE} leaves their rows, and repeated "
        "ones, out of training."
    )
    listed = {one.column: one._asdict() for one in found[:_LISTED]}
    return [finding("extreme_values", sentence, columns=listed)]


def extremes_of(name: str, cells: Array) -> Extremes | None:
    """The few numbers of a column that are far beyond all others, if there are such.

    Args:
        name: of the column.
        cells: `(n,)` float64, NaN for missing.
    """
    if len(cells) < SIDE:
        return None
    low, high = float(np.fmin.reduce(cells)), float(np.fmax.reduce(cells))
    if not low < high:
        return None
    some = cells
    if len(cells) > _SAMPLE:
        some = cells[np.random.default_rng(0).integers(0, len(cells), _SAMPLE)]
    some = np.sort(some[~np.isnan(some)])
    if not len(some):
        return None
    middle, share = float(some[len(some) // 2]), len(cells) / len(some)
    with np.errstate(over="ignore"):
        below, above = (middle - some)[::-1], some - middle
    floor, ceiling = middle - _reach(below, share), middle + _reach(above, share)
    if low >= floor and high <= ceiling:
        return None
    rest = cells[(cells >= floor) & (cells <= ceiling)]
    floor = min(floor, middle - GAP * (middle - float(rest.min())))
    ceiling = max(ceiling, middle + GAP * (float(rest.max()) - middle))
    beyond = cells[(cells < floor) | (cells > ceiling)]
    if not len(beyond):
        return None
    rest = cells[(cells >= floor) & (cells <= ceiling)]
    return Extremes(
        name,
        len(beyond),
        beyond[np.argsort(-np.abs(beyond - middle), kind="stable")][:_SHOWN].tolist(),
        float(rest.min()),
        float(rest.max()),
        (low < floor, high > ceiling),
    )


def _reach(distances: Array, share: float) -> float:
    """How far from the median a number may lie; infinite where that is not known.

    Args:
        distances: of a side, ascending; those of the other side are negative.
        share: how many rows each of them stands for.
    """
    side = distances[distances > 0]
    if len(side) < SIDE:
        return inf
    last = min(max(len(side) // 100, _FEWEST), TAIL)
    near, far = float(side[-10 * last]), float(side[-last])
    power = log10(far / near)
    reach = far * exp(min(max(log(FAR), power * (log(last * share) + UNLIKELY)), 700.0))
    return reach if (side > reach).sum() <= last // 2 else inf


def _beyond(one: Extremes) -> str:
    listed = ", ".join(dict.fromkeys(map(exact, one.values)))
    more = ", ..." if one.rows > len(one.values) else ""
    return (
        f"{listed}{more} in {plural(one.rows, 'row')} of `{one.column}`, whose others are "
        f"{exact(one.low)} to {exact(one.high)}"
    )


def _bounds(one: Extremes) -> str:
    ends = zip((one.low, one.high), one.beyond, strict=True)
    return "(" + ", ".join(exact(end) if beyond else "None" for end, beyond in ends) + ")"


def exact(value: float) -> str:
    """A number as one writes it in Python, to the last bit."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
