"""The five lines on real data: `python tests/acceptance.py FOLDER [NAME ...] [--whole]`.

FOLDER holds the public sets that the cases name. Each case prints one line; the script ends with
a non-zero status if a floor is missed, and with a plain line of counts.

Of Fashion-MNIST four epochs are trained on the first 12,000 pictures, and judged on the first 4,000
for testing, with a floor of its own. With `--whole` it is all 60,000 and 10,000, for as long as the
rules say; `tests/benchmarks/fields.py` measures these as they are by default.

Where there are two cores, two processes of one thread share the cases; those that compute with
all cores run before them, alone.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd

import fivefold as ff
from fivefold.serve.bundle import open_bundle


@dataclass(frozen=True)
class Case:
    """A data set, the metric it is judged by, its floor (or ceiling, for errors) and seconds.

    Leaks are found before training, so that these cases train fast; and so do two that
    `tests/benchmarks/fields.py` and `tables.py` measure as they are by default.

    Args:
        epochs: how many at most, where it is not what the rules give.
        cut: how many pictures, the first of the file, are trained on and tested on.
    """

    name: str
    source: str
    metric: str
    bound: float
    seconds: float = 180.0
    collect: dict[str, Any] = field(default_factory=dict)
    leaks: tuple[str, ...] = ()
    quality: str = "balanced"
    alone: bool = False  # with all cores
    epochs: int | None = None
    cut: tuple[int, int] | None = None


ZEROS = dict.fromkeys(("insulin", "skin_thickness", "blood_pressure", "bmi", "glucose"), ("0",))
CASES = (
    Case("adult", "adult.csv", "roc_auc", 0.91, collect={"target": "income"}),
    Case(
        "titanic", "titanic.csv", "roc_auc", 0.80, collect={"target": "survived", "drop": ["alive"]}
    ),
    Case("telco_churn", "telco_churn.csv", "roc_auc", 0.82, collect={"target": "Churn"}),
    Case(
        "california_housing",
        "california_housing.csv",
        "rmse",
        62_000,
        collect={"target": "median_house_value"},
    ),
    Case("diamonds", "diamonds.parquet", "rmse", 700, collect={"target": "price"}),
    Case("penguins", "penguins.csv", "accuracy", 0.95, collect={"target": "species"}),
    Case(
        "pima",
        "pima_diabetes.csv",
        "roc_auc",
        0.78,
        collect={"target": "outcome", "missing": ZEROS},
    ),
    Case(
        "nsl_kdd",
        "nsl_kdd_train20.csv.gz",
        "roc_auc",
        0.80,
        collect={
            "target": "label",
            "test_source": "nsl_kdd_test.csv.gz",
            "drop": ["difficulty"],
            "task": "binary",
            "positive": "normal",
        },
    ),
    Case(
        "nsl_kdd_classes",
        "nsl_kdd_train20.csv.gz",
        "accuracy",
        0.60,
        collect={"target": "label", "test_source": "nsl_kdd_test.csv.gz", "drop": ["difficulty"]},
        quality="fast",
    ),
    Case("sms_spam", "sms_spam.tsv", "roc_auc", 0.97, collect={"target": 0}),
    Case("ag_news", "ag_news_7600.csv", "accuracy", 0.82, collect={"target": 0}),
    Case(
        "fashion_mnist",
        "fashion_train-images-idx3-ubyte.gz",
        "accuracy",
        0.885,
        seconds=240.0,
        collect={"test_source": "fashion_t10k-images-idx3-ubyte.gz"},
        quality="fast",
        alone=True,
        epochs=4,
        cut=(12_000, 4_000),
    ),
    Case(
        "titanic_leak",
        "titanic.csv",
        "roc_auc",
        0.99,
        collect={"target": "survived"},
        leaks=("alive",),
    ),
    Case(
        "bike_leak",
        "bike_sharing_hour.csv",
        "r2",
        0.9,
        collect={"target": "count", "time": "dateday", "drop": ["instant"]},
        leaks=("casual", "registered"),
    ),
    Case(
        "nsl_kdd_leak",
        "nsl_kdd_train20.csv.gz",
        "roc_auc",
        0.80,
        collect={
            "target": "label",
            "task": "binary",
            "positive": "normal",
            "test_source": "nsl_kdd_test.csv.gz",
        },
        leaks=("difficulty",),
    ),
)


WHOLE: dict[str, dict[str, Any]] = {
    "fashion_mnist": {"bound": 0.90, "seconds": 480.0, "epochs": None, "cut": None}
}
"""What `--whole` changes in a case."""


def first(rows: int, source: Path, folder: Path) -> Path:
    """Write so many pictures of an IDX file and their labels; where the pictures are."""
    for name in (source.name, source.name.replace("images-idx3", "labels-idx1")):
        with gzip.open(source.with_name(name)) as file:
            kind = file.read(4)
            shape = np.frombuffer(file.read(4 * kind[3]), ">u4").copy()
            shape[0] = rows
            values = file.read(int(shape.prod()))
        (folder / name).write_bytes(gzip.compress(kind + shape.tobytes() + values, 1))
    return folder / source.name


def door_faults(result: ff.Result, source: Path, bundle: Path) -> tuple[str, list[str]]:
    """What to say of the doors, and those that do not answer every test row as Evaluate did."""
    frame = pd.read_csv(source).iloc[result[ff.Partition].test]
    text = bundle.with_suffix(".csv")
    frame.to_csv(text, index=False)
    model, wanted = ff.load(bundle), result[ff.Evaluated].scores
    graph = bytes(open_bundle(bundle)["model-raw.onnx"])
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    raw = {
        node.name: np.array(
            [["" if pd.isna(v) or v == "?" else str(v)] for v in frame[node.name]], dtype=object
        )
        if node.type == "tensor(string)"
        else frame[[node.name]].to_numpy(np.float64)
        for node in session.get_inputs()
    }
    answers = {
        "result": result.predict_proba(frame),
        "frame": model.predict_proba(frame),
        "csv": model.predict_proba(text),
        "json": model.predict_proba(json.loads(frame.to_json(orient="records"))),
        "raw": session.run(["scores"], raw)[0],
    }
    worst = {door: float(np.abs(scores - wanted).max()) for door, scores in answers.items()}
    faults = [f"wanted 1e-5 by {door}, found {gap}" for door, gap in worst.items() if gap > 1e-5]
    return f"\n{'':20} {len(frame):,} test rows by door: {worst}", faults


def run_case(case: Case, data: Path) -> tuple[str, str]:
    """Run one case: what to say of it, and an empty text when all holds, else what does not."""
    settings = dict(case.collect)
    with TemporaryDirectory() as folder:
        source, test = data / case.source, data / settings.get("test_source", "")
        if case.cut is not None:
            pairs = zip(case.cut, (source, test), strict=True)
            source, test = (first(rows, path, Path(folder)) for rows, path in pairs)
        if "test_source" in settings:
            settings["test_source"] = str(test)
        begun = time.perf_counter()
        result = ff.Pipeline(
            [
                ff.Collect(str(source), **settings),
                ff.Preprocess(),
                ff.Train(quality="fast" if case.leaks else case.quality, epochs=case.epochs),
                ff.Evaluate(),
                ff.Deploy(f"{folder}/{case.name}.ff"),
            ]
        ).run(seed=0, progress=False)
        seconds = time.perf_counter() - begun
        doors = case.name in ("adult", "titanic")
        path = Path(folder) / f"{case.name}.ff"
        more, faults = door_faults(result, source, path) if doors else ("", [])
    score = result.metrics[case.metric]
    is_error = case.metric == "rmse"
    reached = score <= case.bound if is_error else score >= case.bound
    found = {c for f in result.findings if f.code == "target_leakage" for c in f.numbers["columns"]}
    stages = ", ".join(f"{name} {spent:.1f}" for name, spent in result.seconds.items())
    said = f"{case.name:20} {case.metric} {score}  {seconds:.1f} s ({stages}){more}"
    if not reached:
        faults.append(
            f"wanted {case.metric} {'<=' if is_error else '>='} {case.bound}, found {score}"
        )
    if seconds > case.seconds:
        faults.append(f"wanted at most {case.seconds:.0f} s, found {seconds:.0f} s")
    if set(case.leaks) != found:
        faults.append(f"wanted leaks {sorted(case.leaks)}, found {sorted(found)}")
    return said, "; ".join(faults)


def outcomes(cases: list[Case], data: Path) -> Iterator[tuple[Case, str, str]]:
    """Each case with what `run_case` gives, as they end."""
    shared = [case for case in cases if not case.alone]
    if len(shared) < 2 or (os.cpu_count() or 1) < 2:
        shared = []
    for case in cases:
        if case not in shared:
            yield case, *run_case(case, data)
    os.environ["OMP_NUM_THREADS"] = "1"  # pools of threads that spin beside one another wait
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(run_case, case, data): case for case in shared}
        for done in as_completed(running):
            yield running[done], *done.result()


def main(arguments: list[str]) -> int:
    """Run the cases that were asked for, all of them if none was."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("folder", type=Path, help="that holds the sets")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of cases; all if none is given")
    parser.add_argument("--whole", action="store_true", help="train on all rows of every set")
    asked = parser.parse_args(arguments)
    data, names = asked.folder, asked.names
    if unknown := set(names) - {case.name for case in CASES}:
        parser.error(f"there is no case {', '.join(sorted(unknown))}")
    cases = [
        replace(case, **WHOLE.get(case.name, {})) if asked.whole else case
        for case in CASES
        if not names or case.name in names
    ]
    failed = 0
    for case, said, fault in outcomes(cases, data):
        print(said, flush=True)
        if fault:
            failed += 1
            print(f"{case.name:20} FAILED: {fault}", flush=True)
    print(f"acceptance: {len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
