"""The ways in which models answer, ready to be timed: by torch, by their graph, by scikit-learn."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.codecs.table import Array
from fivefold.core.session import Session
from fivefold.evaluate.baselines import Baseline
from fivefold.evaluate.lagged import Predict
from fivefold.evaluate.timing import ALONE, WHOLE, Way, held_bytes
from fivefold.partition import Partition

TORCH, GRAPH, SKLEARN = "torch", "onnxruntime", "scikit-learn"

SERVING = """
import json, sys
from fivefold.evaluate.timing import highest
from fivefold.serve.predictor import load
load(sys.argv[1]).scores(json.load(sys.stdin))
print(highest())
"""
"""What a fresh process does that answers rows, as a server does."""


def torch_ways(name: str, collected: Collected, data: Preprocessed, trained: Trained) -> list[Way]:
    """A network by torch, alone and behind its codec.

    Args:
        name: of the model, in the table.
        collected: the raw rows.
        data: the encoded ones; training rows are asked for.
        trained: the network.
    """
    from fivefold.models.score import score

    codec, model = data.codec, trained.model

    def alone(rows: int) -> Callable[[], object]:
        return partial(score, model, _inputs(data, rows))

    def whole(rows: int) -> Callable[[], object]:
        raw = collected.table.take(data.train.index[_circle(len(data.train), rows)])
        return lambda: score(model, codec.encode(raw))

    size = sum(t.numel() * t.element_size() for t in model.state_dict().values())
    return [
        Way(model=name, engine=TORCH, what=ALONE, ready=alone, bytes=size),
        Way(model=name, engine=TORCH, what=WHOLE, ready=whole, bytes=size),
    ]


def graph_way(name: str, data: Preprocessed, content: bytes) -> Way:
    """A network by its graph."""
    from fivefold.serve.graph import Graph

    graph = Graph(content)

    def ready(rows: int) -> Callable[[], object]:
        return partial(graph, _inputs(data, rows))

    return Way(model=name, engine=GRAPH, what=ALONE, ready=ready, bytes=len(content))


def exported(data: Preprocessed, trained: Trained) -> bytes:
    """The graph of a network.

    Raises:
        ModelError: if it has none.
    """
    from fivefold.deploy.export import EXAMPLES, export_onnx

    example = {name: values[:EXAMPLES] for name, values in data.train.inputs.items()}
    return export_onnx(trained.model, example)


def _inputs(data: Preprocessed, rows: int) -> Mapping[str, Array]:
    return data.train.take(_circle(len(data.train), rows)).inputs


def _circle(count: int, rows: int) -> Array:
    """So many positions, from the first one again where there are fewer."""
    return np.arange(rows) % max(1, count)


def bundle_of(
    path: Path,
    collected: Collected,
    partition: Partition,
    data: Preprocessed,
    trained: Trained,
    evaluated: Evaluated,
) -> Path:
    """Write a bundle of a model there.

    Raises:
        FivefoldError: if it cannot be deployed.
    """
    from fivefold.deploy.deploy import Deploy

    session = Session(recipe="{}")
    deploy = Deploy(str(path), parity_rows=8)
    return deploy.run(collected, partition, data, trained, session, evaluated).path


def bundle_ways(
    name: str, path: Path, data: Preprocessed, asked: Sequence[Mapping[str, Any]]
) -> list[Way]:
    """A bundle: its graph alone, and as a server asks it.

    Args:
        name: of the model.
        path: of the bundle.
        data: encoded rows.
        asked: rows as JSON values.
    """
    from fivefold.serve.predictor import load

    predictor = load(path)

    def ready(rows: int) -> Callable[[], object]:
        some = [asked[place] for place in _circle(len(asked), rows)]
        return partial(predictor.scores, some)

    return [
        graph_way(name, data, bytes(predictor.bundle["model.onnx"])),
        Way(model=name, engine=GRAPH, what=WHOLE, ready=ready, bytes=path.stat().st_size),
    ]


def requests_of(collected: Collected, data: Preprocessed, rows: int) -> list[dict[str, Any]]:
    """Training rows as requests: JSON values by column, as the source gave them."""
    from fivefold.kinds.canonical import canonical_column
    from fivefold.kinds.known import kind_of
    from fivefold.requested import requested

    asked = requested(collected, data)
    table, columns = asked.table.take(data.train.index[:rows]), asked.schema.inputs
    cells = [
        kind_of(c.kind).handed(canonical_column(table.column(c.name), c)[0], c).json
        for c in columns
    ]
    names = [column.name for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def serving_bytes(path: Path, asked: Sequence[Mapping[str, Any]]) -> int | None:
    """The most memory of a fresh process that loads a bundle and answers rows; None if none can."""
    from fivefold.deploy.parity import environment

    done = subprocess.run(
        [sys.executable, "-P", "-c", SERVING, str(path)],
        input=json.dumps(list(asked)),
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        check=False,
    )
    words = done.stdout.split()
    return int(words[-1]) if done.returncode == 0 and words else None


def baseline_ways(data: Preprocessed, baselines: Iterator[Baseline]) -> Iterator[Way]:
    """The simple models that could be fitted."""

    def ready(predict: Predict, rows: int) -> Callable[[], object]:
        return partial(predict, data.train.take(_circle(len(data.train), rows)))

    for baseline in baselines:
        predict = baseline.predict
        if predict is not None:
            yield Way(
                model=baseline.name,
                engine=SKLEARN,
                what=ALONE,
                ready=partial(ready, predict),
                bytes=held_bytes(predict),
            )
