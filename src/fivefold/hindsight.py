"""Whether what comes later reaches earlier rows: windows of steps, and sources that are joined."""

from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.artifacts import Collected
from fivefold.codecs.cell import word
from fivefold.codecs.coded import missing_rows
from fivefold.codecs.table import Array, Columns
from fivefold.errors import LeakError
from fivefold.fingerprint import fingerprint
from fivefold.kinds.known import kind_of
from fivefold.partition import Partition
from fivefold.reading.moments import moments_of
from fivefold.reading.names import FROM, UNTIL
from fivefold.reading.options import Windows
from fivefold.reading.raw import Raw
from fivefold.reading.source import read
from fivefold.reading.stepwise import numbers_of
from fivefold.reading.windowtable import windowed
from fivefold.travel.lookup import Lookup, lookups

LATER = "steps after an origin"
"""The level at which windows are cut again."""

JOINED = "later rows of a joined source"
"""The level at which sources are joined again."""


def check_origins(collected: Collected, partition: Partition, *, seed: int = 0) -> int:
    """Corrupt every step from an origin on and cut windows again: none before may move by a bit.

    It is done for the first origins of the validation and of the test rows; windows that end before
    stay whole, and what a window reads that begins there.

    Args:
        collected: with its source; of a table that is no windows nothing is checked.
        partition: whose first origins these are.
        seed: of the corruption.

    Returns:
        How many steps were corrupted.

    Raises:
        LeakError: naming the column that moved.
    """
    rng, count = np.random.default_rng(seed), 0
    for origin in collected.source.origins if collected.source is not None else ():
        long = origin.reading.long
        if not isinstance(long, Windows):
            continue
        steps = read(origin.value, replace(origin.reading, long=None, names=long.names))
        moments, whole = moments_of(steps, long.time, long.pattern)[0], windowed(steps, long)
        for rows in (partition.valid, partition.test):
            if not len(rows):
                continue
            cut = collected.table.column(FROM)[rows].min()
            later = moments >= cut
            worse: dict[str, Any] = dict(steps.columns)
            for name in (long.target, *long.past, *long.known):
                numbers = numbers_of(steps.columns[name])
                assert numbers is not None
                numbers[later] = 3.0 * rng.permutation(numbers[later]) + 1.0
                worse[name] = numbers
            found = windowed(steps.replace(columns=worse), long)
            _compare_windows(whole, found, long, cut)
            count += int(later.sum())
    return count


def _compare_windows(one: Raw, other: Raw, long: Windows, cut: Any) -> None:
    known = dict.fromkeys((long.target, *long.past), one.columns[FROM] <= cut)
    for name in one.columns:
        for before in (one.columns[UNTIL] < cut, known.get(name)):
            rows = np.flatnonzero(before) if before is not None else ()
            theirs = other.columns[name]
            for row in rows:
                if fingerprint(one.columns[name][row]) != fingerprint(theirs[row]):
                    raise LeakError(
                        f"Leak: expected `{name}` of window {row:,} to be the same when what comes "
                        "after its origin is corrupted, found it changed.",
                        remedy="Report this with a few rows of that source.",
                        what=name,
                        level=LATER,
                    )


def check_joins(collected: Collected, *, seed: int = 0) -> int:
    """Corrupt what joined sources tell of later and join again: no earlier row may move by a bit.

    It is done at three moments, the quarters of those of the rows: later rows of the source get
    other cells, and half of them are taken out.

    Args:
        collected: with what was joined; where nothing was, as of a time, nothing is checked.
        seed: of the corruption.

    Returns:
        How many rows of sources were corrupted.

    Raises:
        LeakError: naming the column that moved.
    """
    rng, count = np.random.default_rng(seed), 0
    for step in lookups(() if collected.changes is None else collected.changes.steps).values():
        if step.time is None:
            continue
        here = Columns({name: collected.table.column(name) for name in step.reads})
        moments, whole = here.column(step.time[0]), step.table()
        theirs, dated = whole.column(step.time[1]), np.sort(moments[~missing_rows(moments)])
        for cut in dated[[len(dated) * part // 4 for part in (1, 2, 3)]] if len(dated) else ():
            later = np.flatnonzero(theirs >= cut if step.delay is None else theirs > cut)
            again = step.having(_worse(whole, later, step, rng))
            rows = here.take(np.flatnonzero(moments <= cut))
            one, other = step.rows(rows), again.rows(rows)
            for name in step.columns:
                if fingerprint(one.column(name)) != fingerprint(other.column(name)):
                    raise LeakError(
                        f"Leak: expected `{name}` to be the same when rows of {step.source} that "
                        f"are later than {word(cut)} are corrupted, found it changed before that.",
                        remedy="Report this with a few rows of both sources.",
                        what=name,
                        level=JOINED,
                    )
            count += len(later)
    return count


def _worse(whole: Columns, later: Array, step: Lookup, rng: np.random.Generator) -> Columns:
    """The rows of a joined source, the later ones corrupted within their types, half of them."""
    columns = {name: whole.column(name).copy() for name in whole.names}
    kinds = {column.name: kind_of(column.kind) for column in step.read}
    for name in step.history.cells if len(later) else ():
        here = columns[name][later][rng.permutation(len(later))]
        some, few = rng.random(len(later)) < 0.3, rng.random(len(later)) < 0.1
        some[0], few[0] = True, False
        columns[name][later] = kinds[name].corrupt(here, some, few)
    return Columns(columns).take(np.delete(np.arange(len(whole)), later[::2]))
