"""Whether a change left every bit of eight small runs as it was.

`python tests/benchmarks/bits.py --to before.json` on one commit and `--against before.json` on
another, on the same machine. Names of tensors and of blocks do not count, their bytes do.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from machine import conditions, sentence

import fivefold as ff

ROWS = 400


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("--to", type=Path, help="a JSON file for what was found")
    made.add_argument("--against", type=Path, help="a JSON file of another commit")
    made.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    return made


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    print(sentence(conditions("torch", "numpy", "pandas", "scikit-learn")), flush=True)
    before = json.loads(asked.against.read_text()) if asked.against is not None else {}
    found, changed = {}, 0
    for name in asked.cases:
        started = time.perf_counter()
        found[name] = bits(CASES[name]())
        lost = [part for part, value in before.get(name, {}).items() if found[name][part] != value]
        changed += bool(lost)
        told = ", ".join(lost) or ("equal" if name in before else found[name]["scores"][:12])
        print(f"{name:12} {time.perf_counter() - started:5.1f} s  {told}", flush=True)
    if asked.to is not None:
        asked.to.write_text(json.dumps(found, indent=1))
    return 1 if changed else 0


def bits(pipeline: ff.Pipeline) -> dict[str, str]:
    """Digests of what a run came to, each of the bytes alone."""
    result = pipeline.run(seed=0, device="cpu", progress=False)
    data, partition, trained = result[ff.Preprocessed], result[ff.Partition], result[ff.Trained]
    parts = (data.train, data.valid, data.test)
    evaluated = result[ff.Evaluated]
    metrics = {name: [float(v), v.low, v.high] for name, v in evaluated.metrics.items()}
    return {
        "partition": digest([partition.train, partition.valid, partition.test]),
        "arrays": digest(array for part in parts for array in _sorted(part.inputs.values())),
        "target": digest(part.target for part in parts),
        "weights": digest(_sorted(t.numpy() for t in trained.model.state_dict().values())),
        "scores": digest([evaluated.scores]),
        "metrics": sha256(json.dumps(metrics).encode()).hexdigest(),
        "folds": sha256(json.dumps({k: float(v) for k, v in evaluated.folds.items()}).encode())
        .hexdigest(),
    }  # fmt: skip


def _sorted(arrays: Iterable[Any]) -> list[Any]:
    return sorted(arrays, key=lambda array: digest([array]))


def digest(arrays: Iterable[Any]) -> str:
    total = sha256()
    for array in arrays:
        total.update(f"{array.dtype}{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def rows(task: str) -> pd.DataFrame:
    """A table with numbers, categories, dates, texts, groups, gaps and a target of this task."""
    draw = np.random.default_rng(0)
    x, z = draw.normal(size=(2, ROWS))
    signal = x + 0.5 * z + draw.normal(size=ROWS) / 2
    words = np.array(["red house", "blue door", "green hill", "old tree by the road"])
    frame = pd.DataFrame(
        {
            "x": np.where(draw.random(ROWS) < 0.1, np.nan, x),
            "z": 1e6 + z,
            "count": draw.poisson(3, ROWS),
            "city": draw.choice(np.array(["Ulm", "Bern", "Graz", None], object), ROWS),
            "open": draw.random(ROWS) < 0.5,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.permutation(ROWS), "h"),
            "person": [f"person {n}" for n in draw.integers(0, 60, ROWS)],
            "note": [
                f"{words[n]} {words[m]} seen {n + m}" for n, m in draw.integers(0, 4, (ROWS, 2))
            ],
        }
    )
    frame["y"] = {
        "binary": np.where(signal > 0.4, "yes", "no"),
        "multiclass": np.digitize(signal, [-0.5, 0.5]).astype(str),
        "regression": 50 + 20 * signal,
        "count": draw.poisson(np.exp(signal / 2)),
    }[task]
    return frame


def run(of: str, *, keep: str, train: ff.Train, folds: int = 0, **options: Any) -> ff.Pipeline:
    """A pipeline on some of the columns, on one thread."""
    frame = rows(of)[[*keep.split(), "y"]]
    collect = ff.Collect(frame, target="y", **options)
    evaluate = ff.Evaluate(folds=folds, baselines=())
    return ff.Pipeline([collect, ff.Preprocess(), train.replace(threads=1), evaluate])


def digits() -> ff.Pipeline:
    train, evaluate = ff.Train(epochs=2, threads=1), ff.Evaluate(baselines=())
    return ff.Pipeline([ff.Collect("sklearn:digits"), ff.Preprocess(), train, evaluate])


TABLE = "x z count city open when"
CASES: dict[str, Callable[[], ff.Pipeline]] = {
    "binary": lambda: run("binary", keep=TABLE, train=ff.Train(epochs=4)),
    "regression": lambda: run("regression", keep=TABLE, train=ff.Train(epochs=4)),
    "multiclass": lambda: run("multiclass", keep=TABLE, train=ff.Train("mlp", epochs=6), folds=2),
    "counts": lambda: run(
        "count",
        keep="x z city",
        train=ff.Train("mlp", epochs=4, loss="poisson", members=3),
        task="regression",
    ),
    "texts": lambda: run("binary", keep="note", train=ff.Train(epochs=4)),
    "mixture": lambda: run("binary", keep="x city note", train=ff.Train(epochs=3)),
    "groups": lambda: run(
        "regression",
        keep="x z person",
        train=ff.Train("mlp", epochs=3, loss="quantile", quantile=0.9),
        group="person",
        folds=2,
    ),
    "pictures": digits,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
