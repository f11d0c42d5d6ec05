"""What is kept of a run, to tell whether a change moved it: bytes as digests, words as they are.

Names of tensors, arrays and keys of a codec are left out, and so is all that is timed.
"""

import json
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from pages import parts_of

import fivefold as ff
from fivefold.core.estimate import Estimate
from fivefold.core.events import Event, Noted
from fivefold.deploy.doors import write_doors
from fivefold.deploy.raw import raw_refusal
from fivefold.deploy.replayed import draw_rows
from fivefold.evaluate.baselines import fit_baselines
from fivefold.keys import missing_rows
from fivefold.kinds.quick_plan import Plan
from fivefold.models.score import score
from fivefold.report.card import card
from fivefold.serve.contract import contract_of, text_of
from fivefold.serve.requests import read
from fivefold.tasks.known import task_of
from fivefold.testing import corrupt

MOST = 3000
"""Characters of JSON beyond which a digest is kept."""
DOOR_ROWS = 160
TIMED = ("seconds", "milliseconds_per_row", "fit_seconds")
MACHINE = ("torch", "threads", "matmul", "device", "precision")


def bits(pipeline: ff.Pipeline) -> dict[str, Any]:
    """What a run came to, by entry, as JSON values; a run of Collect alone has fewer entries."""
    notes: list[str] = []
    trains: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Noted):
            if event.path in {("collect",), ("preprocess",), ("evaluate",)}:
                notes.append(event.text)
            elif event.path == ("train",):
                trains.append(event.text)

    result = pipeline.run(seed=0, device="cpu", progress=False, observers=[listen])
    found = of_collected(result)
    if ff.Evaluated in result:
        found |= of_trained(result) | of_doors(result)
    found["notes"] = notes + trains[:1]  # those that follow tell the time
    return json.loads(json.dumps(plain(found)))


def of_collected(result: Any) -> dict[str, Any]:
    """The schema, the canonical values by column, all findings, and the table made worse."""
    collected = result[ff.Collected]
    table, partition = collected.table, result.get(ff.Partition)
    rows = np.arange(0, len(table), 2) if partition is None else partition.test
    worse = corrupt(collected, rows, seed=0)
    given = [] if collected.given is None else [collected.given]
    holders = (ff.Collected, ff.Preprocessed, ff.Trained, ff.Evaluated)
    return {
        "schema": collected.schema.to_json(),
        "table": {name: digest([table.column(name)]) for name in table.names},
        "usable": digest([collected.usable, *given]),
        "findings": {
            holder.__name__: [
                {
                    "code": finding.code,
                    "severity": finding.severity,
                    "sentence": finding.sentence,
                    "numbers": finding.numbers,
                }
                for finding in result[holder].findings
            ]
            for holder in holders
            if holder in result
        },
        "corrupted": {name: digest([worse.column(name)]) for name in worse.names},
    }


def of_trained(result: Any) -> dict[str, Any]:
    """Arrays, weights, scores, tables and the simple models."""
    data, partition, trained = result[ff.Preprocessed], result[ff.Partition], result[ff.Trained]
    parts = (data.train, data.valid, data.test)
    evaluated = result[ff.Evaluated]
    metrics = {name: [float(v), v.low, v.high] for name, v in evaluated.metrics.items()}
    folds = {name: float(v) for name, v in evaluated.folds.items()}
    return {
        "partition": digest([partition.train, partition.valid, partition.test]),
        "arrays": digest(array for part in parts for array in by_bytes(part.inputs.values())),
        "target": digest(part.target for part in parts),
        "weights": digest(by_bytes(t.numpy() for t in trained.model.state_dict().values())),
        "scores": digest([evaluated.scores]),
        "metrics": digest_of(json.dumps(metrics)),
        "folds": digest_of(json.dumps(folds)),
        "drawn": partition.how,
        "settings": {k: v for k, v in trained.settings.items() if k not in MACHINE},
        "history": columns(trained.history),
        "baselines": {
            baseline.kind: {
                "name": baseline.name,
                "note": baseline.note,
                "rows": baseline.rows_fitted,
                "scores": None if baseline.scores is None else digest([baseline.scores]),
            }
            for baseline in fit_baselines(data)
        },
        "tables": {
            name: columns(table)
            for name, table in evaluated.tables.items()
            if name not in {"prediction_speed", "hardware"}
        },
        "card": card(
            collected=result[ff.Collected], preprocessed=data, trained=trained, evaluated=evaluated
        ).splitlines(),
    }


