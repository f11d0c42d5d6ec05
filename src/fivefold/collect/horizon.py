"""What Collect is asked of steps ahead: checked, and as the reader takes it."""

from collections.abc import Set
from typing import Any

from fivefold.reading.options import Windows

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
    if asked.horizon is None:
        idle = ONLY & given or ({"time"} if isinstance(asked.time, tuple) else set())
        if idle:
            raise ValueError(f"`{min(idle)}` asks for `horizon`, the steps to forecast")
    elif asked.time is None or asked.step or not isinstance(asked.target, str):
        raise ValueError("`horizon` asks for `time`, and for `target`, the name of one column")
    if list(asked.quantiles) != sorted(set(asked.quantiles)) or len(asked.quantiles) < 2:
        raise ValueError("expected two quantiles or more, in order")


def windows_asked(asked: Any) -> Windows:
    """How the reader cuts a table of steps; there is a horizon."""
    return Windows(
        target=str(asked.target),
        time=(asked.time,) if isinstance(asked.time, str) else asked.time or (),
        horizon=asked.horizon or 1,
        history=asked.history or 0,
        series_id=asked.series_id,
        past=asked.past,
        known=asked.known,
        stride=asked.stride,
    )
