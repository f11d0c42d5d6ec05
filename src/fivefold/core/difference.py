"""What differs between what decided the bits of two runs, in words."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fivefold.core.values import NOTE
from fivefold.core.wording import brief, plural
from fivefold.errors import ResumeError

_DIGEST = re.compile("[0-9a-f]{64}")
_GROUPS = {"own": "code of ", "contents": "content of ", "sources": "content of "}


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What differs between two identities: by name, in words, what it was and what it is."""
    found: dict[str, tuple[str, str]] = {}
    others = then.get("stages") != now.get("stages")  # then their settings say nothing
    for name in {**then, **now}:
        one, other = then.get(name), now.get(name)
        if _text(one) == _text(other) or (others and name == "settings"):
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            absent = "the default" if name in ("settings", "arguments") else "none"
            for each in {**one, **other}:
                if _text(one.get(each)) == _text(other.get(each)):
                    continue
                where = f"{_GROUPS.get(name, '')}{each}"
                if each in one and each in other:
                    for at, was, is_now in _apart(one[each], other[each]):
                        found[where + at] = (_said(was), _said(is_now))
                    continue
                pair = [_said(part[each]) if each in part else absent for part in (one, other)]
                found[where] = (pair[0], pair[1])
        elif isinstance(one, list) or isinstance(other, list):
            found[name] = (_without(one or (), other or ()), _without(other or (), one or ()))
        else:
            found[name] = (_said(one), _said(other))
    return found


def refusal(
    then: Mapping[str, Any], now: Mapping[str, Any], who: str, folder: Path
) -> ResumeError | None:
    """The error where what would go on with a run in a folder differs from it; else None."""
    found = differences(then, now)
    if not found:
        return None
    width = max(map(len, found))
    lines = [
        f"  {name:<{width}}   {was} then, {is_now} now" for name, (was, is_now) in found.items()
    ]
    return ResumeError(
        f"{who}: expected the run that {folder} was begun with, "
        f"found {plural(len(found), 'difference')}.",
        evidence="\n".join(lines),
        remedy="Bring back what differs, choose a new folder, or begin again with resume=False.",
        differences=found,
        path=folder,
    )


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _apart(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two settings differ: of objects of one class by parameter, as scikit-learn calls it.

    A parameter of a parameter, or of a named step, stands as `step__parameter`.
    """
    if _text(one) == _text(other):
        return
    if _is_made(one) and _is_made(other) and one[NOTE] == other[NOTE]:
        mine, theirs = one["parameters"], other["parameters"]
        for name in {**mine, **theirs}:
            yield from _apart(
                mine.get(name), theirs.get(name), f"{at}__{name}" if at else f".{name}"
            )
        return
    named, again = _named(one), _named(other)
    if at and named is not None and again is not None and list(named) == list(again):
        above = at.rpartition("__")[0]
        for name, (each, *rest) in named.items():
            its = f"{above}__{name}" if above else f".{name}"
            yield from _apart(each, again[name][0], its)
            yield from _apart(rest, again[name][1:], f"{its}__columns")
        return
    yield at, one, other


def _is_made(value: Any) -> bool:
    return isinstance(value, dict) and NOTE in value and "parameters" in value


def _named(value: Any) -> dict[str, list[Any]] | None:
    """Steps by name, as pipelines of scikit-learn have them; None for anything else."""
    if not isinstance(value, list):
        return None
    listed = [each.get("$tuple") if isinstance(each, dict) else each for each in value]
    steps = [each for each in listed if isinstance(each, list) and len(each) > 1]
    names = [each[0] for each in steps]
    if len(steps) < max(1, len(value)) or not all(isinstance(name, str) for name in names):
        return None
    return {name: rest for name, *rest in steps}


def _without(values: Sequence[str], others: Sequence[str]) -> str:
    return " ".join(value for value in values if value not in others) or "nothing more"


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value[:12] if _DIGEST.fullmatch(value) else value
    if isinstance(value, dict) and NOTE in value:
        return str(value[NOTE]).rpartition(".")[2]
    return "none" if value is None else brief(value)
