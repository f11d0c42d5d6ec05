"""Long tables, a row a step: turned into one row a series."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fivefold.codecs.cell import shown
from fivefold.codecs.coded import Coded, objects
from fivefold.codecs.table import Array
from fivefold.core.finding import Finding, finding
from fivefold.core.wording import plural, quoted
from fivefold.errors import DataError
from fivefold.reading.cutseries import pieced
from fivefold.reading.names import SERIES
from fivefold.reading.options import Long
from fivefold.reading.raw import Raw, listed
from fivefold.reading.spacing import Order, cells_of, spacing_of
from fivefold.reading.stepwise import check_columns, check_said, codes_in, codes_of, numbers_of

MOST = 0.5
"""Fraction of series within which a target must vary to be a label for each step."""


def rolled(raw: Raw, long: Long, *, wanted: Sequence[str] | None = None) -> Raw:
    """One row a series, in the order in which series first appear.

    Columns of numbers that vary within series become the channels of one column; what is one value
    within each series stays a column. Steps that are missing or uneven are put on a grid of the
    usual spacing, on lines between the known numbers.

    Args:
        raw: one row a step.
        long: which columns say the series and the step.
        wanted: columns that a model reads beside the series, when rows are to be answered; what
            varies besides is passed over.

    A target that varies within most series is a label for each of their steps, in lists; steps are
    the rows then, however uneven.

    Raises:
        DataError: if a column is absent, a series or step is not said, the target varies within a
            few series, or nothing varies.
    """
    order = _ordered(raw, long)
    kept, channels, left = _sorted_out(raw, long, order, wanted)
    if not channels:
        raise DataError(
            f"{raw.name}: expected columns of numbers that vary within a series of "
            f"`{long.series_id}`, found none.",
            remedy="Name the column that says which rows are one series in series_id=.",
            columns=tuple(raw.columns),
        )
    if long.history:
        cut = pieced(raw, long, order, kept, channels)
        return cut.replace(findings=(*cut.findings, *_left(raw, left)))
    # Labels of steps belong to rows, which a grid would move.
    spacing = 0.0 if _labels_steps(raw, long, order, kept) else spacing_of(order, long)
    cells, uneven, odd = cells_of(np.stack(list(channels.values()), axis=1), order, spacing)
    name = SERIES
    while name in kept or name in raw.columns:
        name += "_"
    names = list(raw.columns)
    first = min(map(names.index, channels))
    columns: dict[str, Any] = {n: kept[n] for n in names[:first] if n in kept}
    columns[name] = cells
    columns |= {n: kept[n] for n in names[first:] if n in kept}
    found = _told(raw, long, order, list(channels), left, uneven, odd, spacing)
    named = json.dumps(list(channels), ensure_ascii=False)
    told = {"series_id": long.series_id, "channels": named, "spacing": repr(spacing)}
    return raw.replace(
        columns=columns,
        types={n: said for n, said in raw.types.items() if n in columns},
        text={**raw.text, **told, **({"step": long.step} if long.step else {})},
        findings=(*raw.findings, *found),
        given=None if raw.given is None else raw.given[order.rows[order.starts]],
        positional=False,
        unreadable=(),
        places=None,
        whole=len(cells),
        kept={},
    )


def long_of(text: Mapping[str, str]) -> Long | None:
    """The form of the long table that a model was fitted on, if it was one."""
    if "series_id" not in text:
        return None
    return Long(
        series_id=text["series_id"],
        step=text.get("step"),
        channels=tuple(json.loads(text["channels"])),
        spacing=float(text["spacing"]),
        history=int(text.get("history", 0)),
        stride=int(text.get("stride", 0)),
    )


def learnt(long: Long, raw: Raw) -> Long:
    """The same with what a table that was rolled up has shown, for other tables like it."""
    found = long_of(raw.text)
    if found is None:
        return long
    return replace(
        long,
        series_id=found.series_id,
        step=found.step,
        channels=found.channels,
        spacing=found.spacing,
        stride=found.stride,
    )


def _ordered(raw: Raw, long: Long) -> Order:
    check_columns(raw, filter(None, (long.series_id, long.step)))
    codes = codes_in(raw, long.series_id)
    if raw.given is not None:  # ids that are counted anew in each part are not the same series
        codes = codes_of(objects(zip(codes.tolist(), raw.given.tolist(), strict=True)))
    place, steps = np.arange(len(codes)), None
    if long.step is not None:
        values = raw.columns[long.step]
        steps = numbers_of(values)
        steps = numbers_of(values, "moment") if steps is None else steps
        if steps is None:
            raise DataError.expected(
                f"{raw.name}, column `{long.step}`",
                "numbers or moments for step=",
                "others",
                "Name the column that says the order of the rows of a series.",
                column=long.step,
            )
        check_said(raw, long.step, np.isnan(steps))
    rows = np.lexsort((place, codes) if steps is None else (place, steps, codes))
    starts = np.flatnonzero(np.diff(codes[rows], prepend=-1))
    return Order(rows=rows, starts=starts, steps=None if steps is None else steps[rows])


def _sorted_out(
    raw: Raw, long: Long, order: Order, wanted: Sequence[str] | None
) -> tuple[dict[str, Any], dict[str, Array], list[str]]:
    """Columns of one value a series; channels; names of what is neither."""
    names = list(raw.columns)
    fixed = {names[n] if isinstance(n, int) else n for n in long.constant if _is_there(n, names)}
    of = () if long.labels is None else (long.labels,)
    labels = {names[n] if isinstance(n, int) else n for n in of if _is_there(n, names)}
    kept: dict[str, Any] = {}
    channels: dict[str, Array] = {}
    left: list[str] = []
    for name, values in raw.columns.items():
        if name == long.step or (long.history and name in labels):
            continue
        if name in long.channels:
            found = numbers_of(values)
            blank = np.full(len(order.rows), np.nan)
            channels[name] = blank if found is None else found[order.rows]
            continue
        if wanted is not None and name not in wanted and name not in fixed:
            continue
        chosen, first = constant_of(values, order)
        if first is None:
            kept[name] = values[chosen]
        elif name in labels and _varying(values, order) > MOST * len(order.starts):
            kept[name] = _labels(values, order)
        elif name in fixed:
            raise _varies(raw, name, long, order, values, first)
        elif long.channels or (found := numbers_of(values)) is None:
            left.append(name)
        else:
            channels[name] = found[order.rows]
    lacking = [name for name in long.channels if name not in channels]
    if lacking:
        raise DataError(
            f"{raw.name}: expected the channels {quoted(list(long.channels), 10)}, found "
            f"{quoted(lacking, 10)} missing.",
            remedy="Give every series the columns that the model was fitted on.",
            columns=tuple(lacking),
        )
    return kept, {name: channels[name] for name in long.channels or channels}, left


def _is_there(name: str | int, names: Sequence[str]) -> bool:
    return -len(names) <= name < len(names) if isinstance(name, int) else name in names


def _labels_steps(raw: Raw, long: Long, order: Order, kept: Mapping[str, Any]) -> bool:
    """Whether the target is a label for each step."""
    names, asked = list(raw.columns), long.labels
    if asked is None or not _is_there(asked, names):
        return False
    name = names[asked] if isinstance(asked, int) else asked
    return name in kept and constant_of(raw.columns[name], order)[1] is not None


def constant_of(values: "Array | Coded", order: Order) -> tuple[Array, int | None]:
    """The row of each series that says its value, and the first row where it is another."""
    codes = codes_of(values)[order.rows]
    known = np.flatnonzero(codes >= 0)
    series = order.series[known]
    chosen = order.rows[order.starts].copy()
    firsts = np.flatnonzero(np.diff(series, prepend=-1))
    chosen[series[firsts]] = order.rows[known[firsts]]
    other = np.flatnonzero((np.diff(series) == 0) & (np.diff(codes[known]) != 0))
    return chosen, int(known[other[0] + 1]) if len(other) else None


def _varying(values: "Array | Coded", order: Order) -> int:
    """In how many series a column has more than one value."""
    codes = codes_of(values)[order.rows]
    changes = (np.diff(codes) != 0) & (np.diff(order.series) == 0)
    return len(np.unique(order.series[1:][changes]))


def _labels(values: "Array | Coded", order: Order) -> Array:
    """`(series,)` lists: what a column has at each step of a series."""
    cells = listed(values)
    return objects(
        [cells[row] for row in order.rows[start:end].tolist()]
        for start, end in zip(order.starts.tolist(), order.ends.tolist(), strict=True)
    )


def _varies(
    raw: Raw, name: str, long: Long, order: Order, values: "Array | Coded", first: int
) -> DataError:
    series = int(order.series[first])
    row, before = int(order.rows[first]), int(order.rows[order.starts[series]])
    which = shown(raw.columns[long.series_id][row])
    return DataError(
        f"{raw.name}, column `{name}`: expected one value within each series of "
        f"`{long.series_id}`, found {shown(values[before])} and {shown(values[row])} in the series "
        f"{which} (rows {before:,} and {row:,}).",
        remedy="Name the column that says which rows are one series; where a series has several "
        "labels, give each stretch of one label an id of its own (see docs/sources.md).",
        column=name,
        rows=(before, row),
    )


def _told(
    raw: Raw,
    long: Long,
    order: Order,
    channels: list[str],
    left: list[str],
    uneven: int,
    odd: int,
    spacing: float,
) -> list[Finding]:
    rows, series = len(order.rows), len(order.starts)
    by = f"in the order of `{long.step}`" if long.step else "in the order of the rows"
    sentence = (
        f"{plural(rows, 'row')} of {raw.name} are {series:,} series by `{long.series_id}`, {by}: "
        f"{plural(len(channels), 'channel')} ({quoted(channels, 5)})."
    )
    if uneven:
        sentence += (
            f" {uneven:,} of them have missing or uneven steps, and were put on a grid of "
            f"{spacing:g} on lines between the known numbers."
        )
    if odd:
        sentence += f" {odd:,} have steps too far apart for that, and stay as they are."
    found = [
        finding(
            "rolled_up",
            sentence,
            rows=rows,
            series=series,
            channels=channels,
            uneven=uneven,
            far_apart=odd,
            spacing=spacing,
        )
    ]
    return [*found, *_left(raw, left)]


def _left(raw: Raw, left: list[str]) -> list[Finding]:
    if not left:
        return []
    sentence = f"{quoted(left, 5)} of {raw.name} vary within series and are no numbers; left out."
    return [finding("varying_columns", sentence, columns=left)]
