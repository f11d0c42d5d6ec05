"""What texts of the shell mean for a setting, by its annotation."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from fivefold.commands.compared import compared, compares
from fivefold.commands.numeral import number
from fivefold.errors import ConfigError

_LONGEST = 40
_PAIR = "NAME=VALUE"


class Form(NamedTuple):
    """In which ways a setting can be said in the shell.

    Args:
        one: by one value.
        many: by several, between commas or one after another.
        named: by NAME=VALUE, likewise.
        nested: by NAME:TEXT=VALUE, likewise.
        switch: by the flag alone, or with `no-` before it.
        whole: whether a comma is part of a value.
        metavar: what stands for the value in a help.
    """

    one: bool = True
    many: bool = False
    named: bool = False
    nested: bool = False
    switch: bool = False
    whole: bool = True
    metavar: str = "TEXT"


def form_of(annotation: Any) -> Form | None:
    """How a setting of this type is said; None where no text can mean one: a function, a frame.

    Example:
        >>> form_of(int | None).metavar, form_of(bool).switch, form_of(bytes)
        ('N', True, None)
        >>> form_of(tuple[str, ...]).metavar, form_of(Literal["a", "b"] | dict[str, float]).metavar
        ('A,B', 'a|b|NAME=X')
    """
    parts = [part for part in _parts(annotation) if _is_sayable(part)]
    if not parts:
        return None
    if parts == [bool]:
        return Form(switch=True, metavar="")
    scalars = [part for part in parts if _container(part) is None]
    many = [part for part in parts if _container(part) is tuple]
    named = [part for part in parts if _container(part) is dict]
    nested = any(map(_is_nested, named))
    literals = [value for part in scalars for value in _choices(part)]
    text = any(part is str for part in scalars) or "," in literals
    whole = not many and (text or not named or _is_free(parts))
    return Form(bool(scalars), bool(many), bool(named), nested, False, whole, _metavar(parts))


def meant(
    flag: str, texts: Sequence[str], annotation: Any, default: Any = None, pair: str = _PAIR
) -> Any:
    """What texts say of a setting.

    Args:
        flag: that was given.
        texts: one for each time.
        annotation: of the setting.
        default: of the setting; `none` is None where that is another one, else nothing at all.
        pair: what a help calls a value by its name.

    Raises:
        ConfigError: if NAME=VALUE is wanted and there is no name, or JSON that is none.

    Example:
        >>> meant("--drop", ["id,name", '"a,b"'], tuple[str, ...])
        ('id', 'name', 'a,b')
        >>> meant("--lr", ["1e-3"], float | dict[str, float]), meant("--by", ["time"], str)
        (0.001, 'time')
        >>> meant("--lr", ["head=0.1,body.*=0.01"], float | dict[str, float])
        {'head': 0.1, 'body.*': 0.01}
        >>> meant("--select", ["title=h1", "links=a[href*=jobs], li"], dict[str, str])
        {'title': 'h1', 'links': 'a[href*=jobs], li'}
        >>> meant("--threshold", ["cat:dog=5,cat:cow=1"], float | dict[str, dict[str, float]])
        {'cat': {'dog': 5, 'cow': 1}}
        >>> meant("--clip", ["none"], float | None, 1.0)
        >>> meant("--test", ["8,"], float | tuple[str, ...])
        ('8',)
    """
    form = form_of(annotation) or Form()
    words = [*texts] if form.whole else listed(texts)
    parts = [*_parts(annotation)]
    named = [_inside(p, 1) for p in parts if _container(p) is dict and not _is_nested(p)]
    nested = [_inside(_inside(p, 1), 1) for p in parts if _container(p) is dict and _is_nested(p)]
    if form.named and texts[-1].startswith('{"'):
        return _json(flag, texts[-1])
    if named and compares(named[0]):
        return compared(flag, words)
    if named and _is_free(parts):
        return _first_named(flag, words, pair)
    if nested and (":" in _name(words[0]) or not (named or form.one)):
        return _nested(flag, words, nested[0], pair)
    if named and _name(words[0]):
        return _mapping(flag, words, named[0], pair)
    if named and not (form.one or form.many):
        raise unnamed(flag, words[0], pair)
    if words == ["none"] and not _holds_text(annotation, "none", by_item=default is not None):
        if form.many and (default is None or NoneType not in parts):
            return ()
        if NoneType in parts or Any in parts:
            return None
    several = form.many and (len(words) > 1 or len(texts) > 1 or texts[0].endswith(","))
    if several or not form.one:
        items = [_inside(part, 0) for part in parts if _container(part) is tuple]
        return tuple(_value(word, items[0] if items else str) for word in words)
    return _value(words[-1], annotation)


def unnamed(flag: str, found: str, pair: str = _PAIR) -> ConfigError:
    """The error where a flag wants a name before its value."""
    remedy = f"Write for instance {flag} {pair}."
    return ConfigError.expected("fivefold", f"{flag} {pair}", found or "none", remedy)


def listed(texts: Sequence[str]) -> list[str]:
    """The words between commas; one that holds a comma stands in double quotes.

    Example:
        >>> listed(["id, name", '"a,b"', ""])
        ['id', 'name', 'a,b', '']
    """
    found = list[str]()
    for text in texts:
        row = next(csv.reader([text], skipinitialspace=True), [""]) or [""]
        found += row[:-1] if len(row) > 1 and not row[-1] else row
    return found


def _is_free(parts: Sequence[Any]) -> bool:
    """Whether a setting is texts by name and nothing else, such as selectors, full of signs."""
    values = [_inside(part, 1) for part in parts if _container(part) is dict]
    return len(values) == len(parts) and all(value is str for value in values)


def _first_named(flag: str, words: Sequence[str], pair: str) -> dict[str, str]:
    """Texts by the name before the first equals sign."""
    pairs = [word.partition("=") for word in words]
    if lone := [name for name, sign, _ in pairs if not (name and sign)]:
        raise unnamed(flag, lone[0], pair)
    return {name: text for name, _, text in pairs}


def _mapping(flag: str, words: Sequence[str], values: Any, pair: str) -> dict[str, Any]:
    """Values by name; words without a name go on with the list of the one before."""
    goes_on = any(_container(part) is tuple for part in _parts(values))
    found: dict[str, list[str]] = {}
    last = ""
    for word in words:
        name = _name(word)
        if name:
            last, word = name, word[len(name) + 1 :]
        elif not goes_on:
            raise unnamed(flag, word, pair)
        found.setdefault(last, []).append(word)
    item = next((_inside(p, 0) for p in _parts(values) if _container(p) is tuple), values)
    return {
        name: tuple(_value(word, item) for word in said) if goes_on else _value(said[-1], values)
        for name, said in found.items()
    }


def _nested(flag: str, words: Sequence[str], values: Any, pair: str) -> dict[str, dict[str, Any]]:
    """Values by two names, the first up to a colon."""
    found: dict[str, dict[str, Any]] = {}
    for word in words:
        name, colon, text = _name(word).partition(":")
        if not (name and colon):
            raise unnamed(flag, word, pair)
        found.setdefault(name, {})[text] = _value(word.rpartition("=")[2], values)
    return found


def _json(flag: str, text: str) -> Any:
    """What an object of JSON says."""
    try:
        return json.loads(text)
    except ValueError as fault:
        remedy = "Write it in single quotes, with double ones around its names and texts."
        raise ConfigError.expected("fivefold", f"{flag} of JSON", str(fault), remedy) from None


def _name(word: str) -> str:  # before the last sign, as a column may be called `a=b`
    return word.rpartition("=")[0]


def _value(text: str, annotation: Any) -> Any:
    parts = [part for part in _parts(annotation) if _container(part) is None]
    texts = any(part in (str, Any) or _is_path(part) for part in parts)
    if text == "none" and NoneType in parts and not _holds_text(annotation, text, by_item=False):
        return None
    return number(text) if not texts and any(part in (int, float) for part in parts) else text


def _holds_text(annotation: Any, text: str, *, by_item: bool) -> bool:
    """Whether a setting takes this text, of lists only if asked `by_item`."""
    for part in _parts(annotation):
        if part is str or text in _choices(part):
            return True
        if (
            by_item
            and _container(part) is tuple
            and _holds_text(_inside(part, 0), text, by_item=True)
        ):
            return True
    return False


def _parts(annotation: Any) -> Iterator[Any]:
    """What a value may be, of unions and names of types all."""
    origin = get_origin(annotation)
    if hasattr(origin or annotation, "__value__"):  # type X = ...
        yield from _parts((origin or annotation).__value__)
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _parts(part)
    elif origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    else:
        yield annotation


def _container(part: Any) -> type | None:
    origin = get_origin(part) or part
    if isinstance(origin, type) and issubclass(origin, tuple | list):
        return tuple
    return dict if isinstance(origin, type) and issubclass(origin, Mapping) else None


def _is_nested(part: Any) -> bool:
    """Whether a mapping holds mappings and nothing else."""
    return all(_container(value) is dict for value in _parts(_inside(part, 1)))


def _inside(part: Any, place: int) -> Any:
    """What a container holds: the items of a tuple at 0; the values of a mapping at 1."""
    arguments = get_args(part) or (Any, Any)
    return arguments[min(place, len(arguments) - 1)]


def _choices(part: Any) -> tuple[str, ...]:
    if get_origin(part) is not Literal:
        return ()
    return tuple(each for each in get_args(part) if isinstance(each, str))


def _is_path(part: Any) -> bool:
    origin = get_origin(part) or part
    return isinstance(origin, type) and issubclass(origin, PathLike)


def _is_sayable(part: Any) -> bool:
    container = _container(part)
    if container is not None:
        return any(map(_is_sayable, _parts(_inside(part, int(container is dict)))))
    known = part in (str, int, float, bool, Any) or _is_path(part)
    return known or get_origin(part) is Literal


def _metavar(parts: Sequence[Any]) -> str:
    """What stands for a value: choices, `N` for a whole number, `X` for another one."""
    told = list[str]()
    for part in parts:
        if _container(part) is tuple:
            told.append("A,B")
        elif _container(part) is dict:
            values = [*_parts(_inside(part, 1))]
            value = "X" if float in values and str not in values else "VALUE"
            told.append("NAME:TEXT=VALUE" if _is_nested(part) else f"NAME={value}")
        else:
            spelt = all(one.replace("_", "").isalnum() for one in _choices(part))
            told += (spelt and _choices(part)) or [{int: "N", float: "X"}.get(part, "TEXT")]
    if "TEXT" in told:
        told = [each for each in told if each not in ("N", "X", "TEXT")]
        few = "TEXT[,..]" if "A,B" in told else "TEXT"
        told = [few, *(each for each in told if each.endswith("=VALUE"))]
    line = "|".join(dict.fromkeys(told))
    return line if len(line) <= _LONGEST else "NAME"
