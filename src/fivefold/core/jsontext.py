"""The value of a JSON text, in which no object may name a key twice."""

import json
from collections import Counter
from functools import cache
from typing import Any


class RepeatedKeyError(ValueError):
    """An object of a JSON text names a key twice.

    Args:
        key: the first such key.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"the key {key!r} twice in one object")


def parse_json(text: str | bytes, *, strict: bool = False) -> Any:
    """The value of a JSON text.

    Args:
        text: all of it.
        strict: refuse `NaN`, `Infinity` and `-Infinity`, which JSON does not have.

    Raises:
        RepeatedKeyError: if an object names a key twice: which of its values is meant is not known.
        ValueError: if it is no JSON.
        RecursionError: if it is nested too deeply.

    Example:
        >>> parse_json('{"a": 1, "b": {"a": 2}}')
        {'a': 1, 'b': {'a': 2}}
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    return _decoder(strict).decode(text)


@cache
def _decoder(strict: bool) -> json.JSONDecoder:
    """Made once: `json.loads` makes one for every text."""
    refuse = _refuse if strict else None
    return json.JSONDecoder(object_pairs_hook=_mapping, parse_constant=refuse)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant}, which JSON does not have")


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise RepeatedKeyError(Counter(key for key, _ in pairs).most_common(1)[0][0])
    return mapping
