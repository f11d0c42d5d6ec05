"""Which rows a model learns from, stops by, and is judged on."""

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from fivefold.artifacts import PARTS, Collected
from fivefold.core.artifact import Artifact
from fivefold.core.session import Session
from fivefold.errors import DataError
from fivefold.keys import codes_of, row_keys

if TYPE_CHECKING:
    from fivefold.codecs.table import Array

VALID, TEST = 0.16, 0.20
By = Literal["auto", "stratified", "random", "group", "time"]
_BINS = 10


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

    train: "Array"
    valid: "Array"
    test: "Array"
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

    Args:
        collected: the table, its schema and what the source says of its parts.
        seed: of the shuffle.
        valid: fraction of all rows, 0 to 1.
        test: fraction of all rows, 0 to 1; not drawn when the source gives test rows.
        by: `auto` takes the schema's time column, else its group column, else stratifies.

    Raises:
        DataError: if the schema lacks the column that `by` needs, or no training row is left.
    """
    by = _by(collected, by)
    given = np.full(len(collected.table), -1) if collected.given is None else collected.given
    parts = np.where(collected.usable, given, -2)
    said = [name for code, name in enumerate(PARTS) if (parts == code).any()]
    units = _units(collected, by)
    if "test" not in said:
        free = np.flatnonzero(parts == -1)
        parts[free[_places(collected, units, free, by, seed) >= 1 - test]] = 2
    if "valid" not in said:
        pool = np.flatnonzero((parts == -1) | (parts == 0))
        share = min(valid / (1 - test), 1.0) if test < 1 else 0.0
        parts[pool[_places(collected, units, pool, by, seed) >= 1 - share]] = 1
    parts[parts == -1] = 0
    if not (parts == 0).any():
        raise DataError(
            f"Partition: expected rows to train on, found none among {len(parts)}.",
            remedy="Collect more rows, or lower the fractions of Split.",
        )
    sizes = "/".join(
        f"{100 * (parts == code).sum() / max((parts >= 0).sum(), 1):.0f}" for code in range(3)
    )
    source = f", {' and '.join(said)} given by the source" if said else ""
    how = f"{by} {sizes}{source}"
    return Partition(
        train=np.flatnonzero(parts == 0),
        valid=np.flatnonzero(parts == 1),
        test=np.flatnonzero(parts == 2),
        by=by,
        how=how,
    )


def draw_folds(
    collected: Collected, rows: "Array", k: int, seed: int, *, by: By = "auto"
) -> "list[tuple[Array, Array]]":
    """Divide rows into k folds, as the data asks: by time, by group, or stratified.

    By time the window expands: fold i is judged on block i + 1 of k + 1 and learns from those
    before it.

    Args:
        collected: the table and its schema.
        rows: `(n,)` positions to divide, train and valid as a rule; never test rows.
        k: folds, at least 2.
        seed: of the shuffle.
        by: `partition.by` of the run, or `auto`.

    Returns:
        For each fold the rows to learn from and the rows held out, both ascending.

    Raises:
        DataError: if k is below 2, or there are too few rows, groups or moments for it.
    """
    if not 2 <= k <= len(rows):
        raise DataError(
            f"Folds: expected from 2 to {len(rows)} of them for {len(rows)} rows, found {k}.",
            remedy="Choose another number of folds.",
        )
    by, rows = _by(collected, by), np.sort(rows)
    units = _units(collected, by)
    places = _places(collected, units, rows, by, seed)
    units = _numbered(units, rows, by)
    blocks = k + 1 if by == "time" else k
    if (distinct := len(np.unique(units))) < blocks:
        what = {"time": "moments", "group": "groups"}.get(by, "different rows")
        raise DataError(
            f"Folds: expected at least {blocks} {what} for {k} folds, found {distinct}.",
            remedy="Choose fewer folds.",
        )
    block = np.minimum((places * blocks).astype(int), blocks - 1)
    if len(np.unique(block)) < blocks:  # units of very different size: share them out by number
        heads = np.unique(units, return_index=True)[1]
        order = np.argsort(np.argsort(places[heads], kind="stable"), kind="stable")
        block = ((order * blocks) // len(heads))[units]
    if by == "time":
        return [(rows[block < i], rows[block == i]) for i in range(1, k + 1)]
    return [(rows[block != i], rows[block == i]) for i in range(k)]


def hold_out(
    collected: Collected, rows: "Array", fraction: float, seed: int, *, by: By = "auto"
) -> "tuple[Array, Array]":
    """Set a fraction of rows aside, as the data asks; those kept come first."""
    by = _by(collected, by)
    places = _places(collected, _units(collected, by), rows, by, seed)
    return rows[places < 1 - fraction], rows[places >= 1 - fraction]


def identical(collected: Collected, rows: "Array") -> "Array":
    """A number for each row; rows whose inputs are equal in every column share theirs.

    Args:
        collected: the table and its schema.
        rows: `(n,)` positions.

    Returns:
        `(n,)` int64 from 0 in the order of first appearance.
    """
    return codes_of(_keys(collected)[rows])


def _keys(collected: Collected) -> "Array":
    """A key for every row of the table, equal where all inputs are."""
    inputs = collected.schema.inputs
    if not inputs:
        return np.zeros(len(collected.table), np.uint64)
    return row_keys(collected.table.column(column.name) for column in inputs)


def _by(collected: Collected, by: By) -> By:
    schema = collected.schema
    if by == "auto":
        return (
            "time" if schema.named("time") else "group" if schema.named("group") else "stratified"
        )
    if by in ("time", "group") and schema.named(by) is None:
        raise DataError(
            f"Split: expected a {by} column for by={by!r}, found none in the schema.",
            remedy=f"Pass {by}=... to Collect.",
        )
    return by


def _places(collected: Collected, units: "Array", rows: "Array", by: By, seed: int) -> "Array":
    """A place in (0, 1) for each of these rows: parts and folds are intervals of it.

    Rows that belong together (identical, or of one group) share a place; the rows of each class
    are spread evenly over it.
    """
    schema, table = collected.schema, collected.table
    if len(rows) == 0:
        return np.zeros(0)
    if by == "time":
        times = table.column(str(schema.named("time")))[rows]
        if _missing(times).all():
            raise DataError(
                f"Split: expected times in column `{schema.named('time')}`, found none.",
                remedy="Name another column as time, or draw by another rule.",
            )
        times = np.where(_missing(times), times[~_missing(times)].min(), times)
        order = np.argsort(times, kind="stable")
        first = np.searchsorted(times[order], times, side="left")
        return (first + 0.5) / len(rows)
    units = _numbered(units, rows, by)
    strata = np.zeros(len(rows), dtype=np.int64)
    if by != "random":
        strata = _strata(table.column(schema.target)[rows], schema.task == "regression")
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


def _units(collected: Collected, by: By) -> "Array":
    """Equal for all rows of the table that are of one moment, of one group, or alike in inputs."""
    if by in ("time", "group"):
        values = collected.table.column(str(collected.schema.named(by)))
        return values if by == "time" else codes_of(values)
    return _keys(collected)


def _numbered(units: "Array", rows: "Array", by: By) -> "Array":
    """A number from 0 for each of these rows; those of one unit share it."""
    here = units[rows]
    return np.unique(here, return_inverse=True)[1] if by == "time" else codes_of(here)


def _strata(target: "Array", is_number: bool) -> "Array":
    if not is_number:
        return codes_of(target)
    ranks = np.argsort(np.argsort(target, kind="stable"), kind="stable")
    return (ranks * min(_BINS, max(1, len(target) // 5))) // max(len(target), 1)


def _missing(times: "Array") -> "Array":
    return np.isnat(times) if times.dtype.kind in "mM" else np.isnan(times.astype(np.float64))
