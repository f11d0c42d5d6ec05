"""A value in few characters."""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

_LONGEST = 60


def brief(value: Any) -> str:
    """A value as one short piece of text: small ones whole, large ones by their shape or size.

    Example:
        >>> brief({"a": (1, "b")})
        "{'a': (1, 'b')}"
    """
    if value is None or isinstance(value, bool | int | float | str):
        return _cut(repr(value))
    if isinstance(value, PathLike):
        return _cut(repr(fspath(value)))
    if hasattr(value, "shape"):
        return f"<{type(value).__name__} {tuple(value.shape)}>"
    if type(value) is tuple:
        return _cut("(" + ", ".join(map(brief, value)) + ("," * (len(value) == 1)) + ")")
    if isinstance(value, Mapping):
        return _cut("{" + ", ".join(f"{brief(k)}: {brief(v)}" for k, v in value.items()) + "}")
    name = getattr(value, "__name__", type(value).__name__)
    try:
        return f"<{name} of {len(value)}>"
    except (TypeError, NotImplementedError):  # a scripted module has a len() that raises
        return f"<{name}>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
