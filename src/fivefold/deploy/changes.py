"""What stages changed between the table that the source gave and the one that the model reads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from fivefold.artifacts import Collected, Preprocessed
from fivefold.codecs.cell import is_missing
from fivefold.codecs.schema import Column
from fivefold.codecs.table import Array, Table
from fivefold.core.context import Context, Written
from fivefold.core.wording import together
from fivefold.errors import ParityError, PreflightError
from fivefold.kinds.canonical import canonical_column

_SHOWN = 3
_LISTED = 20
_CELLS = 2**24


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What became of one column, or of the rows as a whole."""

    column: str = ""  # its name; empty for the rows as a whole
    # `added`, `removed`, other `values`, or another number of `rows`
    what: Literal["added", "removed", "values", "rows"]
    rows: int = 0  # how many rows hold other values; how many there are now, of the rows as a whole
    of: int = 0  # how many rows there were
    stages: tuple[str, ...] = ()  # titles of those that changed it, in order

    def __str__(self) -> str:
        if self.what == "values":
            return f"other values in {self.rows:,} of {self.of:,} rows"
        return f"{self.of:,}, now {self.rows:,}" if self.what == "rows" else self.what


def table_changes(context: Context) -> tuple[Difference, ...]:
    """What stages changed of the table before the model read it, as far as the run knows.

    The table that the first writer of `Collected` wrote is compared with the one that
    `Preprocessed` was made from. Before there is one, the last word on it is not spoken.
    """
    found = [change for line in _lines(context) for change in _changes_along(line)]
    return tuple(dict.fromkeys(found))


def _lines(context: Context) -> list[tuple[Written, ...]]:
    """How each `Collected` came to be that `Preprocessed` was made from; one as a rule."""
    encoded = context.history(Preprocessed)
    read = [w for step in encoded for w in step.reads or () if w.key.type is Collected]
    return [written.history() for written in dict.fromkeys(read)]


def _changes_along(line: Sequence[Written]) -> list[Difference]:
    """What changed from the first to the last, with the stages that did it."""
    steps = [(w.writer, w.artifact) for w in line if isinstance(w.artifact, Collected)]
    if len(steps) < 2:
        return []
    last = steps[-1][1]
    first = carried(steps[0][1], last)
    found = {change.column: change for change in changed_columns(first, last)}
    if not found:
        return []
    stages: dict[str, dict[str, None]] = defaultdict(dict)
    for (_, before), (title, after) in pairwise(steps):
        changes = changed_columns(carried(before, after), after.replace(schema=last.schema))
        resized = any(change.what == "rows" for change in changes)
        for change in changes:
            stages[change.column][title] = None
            if "" in found:  # first and last have no rows in common to compare
                found.setdefault(change.column, change)
        for change in found.values():
            if resized and change.what == "values" and "" not in found:
                stages[change.column][title] = None
    titles = [title for title, _ in steps[1:]]
    some = {title for changed in stages.values() for title in changed} or set(titles)
    others = [title for title in titles if title in some]  # of what steps made of their columns
    named = [
        replace(change, stages=tuple(stages.get(name, others))) for name, change in found.items()
    ]
    return sorted(named, key=lambda change: min(map(titles.index, change.stages), default=0))


def carried(first: Collected, last: Collected) -> Collected:
    """The first table with what travels of all that led to the last: as a server has its rows."""
    done = 0 if first.changes is None else len(first.changes.steps)
    for step in () if last.changes is None else last.changes.steps[done:]:
        first = first.changed_by(step)
    return first


def changed_columns(first: Collected, last: Collected) -> tuple[Difference, ...]:
    """In what the model reads of it, how one table differs from another.

    Two cells are equal if they are read alike, by the kind that the column has in the end. Roles,
    kinds, findings and unusable rows may differ: they travel with the model, or touch no row.

    Args:
        first: as the source gave it.
        last: as the model reads it; its schema says which columns are inputs and target.

    Example:
        >>> from fivefold.codecs.schema import Schema
        >>> from fivefold.codecs.table import Columns
        >>> columns = (Column(name="x", kind="numeric"),
        ...            Column(name="y", kind="numeric", role="target"))
        >>> first = Collected(
        ...     table=Columns({"x": np.array([1.0, np.nan]), "y": np.array([0.0, 1.0])}),
        ...     schema=Schema(columns=columns, targets=("y",), task="regression"),
        ...     usable=np.ones(2, bool), given=None, findings=(), provenance={})
        >>> table = first.table.replace({"x": np.array([-1.0, np.nan])})
        >>> [str(change) for change in changed_columns(first, first.replace(table=table))]
        ['other values in 1 of 2 rows']
    """
    old, new = first.table, last.table
    if old is new:
        return ()
    found = []
    if len(old) != len(new):
        found.append(Difference(what="rows", rows=len(new), of=len(old)))
    for column in last.schema.columns:
        if column.role in ("input", "exposure", "target") and column.in_source:
            change = _change(old, new, column)
            found += [change] if change is not None else []
    return tuple(found)


