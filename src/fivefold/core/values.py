"""The value of a setting in JSON, and back by its annotation."""

import json
import sys
from collections.abc import Iterator, Mapping, Set
from hashlib import sha256
from inspect import signature
from math import isfinite
from os import PathLike, fspath
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fivefold.core.parameters import has_parameters
from fivefold.core.space import MAKERS, Space, mark_of
from fivefold.errors import ConfigError, RecipeError

NOTE = "$object"  # the mark of a value that JSON cannot hold, of which the name alone is noted

_LARGE = 1000  # numbers of an array from which a note does not list them

FLOAT, ARRAY, SLICE = "$float", "$array", "$slice"
"""The marks of numbers that JSON lacks, of small arrays and slices, in parameters of an object."""

KINDS: dict[str, type] = {"$pairs": dict, "$set": frozenset, "$tuple": tuple}
"""What a list stands for, by the mark it has where the annotation does not tell."""


def write_value(value: Any, annotation: Any, where: str, strict: bool) -> Any:
    """A setting's value as JSON has it.

    Mappings of texts are objects, tuples are lists. Other mappings are lists of pairs, sets are
    sorted lists, where the annotation says so; else an object with one mark holds them, as one
    does a space. An object with a `setting_name` is that text, from which its stage finds it again.
    What JSON cannot hold is refused where it is `strict`, else noted as `{"$object": name}`, with
    its parameters where it has `get_params`, and a digest where these are plain; `where` says which
    it is.

    Raises:
        RecipeError: naming stage and setting.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, Space):
        parts = [write_value(part, annotation, where, strict) for part in value.arguments]
        return {mark_of(value): parts}
    if isinstance(value, Mapping):
        return _write_mapping(value, annotation, where, strict)
    kinds: dict[type, type] = {list: list, tuple: tuple, Set: frozenset}
    kind = next((kinds[like] for like in kinds if isinstance(value, like)), None)
    if kind is not None:
        listed = [
            write_value(item, _inside(annotation, kind, place), where, strict)
            for place, item in enumerate(value)
        ]
        return _marked(
            sorted(listed, key=json.dumps) if kind is frozenset else listed, kind, annotation
        )
    said = getattr(value, "setting_name", None)
    if isinstance(said, str):
        return said
    name = getattr(value, "__name__", type(value).__name__)
    given = None if strict else _parameters(value)
    if given is not None:
        return _note_of_parameters(value, given, where)
    if strict:
        remedy = "Keep such a pipeline as a Python script, or give a path or a name instead."
        raise RecipeError.expected(
            "Recipe", "plain values", f"{name} in {where}", remedy, setting=where
        )
    return {NOTE: name}


def _parameters(value: Any) -> Mapping[str, Any] | None:
    """What an object was made with, where it tells: as estimators of scikit-learn do.

    Splitters of scikit-learn's keep what they were made with, and have no word for it.
    """
    if isinstance(value, type):
        return None
    if has_parameters(value):
        given: Mapping[str, Any] = value.get_params(deep=False)
        return given
    cls = type(value)
    if cls.__module__.split(".")[0] != "sklearn" or cls.__init__ is object.__init__:
        return None
    names = [name for name in signature(cls).parameters if name not in ("args", "kwargs")]
    held = all(hasattr(value, name) for name in names)
    return {name: getattr(value, name) for name in names} if held else None


def _note_of_parameters(value: Any, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A note of an object by its class and its parameters, with a digest if they tell all of it."""
    parameters = {
        name: _write_parameter(each, f"{where}.{name}") for name, each in sorted(given.items())
    }
    cls = type(value)
    note = {NOTE: f"{cls.__module__}.{cls.__qualname__}", "parameters": parameters}
    if any("sha256" not in inner for inner in notes(parameters)):
        return note
    return {**note, "sha256": sha256(json.dumps(note, sort_keys=True).encode()).hexdigest()}


def _write_parameter(value: Any, where: str) -> Any:
    """A parameter as JSON, with marks for what that lacks; its type can be read from it.

    A class or a function of a module is noted with its path. A large array is noted by its type.
    """
    if isinstance(value, float) and not isfinite(value):
        return {FLOAT: repr(float(value))}
    if isinstance(value, slice):
        return {SLICE: [value.start, value.stop, value.step]}
    is_array = hasattr(value, "tolist") and not isinstance(value, type)
    if is_array and getattr(value, "size", _LARGE) < _LARGE:
        listed = _write_parameter(value.tolist(), where)
        return {ARRAY: [str(value.dtype), listed]} if value.ndim else listed
    if type(value) in (list, tuple):
        parts = [_write_parameter(part, where) for part in value]
        return {"$tuple": parts} if type(value) is tuple else parts
    if type(value) is dict:
        pairs = [[_write_parameter(part, where) for part in pair] for pair in value.items()]
        taken = {NOTE, FLOAT, ARRAY, SLICE, *KINDS, *MAKERS}
        plain = all(type(key) is str for key in value) and value.keys().isdisjoint(taken)
        return dict(pairs) if plain else {"$pairs": pairs}
    written = write_value(value, Any, where, strict=False)
    path = f"{getattr(value, '__module__', None)}.{getattr(value, '__qualname__', None)}"
    noted = isinstance(written, dict) and written.keys() == {NOTE}
    return {**written, "path": path} if noted and is_named(value) else written


