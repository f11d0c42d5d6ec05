"""What holds rows together beyond equal inputs: likeness, and labels that look ahead."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.table import Array
from fivefold.core.wording import quoted
from fivefold.errors import DataError
from fivefold.keys import codes_of
from fivefold.kinds.known import kind_of
from fivefold.kinship import families, joined

MOST = 0.9
"""Of the rows that one family may hold, for rows to be divided by families."""


class Ties(NamedTuple):
    """What holds the rows of a table together.

    Args:
        unit: `(n,)` int64, equal for rows that must stay on one side; None where the schema says
            all.
        span: `(n, 2)` int64, the first and the last moment that a row tells of, by their numbers
            in order; rows whose spans meet must not be learnt from and judged by. None where rows
            tell of their own moment alone.
    """

    unit: Array | None = None
    span: Array | None = None

    @classmethod
    def alike(cls, collected: Collected, likeness: float | Mapping[str, float]) -> "Ties":
        """Those of a table whose rows are alike in some column, or of one group.

        Args:
            collected: the table and its schema.
            likeness: from which on two cells are alike, 0.5 to 1; by column, or of all columns
                whose cells are strings of symbols.

        Raises:
            DataError: if no column has such cells; if one family holds nearly all rows.
        """
        unit = kin_of(collected, likeness)
        group = collected.schema.named("group")
        if group is not None:
            unit = joined([unit, codes_of(collected.table.column(group))])
        counts = np.bincount(unit[collected.usable])
        largest = counts.max(initial=0) / max(1, counts.sum())
        if largest >= MOST:
            raise DataError(
                f"Split: expected rows of several families that are alike, found {largest:.0%} of "
                "all rows in one.",
                remedy="Raise similar, or leave it out: nothing here is unlike the rest.",
                share=float(largest),
            )
        return cls(unit=unit)

    @classmethod
    def of(cls, collected: Collected, *, ahead: int = 0, embargo: int = 0) -> "Ties":
        """Those of a table by its columns of time.

        Args:
            collected: the table and its schema; where a column says until when a row looks, that
                goes first.
            ahead: moments that a label looks ahead, those of the row's own group where rows have
                one.
            embargo: moments beside what is judged from which nothing is learnt either.

        Raises:
            DataError: if both reach over all moments.
        """
        time, until = (collected.schema.named(role) for role in ("time", "until"))
        if time is None or (until is None and not ahead and not embargo):
            return cls()
        moments, begin = np.unique(known(collected.table.column(time)), return_inverse=True)
        if ahead + embargo >= len(moments):
            raise DataError(
                f"Split: expected ahead and embargo to reach over fewer moments than the "
                f"{len(moments):,} of `{time}`, found {ahead:,} + {embargo:,}.",
                remedy="Lower embargo or ahead: both are numbers of moments.",
                moments=len(moments),
            )
        if until is not None:  # a missing end is put behind all others
            end = np.searchsorted(moments, collected.table.column(until), side="right") - 1
        else:
            group = collected.schema.named("group")
            own = np.zeros(len(begin)) if group is None else collected.table.column(group)
            end = _steps_ahead(begin, codes_of(own), ahead)
        span = np.stack([begin, np.maximum(end, begin) + embargo], axis=1)
        return cls(span=span.astype(np.int64))

    def apart(self, rows: Array, judged: Array) -> Array:
        """Those of some rows whose spans meet that of none of the judged ones.

        Example:
            >>> span = np.array([[0, 2], [1, 3], [2, 4], [3, 5], [6, 8]])
            >>> Ties(span=span).apart(np.array([0, 1, 2, 4]), np.array([3])).tolist()
            [0, 4]
        """
        if self.span is None or not len(judged):
            return rows
        begin, end = self.span[judged].T
        order = np.argsort(begin, kind="stable")
        latest = np.concatenate([[-1], np.maximum.accumulate(end[order])])
        before = np.searchsorted(begin[order], self.span[rows, 1], side="right")
        return np.asarray(rows[latest[before] < self.span[rows, 0]])


def columns_alike(collected: Collected) -> list[str]:
    """The inputs whose cells are strings of symbols."""
    columns = collected.schema.inputs
    none = collected.table.column(columns[0].name)[:0] if columns else np.array([])
    return [c.name for c in columns if kind_of(c.kind).strings(none, c) is not None]


def kin_of(
    collected: Collected, likeness: float | Mapping[str, float], rows: Array | None = None
) -> Array:
    """Numbers of families of rows that are alike in some column.

    Args:
        collected: the table and its schema.
        likeness: as of `Ties.alike`.
        rows: `(m,)` positions; all if None.

    Raises:
        DataError: if a column has no strings of symbols.
    """
    table, found = collected.table, list[Array]()
    there = columns_alike(collected)
    asked = likeness if isinstance(likeness, Mapping) else dict.fromkeys(there, likeness)
    wrong = [name for name in asked if name not in there]
    if wrong or not asked:
        listed = f"in {quoted(there, 5)} alone" if there else "in no column"
        named = f" of {quoted(wrong, 5)}" if wrong else ""
        shown = likeness if isinstance(likeness, float) else "..."
        wanted = f"strings of symbols{named} for similar={shown}"
        remedy = 'Name a column of sequences, or pass kinds={"column": "sequence"} to Collect.'
        raise DataError.expected("Split", wanted, f"them {listed}", remedy, columns=tuple(wrong))
    for name, least in asked.items():
        column, values = collected.schema[name], table.column(name)
        values = values if rows is None else values[rows]
        cells = kind_of(column.kind).strings(values, column)
        assert cells is not None
        strings, facing = cells
        some = np.flatnonzero([len(string) for string in strings])
        unit = np.arange(len(strings))
        kin = families([strings[row] for row in some], least, facing=facing)
        unit[some] = some[np.unique(kin, return_index=True)[1]][kin]
        found.append(unit)
    return joined(found)


def known(times: Array) -> Array:
    """Moments of which none is missing: those that are count as the earliest.

    Raises:
        DataError: if all are.
    """
    missing = np.isnat(times) if times.dtype.kind in "mM" else np.isnan(times.astype(np.float64))
    if missing.all():
        remedy = "Name another column as time, or draw by another rule."
        raise DataError.expected("Split", "times in the column that time= names", "none", remedy)
    return np.where(missing, times[~missing].min(), times)


def _steps_ahead(begin: Array, group: Array, steps: int) -> Array:
    """When the label of each row is known: so many moments on, of its own group and of all."""
    width = int(begin.max(initial=0)) + 1
    own, place = np.unique(group * width + begin, return_inverse=True)
    after = np.minimum(place + steps, len(own) - 1)
    same = own[after] // width == own[place] // width
    known_at: Array = np.maximum(begin + steps, np.where(same, own[after] % width, 0))
    return known_at
