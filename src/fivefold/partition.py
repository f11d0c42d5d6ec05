"""Which rows a model learns from, stops by, and is judged on."""

from typing import ClassVar

import numpy as np

from fivefold.artifacts import PARTS, Collected
from fivefold.codecs.table import Array
from fivefold.core.artifact import Artifact
from fivefold.core.session import Session
from fivefold.core.wording import plural
from fivefold.division import FEWEST_ROWS, By, Units, apart, half_of_groups, rule_of, to_judge
from fivefold.errors import DataError
from fivefold.keys import codes_of

VALID, TEST = 0.16, 0.20
_NONE, _FREE = -2, -1


class Partition(Artifact):
    """Positions of rows in the collected table, in three parts that share none.

    Attributes:
        train: `(n,)` int64, in ascending order.
        valid: `(n,)` int64, may be empty.
        test: `(n,)` int64, may be empty.
        how: in a few words how they were drawn, with the share of each part in per cent.
        by: the rule that folds follow too.
    """

    made_by: ClassVar[str] = "Split"

    train: Array
    valid: Array
    test: Array
    how: str
    by: By = "auto"

    def fitted(self) -> dict[str, object]:
        """Nothing: it says which rows are which."""
        return {}

    @classmethod
    def derive(cls, collected: Collected, session: Session) -> "Partition":
        """The default: what the source says, else 64/16/20 by time, by group or stratified."""
        return draw(collected, seed=session.seed)


def draw(
    collected: Collected, *, seed: int, valid: float = VALID, test: float = TEST, by: By = "auto"
) -> Partition:
    """Divide the usable rows; rows with identical inputs stay on one side.

    By group and time at once the table is cut by time. Half of the groups that have rows after the
    cut are for testing, by these rows alone; training and validation rows are those before it of
    all other groups, the later ones for validation. The rest is in no part; nor are windows whose
    steps ahead reach into the next part.

    Args:
        collected: the table, its schema and what the source says of its parts.
        seed: of the shuffle.
        valid: fraction of all rows, 0 to 1.
        test: fraction of all rows, 0 to 1; not drawn when the source gives test rows.
        by: `auto` takes the schema's time and group columns, or the one that there is, else
            stratifies.

    Raises:
        DataError: if the schema lacks a column that `by` needs; if a part that is wished would
            have no row, as there is one group, one moment or one row alone to draw from; by group
            and time if it would have fewer than 30.
    """
    by = rule_of(collected, by)
    given = np.full(len(collected.table), _FREE) if collected.given is None else collected.given
    parts = np.where(collected.usable, given, _NONE)
    said = [name for code, name in enumerate(PARTS) if (parts == code).any()]
    _check_trains(_pool(parts, _FREE, 0), parts)
    units = Units.of(collected, by)
    if "test" not in said and test > 0:
        free = _pool(parts, _FREE) if (parts == _FREE).any() else _pool(parts, 0)
        late = free[units.cut(free, test, seed)]
        _check_drawn(late, free, units, "test")
        if by == "group_time":
            _draw_groups(collected, parts, free, late, seed)
        else:
            parts[late] = 2
    if "valid" not in said and valid > 0:
        pool = _pool(parts, _FREE, 0)
        share = min(valid / (1 - test), 1.0) if test < 1 else 0.0
        drawn = pool[units.cut(pool, share, seed)]
        _check_drawn(drawn, pool, units, "valid")
        parts[drawn] = 1
    parts[parts == _FREE] = 0
    tested = _pool(parts, 2)
    parts[np.setdiff1d(tested, to_judge(collected, tested))] = _NONE
    for before, after in ((1, 2), (0, 1), (0, 2)):
        here = _pool(parts, before)
        parts[np.setdiff1d(here, apart(collected, here, _pool(parts, after)))] = _NONE
    _check_trains(_pool(parts, 0), parts)
    wished = {0: True, 1: valid > 0 or "valid" in said, 2: test > 0 or "test" in said}
    _check_sizes(parts, [code for code, is_wished in wished.items() if is_wished], by)
    sizes = "/".join(
        f"{100 * (parts == code).sum() / max((parts >= 0).sum(), 1):.0f}" for code in range(3)
    )
    source = f", {' and '.join(said)} given by the source" if said else ""
    return Partition(
        train=np.flatnonzero(parts == 0),
        valid=np.flatnonzero(parts == 1),
        test=np.flatnonzero(parts == 2),
        by=by,
        how=f"{by.replace('_', ' and ')} {sizes}{source}",
    )


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


def _check_trains(rows: Array, parts: Array) -> None:
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
