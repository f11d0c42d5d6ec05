"""A pipeline as JSON, and back."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from os import PathLike
from typing import Any

from fivefold.core.jsontext import RepeatedKeyError, parse_json
from fivefold.core.roster import file_of
from fivefold.core.stage import Stage
from fivefold.core.values import NOTE, notes, write_value
from fivefold.core.wording import brief, nearest
from fivefold.errors import RecipeError

FORMAT = "fivefold/recipe-1"

Rebuild = Callable[[Mapping[str, Any], str], Any]
"""Gives the object that a note tells of, and is told the setting that it stands in."""


def write_recipe(stages: Iterable[Stage], *, strict: bool = True) -> str:
    """The stages with their settings as JSON text.

    Args:
        stages: in order.
        strict: refuse what JSON cannot hold (a frame, a module, a function); else it is noted as
            `{"$object": name}`, which documents the run and cannot be built again. So are rows that
            stand in a setting of type `Data`, with a digest of them if they are plain values.

    Raises:
        RecipeError: naming stage and setting.
    """
    listed: list[dict[str, Any]] = []
    for stage in stages:
        listed.append({"stage": stage_name(type(stage))})
        if settings := _settings(stage, strict):
            listed[-1]["with"] = settings
    return json.dumps({"format": FORMAT, "stages": listed}, indent=1, ensure_ascii=False)


def read_recipe(
    text: str,
    stages: Iterable[type[Stage]] = (),
    *,
    rebuild: Rebuild | None = None,
) -> list[Stage]:
    """The stages that a recipe describes; imports nothing.

    Args:
        text: JSON text from `write_recipe`.
        stages: classes of your own; those defined in this process are known already.
        rebuild: gives the object that a note in a setting tells of; None refuses notes.

    Raises:
        RecipeError: if the text is no recipe, or names a stage that is not defined.
        ConfigError: if a setting is wrong.
    """
    remedy = "Write recipes with pipeline.to_json()."
    try:
        recipe = parse_json(text)
    except RepeatedKeyError as fault:
        raise RecipeError.expected(
            "Recipe", "each name once", f"{fault.key!r} twice", "Leave one of them out."
        ) from None
    except json.JSONDecodeError as error:
        raise RecipeError(
            f"Recipe: expected JSON, found {error.msg} in line {error.lineno}.", remedy=remedy
        ) from None
    if not isinstance(recipe, dict) or recipe.get("format") != FORMAT:
        found = recipe.get("format") if isinstance(recipe, dict) else type(recipe).__name__
        raise RecipeError(f"Recipe: expected the format {FORMAT}, found {found!r}.", remedy=remedy)
    listed = recipe.get("stages")
    if not isinstance(listed, list) or not all(map(_is_entry, listed)):
        raise RecipeError.expected(
            "Recipe", 'a list of {"stage": name, "with": {setting: value}}', brief(listed), remedy
        )
    known = {stage_name(cls): cls for cls in [*_defined(Stage), *stages]}
    built = []
    for entry in listed:
        cls = known.get(entry["stage"])
        if cls is None:
            near = nearest(entry["stage"], list(known))
            either = f"Write {near}, or define the class" if near else "Import or define its class"
            raise RecipeError(
                f"Recipe: expected a stage that is defined, found {entry['stage']!r}.",
                remedy=f"{either} first; a recipe imports nothing.",
                stage=entry["stage"],
            )
        settings = entry.get("with", {})
        for setting, value in settings.items():
            for note in notes(value) if rebuild is None else ():
                raise RecipeError(
                    f"Recipe: expected a plain value for {entry['stage']}.{setting}, "
                    f"found a note of {note[NOTE]}.",
                    remedy="Build that stage in Python.",
                    stage=entry["stage"],
                    setting=setting,
                )
        if rebuild is not None and any(notes([*settings.values()])):
            made = {
                name: _rebuilt(value, f"{entry['stage']}.{name}", rebuild)
                for name, value in settings.items()
            }
            built.append(cls.from_parts(made))
        else:
            built.append(cls.from_settings(json.dumps(settings)))
    return built


def _rebuilt(value: Any, where: str, rebuild: Rebuild) -> Any:
    """The same with objects in the place of notes."""
    if isinstance(value, dict):
        if NOTE in value:
            return rebuild(value, where)
        return {name: _rebuilt(part, where, rebuild) for name, part in value.items()}
    return [_rebuilt(part, where, rebuild) for part in value] if isinstance(value, list) else value


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("stage"), str)
        and isinstance(entry.get("with", {}), dict)
    )


def stage_name(cls: type[Stage]) -> str:
    """How a recipe calls a stage: the class for fivefold's own, `module:class` for others.

    A file that is run, or handed over by its path, is called as if it were imported.
    """
    module = cls.__module__
    if module.split(".")[0] == "fivefold":
        return cls.__qualname__
    file = file_of(cls)
    alone = module == "__main__" or not module.replace(".", "").isidentifier()
    return f"{file.stem if alone and file is not None else module}:{cls.__qualname__}"


def _defined(cls: type[Stage]) -> Iterator[type[Stage]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _defined(sub)


def _settings(stage: Stage, strict: bool) -> dict[str, Any]:
    settings = {}
    for name, value in stage.settings().items():
        where = f"{type(stage).__name__}.{name}"
        field = type(stage).model_fields[name]
        noted = type(stage).holds_rows(name) and not _is_place(value) and not strict
        settings[name] = (
            _note_of(value, where) if noted else write_value(value, field.annotation, where, strict)
        )
    return settings


def _is_place(value: Any) -> bool:
    """Whether a value says where rows are and holds none: a path, a query, several of them."""
    if hasattr(value, "is_place"):
        return True
    if isinstance(value, Mapping):  # of sources; one of columns holds lists
        held = [
            isinstance(part, str | PathLike) or hasattr(part, "is_place") for part in value.values()
        ]
        return bool(value) and all(held)
    parts = value if isinstance(value, tuple | list) else [value]
    known = (str, PathLike, type(None))
    return all(isinstance(part, known) or hasattr(part, "is_place") for part in parts)


def _note_of(value: Any, where: str) -> dict[str, str]:
    """What stands for rows: their type, and the digest of plain ones."""
    note = {NOTE: type(value).__name__}
    try:
        text = json.dumps(write_value(value, Any, where, strict=True))
    except RecipeError:
        return note
    return {**note, "sha256": sha256(text.encode()).hexdigest()}
