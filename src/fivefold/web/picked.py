"""What of an answer in JSON becomes rows and cells: paths, and how what is there is read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fivefold.core.jsontext import parse_json
from fivefold.core.wording import quoted
from fivefold.errors import ConfigError
from fivefold.web.select import number

WAYS = ("number", "file")
"""How what a path leads to is read, besides as it is."""


@dataclass(frozen=True)
class Picked:
    """One column of the rows of an interface.

    Attributes:
        path: names and places in a row, with dots between.
        way: how what is there is read; empty for as it is.

    Example:
        >>> Picked.of("salary.text::number").cell({"salary": {"text": "EUR 1.200,50"}})
        1200.5
    """

    path: str
    way: str = ""

    @classmethod
    def of(cls, asked: str) -> "Picked":
        """From its text, `path::way`.

        Raises:
            ConfigError: if there is no such way.
        """
        path, _, way = asked.partition("::")
        if way not in ("", *WAYS):
            raise ConfigError.expected(
                "Fetch",
                f"one of the ways {quoted(WAYS)}",
                f"{way!r} in {asked!r}",
                "Write a path and ::number or ::file behind it, or the path alone.",
                setting="select",
            )
        return cls(path, way)

    def cell(self, row: Any) -> Any:
        """The cell of a row: a plain value, a list of plain values, or JSON text of others."""
        value = _plain(inside(row, self.path))
        if self.way == "number" and isinstance(value, str):
            return number(value)
        if self.way == "file":
            return value if isinstance(value, str) and value else None
        return value


def inside(value: Any, path: str) -> Any:
    """What a path leads to; None where it leads nowhere, the value itself if it is empty.

    Example:
        >>> inside({"data": [{"id": 3}, {"id": 7}]}, "data.-1.id")
        7
    """
    for step in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.removeprefix("-").isdigit():
            place = int(step)
            value = value[place] if -len(value) <= place < len(value) else None
        else:
            return None
    return value


def rows_in(value: Any, path: str) -> list[Any]:
    """The rows of an answer: those of a list, or the one that is no list; none where nothing is."""
    found = inside(value, path)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def flat(row: Any) -> dict[str, Any]:
    """All cells of a row by their paths.

    Example:
        >>> flat({"id": 3, "pay": {"from": 10, "to": 20}, "tags": ["a"]})
        {'id': 3, 'pay.from': 10, 'pay.to': 20, 'tags': ['a']}
    """
    if not isinstance(row, Mapping):
        return {"value": _plain(row)}
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            cells |= {f"{name}.{below}": cell for below, cell in flat(value).items()}
        else:
            cells[name] = _plain(value)
    return cells


def _plain(value: Any) -> Any:
    """The value where a table holds such; else its JSON."""
    nested = isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value)
    )
    return json.dumps(value, ensure_ascii=False) if nested else value


def lists_in(value: Any, within: str = "", *, deep: int = 3) -> list[str]:
    """The paths of lists of objects in an answer.

    Example:
        >>> lists_in({"data": {"items": [{"id": 1}]}, "tags": ["a"]})
        ['data.items']
    """
    if isinstance(value, list):
        return [within] if value and all(isinstance(one, Mapping) for one in value) else []
    if not isinstance(value, Mapping) or not deep:
        return []
    places = [(f"{within}.{name}" if within else str(name), part) for name, part in value.items()]
    return [path for place, part in places for path in lists_in(part, place, deep=deep - 1)]


def value_of(body: bytes) -> Any:
    r"""The value of an answer: JSON, or a list of JSON lines; None of an empty one.

    Raises:
        ValueError: if it is neither.
        RecursionError: if it is nested too deeply.

    Example:
        >>> value_of(b'{"id": 1}\n{"id": 2}\n')
        [{'id': 1}, {'id': 2}]
    """
    if not body.strip():
        return None
    try:
        return parse_json(body)
    except ValueError:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        return [parse_json(line) for line in lines]
