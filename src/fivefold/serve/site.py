"""A model as a folder of static files, whose page answers in the browser, with no server."""

import shutil
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from fivefold.core.store import write_bytes
from fivefold.errors import BundleError, PreflightError
from fivefold.kinds.known import kind_of
from fivefold.serve.graph import Graph
from fivefold.serve.page import render_page
from fivefold.serve.predictor import Predictor, load
from fivefold.tasks.known import task_of

RAW = "model-raw.onnx"
RUNTIME = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
"""Files of onnxruntime-web's folder `dist` that the page reads below `ort/`."""


def write_site(
    bundle: str | PathLike[str], folder: str | PathLike[str], *, runtime: str | PathLike[str] = ""
) -> list[Path]:
    """Write the page of a bundle with its graph beside it: these files are all that is served.

    Args:
        bundle: a file or folder that Deploy wrote.
        folder: where to; made if it is not there.
        runtime: the folder `dist` of onnxruntime-web, of which three files are copied to `ort/`;
            empty leaves that to you.

    Returns:
        What was written.

    Raises:
        BundleError: if it is none, or its model has no graph that takes cells as people write them,
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
    model = load(bundle)
    facts = facts_of(model)
    place.mkdir(exist_ok=True)
    files: Mapping[str, bytes] = {
        "index.html": render_page(model.contract, model.digest, site=facts).encode(),
        RAW: bytes(model.bundle[RAW]),
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
    """What a page needs to ask a graph, and to make answers of its scores.

    Raises:
        BundleError: if it cannot.
    """
    task = task_of(model.task)
    if task.trees not in ("class", "number") or task.by_row or task.sequence:
        raise _refused(model, f"one class or one number a row, found {task.name}")
    if RAW not in model.bundle:
        beyond = [c for c in model.schema.inputs if kind_of(c.kind).raw is None]
        named = ", ".join(f"`{c.name}` ({c.kind})" for c in beyond[:3])
        wanted = "a graph that takes cells as people write them, of numbers and categories"
        raise _refused(model, f"{wanted}, found {named or 'columns made of others'}")
    graph = Graph(model.bundle[RAW], RAW)
    pairs = zip(graph.inputs, model.schema.inputs, strict=True)
    threshold = model.threshold
    return {
        "columns": [{"name": c.name, "input": n, "raw": kind_of(c.kind).raw} for n, c in pairs],
        "output": "scores",
        "classes": list(model.classes),
        "threshold": None if threshold is None else threshold.value,
        "costs": [] if threshold is None else [list(line) for line in threshold.costs],
    }


def _refused(model: Predictor, wanted: str) -> BundleError:
    return BundleError(
        f"{model.bundle.path}: a page that answers by itself expects {wanted}.",
        remedy="Serve it: fivefold serve.",
        path=model.bundle.path,
    )
