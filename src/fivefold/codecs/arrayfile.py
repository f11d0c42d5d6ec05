"""Named arrays in one file, without pickle."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.core.format import Hashed

_DTYPES: dict[int, type[np.generic]] = {
    **{2: np.uint8, 3: np.uint16, 4: np.int32, 5: np.float32},
    **{6: np.int16, 7: np.int64, 8: np.float64, 9: np.bool_},
}
"""Of arrays in an object array, by the number that stands for such a cell."""


def write_arrays(arrays: Mapping[str, Array], file: Hashed) -> None:
    """Named arrays as one `.npz` without pickle; object arrays of texts, arrays and None too."""
    parts: dict[str, Array] = {}
    for name, values in arrays.items():
        parts |= {f"{name}\0{part}": array for part, array in _taken_apart(values).items()}
    names = json.dumps(list(parts)).encode()
    file.write(len(names).to_bytes(8, "little") + names)
    np.savez(file, allow_pickle=False, **{f"p{n}": array for n, array in enumerate(parts.values())})


def read_arrays(source: Path | bytes) -> dict[str, Array]:
    """The arrays that `write_arrays` wrote, in their order; from a file or its bytes."""
    with source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file:
        names = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        with np.load(file, allow_pickle=False) as parts:
            grouped: dict[str, dict[str, Array]] = {}
            for n, name in enumerate(names):
                whole, part = name.split("\0")
                grouped.setdefault(whole, {})[part] = parts[f"p{n}"]
    return {name: _joined(parts) for name, parts in grouped.items()}


def _taken_apart(values: Array) -> dict[str, Array]:
    if values.dtype != object:
        return {"values": values}
    kinds = np.array([_cell_kind(value) for value in values], dtype=np.int8)
    cells = [
        v.encode() if k == 1 else np.ascontiguousarray(v).tobytes() if k > 1 else b""
        for v, k in zip(values, kinds, strict=True)
    ]
    shapes = [(*v.shape, *[-1] * (4 - v.ndim)) for v, k in zip(values, kinds, strict=True) if k > 1]
    return {
        "kinds": kinds,
        "ends": np.cumsum([len(cell) for cell in cells], dtype=np.int64),
        "bytes": np.frombuffer(b"".join(cells), dtype=np.uint8),
        "shapes": np.array(shapes, dtype=np.int64).reshape(-1, 4),
    }


def _cell_kind(value: Any) -> int:
    """0 for None, 1 for text, more for an array: see `_DTYPES`."""
    if value is None:
        return 0
    if isinstance(value, str):
        return 1
    if isinstance(value, np.ndarray) and value.ndim <= 4:
        for kind, dtype in _DTYPES.items():
            if value.dtype == dtype:
                return kind
    raise TypeError(f"{type(value).__name__} in an object array")


def _joined(parts: Mapping[str, Array]) -> Array:
    if "values" in parts:
        return parts["values"]
    content, ends = parts["bytes"].tobytes(), parts["ends"]
    values = np.empty(len(ends), dtype=object)
    shapes = iter(parts["shapes"])
    start = 0
    for n, (kind, end) in enumerate(zip(parts["kinds"], ends, strict=True)):
        if kind == 1:
            values[n] = content[start:end].decode()
        elif kind > 1:
            shape = [int(size) for size in next(shapes) if size >= 0]
            values[n] = np.frombuffer(content[start:end], dtype=_DTYPES[kind]).reshape(shape)
        start = end
    return values


def is_array(value: Any) -> bool:
    """Whether `write_arrays` takes it."""
    if not isinstance(value, np.ndarray) or value.dtype != object:
        return isinstance(value, np.ndarray)
    try:
        return all(_cell_kind(cell) >= 0 for cell in value)
    except TypeError:
        return False


def write_state(parts: tuple[Any, Mapping[str, Array]], file: Hashed) -> None:
    """JSON values and arrays in one such file."""
    state, arrays = parts
    text = np.frombuffer(json.dumps(state).encode(), dtype=np.uint8)
    write_arrays({"json": text, **{f"array/{name}": a for name, a in arrays.items()}}, file)


def read_state(source: Path | bytes) -> tuple[Any, dict[str, Array]]:
    """What `write_state` wrote."""
    arrays = read_arrays(source)
    state = json.loads(arrays.pop("json").tobytes())
    return state, {k.removeprefix("array/"): v for k, v in arrays.items()}
