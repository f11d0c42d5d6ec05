"""Answer rows through every door, in a process that has only just begun.

`python -m fivefold.serve.replay BUNDLE FOLDER` reads the rows that `fivefold.deploy.doors` wrote
to FOLDER and leaves `scores-DOOR.npy` there for each door; it prints what it did as JSON.
"""

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.table import Array
from fivefold.serve.containers import column
from fivefold.serve.doors import read
from fivefold.serve.graph import Graph
from fivefold.serve.predictor import Predictor, load

HEAVY = ("torch", "pandas", "pyarrow", "sklearn", "onnx")
LINES = 1000


def replay(model: Predictor, folder: Path) -> dict[str, Array]:
    """Scores of the rows in a folder, by door.

    Args:
        model: answers.
        folder: holds `frame.json` with its arrays, `rows.csv` and `rows.jsonl`.

    Returns:
        `frame`, `csv` and `json`; `raw` too if the bundle has the graph for raw values; and
        `synthetic`, for the rows that the bundle itself holds.
    """
    doors: dict[str, Callable[[], Array]] = {
        "frame": lambda: model.scores(read_frame(folder)),
        "csv": lambda: model.scores(folder / "rows.csv"),
        "json": lambda: _json_scores(model, folder / "rows.jsonl"),
        "synthetic": lambda: model.scores(
            model.bundle.json("parity.json")["requests"]["instances"]
        ),
    }
    if "model-raw.onnx" in model.bundle:
        doors["raw"] = lambda: raw_scores(model, folder)
    return {door: scores() for door, scores in doors.items()}


def read_frame(folder: Path) -> dict[str, Array]:
    """The columns as a frame gave them: arrays without objects, or texts and nulls."""
    columns: dict[str, Array] = {}
    for entry in json.loads((folder / "frame.json").read_text(encoding="utf-8")):
        file = folder / entry["file"]
        if file.suffix == ".npy":
            columns[entry["name"]] = np.load(file, allow_pickle=False)
            continue
        values = json.loads(file.read_text(encoding="utf-8"))
        if entry["bytes"]:
            values = [base64.b64decode(value) for value in values]
        # A frame has NaN where a text is missing.
        columns[entry["name"]] = column([np.nan if value is None else value for value in values])
    return columns


def raw_scores(model: Predictor, folder: Path) -> Array:
    """Scores of the graph that takes raw values, fed without any codec of ours."""
    columns = read(read_frame(folder), model.schema)
    graph = Graph(model.bundle["model-raw.onnx"], "model-raw.onnx")
    values = {}
    for name, wanted in zip(graph.inputs, model.schema.inputs, strict=True):
        array = columns.column(wanted.name)
        if wanted.kind == "categorical":
            array = column(["" if value is None else value for value in array])
        values[name] = array[:, None]
    return graph(values, len(columns))


def _json_scores(model: Predictor, file: Path) -> Array:
    parts = []
    rows: list[Any] = []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            rows.append(json.loads(line))
            if len(rows) == LINES:
                parts.append(model.scores(rows))
                rows = []
    return np.concatenate([*parts, model.scores(rows)])


def main(arguments: list[str]) -> None:
    """Replay the rows in a folder through a bundle.

    Args:
        arguments: the bundle and the folder.
    """
    bundle, folder = Path(arguments[0]), Path(arguments[1])
    model = load(bundle)
    scores = replay(model, folder)
    for door, values in scores.items():
        np.save(folder / f"scores-{door}.npy", values)
    report = {
        "digest": model.digest,
        "doors": list(scores),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1:])
