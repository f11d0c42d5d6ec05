"""A run as a log: one JSON object a line, one line an event."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.core.estimate import Estimate
from fivefold.core.events import Event


class JsonLines:
    """Appends every event to a file: its time in UTC, path, type, and what it says.

    Each line is on its way to the disk before the run goes on, so the log of a run that was killed
    ends with what it did last. Numbers that JSON lacks are null.

    Args:
        file: the log; made if it is not there.

    Example:
        >>> from tempfile import mkdtemp
        >>> from fivefold.core.events import Noted
        >>> log = Path(mkdtemp()) / "log.jsonl"
        >>> JsonLines(log)(Noted(path=("train",), text="16 epochs at most."))
        >>> line = json.loads(log.read_text())
        >>> line["path"], line["type"], line["text"]
        (['train'], 'Noted', '16 epochs at most.')
    """

    def __init__(self, file: str | PathLike[str]) -> None:
        self._file = Path(fspath(file))

    def __call__(self, event: Event) -> None:
        """Write one line."""
        head = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "path": list(event.path),
            "type": type(event).__name__,
        }
        told = {each.name: plain(getattr(event, each.name)) for each in fields(event)}
        line = json.dumps({**told, **head} if "time" in told else {**head, **told})
        with self._file.open("a", encoding="utf-8") as file:  # closed, and so flushed
            file.write(line + "\n")


def plain(value: Any) -> Any:
    """A value as JSON has it: a score with its interval, a finding as an object.

    Example:
        >>> plain({"loss": float("nan"), "best": (1, 2.5)})
        {'loss': None, 'best': [1, 2.5]}
    """
    if isinstance(value, Estimate):
        return {"value": plain(float(value)), **plain(vars(value))}
    if hasattr(value, "item") and callable(value.item) and getattr(value, "ndim", 0) == 0:
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return str(value)
