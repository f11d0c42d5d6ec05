"""Stopwatches: how long calls take, and what they hold meanwhile."""

import ctypes
import gc
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from fivefold.codecs.table import Array

if TYPE_CHECKING:
    import pandas as pd

BATCHES = (1, 32, 1024)
"""Rows a call, where speed is looked at closely."""

MOST_CALLS, FEWEST_CALLS = 400, 10
SECONDS = 1.0
"""For which a way is called again and again, where speed is looked at closely."""

ALONE, WHOLE = "model", "codec and model"
"""What is timed: scores from encoded rows, or from rows as they came."""

COLUMNS = (
    *("model", "engine", "what", "rows_per_call", "milliseconds_per_row", "p50", "p95", "p99"),
    *("rows_per_second", "fastest", "slowest", "calls"),
)
CLEARED = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way in which a model answers.

    Args:
        model: its name.
        engine: what computes: `torch`, `onnxruntime`, `scikit-learn`.
        what: `model`, or `codec and model`.
        ready: for a number of rows, a call without arguments that answers them.
        bytes: of what is loaded to answer; None where that is not known.
    """

    model: str
    engine: str
    what: str
    ready: Callable[[int], Callable[[], object]]
    bytes: int | None = None


def timed(seconds: Array, rows: int) -> dict[str, Any]:
    """What the seconds of calls of so many rows each say.

    Example:
        >>> found = timed(np.array([0.001, 0.002, 0.003]), 2)
        >>> found["p50"], found["milliseconds_per_row"], found["rows_per_second"]
        (2.0, 1.0, 1000.0)
    """
    milliseconds = 1000 * seconds
    p50, p95, p99 = (float(value) for value in np.quantile(milliseconds, (0.5, 0.95, 0.99)))
    return {
        "rows_per_call": rows,
        "milliseconds_per_row": p50 / rows,
        "p50": p50,
        "p95": p95,
        "p99": p99,
        "rows_per_second": 1000 * rows / p50,
        "fastest": float(milliseconds.min()) / rows,
        "slowest": float(milliseconds.max()) / rows,
        "calls": len(seconds),
    }


def speed_table(
    ways: Iterable[Way],
    *,
    batches: tuple[int, ...] = BATCHES,
    seconds: float = SECONDS,
    told: Callable[[Way], None] | None = None,
) -> "pd.DataFrame":
    """How long many ways take, each called for a while at several numbers of rows.

    Args:
        ways: timed one after another.
        batches: rows a call.
        seconds: for which each is called again at each number of rows, at least 10 times.
        told: is given each way that is done.

    Returns:
        The columns of `prediction_speed`, and `bytes` (of what is loaded to answer) and
        `memory_bytes` (at the peak of a call of the most rows, beyond what stood before; NaN where
        the system does not say).
    """
    import pandas as pd

    lines = []
    for way in ways:
        known = {"model": way.model, "engine": way.engine, "what": way.what}
        memory = memory_of(way.ready(max(batches)))
        sizes = {"bytes": way.bytes, "memory_bytes": memory}
        for rows in batches:
            lines.append(known | timed(calls_for(way.ready(rows), seconds), rows) | sizes)
        if told is not None:
            told(way)
    return pd.DataFrame(lines, columns=[*COLUMNS, "bytes", "memory_bytes"])


def time_calls(call: Callable[[], object], calls: int) -> Array:
    """Seconds of each of so many calls, after one that is not counted.

    Returns:
        `(calls,)` float64.
    """
    call()
    return np.array([_seconds(call) for _ in range(calls)])


def calls_for(call: Callable[[], object], seconds: float) -> Array:
    """Seconds of each of as many calls as there is time for, 10 to 400, after one not counted."""
    call()
    taken = [_seconds(call)]
    while len(taken) < FEWEST_CALLS or (sum(taken) < seconds and len(taken) < MOST_CALLS):
        taken.append(_seconds(call))
    return np.array(taken)


def _seconds(call: Callable[[], object]) -> float:
    started = perf_counter()
    call()
    return perf_counter() - started


def memory_of(call: Callable[[], object]) -> float:
    """Bytes that a call takes at its peak beyond what stood before; NaN where nobody says.

    What was freed before is given back to the system first: a call that is given it again would
    seem to take nothing.
    """
    _give_back()
    try:
        CLEARED.write_text("5")  # the peak begins anew
        before = _status("VmRSS")
        call()
        return float(max(0, _status("VmHWM") - before))
    except (OSError, KeyError):
        call()
        return float("nan")


def _give_back() -> None:
    """Freed memory that the allocator keeps, where it is glibc's."""
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):  # other systems, other allocators
        ctypes.CDLL(None).malloc_trim(0)


def highest() -> int:
    """The most memory that this process has held, in bytes; 0 where nobody says.

    What a parent held before this process began does not count, as it does in `getrusage`.
    """
    try:
        return _status("VmHWM")
    except (OSError, KeyError):
        return 0


def _status(name: str) -> int:
    lines = (line.split() for line in STATUS.read_text().splitlines())
    return 1024 * int({words[0]: words[1] for words in lines if len(words) > 1}[f"{name}:"])


def held_bytes(thing: object) -> int:
    """Bytes of all arrays that an estimator, or a function that asks one, holds.

    Example:
        >>> held_bytes({"a": np.zeros(3), "b": [np.zeros(2), "text"]})
        40
    """
    seen: set[int] = set()
    left, total = [thing], 0
    while left:
        each = left.pop()
        if id(each) in seen or isinstance(each, type):
            continue
        seen.add(id(each))
        if isinstance(each, np.ndarray):
            total += int(each.nbytes)
            left += [] if each.dtype != object else each.ravel().tolist()
        elif isinstance(each, Mapping):
            left += each.values()
        elif isinstance(each, list | tuple | set):
            left += each
        else:
            left += [cell.cell_contents for cell in getattr(each, "__closure__", None) or ()]
            left += vars(each).values() if hasattr(each, "__dict__") else ()
    return total


def fastest_tied(speed: "pd.DataFrame", tied: Iterable[str], *, rows: int = 1) -> "pd.DataFrame":
    """The table with `fastest_tied`: `yes` where the quickest model of those tied with the best is.

    Args:
        speed: of `speed_table`.
        tied: names of the models whose difference from the best may be none, the best among them.
        rows: a call, by whose median it is judged.
    """
    names = set(tied)
    able = speed[(speed["rows_per_call"] == rows) & speed["model"].isin(names)]
    able = able[able["what"] == ALONE]
    marked = speed.copy()
    marked["fastest_tied"] = ""
    if len(able):
        best = able.iloc[int(able["p50"].to_numpy().argmin())]
        same = (speed["model"] == best["model"]) & (speed["engine"] == best["engine"])
        marked.loc[same, "fastest_tied"] = "yes"
    return marked
