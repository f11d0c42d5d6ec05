"""How the store holds arrays, tables, schemas, codecs and findings."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array, Columns
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.core.format import FORMATS, Format, Hashed, Outlined, register
from fivefold.core.named import Named
from fivefold.framefile import estimate_of, frame_bytes, is_frame, read_frame, write_frame
from fivefold.kinds.codec import Codec
from fivefold.tasks.threshold import Threshold
from fivefold.travel.changes import Changes

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


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays that `write_arrays` wrote, in their order."""
    with path.open("rb") as file:
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


def _is_array(value: Any) -> bool:
    if not isinstance(value, np.ndarray) or value.dtype != object:
        return isinstance(value, np.ndarray)
    try:
        return all(_cell_kind(cell) >= 0 for cell in value)
    except TypeError:
        return False


def _write_rows(rows: Any, file: Hashed) -> None:
    held = {"weight": rows.weight, "exposure": rows.exposure}
    more = {name: values for name, values in held.items() if values is not None}
    inputs = {f"input/{name}": values for name, values in rows.inputs.items()}
    write_arrays({"target": rows.target, "index": rows.index, **more, **inputs}, file)


def _read_rows(path: Path) -> Any:
    arrays = read_arrays(path)
    inputs = {k.removeprefix("input/"): v for k, v in arrays.items() if k.startswith("input/")}
    more = {name: arrays.get(name) for name in ("weight", "exposure")}
    return Rows(inputs=inputs, target=arrays["target"], index=arrays["index"], **more)


def _write_state(parts: tuple[Any, Mapping[str, Array]], file: Hashed) -> None:
    state, arrays = parts
    text = np.frombuffer(json.dumps(state).encode(), dtype=np.uint8)
    write_arrays({"json": text, **{f"array/{name}": a for name, a in arrays.items()}}, file)


def _read_state(path: Path) -> tuple[Any, dict[str, Array]]:
    arrays = read_arrays(path)
    state = json.loads(arrays.pop("json").tobytes())
    return state, {k.removeprefix("array/"): v for k, v in arrays.items()}


def _write_changes(changes: Changes, file: Hashed) -> None:
    state, arrays = changes.pack()
    before = {f"before/{name}": a for name, a in changes.before.items()}
    steps = {f"step/{name}": a for name, a in arrays.items()}
    _write_state((state, steps | before), file)


def _read_changes(path: Path) -> Changes:
    state, found = _read_state(path)
    arrays: dict[str, dict[str, Array]] = {"step": {}, "before": {}}
    for key, array in found.items():
        part, _, name = key.partition("/")
        arrays[part][name] = array
    return Changes.unpack(state, arrays["step"], arrays["before"])


def _write_json(value: Any, file: Hashed) -> None:
    file.write(json.dumps(value).encode())


def _is_mapping_of(value: Any, accepts: Any) -> bool:
    return isinstance(value, Mapping) and bool(value) and all(map(accepts, value.values()))


def _write_frames(frames: Mapping[str, Any], file: Hashed) -> None:
    write_arrays({k: np.frombuffer(frame_bytes(f), np.uint8) for k, f in frames.items()}, file)


for _form in (
    Format(
        "array",
        ".npa",
        _is_array,
        lambda a, file: write_arrays({"": a}, file),
        lambda path: read_arrays(path)[""],
    ),
    Format(
        "table",
        ".npa",
        lambda value: isinstance(value, Columns),
        lambda table, file: write_arrays({n: table.column(n) for n in table.names}, file),
        lambda path: Columns(read_arrays(path)),
    ),
    Format("rows", ".npa", lambda value: isinstance(value, Rows), _write_rows, _read_rows),
    Format(
        "codec",
        ".npa",
        lambda value: isinstance(value, Codec),
        lambda codec, file: _write_state(codec.state(), file),
        lambda path: Codec.from_state(*_read_state(path)),
    ),
    Format("changes", ".npa", lambda v: isinstance(v, Changes), _write_changes, _read_changes),
    Format(
        "frame",
        ".parquet",
        is_frame,
        write_frame,
        lambda path: read_frame(path.read_bytes()),
    ),
    Format(
        "frames",
        ".npa",
        lambda value: _is_mapping_of(value, is_frame),
        _write_frames,
        lambda path: Named(
            "table", {k: read_frame(v.tobytes()) for k, v in read_arrays(path).items()}
        ),
    ),
    Format(
        "arrays",
        ".npa",
        lambda value: _is_mapping_of(value, _is_array),
        write_arrays,
        read_arrays,
    ),
    Format(
        "schema",
        ".json",
        lambda value: isinstance(value, Schema),
        lambda schema, file: _write_json(schema.to_json(), file),
        lambda path: Schema.from_json(json.loads(path.read_text("utf-8"))),
    ),
    Format(
        "findings",
        ".json",
        lambda v: isinstance(v, tuple) and bool(v) and all(isinstance(f, Finding) for f in v),
        lambda v, file: _write_json([{**asdict(f), "numbers": dict(f.numbers)} for f in v], file),
        lambda path: tuple(Finding(**f) for f in json.loads(path.read_text("utf-8"))),
    ),
    Format(
        "estimates",
        ".json",
        lambda v: _is_mapping_of(v, lambda e: isinstance(e, Estimate)),
        lambda v, file: _write_json(
            {k: {"value": float(e), **vars(e)} for k, e in v.items()}, file
        ),
        lambda path: Named(
            "metric", {k: estimate_of(e) for k, e in json.loads(path.read_text("utf-8")).items()}
        ),
    ),
    Format(
        "threshold",
        ".json",
        lambda value: isinstance(value, Threshold),
        lambda value, file: _write_json(value.to_json(), file),
        lambda path: Threshold.from_json(json.loads(path.read_text("utf-8"))),
    ),
):
    register(_form)
for _name, _form in {  # of torch, which is imported when it is needed
    "network": Format(
        "network",
        ".safetensors",
        lambda value: False,  # until one is at hand
        lambda value, file: None,
        lambda path: import_module("fivefold.models.assemble").read_network(path),
    ),
    "module": Format(
        "module",
        ".safetensors",
        lambda value: isinstance(value, Outlined) and hasattr(value.value, "named_modules"),
        lambda value, file: import_module("fivefold.models.outline").write_module(value, file),
        lambda path: None,
        lambda path, outline: import_module("fivefold.models.outline").fill_module(path, outline),
    ),
}.items():
    FORMATS.setdefault(_name, _form)
