"""Everything that a value is made of, in one digest."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import numpy as np

from fivefold.codecs.table import Columns
from fivefold.core.session import Session
from fivefold.errors import LeakError


def fingerprint(value: Any) -> str:
    """SHA-256 of everything a value is made of: arrays, weights, tables, plain values."""
    state = sha256()
    _digest(value, state)
    return state.hexdigest()


def _digest(value: Any, state: Any) -> None:
    kind = Columns if isinstance(value, Columns) else type(value)  # cells read already or not
    state.update(kind.__name__.encode())
    if isinstance(value, np.ndarray) and value.dtype != object:
        state.update(f"{value.dtype}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, np.ndarray):
        state.update(str(value.shape).encode())
        for item in value.ravel():
            _digest(item, state)
    elif isinstance(value, Mapping):
        state.update(f"{len(value)}:".encode())
        for key in value:
            state.update(repr(key).encode())
            _digest(value[key], state)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        state.update(f"{len(value)}:".encode())
        for item in value:
            _digest(item, state)
    elif hasattr(value, "digest") and callable(value.digest):
        state.update(value.digest().encode())
    elif hasattr(value, "state_dict"):
        _digest(dict(value.state_dict()), state)
    elif hasattr(value, "detach"):
        import torch

        flat = value.detach().cpu().contiguous().reshape(-1)
        state.update(f"{value.dtype}{tuple(value.shape)}".encode())
        state.update(flat.view(torch.uint8).numpy().tobytes())
    elif hasattr(value, "to_dict") and hasattr(value, "columns"):
        _digest({str(name): value[name].to_numpy() for name in value.columns}, state)
    elif hasattr(value, "names") and hasattr(value, "column"):
        _digest({name: value.column(name) for name in value.names}, state)
    elif isinstance(value, Session):
        state.update(str(value.seed).encode())
    elif is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value) if f.metadata.get("saved", True)]
        _digest({name: getattr(value, name) for name in names}, state)
    elif value is None or isinstance(
        value, bool | int | float | str | bytes | PurePath | np.generic
    ):
        state.update(repr(value).encode())
    elif isinstance(value, set | frozenset):
        _digest(sorted(value, key=repr), state)
    elif callable(value) or not isinstance(value.__getstate__(), dict | tuple):
        raise LeakError(
            f"Fingerprint: expected something whose content can be seen, "
            f"found a {type(value).__name__}.",
            remedy="Give its class a digest(), or leave it out of the artifact's fitted().",
        )
    else:
        _digest(value.__getstate__(), state)
