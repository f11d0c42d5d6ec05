"""Answer rows through every door, in a process that has only just begun.

`python -m fivefold.serve.replay BUNDLE FOLDER` reads the rows that `fivefold.deploy.doors` wrote
to FOLDER and leaves `scores-DOOR.npy` there for each door; it prints what it did as JSON. Nothing
heavy can be imported meanwhile, but for the rows of the source itself, where a file may need it.
"""

import base64
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.codecs.coded import missing_rows, objects
from fivefold.codecs.schema import Schema
from fivefold.codecs.table import Array
from fivefold.errors import ConfigError
from fivefold.kinds.canonical import canonical_column
from fivefold.kinds.known import kind_of, may_lack
from fivefold.reading.raw import Raw
from fivefold.serve.graph import Graph
from fivefold.serve.own import adopt_file
from fivefold.serve.predictor import Predictor, load
from fivefold.serve.requests import ROWS, raw_pieces, read

HEAVY = ("torch", "pandas", "pyarrow", "sklearn", "onnx")
LINES = 1000
ALONE = 16  # rows that are answered one by one, where stages change them
NOT_LOADED = 3  # the exit status where a file of the user's cannot be run


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


@contextmanager
def blocked() -> Iterator[None]:
    """Let nothing heavy be imported that is not there yet."""
    absent = [name for name in HEAVY if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def replay_source(model: Predictor, folder: Path) -> tuple[Array, Array] | None:
    """Scores of rows as their source holds them, where a process of its own can read it.

    Args:
        model: answers.
        folder: may hold `source.json`: for each source its `paths` or `arrow`, the `root` of its
            pictures, and the `rows` to answer.

    Returns:
        The scores, and the places of the rows that can be answered among those asked for: a row
        with a cell that Collect took as missing, as it is none of its kind, cannot. None if there
        is no such file.
    """
    if not (folder / "source.json").exists():
        return None
    scores, kept = [], []
    for share in json.loads((folder / "source.json").read_text(encoding="utf-8")):
        rows, held = np.array(share["rows"], np.int64), np.array(share["held"], np.int64)
        data: Any = tuple(share["paths"]) if isinstance(share["paths"], list) else share["paths"]
        if share["arrow"]:
            import pyarrow as pa

            with pa.memory_map(str(folder / share["arrow"])) as file:
                data = pa.ipc.open_file(file).read_all()
        found, fit = score_rows(model, data, rows, root=share["root"])
        scores.append(found)
        kept.append(held[fit])
    return np.concatenate(scores), np.concatenate(kept)


def score_rows(
    model: Predictor, data: Any, rows: Array, *, root: str | PathLike[str] | None = None
) -> tuple[Array, Array]:
    """Scores of some rows of a source, by the way that any request goes.

    Args:
        model: answers.
        data: of any form that a predictor takes.
        rows: `(n,)` which of its rows.
        root: the folder below which its texts may name pictures.

    Returns:
        The scores of those that can be answered, and `(n,)` bool which they are.
    """
    scores: dict[int, Array] = {}
    fits = np.zeros(len(rows), bool)
    first = 0
    reading = model.reading(root)
    if reading.long is not None:  # rows are the windows, or pieces, that were collected
        reading = replace(reading, long=replace(reading.long, whole=True))
    for raw in raw_pieces(data, model.schema, reading, rows=ROWS):
        held = np.flatnonzero((rows >= first) & (rows < first + len(raw)))
        if len(held):
            piece = raw.take(rows[held] - first)
            fit = ~unanswerable(piece, model.schema)
            fits[held] = fit
            found = model.score_raw(piece.take(np.flatnonzero(fit)))
            scores.update(zip(held[fit].tolist(), found, strict=True))
        first += len(raw)
    ordered = [scores[place] for place in sorted(scores)]
    return (np.stack(ordered) if ordered else model.score_raw(raw.take(rows[:0]))), fits


def unanswerable(raw: Raw, schema: Schema) -> Array:
    """`(n,)` bool: rows with a cell that is none of its kind, or without one that must be there."""
    wrong = np.zeros(len(raw), bool)
    for column in schema.inputs:
        values, bad = canonical_column(raw.columns[column.name], column, on_bad="missing")
        wrong[bad] = True
        if not may_lack(column, schema):
            wrong |= missing_rows(values)
    return wrong


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
            values = [
                base64.b64decode(value) if isinstance(value, str) else value and np.asarray(value)
                for value in values
            ]
        # A frame has NaN where a text is missing.
        columns[entry["name"]] = objects(np.nan if v is None else v for v in values)
    return columns


def raw_scores(model: Predictor, folder: Path) -> Array:
    """Scores of the graph that takes raw values, fed without any codec of ours."""
    columns = read(read_frame(folder), model.schema)
    graph = Graph(model.bundle["model-raw.onnx"], "model-raw.onnx")
    values = {}
    for name, wanted in zip(graph.inputs, model.schema.inputs, strict=True):
        array = columns.column(wanted.name)
        if kind_of(wanted.kind).raw == "word":
            array = objects("" if value is None else value for value in array)
        values[name] = array[:, None]
    return graph(values)


def _json_scores(model: Predictor, file: Path) -> Array:
    parts: list[Array] = []
    rows: list[Any] = []
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            rows.append(json.loads(line))
            if len(rows) == (1 if model.changes_rows and len(parts) < ALONE else LINES):
                parts.append(model.scores(rows))
                rows = []
    return np.concatenate([*parts, model.scores(rows)])


def main(arguments: list[str]) -> None:
    """Replay the rows in a folder through a bundle.

    Args:
        arguments: the bundle and the folder, then files that define kinds and tasks of the user's.
    """
    bundle, folder = Path(arguments[0]), Path(arguments[1])
    with blocked():
        try:
            for file in arguments[2:]:
                adopt_file(file)
        except ConfigError as error:
            print(error, file=sys.stderr)
            sys.exit(NOT_LOADED)
        model = load(bundle)
        scores = replay(model, folder)
    heavy = [name for name in HEAVY if sys.modules.get(name) is not None]
    places = replay_source(model, folder)
    if places is not None:
        scores["source"], kept = places
        np.save(folder / "kept-source.npy", kept)
    for door, values in scores.items():
        np.save(folder / f"scores-{door}.npy", values)
    report = {"digest": model.digest, "doors": list(scores), "heavy": heavy}
    print(json.dumps(report))


if __name__ == "__main__":
    main(sys.argv[1:])
