"""Which rows a model learns from, stops by, and is judged on."""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from fivefold.artifacts import PARTS, Collected
from fivefold.codecs.cell import word
from fivefold.codecs.schema import Label
from fivefold.codecs.table import Array
from fivefold.core.artifact import Artifact
from fivefold.core.session import Session
from fivefold.core.wording import nearest, plural, quoted
from fivefold.division import FEWEST_ROWS, By, Units, half_of_groups, rule_of, to_judge
from fivefold.errors import DataError
from fivefold.keys import codes_of
from fivefold.kinds.canonical import canonical_column
from fivefold.ties import Ties

VALID, TEST = 0.16, 0.20
Share = float | tuple[Label, ...]
"""A fraction of all rows, or the names of groups whose rows they are."""
_NONE, _FREE = -2, -1


class Partition(Artifact):
    """Positions of rows in the collected table, in three parts that share none.

    Attributes:
        train: `(n,)` int64, in ascending order.
        valid: `(n,)` int64, may be empty.
        test: `(n,)` int64, may be empty.
        how: in a few words how they were drawn, with the share of each part in per cent.
        by: the rule that folds follow too.
        unit: `(n,)` of all rows of the table, equal for those that stay on one side; None where
            columns say so.
        span: `(n, 2)` of all rows, the moments that each tells of, by their numbers; None where
            labels do not look ahead.
    """

    made_by: ClassVar[str] = "Split"

    train: Array
    valid: Array
    test: Array
    how: str
    by: By = "auto"
    unit: "Array | None" = None
    span: "Array | None" = None

    @property
    def ties(self) -> Ties:
        """What holds rows together, for folds of them too."""
        return Ties(self.unit, self.span)

    def fitted(self) -> dict[str, object]:
        """Nothing: it says which rows are which."""
        return {}

    @classmethod
    def derive(cls, collected: Collected, session: Session) -> "Partition":
        """The default: what the source says, else 64/16/20 by time, by group or stratified."""
        return draw(collected, seed=session.seed)


def draw(
    collected: Collected,
    *,
    seed: int,
    valid: Share = VALID,
    test: Share = TEST,
    by: By = "auto",
    ties: Ties | None = None,
    told: str = "",
) -> Partition:
    """Divide the usable rows; rows with identical inputs stay on one side.

    By group and time at once the table is cut by time. Half of the groups that have rows after the
    cut are for testing, by these rows alone; training and validation rows are those before it of
    all other groups, the later ones for validation. The rest is in no part; nor are rows whose
    labels look into the next part.

    Args:
        collected: the table, its schema and what the source says of its parts.
        seed: of the shuffle.
        valid: fraction of all rows, 0 to 1; or the names of groups.
        test: the same; not drawn when the source gives test rows.
        by: `auto` takes the schema's time and group columns, or the one that there is, else
            stratifies.
        ties: what holds rows together; None for what the columns say.
        told: about these ties, in a few words.

    Raises:
        DataError: if the schema lacks a column that `by` needs; if a part that is wished would
            have no row, as there is one group, one moment or one row alone to draw from; by group
            and time if it would have fewer than 30; if no group has a name.
    """
    ties = Ties.of(collected) if ties is None else ties
    by = rule_of(collected, by, ties)
    given = np.full(len(collected.table), _FREE) if collected.given is None else collected.given
    parts = np.where(collected.usable, given, _NONE)
    said = [name for code, name in enumerate(PARTS) if (parts == code).any()]
    _check_trains(_pool(parts, _FREE, 0), parts)
    units = Units.of(collected, by, ties)
    named = {2: test, 1: valid}
    for code, names in named.items():
        if isinstance(names, tuple):
            _mark_groups(collected, parts, names, code)
    test, valid = (0.0 if isinstance(share, tuple) else share for share in (test, valid))
    if test > 0 and not (parts == 2).any() and _may_draw(collected, parts):
        free = _pool(parts, _FREE) if (parts == _FREE).any() else _pool(parts, 0)
        late = free[units.cut(free, test, seed)]
        _check_drawn(late, free, units, "test")
        if by == "group_time":
            _draw_groups(collected, parts, free, late, seed)
        else:
            parts[late] = 2
    if valid > 0 and not (parts == 1).any():
        pool = _pool(parts, _FREE, 0)
        share = min(valid / (1 - test), 1.0) if test < 1 else 0.0
        _check_trains(pool, parts)
        drawn = pool[units.cut(pool, share, seed)]
        _check_drawn(drawn, pool, units, "valid")
        parts[drawn] = 1
    parts[parts == _FREE] = 0
    tested = _pool(parts, 2)
    parts[np.setdiff1d(tested, to_judge(collected, tested))] = _NONE
    purged = _purge(parts, ties) if units.is_timed else 0
    _check_trains(_pool(parts, 0), parts, purged)
    wished = {0: True, 1: valid > 0 or "valid" in said, 2: test > 0 or "test" in said}
    _check_sizes(parts, [code for code, is_wished in wished.items() if is_wished], by)
    sizes = "/".join(
        f"{100 * (parts == code).sum() / max((parts >= 0).sum(), 1):.0f}" for code in range(3)
    )
    lost = f"{plural(purged, 'row')} that overlap left out" if told and units.is_timed else ""
    source = f"{' and '.join(said)} given by the source" if said else ""
    names_told = [
        f"{PARTS[code]} is {quoted(names, 3)}"
        for code, names in named.items()
        if isinstance(names, tuple)
    ]
    how = [f"{by.replace('_', ' and ')} {sizes}", source, *names_told, told, lost]
    return Partition(
        train=np.flatnonzero(parts == 0),
        valid=np.flatnonzero(parts == 1),
        test=np.flatnonzero(parts == 2),
        by=by,
        how=", ".join(filter(None, how)),
        unit=ties.unit,
        span=ties.span,
    )


