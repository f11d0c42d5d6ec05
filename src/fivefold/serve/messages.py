"""What requests and replies hold."""

import json
from collections.abc import Mapping
from typing import Any

from fivefold.core.jsontext import RepeatedKeyError, parse_json
from fivefold.errors import RequestError

MAX_ROWS = 10_000


def parse_instances(body: bytes, max_rows: int = MAX_ROWS) -> list[Any]:
    """The instances of a request body.

    Raises:
        RequestError: if it is not JSON, names a key twice in one object, is not
            `{"instances": [...]}`, empty or too long.
    """
    return parse_request(body, max_rows)[0]


def parse_request(body: bytes, max_rows: int = MAX_ROWS) -> tuple[list[Any], Mapping[str, Any]]:
    """The instances of a request body, and all that it says; errors as of `parse_instances`."""
    try:
        value = parse_json(body, strict=True)
    except RepeatedKeyError as error:
        raise fault("each key once in an object", f"{error.key!r} twice") from None
    except (ValueError, RecursionError) as error:
        raise fault("JSON", f"{error or type(error).__name__}") from None
    if not isinstance(value, dict) or not isinstance(value.get("instances"), list):
        found = type(value).__name__
        if isinstance(value, dict):
            found = f"an object with {', '.join(map(repr, value))}" if value else "an empty object"
        raise fault('{"instances": [...]}', found[:200])
    instances: list[Any] = value["instances"]
    if not 0 < len(instances) <= max_rows:
        raise fault(f"1 to {max_rows:,} instances", f"{len(instances):,}")
    return instances, value


def explain(error: RequestError) -> dict[str, Any]:
    """The facts of a bad request as plain JSON values."""
    names = ("row", "column", "wanted", "found")
    return {name: _brief(error.facts.get(name)) for name in names} | {"message": str(error)}


def fault(
    wanted: str,
    found: str,
    *,
    remedy: str = 'Send {"instances": [{column: value, ...}, ...]}.',
    **facts: Any,
) -> RequestError:
    """The error of a request whose body, or whose path, is not as it should be."""
    return RequestError(
        f"Request: expected {wanted}, found {found}.",
        remedy=remedy,
        **{"row": None, "column": None, "wanted": wanted, "found": found, **facts},
    )


def json_text(value: Any) -> bytes:
    """A value as the body of a reply; ASCII, as an error may quote half a surrogate pair."""
    return json.dumps(value, allow_nan=False).encode()


def _brief(value: Any) -> Any:
    plain = value is None or isinstance(value, bool | int | str)
    return value if plain else str(value)[:200]
