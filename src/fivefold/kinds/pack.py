"""Flat dataclasses as JSON values and arrays, and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from fivefold.codecs.table import Array


def pack_state(state: Any) -> tuple[Any, dict[str, Array]]:
    """The fields of a dataclass: JSON values, and those that are arrays by name; None stays.

    Example:
        >>> from fivefold.kinds.datetime import Times
        >>> pack_state(Times(times=True)), pack_state(None)
        (({'times': True}, {}), (None, {}))
    """
    if state is None:
        return None, {}
    named = {field.name: getattr(state, field.name) for field in fields(state)}
    arrays = {name: value for name, value in named.items() if isinstance(value, np.ndarray)}
    values = {name: value for name, value in named.items() if name not in arrays}
    return {name: _listed(value) for name, value in values.items()}, arrays


def unpack_state(of: type | None, values: Any, arrays: Mapping[str, Array]) -> Any:
    """The dataclass that `pack_state` took apart; lists become tuples."""
    if of is None or values is None:
        return None
    return of(**{name: _tupled(value) for name, value in values.items()}, **arrays)


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
