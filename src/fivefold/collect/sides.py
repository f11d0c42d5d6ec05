"""Whether rows of one time, or of one group, stand on both sides of a division."""

import re
from collections.abc import Mapping

import numpy as np

from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import literal, quoted
from fivefold.keys import codes_of, is_countable, missing_rows
from fivefold.kinds.known import kind_of

Values = Mapping[str, Array]
FEWEST_GROUPS, FEWEST_STEPS = 5, 50
_GROUPS = (
    "patient subject participant person people speaker singer author user customer client account "
    "card household family donor animal student engine unit machine device vehicle host hostname "
    "chromosome chrom chr contig recording session"
)
_NUMBERED = "id ids no nr num number name key code uid uuid index of the"
_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+"


def dates(values: Values, schema: Schema, usable: Array, given: Array | None) -> list[Finding]:
    """Dates among the inputs while nothing says that time divides the rows."""
    dated = [column.name for column in schema.inputs if kind_of(column.kind).dated]
    if not dated or schema.named("time"):
        return []
    judged = None if given is None else usable & (given == 2)
    if judged is not None and judged.any():
        return _dates_given(dated, values[dated[0]], judged, usable & ~judged)
    sentence = (
        f"Rows are dated by {quoted(dated)} but drawn regardless of time: scores "
        "flatter if tomorrow is to be predicted. "
        f"Pass time={literal(dated[0])} to split by it."
    )
    return [finding("date_column", sentence, columns=dated)]


def _dates_given(dated: list[str], dates: Array, judged: Array, others: Array) -> list[Finding]:
    """Whether the test rows that the source gives are later than all others."""
    test, known = (dates[rows & ~missing_rows(dates)] for rows in (judged, others))
    if not len(test) or not len(known):
        return []
    last, earlier = known.max(), int((test < known.max()).sum())
    day = str(last.astype("M8[D]"))
    begun = f"Rows are dated by {quoted(dated)}, and the source says which are test rows: "
    numbers = {"columns": dated, "earlier": earlier, "test": len(test), "until": day}
    if not earlier:
        sentence = f"{begun}none is earlier than the last of the others, of {day}."
        return [finding("date_column", sentence, "note", **numbers)]
    sentence = (
        f"{begun}{earlier:,} of {len(test):,} are earlier than the last of the others, of {day}. "
        "Scores flatter if tomorrow is to be predicted."
    )
    return [finding("date_column", sentence, **numbers)]


def in_order(values: Values, schema: Schema, usable: Array, given: Array | None) -> list[Finding]:
    """A column of numbers that never fall over the rows, while nothing says when rows happened."""
    if given is not None or schema.named("time") or schema.named("until"):
        return []
    if any(kind_of(column.kind).dated for column in schema.inputs):
        return []
    for column in schema.inputs:
        cells = values[column.name]
        if not kind_of(column.kind).ordered or cells.ndim > 1 or cells.dtype.kind != "f":
            continue
        here = cells[usable]
        steps = np.diff(here)  # NaN beside what is missing
        if (steps >= 0).all() and (steps > 0).sum() >= FEWEST_STEPS:
            sentence = (
                f"Rows stand in the order of `{column.name}`, which never falls over "
                f"{len(here):,} rows. If it says when they happened, pass "
                f"time={literal(column.name)}: scores flatter if later rows are to be predicted."
            )
            return [finding("rows_in_order", sentence, column=column.name, rows=len(here))]
    return []


def groups(values: Values, schema: Schema, usable: Array, given: Array | None) -> list[Finding]:
    """A column whose name says that its rows belong together, while nothing keeps them so.

    It is called for instance `patient`, `SpeakerID` or `unit_number`, and has five different
    cells at least, of which the usual one occurs in two rows or more. Where the source gives parts
    it is told whether they have rows of one group, also of one that the user names.
    """
    named = schema.named("group")
    if schema.named("until") or (named and given is None):
        return []
    for column in schema.columns:
        if column.name == named:
            found = _across(column.name, values[column.name], usable, given)
        elif named or column.role not in ("input", "ignored") or not _names_groups(column.name):
            continue
        else:
            found = _grouped(column.name, values[column.name], usable, given)
        if found:
            return found
    return []


def _names_groups(name: str) -> bool:
    named, numbered = set(_GROUPS.split()), set(_NUMBERED.split())
    words = {word.lower() for word in re.findall(_WORD, name)}
    return bool(words & named) and words <= named | numbered and words != {"unit"}


def _grouped(name: str, cells: Array, usable: Array, given: Array | None) -> list[Finding]:
    here = cells[usable]
    counts = np.bincount(codes_of(here)) if is_countable(here) else np.zeros(0)
    if len(counts) < FEWEST_GROUPS or np.median(counts) < 2:
        return []
    if given is not None and (given[usable] > 0).any():
        return _across(name, cells, usable, given)
    sentence = (
        f"`{name}` seems to name {len(counts):,} groups of rows that belong together, "
        "which are drawn regardless of it: scores flatter if new ones are to be predicted. "
        f"Pass group={literal(name)} to keep each on one side."
    )
    return [finding("group_column", sentence, column=name, groups=len(counts))]


def _across(name: str, cells: Array, usable: Array, given: Array | None) -> list[Finding]:
    """Groups with rows on both sides of parts that the source gives."""
    codes = codes_of(cells)
    usable = usable & ~missing_rows(cells)
    for part, what in ((2, "test"), (1, "validation")):
        judged = np.flatnonzero(usable & (given == part))
        others = np.flatnonzero(usable & (given < part)) if given is not None else judged
        both = np.isin(codes[judged], codes[others])
        if both.any():
            count, shared = int(both.sum()), len(np.unique(codes[judged][both]))
            sentence = (
                f"{count:,} of {len(judged):,} given {what} rows have a `{name}` that rows outside "
                f"them have too ({shared:,} different): scores flatter if new ones are to be "
                "predicted."
            )
            facts = {"column": name, "rows": count, "groups": shared, "part": what}
            return [finding("group_across_parts", sentence, **facts)]
    return []
