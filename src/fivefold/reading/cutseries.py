"""Pieces of long series, each with what is to be told at its last step."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from fivefold.codecs.coded import objects
from fivefold.codecs.table import Array
from fivefold.core.finding import finding
from fivefold.core.wording import plural, quoted
from fivefold.reading.names import SERIES
from fivefold.reading.options import Long
from fivefold.reading.raw import Raw
from fivefold.reading.spacing import Order

MOST = 10_000
"""Pieces from which on they are cut at some steps only, where nothing is said."""


def pieced(
    raw: Raw, long: Long, order: Order, kept: Mapping[str, Any], channels: Mapping[str, Array]
) -> Raw:
    """A row a piece: the last `history` steps up to a step, and the target of that step.

    A series that is shorter is one piece. Where rows are to be answered there is one a series, its
    last steps.

    Args:
        raw: a row a step.
        long: how many steps a piece has, and from piece to piece.
        order: of the rows.
        kept: columns of one value a series.
        channels: `(n,)` in this order.
    """
    counts = order.ends - order.starts
    stride = long.stride or max(1, -(-int(counts.sum()) // MOST))
    answers = bool(long.channels) and not long.whole
    lasts = [
        np.array([end - 1])
        if answers
        else np.arange(min(start + long.history, end), end + 1, stride) - 1
        for start, end in zip(order.starts.tolist(), order.ends.tolist(), strict=True)
    ]
    series = np.repeat(np.arange(len(lasts)), list(map(len, lasts)))
    last = np.concatenate(lasts)
    first = np.maximum(order.starts[series], last + 1 - long.history)
    numbers = np.stack(list(channels.values()), axis=1)
    name = SERIES
    while name in kept or name in raw.columns:
        name += "_"
    cells = objects(numbers[a : b + 1] for a, b in zip(first.tolist(), last.tolist(), strict=True))
    columns: dict[str, Any] = {name: cells} | {n: values[series] for n, values in kept.items()}
    rows = order.rows[last]
    target = _named(raw, long)
    if target is not None:
        columns[target] = raw.columns[target][rows]
    told = {
        "series_id": long.series_id,
        "channels": json.dumps(list(channels), ensure_ascii=False),
        "spacing": repr(0.0),
        "history": str(long.history),
        "stride": str(stride),
        **({"step": long.step} if long.step else {}),
    }
    sentence = (
        f"{plural(len(order.rows), 'row')} of {raw.name} are {len(lasts):,} series by "
        f"`{long.series_id}`, cut into {len(last):,} pieces of up to {long.history} steps, every "
        f"{plural(stride, 'step')}, of {plural(len(channels), 'channel')} "
        f"({quoted(list(channels), 5)}); what is told is that of the last step."
    )
    told_of = finding(
        "rolled_up",
        sentence,
        rows=len(order.rows),
        series=len(lasts),
        pieces=len(last),
        stride=stride,
        channels=list(channels),
    )
    return raw.replace(
        columns=columns,
        types={n: said for n, said in raw.types.items() if n in columns},
        text={**raw.text, **told},
        findings=(*raw.findings, told_of),
        given=None if raw.given is None else raw.given[rows],
        positional=False,
        unreadable=(),
        places=None,
        whole=len(last),
        kept={},
    )


def _named(raw: Raw, long: Long) -> str | None:
    """The target, if it is a column of this table."""
    names = list(raw.columns)
    if isinstance(long.labels, int):
        return names[long.labels] if -len(names) <= long.labels < len(names) else None
    return long.labels if long.labels in names else None