def of_doors(result: Any) -> dict[str, Any]:
    """The contract, the page, rows that never were and their answers, and the files of the replay.

    Rows are answered from dicts, as a server's plan reads them, and from two files.
    """
    collected, data = result[ff.Collected], result[ff.Preprocessed]
    codec, model = data.codec, result[ff.Trained].model
    contract = contract_of(codec, data.train.inputs, text_of(collected.provenance))
    page, form = parts_of(contract)
    drawn = draw_rows(codec, contract, seed=0)
    arrays = codec.encode(read(drawn, codec.schema))
    planned = Plan.of(codec)
    plan = planned and planned.encode([tuple(row[n] for n in planned.names) for row in drawn])
    scores = score(model, arrays, device="cpu")
    answer = result.predict_proba if codec.schema.classes else result.predict
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = np.flatnonzero(collected.usable & with_pictures(collected))[:DOOR_ROWS]
        write_doors(collected.table.take(rows), codec.schema, folder)
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
        answered = {
            name: digest([np.asarray(answer(folder / name))]) for name in ("rows.csv", "rows.jsonl")
        }
    return {
        "contract": contract.to_json(),
        "page": {part: digest_of(text) for part, text in page.items()},
        "form": [kept(line, most=200) for line in form],
        "raw": raw_refusal(codec),
        "rows": {field.name: kept([row[field.name] for row in drawn]) for field in contract.fields},
        "answers": {
            "arrays": digest(by_bytes(arrays.values())),
            "plan": None if plan is None else digest(by_bytes(plan.values())),
            "scores": digest([scores]),
            "labels": task_of(codec.schema.task).answers(scores, codec.schema).tolist(),
            **answered,
        },
        "doors": {name: sha256(content).hexdigest() for name, content in files.items()},
        "doors_by_column": by_column(files["rows.jsonl"]),
    }


def with_pictures(collected: ff.Collected) -> Any:
    """`(n,)` bool: rows that lack no picture, which a request must not."""
    whole = np.ones(len(collected.table), bool)
    for column in collected.schema.inputs:
        if column.kind == "image":
            whole &= ~missing_rows(collected.table.column(column.name))
    return whole


def by_column(lines: bytes) -> dict[str, str]:
    """A digest of the JSON values of each column."""
    rows = [json.loads(line) for line in lines.decode().splitlines()]
    return {
        name: digest_of(json.dumps([row[name] for row in rows]))
        for name in (rows[0] if rows else {})
    }


def columns(table: pd.DataFrame) -> dict[str, Any]:
    """The values of a table by column, without what was timed."""
    return {
        str(name): kept(plain(table[name].tolist())) for name in table if str(name) not in TIMED
    }


def kept(value: Any, *, most: int = MOST) -> Any:
    """The JSON value itself where it is short, else its digest."""
    text = json.dumps(plain(value))
    return value if len(text) <= most else digest_of(text)


def digest_of(text: str) -> str:
    """SHA-256 of a text."""
    return sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """JSON values; numbers that JSON lacks, and all that is no JSON, as text."""
    if isinstance(value, Estimate):
        return [plain(v) for v in (float(value), value.low, value.high, value.method, value.n)]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value if isinstance(value, str | int | float | None) else repr(value)


def by_bytes(arrays: Iterable[Any]) -> list[Any]:
    """The arrays in an order that their names have no part in."""
    return sorted(arrays, key=lambda array: digest([array]))


def digest(arrays: Iterable[Any]) -> str:
    """SHA-256 of types, shapes and bytes; of cells that are objects one by one."""
    total = sha256()
    for array in arrays:
        total.update(f"{array.dtype}{array.shape}".encode())
        if array.dtype != object:
            total.update(np.ascontiguousarray(array).tobytes())
            continue
        for cell in array.tolist():
            with suppress(AttributeError):
                total.update(f"{cell.dtype}{cell.shape}".encode() + cell.tobytes())
                continue
            total.update(repr(cell).encode() + b"\0")
    return total.hexdigest()
