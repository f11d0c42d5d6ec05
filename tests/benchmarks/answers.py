"""What an answer costs beside the graph alone, and the graph beside one that walks by gathers.

`python tests/benchmarks/answers.py FOLDER` trains the default on `adult.csv` of that folder and
times in turn, on one thread: the exported graph against the same network exported with its trees
as gathers; `predict_proba` of one row, from a dict and from a frame, against `session.run`.
`--quick` tries the script with few epochs, and its numbers mean nothing.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from machine import conditions, sentence, table
from rounds import quartiles

import fivefold as ff
from fivefold.deploy import export
from fivefold.serve.graph import Graph

BATCHES = (1, 64, 1024)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("folder", type=Path)
    made.add_argument("--rounds", type=int, default=9)
    made.add_argument("--quick", action="store_true", help="few epochs, three rounds")
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    rounds = 3 if asked.quick else asked.rounds
    facts = conditions("torch", "onnxruntime", "numpy", "pandas") | {"rounds": rounds}
    print(sentence(facts), flush=True)
    source = asked.folder / "adult.csv"
    with TemporaryDirectory() as folder:
        settings: dict[str, Any] = {"epochs": 2} if asked.quick else {}
        stages = [
            ff.Collect(source, target="income"),
            ff.Preprocess(),
            ff.Train(**settings),
            ff.Deploy(Path(folder) / "adult.ff"),
        ]
        result = ff.Pipeline(stages).run(seed=0, progress=False)
        model = ff.load(Path(folder) / "adult.ff")
        inputs = result[ff.Preprocessed].test.inputs
        few = {name: np.ascontiguousarray(values[:1024]) for name, values in inputs.items()}
        before = Graph(by_gathers(result[ff.Trained].model, few))
        after = Graph(model.bundle["model.onnx"])
        print(f"\n{graphs(before, after, few, rounds)}", flush=True)
        frame = pd.read_csv(source, nrows=1).drop(columns="income")
        print(f"\n{doors(model, after, frame, rounds)}", flush=True)
    return 0


def by_gathers(model: Any, inputs: dict[str, Any]) -> bytes:
    """The network's graph without an operator for trees, as version 0.1.0 exported it."""
    kept = export.set_aside
    export.set_aside = lambda bare: []
    try:
        return export.export_onnx(model, inputs)
    finally:
        export.set_aside = kept


def graphs(before: Graph, after: Graph, inputs: dict[str, Any], rounds: int) -> str:
    rows = []
    for size in BATCHES:
        batch = {name: values[:size] for name, values in inputs.items()}
        found = in_turn(partial(before, batch), partial(after, batch), rounds)
        rows.append([f"{size:,}", *found])
    head = ["rows", "ratio", "quartiles", "gathers, us", "operator, us"]
    return f"The graph / the graph by gathers\n\n{table(head, rows)}"


def doors(model: Any, graph: Graph, frame: pd.DataFrame, rounds: int) -> str:
    row = frame.to_dict("records")[0]
    blocks = model._plain_blocks([row])
    assert blocks is not None
    asked = {
        "a dict": (lambda: graph(blocks), lambda: model.predict_proba([row])),
        "a frame of one row": (
            lambda: (graph(blocks), frame.to_numpy(dtype=object)),
            lambda: model.predict_proba(frame),
        ),
    }
    rows = []
    for name, (alone, whole) in asked.items():
        ratio, spread, base, ours = in_turn(alone, whole, rounds)
        rows.append([name, ratio, spread, base, ours, f"{float(ours) - float(base):.1f}"])
    head = ["predict_proba of", "ratio", "quartiles", "graph (and to_numpy), us", "whole, us"]
    return f"predict_proba / the graph alone\n\n{table([*head, 'added, us'], rows)}"


def in_turn(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> list[str]:
    """Ratio, quartiles and median microseconds of both, timed in turn."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            seconds[which].append(each((one, other)[which]))
    ratios = [b / a for a, b in zip(*seconds, strict=True)]
    low, middle, high = quartiles(ratios)
    medians = [f"{1e6 * statistics.median(values):.1f}" for values in seconds]
    return [f"**{middle:.2f}**", f"{low:.2f} to {high:.2f}", *medians]


def each(action: Callable[[], Any]) -> float:
    """Seconds of one call, of as many as take a fifth of a second."""
    action()
    started, calls = time.perf_counter(), 0
    while (spent := time.perf_counter() - started) < 0.2:
        action()
        calls += 1
    return spent / calls


if __name__ == "__main__":
    onnxruntime.set_default_logger_severity(4)
    sys.exit(main(sys.argv[1:]))
