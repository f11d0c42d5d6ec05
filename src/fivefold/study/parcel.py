"""What the processes of a study tell one another: events and errors as JSON values."""

import builtins
import json
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from fivefold import errors
from fivefold.core import events
from fivefold.core.events import Event
from fivefold.core.finding import Finding
from fivefold.errors import FivefoldError

_EVENTS: dict[str, type[Event]] = {
    name: value
    for name, value in vars(events).items()
    if isinstance(value, type) and issubclass(value, Event)
}


def pack_event(event: Event) -> dict[str, Any] | None:
    """An event of fivefold's own; None for one of a user's class."""
    name = type(event).__name__
    if _EVENTS.get(name) is not type(event):
        return None
    return {"event": name, "values": _plain(asdict(event))}


def unpack_event(packed: Mapping[str, Any]) -> Event:
    """The event that `pack_event` packed."""
    values = dict(packed["values"])
    if "finding" in values:
        values["finding"] = Finding(**values["finding"])
    event = _EVENTS[packed["event"]](**values)
    return replace(event, path=tuple(event.path))


def pack_error(error: BaseException) -> dict[str, Any]:
    """What an error says, with its notes and where it arose."""
    packed: dict[str, Any] = {
        "module": type(error).__module__,
        "name": type(error).__qualname__,
        "said": str(error),
        "notes": list(getattr(error, "__notes__", ())),
        "traceback": "".join(traceback.format_exception(error)),
    }
    if isinstance(error, FivefoldError):
        packed |= {"summary": error.summary, "evidence": error.evidence, "remedy": error.remedy}
        packed["facts"] = {k: v for k, v in error.facts.items() if _is_plain(v)}
    elif _is_plain(error.args):
        packed["arguments"] = list(error.args)
    return packed


def unpack_error(packed: Mapping[str, Any]) -> BaseException:
    """The error that `pack_error` packed, of the class that it had where this process knows it.

    Example:
        >>> unpack_error(pack_error(KeyError("age")))
        KeyError('age')
    """
    error = _error(packed)
    for note in packed["notes"]:
        error.add_note(note)
    if not isinstance(error, FivefoldError):
        error.add_note(packed["traceback"])
    return error


def _error(packed: Mapping[str, Any]) -> BaseException:
    name = packed["name"]
    known = getattr(errors, name, None)
    if "summary" in packed and known is not None:
        texts = {part: packed[part] for part in ("evidence", "remedy")}
        found: BaseException = known(packed["summary"], **texts, **packed["facts"])
        return found
    home = builtins if packed["module"] == "builtins" else sys.modules.get(packed["module"])
    cls = getattr(home, name, None)
    if isinstance(cls, type) and issubclass(cls, BaseException) and "arguments" in packed:
        try:
            return cls(*packed["arguments"])
        except Exception:  # a class of its own may want anything
            return RuntimeError(f"{name}: {packed['said']}")
    return RuntimeError(f"{name}: {packed['said']}")


def _plain(value: Any) -> Any:
    """The same without what JSON has no word for: numbers of numpy's, and objects."""
    return json.loads(json.dumps(value, default=_number))


def _number(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def _is_plain(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
