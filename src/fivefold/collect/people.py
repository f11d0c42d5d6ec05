"""Columns whose cells point to people: by their names, by what stands in them, by check digits."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from fivefold.codecs.coded import coded_of
from fivefold.codecs.headings import Heading, heading
from fivefold.codecs.personal import veiled
from fivefold.codecs.personalcells import Held, held
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, plural
from fivefold.kinds.known import kind_of

MOST = 5_000
"""Different cells of a column that are looked at, evenly spread; those with an @ besides."""
LETTERS = 1_000_000
"""Letters of a column that are looked at, about."""
BIG = 1e7
"""Whole numbers from which on they may be numbers of people."""
EXACT = 4
"""Decimals of a degree from which on it names a house: ten metres."""
_ROWS, _EXAMPLES, _SHOWN = 20, 3, 5


class Sought(NamedTuple):
    """Cells of a column that are looked at.

    Attributes:
        cells: different texts.
        rows: the first row of each.
        of: how many different cells there are.
        counts: rows of each.
    """

    cells: list[str]
    rows: Array
    of: int
    counts: Array


def find_people(values: Mapping[str, Array], schema: Schema) -> list[Finding]:
    """The finding about columns that hold personal data, if there are such.

    Args:
        values: by name, whole numbers as they stand where floats would make them equal.
        schema: kinds and roles; columns that are left out are looked at too.
    """
    told: dict[str, dict[str, Any]] = {}
    words: list[str] = []
    whole: list[str] = []
    for column in schema.columns:
        cells = values[column.name]
        called = heading(column.name)
        if kind_of(column.kind).opaque:
            continue
        looked = _looked_at(cells, called)
        if looked is None:
            continue
        kinds = held(looked.cells, called)
        if not kinds:
            continue
        told[column.name] = {kind: _evidence(one, looked) for kind, one in kinds.items()}
        said = ", ".join(_said(kind, one, looked) for kind, one in kinds.items())
        left = ", left out" if column.role == "ignored" else ""
        words.append(f"`{column.name}` ({said}{left})")
        most = max(looked.counts[one.places].sum() for one in kinds.values())
        most = most > looked.counts.sum() / 2
        whole += [column.name] if most and column.role == "input" else []
    for name, kinds in _places(values, schema).items():
        told.setdefault(name, {}).update(kinds)
        words.append(f"`{name}` ({', '.join(kinds)})")
    if not told:
        return []
    more = f" and {len(words) - _SHOWN:,} more" if len(words) > _SHOWN else ""
    drop = f" Collect(drop=[{', '.join(map(literal, whole[:8]))}]) leaves out what no model needs."
    sentence = (
        f"Personal data in {', '.join(words[:_SHOWN])}{more}: ask whether you may keep it."
        f"{drop if whole else ''}"
    )
    return [finding("personal_data", sentence, columns=told)]


def _looked_at(cells: Array, called: Heading | None) -> Sought | None:
    """Some of the different cells of a column as texts; None where none can point to a person."""
    if cells.dtype.kind in "Mfiu" and not len(cells):
        return None
    if cells.dtype.kind == "M":
        return _days(cells) if called is not None and called.kind == "date of birth" else None
    if cells.dtype.kind in "fiu" and cells.ndim == 1:
        return _numbers(cells, called)
    if cells.dtype != object:
        return None
    first = next((cell for cell in cells[:100].tolist() if cell is not None), None)
    if not isinstance(first, str):
        return _numbers(cells, called) if isinstance(first, int) else None
    coded = coded_of(cells)
    every = coded.values
    step = max(1, -(-len(every) // MOST))
    places = list(range(0, len(every), step))
    letters = sum(len(every[place]) for place in places)
    if letters > LETTERS:
        places = places[:: -(-letters // LETTERS)]
    if len(places) < len(every):
        mail = [place for place, cell in enumerate(every.tolist()) if "@" in cell]
        places = sorted({*places, *mail[:MOST]})
    present = coded.codes[coded.codes >= 0]
    counts = np.bincount(present, minlength=len(every))
    firsts = np.zeros(len(every), np.int64)
    backwards = np.flatnonzero(coded.codes >= 0)[::-1]
    firsts[coded.codes[backwards]] = backwards
    return Sought([every[p] for p in places], firsts[places], len(every), counts[places])


def _numbers(cells: Array, called: Heading | None) -> Sought | None:
    """Whole numbers as long as those of people, or all of a column whose name says so."""
    step = max(1, len(cells) // 1_000)
    if cells.dtype.kind == "f":
        some = cells[::step]
        some = some[np.isfinite(some)]
        if not len(some) or (some != np.rint(some)).any():
            return None
        if called is None and np.mean(some >= BIG) < 0.5:
            return None
    elif cells.dtype.kind in "iu" and called is None and np.mean(cells[::step] >= BIG) < 0.5:
        return None
    spread = np.arange(0, len(cells), max(1, len(cells) // 2_000))
    firsts: dict[str, int] = {}
    for row, cell in zip(spread.tolist(), cells[spread].tolist(), strict=True):
        if cell is not None and cell == cell and cell == int(cell):
            firsts.setdefault(str(int(cell)), row)
    rows = np.fromiter(firsts.values(), np.int64, len(firsts))
    return Sought([*firsts], rows, len(firsts), np.ones(len(firsts), np.int64)) if firsts else None


def _days(cells: Array) -> Sought | None:
    there = np.flatnonzero(~np.isnat(cells))
    days, first = np.unique(cells[there].astype("M8[D]"), return_index=True)
    if len(days) < 10:
        return None
    texts = [str(day) for day in days[:MOST]]
    return Sought(texts, there[first[:MOST]], len(days), np.ones(len(texts), np.int64))


def _places(values: Mapping[str, Array], schema: Schema) -> dict[str, dict[str, Any]]:
    """Columns of degrees that name a house."""
    found: dict[str, str] = {}
    for column in schema.columns:
        called = heading(column.name)
        if called is None or called.kind not in ("latitude", "longitude") or not called.whole:
            continue
        cells = values[column.name]
        if cells.dtype.kind != "f" or cells.ndim != 1:
            continue
        some = cells[np.isfinite(cells)][:MOST]
        most = 90 if called.kind == "latitude" else 180
        if not len(some) or np.abs(some).max() > most:
            continue
        if np.mean(np.abs(some - np.round(some, EXACT - 1)) > 10.0 ** -(EXACT + 4)) > 0.5:
            found[column.name] = called.kind
    if set(found.values()) != {"latitude", "longitude"}:
        return {}
    return {name: {"exact place": {"decimals": EXACT}} for name in found}


def _evidence(one: Held, looked: Sought) -> dict[str, Any]:
    """Numbers of a kind in a column: cells, of how many, rows, and examples that show nobody."""
    rows = sorted(looked.rows[one.places].tolist())
    shown = [] if one.named and not any(map(str.isdigit, one.first)) else [veiled(one.first)]
    return {
        "cells": len(one.places),
        "of": len(looked.cells),
        "distinct": looked.of,
        "rows": rows[:_ROWS],
        "examples": shown[:_EXAMPLES],
    }


def _said(kind: str, one: Held, looked: Sought) -> str:
    a = "an" if kind[0].lower() in "aeio" else "a"
    if one.named and len(one.places) == len(looked.cells):
        return f"{a} {kind} each"
    of = len(looked.cells)
    return f"{plural(len(one.places), 'cell')} of {of:,} with {a} {kind}"
