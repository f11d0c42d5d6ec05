"""What Collect is asked of steps ahead: checked, and as the reader takes it."""

from collections.abc import Set
from dataclasses import replace
from typing import Any, cast

import numpy as np

from fivefold.codecs.schema import Role
from fivefold.collect.tabulate import Tabulated
from fivefold.collect.wishes import Wishes
from fivefold.core.wording import first_rows
from fivefold.errors import DataError
from fivefold.reading.names import FROM, JUDGED, UNTIL
from fivefold.reading.options import Windows
from fivefold.tasks.known import RETURNS

ONLY = frozenset({"history", "past", "known", "quantiles", "stride"})
"""Settings that say nothing without a horizon."""


def check_horizon(asked: Any, given: Set[str]) -> None:
    """Refuse settings that do not go together.

    Args:
        asked: the settings, by the names that Collect has for them.
        given: names of those that were said.

    Raises:
        ValueError: saying which.
    """
    if asked.until is not None and (asked.time is None or asked.horizon is not None):
        raise ValueError("`until` asks for `time`, and for no `horizon`, which says it of windows")
    if asked.horizon is None:
        cut = {"history", "stride"} if asked.series_id is not None and asked.history else set()
        idle = (ONLY & given) - cut or ({"time"} if isinstance(asked.time, tuple) else set())
        if idle:
            raise ValueError(f"`{min(idle)}` asks for `horizon`, the steps to forecast")
    elif asked.time is None or asked.step is not None or not isinstance(asked.target, str | int):
        raise ValueError("`horizon` asks for `time`, and for `target`, one column")
    if asked.horizon is None and asked.task == RETURNS.name:
        raise ValueError('task="returns" asks for `horizon`, the steps to forecast')
    if list(asked.quantiles) != sorted(set(asked.quantiles)) or len(asked.quantiles) < 2:
        raise ValueError("expected two quantiles or more, in order")


def windows_asked(asked: Any) -> Windows:
    """How the reader cuts a table of steps; there is a horizon.

    Places of columns stand where their names do, until the table is read: `Windows.placed`.
    """
    return Windows(
        target=asked.target,
        time=asked.time if isinstance(asked.time, tuple) else (asked.time,),
        horizon=asked.horizon or 1,
        history=asked.history or 0,
        series_id=asked.series_id,
        past=asked.past,
        known=asked.known,
        stride=asked.stride,
        logs=asked.task == RETURNS.name,
    )


def give_ends(table: Tabulated, wishes: Wishes, source: str) -> None:
    """Mark the columns that say until when rows look, and which are to judge by.

    Raises:
        DataError: if a column of ends does not fit that of the moments.
    """
    for name, role in ((UNTIL, "until"), (JUDGED, "judged")):
        if wishes.time == FROM and name in table.columns:
            table.columns[name] = replace(table.columns[name], role=cast("Role", role))
    if wishes.until is None or wishes.time is None:
        return
    time, until = (table.columns[name] for name in (wishes.time, wishes.until))
    where = f"{source}, column `{until.name}`"
    wide = any(name in table.wide for name in (time.name, until.name))
    if until.kind != time.kind or wide:
        found = "whole numbers beyond 2**53" if wide else f"{until.kind} values"
        remedy = "Write both as dates, or both as numbers."
        wanted = f"{time.kind} values for until=, like those of `{time.name}`"
        raise DataError.expected(where, wanted, found, remedy, column=until.name)
    early = np.flatnonzero(table.values[until.name] < table.values[time.name])
    if len(early):
        found = f"earlier ones in {'row' if len(early) == 1 else 'rows'} {first_rows(early)}"
        remedy = "Name the column in which a row, with its label, ends."
        wanted = f"moments at or after those of `{time.name}`"
        raise DataError.expected(where, wanted, found, remedy, column=until.name)
    table.columns[until.name] = replace(until, role="until")
