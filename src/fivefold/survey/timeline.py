"""From when to when rows are dated, how densely, and where there are none."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.core.digits import digits, per_cent
from fivefold.core.wording import plural
from fivefold.kinds.known import kind_of
from fivefold.survey.section import Bars, Section

BINS, TOLD, SHOWN = 60, 3, 10
REGULAR = 0.5
"""Share of all steps that the commonest must be for moments to keep a rhythm."""
SURE = 0.01
"""Chance of a gap as long anywhere, where moments come by chance."""
UNITS = (("day", 86_400_000_000), ("hour", 3_600_000_000), ("minute", 60_000_000))
SECOND = 1_000_000


def time_covered(table: Table, columns: Sequence[Column], rows: Array) -> list[Section]:
    """A section for each column of moments.

    Args:
        table: of canonical values.
        columns: those that are looked at.
        rows: positions.
    """
    dated = (one for one in columns if kind_of(one.kind).dated)
    found = (_covered(one.name, table.column(one.name)[rows]) for one in dated)
    return [one for one in found if one is not None]


def _covered(name: str, values: Array) -> Section | None:
    known = np.sort(values[~np.isnat(values)].astype("M8[us]").astype(np.int64))
    moments, counts = np.unique(known, return_counts=True)
    if len(moments) < 3:
        return None
    steps = np.diff(moments)
    usual, regular = _usual(steps)
    gaps = np.flatnonzero(steps > _longest(steps, usual, regular))
    gaps = gaps[np.argsort(-steps[gaps], kind="stable")]
    ends = _told(int(moments[0])), _told(int(moments[-1]))
    words = f"`{name}` goes from {ends[0]} to {ends[1]}"
    if len(known) > len(moments):
        words += f", {plural(len(moments), 'moment')}, up to {int(counts.max()):,} rows each"
    words += f"; mostly {_lasting(usual)} apart" if regular else ""
    told, lines = [f"{words}."], list[dict[str, Any]]()
    for place in gaps[:SHOWN]:
        line: dict[str, Any] = {"from": _told(int(moments[place]))}
        lines.append(line | {"to": _told(int(moments[place + 1])), "lasts": _lasting(steps[place])})
    if lines:
        listed = ", ".join(f"{one['lasts']} after {one['from']}" for one in lines[:TOLD])
        more = f", and {plural(len(gaps) - TOLD, 'gap')} more" if len(gaps) > TOLD else ""
        told.append(f"No row of `{name}` for {listed}{more}.")
    if regular and usual and len(known) == len(moments):
        there = (moments[-1] - moments[0]) // usual + 1
        if there > len(moments) * 1.001:
            told.append(
                f"{per_cent(len(moments) / there)} of the steps of {_lasting(usual)} exist."
            )
    density = np.histogram(known, BINS)[0]
    return Section(
        name=f"time of {name}",
        title=f"Time in {name}",
        head="time",
        told=tuple(told),
        rows=tuple(lines),
        drawn=(Bars(f"rows by {name}", density, ends),),
    )


def _usual(steps: Array) -> tuple[int, bool]:
    """The commonest step, and whether most of them are it."""
    lengths, counts = np.unique(steps, return_counts=True)
    most = int(counts.argmax())
    return int(lengths[most]), bool(counts[most] >= REGULAR * len(steps))


def _longest(steps: Array, usual: int, regular: bool) -> float:
    """The longest step that is none to be told.

    Where moments keep a rhythm, twice the longest of usual ones, weekends among them; else what
    steps between moments that come by chance are longer than once in a hundred sets.
    """
    often = float(np.quantile(steps, 0.99))
    if regular:
        return max(1.5 * usual, 2 * often) if often > usual else 1.5 * usual
    return max(2 * often, float(steps.mean()) * math.log(len(steps) / SURE))


def _told(moment: int) -> str:
    text = str(np.datetime64(moment, "us").astype("M8[s]")).replace("T", " ")
    return text.removesuffix(" 00:00:00").removesuffix(":00")


def _lasting(length: float) -> str:
    """How long a step is, in words.

    Example:
        >>> _lasting(86_400_000_000), _lasting(5_400_000_000)
        ('1 day', '1.5 hours')
    """
    for unit, size in UNITS:
        if length >= size:
            count = digits(length / size)
            return f"{count} {unit}" if count == "1" else f"{count} {unit}s"
    return f"{digits(length / SECOND)} seconds"
