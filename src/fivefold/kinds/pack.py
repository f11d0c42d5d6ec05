"""What is fitted, flat dataclasses and plain values, as JSON values and arrays, and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.wording import brief
from fivefold.errors import ConfigError


def pack_state(state: Any, of: type | None) -> tuple[Any, dict[str, Array]]:
    """The fields of a dataclass: JSON values, and those that are arrays by name; others stay.

    Args:
        state: what was fitted.
        of: its class, as the kind or block says; None for a plain value.

    Raises:
        ConfigError: if it could not be built again as it is.

    Example:
        >>> from fivefold.kinds.datetime import Times
        >>> pack_state(Times(times=True), Times), pack_state(None, None)
        (({'times': True}, {}), (None, {}))
        >>> pack_state(("a", 2), None)
        (['a', 2], {})
    """
    if state is None or (of is None and _is_plain(state)):
        return _listed(state), {}
    if type(state) is not of or not is_dataclass(of):
        said = "none" if of is None else of.__name__
        raise ConfigError(
            f"State: expected a plain value, or the dataclass that `state` names ({said}), found "
            f"{type(state).__name__}.",
            remedy=f"Write state = {type(state).__name__}, a frozen dataclass, in the class; or "
            "define `pack` and `unpack`.",
        )
    named = {field.name: getattr(state, field.name) for field in fields(of)}
    arrays = {name: value for name, value in named.items() if isinstance(value, np.ndarray)}
    values = {name: value for name, value in named.items() if name not in arrays}
    packed = {name: _listed(value) for name, value in values.items()}
    for name, value in values.items():
        if not _is_plain(value):
            raise ConfigError(
                f"State {type(state).__name__}: expected numbers, texts, truth values, None, "
                f"tuples of these and arrays, found {brief(value)} in `{name}`.",
                remedy="Make it one of these; or define `pack` and `unpack`.",
            )
    return packed, arrays


def unpack_state(of: type | None, values: Any, arrays: Mapping[str, Array]) -> Any:
    """The dataclass that `pack_state` took apart; lists become tuples."""
    if of is None or values is None:
        return _tupled(values)
    return of(**{name: _tupled(value) for name, value in values.items()}, **arrays)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return value is None or type(value) in {bool, int, float, str}


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
