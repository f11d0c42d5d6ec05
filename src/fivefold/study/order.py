"""What the processes of a study tell one another, as JSON values: units, events and errors."""

import builtins
import json
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from fivefold import errors
from fivefold.artifacts import Collected
from fivefold.core import events
from fivefold.core.content import content_of
from fivefold.core.events import Event
from fivefold.core.finding import Finding
from fivefold.core.key import Key
from fivefold.core.own_code import own_objects
from fivefold.core.recipe import write_recipe
from fivefold.core.stage import Stage
from fivefold.errors import FivefoldError, RecipeError
from fivefold.partition import Partition
from fivefold.study.unit import Unit
from fivefold.study.wanted import wanted_by
from fivefold.train.rebuilt import unbuildable

_EVENTS: dict[str, type[Event]] = {
    name: value
    for name, value in vars(events).items()
    if isinstance(value, type) and issubclass(value, Event)
}


def order_of(unit: Unit) -> dict[str, Any]:
    """A unit as JSON values, apart from its rows.

    Raises:
        RecipeError: if a setting is a module or a function.
    """
    return {
        "name": unit.name,
        "recipe": _recipe(unit.stages),
        "digest": next(iter(unit.start.context.digests([Key(Collected)]).values())),
        "own": unit.start.context.own([Key(Collected)]),
        "seed": unit.seed,
        "part": unit.part,
        "mixed": unit.mixed,
        "deployed": unit.deployed,
        "watch": None if unit.watch is None else unit.watch.pack(),
    }


def check_travels(unit: Unit) -> None:
    """Refuse a unit that cannot be told to another process.

    Raises:
        RecipeError: naming what cannot be written down.
    """
    for key in unit.start.context:
        if key not in (Key(Collected), Key(Partition)):
            remedy = "Leave out n_jobs."
            raise RecipeError.expected("Study", "rows and their division alone", str(key), remedy)
    _recipe(unit.stages)
    wanted_by([unit])


def _recipe(stages: Sequence[Stage]) -> str:
    """The stages as text, estimators by their classes and parameters.

    Raises:
        RecipeError: naming what cannot be made again from a text.
    """
    text = write_recipe(stages, strict=False)
    for entry in json.loads(text)["stages"]:
        for setting, value in entry.get("with", {}).items():
            for name in unbuildable(value):
                raise RecipeError(
                    f"Study: expected what can be told to other processes, found {name} in "
                    f"{entry['stage']}.{setting}.",
                    remedy="Leave out n_jobs, or give what stands at the top of a file.",
                    setting=setting,
                )
    return text


def same_stages(one: Sequence[Stage], other: Sequence[Stage]) -> bool:
    """Whether two rows of stages do the same: they are the same, or have one recipe.

    What a recipe knows by its name alone, a kind with arguments for one, has to hold the same too.
    """
    if tuple(one) == tuple(other):
        return True
    try:
        if write_recipe(one) != write_recipe(other):
            return False
    except RecipeError:
        return False
    own = [[*own_objects([stage.settings() for stage in each])] for each in (one, other)]
    digests = [[content_of(thing) for thing in things] for things in own]
    return digests[0] == digests[1] and all(isinstance(digest, str) for digest in digests[0])


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