def is_named(value: Any) -> bool:
    """Whether a class or a function is what its module has under its name."""
    home = sys.modules.get(getattr(value, "__module__", None) or "")
    return getattr(home, getattr(value, "__qualname__", ""), None) is value


def notes(value: Any) -> Iterator[Mapping[str, Any]]:
    """The notes at any depth of a written value."""
    if isinstance(value, dict) and NOTE in value:
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from notes(part)


def _write_mapping(value: Mapping[Any, Any], annotation: Any, where: str, strict: bool) -> Any:
    keys, values = _inside(annotation, dict, 0), _inside(annotation, dict, 1)
    written = [
        [write_value(key, keys, where, strict), write_value(item, values, where, strict)]
        for key, item in value.items()
    ]
    taken = {NOTE, *KINDS, *MAKERS}
    plain = all(isinstance(key, str) for key in value) and value.keys().isdisjoint(taken)
    return dict(written) if plain else _marked(written, dict, annotation)


def _marked(listed: list[Any], kind: type, annotation: Any) -> Any:
    """A list alone where it will be read as this kind, else with a mark."""
    if kind is _listed_as(annotation):
        return listed
    return next(({mark: listed} for mark in KINDS if KINDS[mark] is kind), listed)


def read_value(value: Any, annotation: Any) -> Any:
    """What `write_value` wrote, with its types.

    Raises:
        ValueError: if a key stands there twice, or a space that cannot be.
    """
    if isinstance(value, list):
        return _read_list(value, _listed_as(annotation), annotation)
    if not isinstance(value, dict):
        return value
    mark, listed = next(iter(value.items()), ("", None))
    if len(value) == 1 and mark in KINDS and isinstance(listed, list):
        return _read_list(listed, KINDS[mark], annotation)
    if len(value) == 1 and mark in MAKERS and isinstance(listed, list):
        try:
            return MAKERS[mark](*[read_value(part, annotation) for part in listed])
        except (ConfigError, TypeError) as error:
            raise ValueError(str(error)) from None
    inside = _inside(annotation, dict, 1)
    return {name: read_value(item, inside) for name, item in value.items()}


def _read_list(listed: list[Any], kind: type, annotation: Any) -> Any:
    if kind is not dict:
        items = [
            read_value(item, _inside(annotation, kind, place)) for place, item in enumerate(listed)
        ]
        return (
            items if kind is list else kind(map(_hashable, items) if kind is frozenset else items)
        )
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in listed):
        return listed
    keys, values = _inside(annotation, dict, 0), _inside(annotation, dict, 1)
    found: dict[Any, Any] = {}
    for written, item in listed:
        key = _hashable(read_value(written, keys))
        if key in found:
            raise ValueError(f"expected each key once, found {key!r} twice")
        found[key] = read_value(item, values)
    return found


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def _listed_as(annotation: Any) -> type:
    """What a list in JSON stands for where this annotation is; a list where it says nothing."""
    kinds = [kind for kind, _ in _containers(annotation)]
    return next((kind for kind in (list, tuple, frozenset, dict) if kind in kinds), list)


def _inside(annotation: Any, kind: type, place: int) -> Any:
    """What a container of this kind holds in a place; 0 is for keys of a mapping, 1 for values."""
    parts = []
    for found, arguments in _containers(annotation):
        if found is not kind or not arguments:
            continue
        repeats = kind in (list, frozenset) or arguments[-1] is ...
        if repeats or place < len(arguments):
            parts.append(arguments[0 if repeats else place])
    return Union[tuple(parts)] if parts else Any  # noqa: UP007


def _containers(annotation: Any) -> Iterator[tuple[type, tuple[Any, ...]]]:
    """The containers that an annotation allows, each with what stands in its brackets."""
    origin, arguments = get_origin(annotation) or annotation, get_args(annotation)
    if hasattr(origin, "__value__"):  # type X = ...
        yield from _containers(origin.__value__)
    elif origin in (Union, UnionType, Annotated):
        for part in arguments[:1] if origin is Annotated else arguments:
            yield from _containers(part)
    elif annotation is Any:
        yield list, ()
    elif isinstance(origin, type):
        likes: dict[type, type] = {tuple: tuple, list: list, Set: frozenset, Mapping: dict}
        yield from ((likes[like], arguments) for like in likes if issubclass(origin, like))


def plain(value: Any, annotation: Any) -> Any:
    """Lists as tuples, sets as frozensets where the annotation says so; numbers as Python's."""
    if type(value) in (list, tuple) and mentions(annotation, tuple):
        return tuple(plain(item, annotation) for item in value)
    if type(value) in (set, frozenset) and mentions(annotation, frozenset):
        return frozenset(plain(item, annotation) for item in value)
    if isinstance(value, dict) and mentions(annotation, dict, Mapping):
        return {plain(key, annotation): plain(item, annotation) for key, item in value.items()}
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    return value


def lists_texts(annotation: Any) -> bool:
    """Whether several values may stand there, and no text that is not one of them."""
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else [annotation]
    listed = [get_origin(part) is tuple and get_args(part)[-1:] == (Ellipsis,) for part in parts]
    texts = [part in (str, Any) or get_origin(part) is Literal for part in parts]
    return any(listed) and not any(texts)


def mentions(annotation: Any, *kinds: type) -> bool:
    """True if one of these types stands in the annotation, at any depth."""
    here = annotation in kinds or get_origin(annotation) in kinds
    return here or any(mentions(part, *kinds) for part in get_args(annotation))
