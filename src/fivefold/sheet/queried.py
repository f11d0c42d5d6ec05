"""What databases were asked, in words without a secret."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fivefold.web.secret import holds_key


def query_told(source: Mapping[str, Any]) -> str:
    """The query that a source was asked with the values in it; empty where it was none.

    Args:
        source: as provenance has it, with `query` and `parameters`.

    Example:
        >>> asked = {"query": "select * from a where x > :low", "parameters": '{"low": 3}'}
        >>> query_told(asked)
        'select * from a where x > :low, with low = 3'
    """
    query = " ".join(str(source.get("query") or "").split())
    given = json.loads(source.get("parameters") or "{}")
    each = [f"{name} = {_value(name, value)}" for name, value in given.items()]
    return f"{query}, with {', '.join(each)}" if query and each else query


def queries_told(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The name of each source that was asked, empty for that of the rows, and its query."""
    joined: Mapping[str, Mapping[str, Any]] = provenance.get("joined") or {}
    for name, source in {"": provenance, **joined}.items():
        if query := query_told(source):
            yield name, query


def _value(name: str, value: Any) -> str:
    return "(not told)" if holds_key(name, str(value)) else json.dumps(value, ensure_ascii=False)