def _change(old: Table, new: Table, column: Column) -> Difference | None:
    name = column.name
    there = name in old.names, name in new.names
    if there != (True, True):
        what: Literal["added", "removed"] = "removed" if there[0] else "added"
        return Difference(column=name, what=what) if any(there) else None
    if len(old) != len(new):
        return None
    rows = int(differing_rows(old.column(name), new.column(name), column).sum())
    return Difference(column=name, what="values", rows=rows, of=len(old)) if rows else None


def differing_rows(first: Array, last: Array, column: Column) -> Array:
    """Which rows of two arrays the codec would read otherwise.

    Args:
        first: any array whose first axis counts rows.
        last: of as many rows.
        column: how its cells are read.

    Returns:
        `(n,)` bool; missing equals missing.
    """
    differ = np.zeros(len(first), bool)
    if first is last:
        return differ
    step = max(1, _CELLS * len(first) // max(first.size, last.size, 1))
    for start in range(0, len(first), step):
        rows = slice(start, start + step)
        differ[rows] = _unlike(first[rows], last[rows])
    where = np.flatnonzero(differ)
    if len(where):
        (one, bad), (other, also_bad) = (
            canonical_column(values[where], column, on_bad="missing") for values in (first, last)
        )
        still = _unlike(one, other)
        still[bad], still[also_bad] = True, True
        differ[where] = still
    return differ


def _unlike(first: Array, last: Array) -> Array:
    """Which rows are not equal as they stand, `(n,)` bool."""
    kinds = {first.dtype.kind, last.dtype.kind}
    plain = kinds <= set("biuf") or (len(kinds) == 1 and kinds <= set("MUSV"))
    if not plain or first.shape != last.shape or (first.ndim > 1 and first.dtype != last.dtype):
        pairs = zip(first, last, strict=True)
        return np.array([not (a is b or _alike(a, b)) for a, b in pairs], dtype=bool)
    differ: Array = np.not_equal(first, last)
    if kinds & set("fM"):
        differ &= ~((first != first) & (last != last))
    return np.asarray(differ.any(axis=tuple(range(1, differ.ndim))))


def _alike(one: object, other: object) -> bool:
    """Whether two cells are equal; a picture as deep as the other too."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if is_missing(one) or is_missing(other):
        return is_missing(one) and is_missing(other)
    return type(one) is type(other) and bool(one == other)


def deploy_fault(context: Context) -> PreflightError | None:
    """Why a bundle would answer otherwise than the model; None if it would not."""
    changes = table_changes(context)
    if not changes:
        return None
    return PreflightError(
        f"Deploy: expected the model to read the rows {_source(context)}, "
        f"found {_told(changes)}; a bundle does not hold that.",
        evidence=_evidence(changes),
        remedy=_remedy(changes, "or leave Deploy out"),
        **_facts(changes),
    )


def predict_fault(context: Context, changes: Sequence[Difference]) -> ParityError:
    """Why rows like those of the source would be answered wrongly."""
    return ParityError(
        f"Result.predict: expected a model that reads the rows {_source(context)}, "
        f"found {_told(changes)}; the rows to predict would be read without that.",
        evidence=_evidence(changes),
        remedy=_remedy(changes, "and run the pipeline again"),
        **_facts(changes),
    )


def _source(context: Context) -> str:
    writer = _lines(context)[0][0].writer
    return f"that {writer} wrote" if writer else "that were handed over"


def _told(changes: Sequence[Difference]) -> str:
    """`x` and `y` changed by Flip, `area` added by Area."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change in changes:
        verb = "changed" if change.what in ("values", "rows") else change.what
        name = f"`{change.column}`" if change.column else "the number of rows"
        groups[verb, _listed(change.stages)].append(name)
    told = [f"{_listed(names)} {verb} by {stages}" for (verb, stages), names in groups.items()]
    return ", ".join(told)


def _listed(names: Sequence[str]) -> str:
    if len(names) > _SHOWN + 1:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN:,} more"
    return together(names)


def _evidence(changes: Sequence[Difference]) -> str:
    names = [f"`{change.column}`" if change.column else "rows" for change in changes]
    width, wide = max(map(len, names)), max(len(str(change)) for change in changes)
    lines = [
        f"  {name:<{width}}   {change!s:<{wide}}   {_listed(change.stages)}"
        for name, change in zip(names, changes, strict=True)
    ]
    more = [f"  and {len(lines) - _LISTED:,} more"] if len(lines) > _LISTED else []
    return "\n".join(lines[:_LISTED] + more)


def _facts(changes: Sequence[Difference]) -> dict[str, tuple[object, ...]]:
    stages = dict.fromkeys(stage for change in changes for stage in change.stages)
    columns = dict.fromkeys(change.column for change in changes if change.column)
    return {"stages": tuple(stages), "columns": tuple(columns), "changes": tuple(changes)}


def _remedy(changes: Sequence[Difference], otherwise: str) -> str:
    if all(change.what == "rows" for change in changes):
        return f"Mark rows in Collected.usable instead of taking them out, {otherwise}."
    return (
        "Write it as ff.Derive({...}) or as an ff.Change, which travel with the model; or make the "
        f"change in the source, {otherwise}."
    )
