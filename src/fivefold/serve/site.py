"""A model as a folder of static files, whose page answers in the browser, with no server."""

import json
import shutil
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.codecs.cell import null_words
from fivefold.codecs.schema import Schema
from fivefold.core.store import write_bytes
from fivefold.errors import BundleError, PreflightError
from fivefold.kinds.canonical import wanted_of
from fivefold.kinds.codec import Codec
from fivefold.kinds.kind import Kind
from fivefold.kinds.known import may_lack
from fivefold.kinds.scripted import Scripted, scripted_of
from fivefold.kinds.state import FittedColumn
from fivefold.serve.contract import EXPOSURE
from fivefold.serve.opened import codec_of
from fivefold.serve.page import render_page
from fivefold.serve.predictor import Predictor, load
from fivefold.tasks.known import task_of

MODEL = "model.onnx"
RUNTIME = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
"""Files of onnxruntime-web's folder `dist` that the page reads below `ort/`."""


def write_site(
    bundle: str | PathLike[str],
    folder: str | PathLike[str],
    *,
    runtime: str | PathLike[str] = "",
    kinds: Iterable[Kind | type[Kind]] = (),
) -> list[Path]:
    """Write the page of a bundle with its graph beside it: these files are all that is served.

    Args:
        bundle: a file or folder that Deploy wrote.
        folder: where to; made if it is not there.
        runtime: the folder `dist` of onnxruntime-web, of which three files are copied to `ort/`;
            empty leaves that to you.
        kinds: classes of your own that the bundle's columns need.

    Returns:
        What was written.

    Raises:
        BundleError: if it is none, has no graph, reads a column of a kind that a page cannot read,
            or answers with something else than one class or one number.
        PreflightError: if the runtime is not there, or the folder is a file.
    """
    place = Path(fspath(folder))
    source = Path(fspath(runtime)) if runtime else None
    lacking = [name for name in RUNTIME if source is not None and not (source / name).is_file()]
    if lacking:
        raise PreflightError(
            f"--runtime: expected the folder dist of onnxruntime-web, found no {lacking[0]} in "
            f"{source}.",
            remedy="Name node_modules/onnxruntime-web/dist.",
            path=source,
        )
    if (place.exists() and not place.is_dir()) or not place.parent.is_dir() or not fspath(folder):
        found = f"the file {place}" if place.is_file() else f"no folder {place.parent}"
        raise PreflightError.expected("--to", "a folder to write to", found, "Name another one.")
    model = load(bundle, kinds=kinds)
    facts = facts_of(model)
    codec = codec_of(model.bundle)
    halves = halves_of(model, codec)
    code = dict.fromkeys(piece for half in halves.values() for piece in half.code)
    page = render_page(model.contract, model.digest, site=facts, code="\n".join(code))
    place.mkdir(exist_ok=True)
    files: Mapping[str, bytes] = {
        "index.html": page.encode(),
        MODEL: bytes(model.bundle[MODEL]),
        "codec.json": json.dumps(scripted(codec, halves), allow_nan=False).encode(),
        "parity.json": bytes(model.bundle["parity.json"]),
    }
    for name, content in files.items():
        write_bytes(place / name, content)
    written = [place / name for name in files]
    if source is not None:
        (place / "ort").mkdir(exist_ok=True)
        for name in RUNTIME:
            shutil.copyfile(source / name, place / "ort" / name)
            written.append(place / "ort" / name)
    return written


def facts_of(model: Predictor) -> dict[str, Any]:
    """What a page needs to make answers of scores.

    Raises:
        BundleError: if it cannot.
    """
    task = task_of(model.task)
    if task.trees not in ("class", "number") or task.by_row or task.sequence:
        raise _refused(model, f"one class or one number a row, found {task.name}")
    threshold, conformal = model.threshold, model.conformal
    bounds = {} if conformal is None else {"promised": conformal.promised, **conformal.to_json()}
    return {
        "output": "scores",
        "classes": list(model.classes),
        "threshold": None if threshold is None else threshold.value,
        "costs": [] if threshold is None else [list(line) for line in threshold.costs],
        "conformal": bounds or None,
    }


def halves_of(model: Predictor, codec: Codec) -> dict[str, Scripted]:
    """How a page reads the cells of each column, by name.

    Raises:
        BundleError: if it cannot, naming the columns.
    """
    if model.changes_rows:
        raise _refused(model, "columns as people enter them, found some that are made of others")
    found = {name: scripted_of(column) for name, column in codec.columns.items()}
    beyond = [codec.columns[name] for name, half in found.items() if half is None]
    if beyond:
        named = ", ".join(f"`{c.name}` ({c.kind.name})" for c in beyond[:3])
        raise _refused(model, f"columns of kinds that it can read, found {named}")
    return {name: half for name, half in found.items() if half is not None}


def scripted(codec: Codec, halves: Mapping[str, Scripted]) -> dict[str, Any]:
    """What a page needs to make arrays of cells: columns in the order of a request, and blocks."""
    names = codec.raw_columns()
    columns = []
    for name in names:
        half = halves[name]
        told = _column(codec.columns[name], codec.schema)
        columns.append({"codec": half.codec, **told, **half.facts})
    blocks = []
    for block in codec.blocks:
        offsets = block.block.offsets(block.state)
        blocks.append(
            {
                "name": block.name,
                "dtype": block.dtype,
                "shape": list(block.shape),
                "offsets": None if offsets is None else offsets.tolist(),
                "columns": [names.index(column.name) for column in block.columns],
            }
        )
    return {"columns": columns, "blocks": blocks}


def _column(fitted: FittedColumn, schema: Schema) -> dict[str, Any]:
    """What is said of a cell that cannot be read, and which texts stand for a missing one."""
    column, kind = fitted.column, fitted.kind
    timed = column.role == "exposure"
    return {
        "name": column.name,
        "quoted": repr(column.name),
        "rules": column.rules,
        "absent": sorted(null_words(column.missing)),
        "nullable": may_lack(column, schema),
        "wanted": wanted_of(column.kind, column.format),
        "explains": kind.explains,
        "remedy": kind.remedy(),
        "explained": kind.remedy(explained=True),
        "lacking": kind.remedy(),
    } | ({"above": 0, **EXPOSURE} if timed else {})


def _refused(model: Predictor, wanted: str) -> BundleError:
    return BundleError(
        f"{model.bundle.path}: a page that answers by itself expects {wanted}.",
        remedy="Serve it: fivefold serve.",
        path=model.bundle.path,
    )