def _purge(parts: Array, ties: Ties) -> int:
    """Take out rows whose labels look into the parts after theirs; how many those are."""
    before = int((parts >= 0).sum())
    for one, other in ((1, 2), (0, 1), (0, 2)):
        here = _pool(parts, one)
        parts[np.setdiff1d(here, ties.apart(here, _pool(parts, other)))] = _NONE
    return before - int((parts >= 0).sum())


def _may_draw(collected: Collected, parts: Array) -> bool:
    """Whether test rows may be drawn: not where it is said of all rows whether they may judge."""
    return collected.schema.named("judged") is None or bool((parts == _FREE).any())


def _pool(parts: Array, *codes: int) -> Array:
    return np.flatnonzero(np.isin(parts, codes))


def _draw_groups(collected: Collected, parts: Array, free: Array, late: Array, seed: int) -> None:
    """Mark the test rows, and those that no part may hold."""
    groups = codes_of(collected.table.column(str(collected.schema.named("group"))))
    tested = np.isin(groups, half_of_groups(groups[late], seed))
    is_late = np.zeros(len(parts), bool)
    is_late[late] = True
    is_free = np.zeros(len(parts), bool)
    is_free[free] = True
    parts[is_free & (is_late != tested)] = _NONE
    parts[is_late & tested] = 2


def _mark_groups(collected: Collected, parts: Array, names: tuple[Label, ...], code: int) -> None:
    """Put all rows of some groups into one part."""
    group = str(collected.schema.named("group"))
    if (parts == code).any():
        wanted, found = "no test rows given by the source", "some beside names of groups"
        remedy = "Pass a fraction, or no test_source."
        raise DataError.expected("Split", wanted, found, remedy, part=PARTS[code])
    column = collected.schema[group]
    values = collected.table.column(group)
    asked = canonical_column(np.array(names, object), replace(column, missing=()))[0]
    free = _pool(parts, _FREE, 0)
    for name, label in zip(names, asked, strict=True):
        rows = free[values[free] == label]
        if not len(rows):
            there = [word(one) for one in dict.fromkeys(values[free].tolist()) if one is not None]
            near = nearest(str(name), there)
            raise DataError(
                f"Split: expected a group {name!r} in `{group}` to hold out, found none with rows "
                "that are free.",
                evidence=f"Groups: {quoted(there, 20)}.",
                remedy=f"Write {near!r}." if near else "Name one of these.",
                column=group,
                near=near,
            )
        parts[rows] = code


def _check_trains(rows: Array, parts: Array, purged: int = 0) -> None:
    if not len(rows) and purged:
        raise DataError(
            f"Partition: expected rows to train on, found none: the labels of all {purged:,} look "
            "into rows to judge by.",
            remedy="Lower embargo or ahead of Split, or its fractions.",
            rows=purged,
        )
    if not len(rows):
        raise DataError(
            f"Partition: expected rows to train on, found none among {len(parts)}.",
            remedy="Collect more rows, or lower the fractions of Split.",
        )


def _check_drawn(drawn: Array, pool: Array, units: Units, part: str) -> None:
    if not len(drawn):
        name = "validation" if part == "valid" else part
        raise DataError(
            f"Partition: expected at least two {units.noun} to draw {name} rows from, "
            f"found {len(np.unique(units.numbered(pool))) if len(pool) else 0} in "
            f"{plural(len(pool), 'row')}.",
            remedy=f"Collect more {units.noun}, or pass Split({part}=0) to have no such rows.",
            part=part,
            rows=len(pool),
        )


def _check_sizes(parts: Array, wished: list[int], by: By) -> None:
    sizes = {PARTS[code]: int((parts == code).sum()) for code in wished}
    if by == "group_time" and min(sizes.values()) < FEWEST_ROWS:
        found = ", ".join(f"{count:,} for {name}" for name, count in sizes.items())
        raise DataError(
            f"Partition: expected at least {FEWEST_ROWS} rows a part by group and time at once, "
            f"found {found}.",
            remedy='Pass Split(by="time") or Split(by="group").',
            sizes=sizes,
        )
