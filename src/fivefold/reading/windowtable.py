"""Tables of steps: cut into windows, a row an origin."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array
from fivefold.errors import DataError
from fivefold.reading.longtable import constant_of, rolled
from fivefold.reading.names import FROM, JUDGED, SERIES, UNTIL
from fivefold.reading.options import Long, Windows
from fivefold.reading.raw import Raw
from fivefold.reading.spacing import Order
from fivefold.reading.stretch import Stretch
from fivefold.reading.windowfacts import settled, told
from fivefold.reading.windowsteps import Steps, steps_of

MOST = 50_000
"""Windows from which on origins are thinned."""

KNOWN = 0.5
"""Fraction of a history that must be known, where rows are collected."""


def windowed(raw: Raw, asked: Windows, *, wanted: Sequence[str] | None = None) -> Raw:
    """One row an origin: what was known until then, and what came after.

    Steps that are absent are absent: lags go by the clock, steps ahead that the table lacks are
    NaN, and windows that lack all of them are none. Nothing of a window's inputs is made of what
    comes after its origin.

    Args:
        raw: one row a step.
        asked: which columns say what.
        wanted: columns that a model reads, when rows are to be answered: then there is one window
            a series, behind its last known step.

    Raises:
        DataError: if a column is absent or says no time, two rows are one step, or no window is
            whole.
    """
    steps, asked = steps_of(raw, asked)
    asked = settled(asked, steps.clock, steps.series)
    last = wanted is not None and not asked.whole
    cut = [_last(raw, s, asked, steps) if last else _cut(s, asked) for s in steps.series]
    count = sum(map(len, cut))
    if not last and count > MOST and not asked.thinned:
        asked = replace(asked, thinned=-(-count // MOST))
    if not last and asked.thinned > 1:
        cut = [some[:: asked.thinned] for some in cut]
        count = sum(map(len, cut))
    if not count:
        raise DataError(
            f"{raw.name}: expected series with {asked.history} steps of history and "
            f"{asked.horizon} ahead, found none: the longest has "
            f"{max(len(s.target) for s in steps.series):,} steps of {steps.clock.words}.",
            remedy="Pass a shorter history= or horizon=, or collect longer series.",
        )
    fixed, left = _fixed(raw, asked, steps.order, wanted)
    columns = _inputs(asked, steps, cut)
    whole = [s.counted(some) for s, some in zip(steps.series, cut, strict=True)]
    numbers = np.repeat(np.arange(len(cut)), list(map(len, cut)))
    columns |= {name: values[chosen[numbers]] for name, (values, chosen) in fixed.items()}
    types: dict[str, Any] = dict.fromkeys((asked.target, *asked.past, *asked.known), "window")
    types |= {asked.target: "ratios"} if asked.logs else {}
    if steps.clock.slots:
        types[asked.time[0]] = "origin"
    if not last:
        columns |= _outcome(asked, steps, cut)
    kinds = {name: said for name, said in raw.types.items() if name in fixed}
    return raw.replace(
        columns=columns,
        types=kinds | types,
        text={**raw.text, "windows": json.dumps(asdict(asked), ensure_ascii=False)},
        findings=(*raw.findings, *told(raw.name, asked, steps.clock, steps.series, whole, left)),
        given=None if raw.given is None else _given(raw.given, steps, cut),
        positional=False,
        unreadable=(),
        places=None,
        whole=count,
        kept={},
    )


def rows_of(raw: Raw, long: Long | Windows, wanted: tuple[str, ...] | None) -> Raw | None:
    """A row a series, or a window; None where rows to answer are that already."""
    long, names = long.placed(list(raw.columns), raw.name), tuple(raw.columns)
    raw = raw.replace(steps=names)
    asks = wanted is not None
    if isinstance(long, Windows):
        return None if asks and are_windows(raw, long) else windowed(raw, long, wanted=wanted)
    whole = any(name.rstrip("_") == SERIES for name in raw.columns if name in (wanted or ()))
    ready = asks and (whole or long.series_id not in raw.columns)
    return None if ready else rolled(raw, long, wanted=wanted)


def windows_of(text: Mapping[str, str]) -> Windows | None:
    """The form of the table that a model forecasts from, if it does."""
    if "windows" not in text:
        return None
    listed: dict[str, Any] = json.loads(text["windows"])
    said: dict[str, Any] = {n: tuple(v) if type(v) is list else v for n, v in listed.items()}
    return Windows(**said)


def are_windows(raw: Raw, asked: Windows) -> bool:
    """Whether rows are windows already, whose cells are lists, and not steps."""
    if asked.target not in raw.columns:
        return False
    cells = raw.columns[asked.target]
    if not isinstance(cells, Coded) and cells.dtype != object:
        return cells.ndim > 1
    first = next((c for c in cells.tolist() if c is not None), None)
    return isinstance(first, list | tuple | np.ndarray) or str(first).lstrip().startswith("[")


def _cut(series: Stretch, asked: Windows) -> Array:
    """The origins of whole windows: the places of their first step ahead."""
    origins = np.arange(asked.history, len(series.target) - asked.horizon + 1)
    if not len(origins):
        return origins
    known = series.known
    ahead = known[origins + asked.horizon] - known[origins]
    before = known[origins] - known[origins - asked.history]
    kept: Array = (ahead > 0) & (before >= KNOWN * asked.history)
    return origins[kept]


def _last(raw: Raw, series: Stretch, asked: Windows, steps: Steps) -> Array:
    """The place behind the last known step."""
    known = np.flatnonzero(~np.isnan(series.target))
    origin = int(known[-1]) + 1 if len(known) else 0
    lacking = [n for n in asked.known if len(series.channels[n]) < origin + asked.horizon]
    if lacking:
        moment = steps.clock.moments(np.array([series.first + len(series.target)]))[0]
        raise DataError(
            f"{raw.name}, column `{lacking[0]}`: expected it for {asked.horizon} steps after the "
            f"last known `{asked.target}`, found it up to before {moment}.",
            remedy=f"Add rows for those steps, with `{asked.target}` left empty.",
            column=lacking[0],
        )
    return np.array([origin])


def _inputs(asked: Windows, steps: Steps, cut: Sequence[Array]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name in (asked.target, *asked.past, *asked.known):
        beyond = asked.horizon if name in asked.known else 0
        cells: list[Array] = []
        for series, origins in zip(steps.series, cut, strict=True):
            cells += series.slices(name, origins, asked.history, beyond)
        columns[name] = objects(cells)
    if steps.clock.slots:
        columns[asked.time[0]] = steps.clock.moments(_places(steps, cut))
    return columns


def _places(steps: Steps, cut: Sequence[Array]) -> Array:
    pairs = zip(steps.series, cut, strict=True)
    return np.concatenate([series.first + origins for series, origins in pairs])


def _given(given: Array, steps: Steps, cut: Sequence[Array]) -> Array:
    """The part of each window: that of the row of its first step ahead, or of the last before."""
    parts = given[steps.order.rows]
    found = [np.empty(0, parts.dtype)]
    for number, (series, origins) in enumerate(zip(steps.series, cut, strict=True)):
        rows = slice(steps.order.starts[number], steps.order.ends[number])
        after = np.searchsorted(steps.slots[rows], series.first + origins, side="right")
        found.append(parts[rows][np.maximum(after - 1, 0)])
    return np.concatenate(found)


def _outcome(asked: Windows, steps: Steps, cut: Sequence[Array]) -> dict[str, Any]:
    """What came after each origin, when, and how far a naive forecast was off."""
    columns: dict[str, Any] = {}
    places = _places(steps, cut)
    columns[FROM] = steps.clock.moments(places)
    columns[UNTIL] = steps.clock.moments(places + asked.horizon - 1)
    if asked.stride > 1:
        columns[JUDGED] = (places % asked.stride == 0).astype(np.float64)
    parts = [
        s.judged(origins, asked.horizon, asked.season)
        for s, origins in zip(steps.series, cut, strict=True)
    ]
    ahead, naive, scale = (np.concatenate(each) for each in zip(*parts, strict=True))
    columns |= dict(zip(asked.ahead, ahead.T.copy(), strict=True))
    return columns | dict(zip(asked.beside, (naive, scale), strict=True))


def _fixed(
    raw: Raw, asked: Windows, order: Order, wanted: Sequence[str] | None
) -> tuple[dict[str, tuple[Any, Array]], list[str]]:
    """Columns of one value a series, with the row that says it; names of what else varies."""
    fixed: dict[str, tuple[Any, Array]] = {}
    left = []
    used = {asked.target, *asked.time, *asked.past, *asked.known}
    for name, values in raw.columns.items():
        if name in used or (wanted is not None and name not in wanted):
            continue
        chosen, first = constant_of(values, order)
        if first is None and asked.series_id is not None:
            fixed[name] = values, chosen
        elif first is not None:
            left.append(name)
    return fixed, left
