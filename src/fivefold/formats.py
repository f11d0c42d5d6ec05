"""How the store holds arrays, tables, schemas, codecs and findings."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.arrayfile import is_array, read_arrays, read_state, write_arrays, write_state
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Columns
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.core.format import FORMATS, Format, Hashed, Outlined, register
from fivefold.core.named import Named
from fivefold.framefile import estimate_of, frame_bytes, is_frame, read_frame, write_frame
from fivefold.kinds.codec import Codec
from fivefold.tasks.conformal import Conformal
from fivefold.tasks.threshold import Threshold
from fivefold.travel.changes import Changes
from fivefold.travel.changesfile import read_changes, write_changes


def _write_rows(rows: Any, file: Hashed) -> None:
    held = {"weight": rows.weight, "exposure": rows.exposure}
    more = {name: values for name, values in held.items() if values is not None}
    inputs = {f"input/{name}": values for name, values in rows.inputs.items()}
    bonds = {f"bond/{name}": values for name, values in rows.bonds.items()}
    write_arrays({"target": rows.target, "index": rows.index, **more, **bonds, **inputs}, file)


def _read_rows(path: Path) -> Any:
    arrays = read_arrays(path)
    inputs, bonds = _named(arrays, "input/"), _named(arrays, "bond/")
    more = {name: arrays.get(name) for name in ("weight", "exposure")}
    return Rows(inputs=inputs, target=arrays["target"], index=arrays["index"], bonds=bonds, **more)


def _named(arrays: Mapping[str, Any], start: str) -> dict[str, Any]:
    return {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}


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
        is_array,
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
        lambda codec, file: write_state(codec.state(), file),
        lambda path: Codec.from_state(*read_state(path)),
    ),
    Format("changes", ".npa", lambda v: isinstance(v, Changes), write_changes, read_changes),
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
        lambda value: _is_mapping_of(value, is_array),
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
    Format(
        "conformal",
        ".json",
        lambda value: isinstance(value, Conformal),
        lambda value, file: _write_json(value.to_json(), file),
        lambda path: Conformal.from_json(json.loads(path.read_text("utf-8"))),
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
