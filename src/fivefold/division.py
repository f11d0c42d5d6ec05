"""Which rows belong together, and where a table of them is cut in two."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.schema import Role
from fivefold.codecs.table import Array
from fivefold.core.wording import nearest
from fivefold.errors import ConfigError, DataError
from fivefold.keys import codes_of, row_keys
from fivefold.metrics.resampling import Resamples, resample
from fivefold.tasks.judged import Judged
from fivefold.tasks.known import task_of
from fivefold.tasks.task import Task
from fivefold.ties import Ties, known

By = Literal["auto", "stratified", "random", "group", "time", "purged", "group_time"]
FEWEST_ROWS = 30
"""Rows of a part, or of a side of a fold, that is drawn by group and time at once, at least."""
_NEEDS: dict[By, tuple[Role, ...]] = {
    "group": ("group",),
    "time": ("time",),
    "purged": ("time",),
    "group_time": ("group", "time"),
}
TIMED: frozenset[By] = frozenset({"time", "purged", "group_time"})
"""Rules that put rows in the order of their moments."""
_UNITS = {"group": "groups"} | dict.fromkeys(TIMED, "moments")


def columns_of(by: By) -> tuple[Role, ...]:
    """Roles of the columns that a rule goes by."""
    return _NEEDS.get(by, ())


def rule_of(collected: Collected, by: By, ties: Ties | None = None) -> By:
    """The rule itself where `auto` is asked: by time and group, by one of them, or stratified.

    Where the task has no strata, it is at random. Rows that are tied to others are drawn as groups,
    whatever columns there are.

    Raises:
        ConfigError: if there is no such rule.
        DataError: if the schema lacks a column that the rule goes by.
    """
    if by not in (rules := get_args(By)):
        remedy = f"Write by={nearest(str(by), rules) or rules[0]!r}."
        raise ConfigError.expected("Split", f"by as one of {', '.join(rules)}", f"{by!r}", remedy)
    schema = collected.schema
    if ties is not None and ties.unit is not None and by in ("auto", "group"):
        return "group"
    there = tuple(role for role in columns_of("group_time") if schema.named(role))
    if by == "auto":
        named: dict[tuple[str, ...], By] = {
            ("group", "time"): "group_time",
            ("group",): "group",
            ("time",): "time",
        }
        task, targets = task_of(schema.task), map(collected.table.column, schema.targets)
        even = task.strata([target[:0] for target in targets]) is not None
        return named.get(there, "stratified" if even else "random")
    if by in ("stratified", "random") and schema.named("until"):
        raise DataError(
            f"Split: expected windows to be divided by time, found by={by!r}, which puts the same "
            "steps on both sides.",
            remedy='Leave by= out, or pass by="time".',
        )
    for role in columns_of(by):
        if role not in there:
            raise DataError(
                f"Split: expected a {role} column for by={by!r}, found none in the schema.",
                remedy=f"Pass {role}=... to Collect.",
            )
    spans = Ties.of(collected) if ties is None else ties
    if by == "purged" and spans.span is None:
        raise DataError(
            'Split: expected to know how far labels look ahead for by="purged", found nothing that '
            "says so.",
            remedy='Pass ahead=STEPS to Split, or until=COLUMN to Collect; else by="time".',
        )
    return by


def identical(collected: Collected, rows: Array) -> Array:
    """A number for each row; rows whose inputs are equal in every column share theirs.

    Args:
        collected: the table and its schema.
        rows: `(n,)` positions.

    Returns:
        `(n,)` int64 from 0 in the order of first appearance.
    """
    return codes_of(_keys(collected)[rows])


def _keys(collected: Collected) -> Array:
    """A key for every row of the table, equal where all inputs are."""
    inputs = collected.schema.inputs
    if not inputs:
        return np.zeros(len(collected.table), np.uint64)
    return row_keys(collected.table.column(column.name) for column in inputs)


class Units(NamedTuple):
    """What must not be torn apart, for all rows of a table.

    Args:
        values: `(n,)`, equal for rows of one moment, of one group, or alike in all inputs.
        targets: `(n,)` each, the columns whose strata are spread evenly; none to look at none.
        task: says what strata they have.
        by: the rule.
    """

    values: Array
    targets: tuple[Array, ...]
    task: Task
    by: By

    @classmethod
    def of(cls, collected: Collected, by: By, ties: Ties | None = None) -> "Units":
        """The units of a table by a rule that is not `auto`."""
        table, schema = collected.table, collected.schema
        task = task_of(schema.task)
        if by in TIMED:
            return cls(table.column(str(schema.named("time"))), (), task, by)
        tied = None if ties is None else ties.unit
        if by == "group" and tied is None:
            tied = codes_of(table.column(str(schema.named("group"))))
        keys = _keys(collected) if tied is None else tied
        names = () if by == "random" else schema.targets
        return cls(keys, tuple(map(table.column, names)), task, by)

    @property
    def is_timed(self) -> bool:
        """Whether the units are moments."""
        return self.by in TIMED

    @property
    def noun(self) -> str:
        """What they are called."""
        return _UNITS.get(self.by, "different rows")

    def numbered(self, rows: Array) -> Array:
        """`(len(rows),)` from 0, equal within a unit; moments in their order."""
        here = self.values[rows]
        if self.is_timed:
            return np.unique(known(here), return_inverse=True)[1]
        return codes_of(here)

    def places(self, rows: Array, seed: int, *, stratify: bool = True) -> Array:
        """A place in (0, 1) for each of these rows: parts and folds are intervals of it.

        Rows of one unit share a place; the rows of each stratum are spread evenly over it.
        """
        if len(rows) == 0:
            return np.zeros(0)
        if self.is_timed:
            times = known(self.values[rows])
            first = np.searchsorted(np.sort(times), times, side="left")
            return (first + 0.5) / len(rows)
        units = self.numbered(rows)
        strata = np.zeros(len(rows), np.int64)
        if self.targets and stratify:
            found = self.task.strata([target[rows] for target in self.targets])
            strata = strata if found is None else found
            strata = codes_of(strata) if strata.dtype == object else strata
        highest = np.maximum.accumulate(units)  # units are numbered as they appear
        heads = np.flatnonzero(np.diff(highest, prepend=-1))
        sizes = np.bincount(units)
        stratum = strata[heads]
        order = np.lexsort((np.random.default_rng(seed).permutation(len(heads)), stratum))
        ends = np.cumsum(sizes[order])
        totals = np.bincount(stratum, weights=sizes)
        begins = np.concatenate([[0.0], np.cumsum(totals)[:-1]])
        sorted_stratum = stratum[order]
        middle = ends - sizes[order] / 2 - begins[sorted_stratum]
        places = np.empty(len(heads))
        places[order] = middle / totals[sorted_stratum]
        return places[units]

    def cut(self, rows: Array, share: float, seed: int) -> Array:
        """`(len(rows),)` bool: the last `share` of these rows by their places.

        Where units are so few or so large that a side would have no row, strata count no more, and
        the cut goes to the nearest end of a unit; only of a single unit one side stays empty.
        """
        if not 0 < share < 1 or not len(rows):
            return np.full(len(rows), share >= 1)
        for stratify in (True, False):
            places = self.places(rows, seed, stratify=stratify)
            above = places >= 1 - share
            if above.any() and not above.all():
                return above
        units, counts = np.unique(places, return_counts=True)
        if len(units) < 2:
            return np.zeros(len(rows), bool)
        left = len(rows) - np.cumsum(counts)[:-1]  # above each end of a unit but the last
        nearest = units[1:][np.argmin(np.abs(left - share * len(rows)))]
        return np.asarray(places >= nearest)


def to_judge(collected: Collected, rows: Array) -> Array:
    """Those of these rows that are to judge by, where origins are thinned; else all."""
    judged = collected.schema.named("judged")
    return rows if judged is None else np.asarray(rows[collected.table.column(judged)[rows] > 0])


def half_of_groups(groups: Array, seed: int) -> Array:
    """A seeded half of the groups that occur here, one at least."""
    known = np.unique(groups)
    order = np.random.default_rng(seed).permutation(len(known))
    return known[order[: max(1, len(known) // 2)]]


def bonds_of(
    collected: Collected, index: Array, *, by: By = "auto", ties: Ties | None = None
) -> dict[str, Array]:
    """What holds some rows together, as `resample` takes it, and `Rows.bonds` keeps it.

    Returns:
        `time` with the numbers of moments in their order, where rows were drawn by time, else
        `group`, `(n,)` int64; nothing where each row stands for itself.
    """
    schema = collected.schema
    time = schema.named("time") if by in ("auto", "time", "purged") else None
    group = schema.named("group")
    if time is not None:
        moments = collected.table.column(time)[index]
        return {"time": np.unique(moments, return_inverse=True)[1].astype(np.int64)}
    if ties is not None and ties.unit is not None:
        return {"group": ties.unit[index]}
    if group is None:
        return {}
    labels = collected.table.column(group)[index].astype(str)
    return {"group": np.unique(labels, return_inverse=True)[1].astype(np.int64)}


def resamples_of(
    collected: Collected,
    index: Array,
    judged: Judged,
    *,
    seed: int,
    by: By = "auto",
    ties: Ties | None = None,
) -> Resamples:
    """Resamples of some rows: in blocks of time if they were drawn by time, else by group."""
    bonds = bonds_of(collected, index, by=by, ties=ties)
    return drawn_by(bonds, task_of(collected.schema), judged, seed=seed)


def drawn_by(
    bonds: Mapping[str, Array], task: Task, judged: Judged, *, seed: int, draws: int | None = None
) -> Resamples:
    """Resamples of rows by what holds them together.

    Args:
        bonds: of the rows.
        task: whose losses tell how long neighbours in time agree.
        judged: answers for the rows.
        seed: equal seeds draw equal resamples.
        draws: how many; None for as many as an interval needs.
    """
    losses = None
    if "time" in bonds:
        losses = judged.by_row(task.row_losses(judged.target, judged.scores))
    return resample(judged.rows, seed=seed, losses=losses, draws=draws, **bonds)
