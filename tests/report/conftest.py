"""Artifacts made by hand, as small as they can be."""

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fivefold.artifacts import Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.codecs.rows import Rows
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding, finding
from fivefold.partition import Partition
from fivefold.report.html import render
from fivefold.report.reported import Reported

EVIL = '<script>alert("x")</script>'


def make_estimate(value: float, half: float = 0.01, n: int = 500) -> Estimate:
    return Estimate(value, low=value - half, high=value + half, method="wilson", n=n)


def make_run(
    task: str = "binary", *, test_rows: int = 500, folds: bool = False, weights: bool = False
) -> dict[str, Any]:
    """A run of 1,000 rows with a column, a class and a finding that look like markup; or a case."""
    if task in CASES:
        return make_case(task)
    rng = np.random.default_rng(0)
    rows = 500 + test_rows
    classes = {"binary": ("no", EVIL), "multiclass": ("a", "b", EVIL), "regression": ()}[task]
    kind = "numeric" if task == "regression" else "categorical"
    schema = Schema(
        columns=(
            Column(name=EVIL, kind="numeric", missing=("?",)),
            Column(name="id", kind="text", role="ignored", reason="every value differs"),
            Column(name="y", kind=kind, role="target"),
            *([Column(name=f"{EVIL}w", kind="numeric", role="weight")] if weights else []),
        ),
        targets=("y",),
        task=task,
        classes=classes,
    )
    if classes:
        target = rng.integers(0, len(classes), rows)
        logits = rng.normal(size=(rows, len(classes))) + 2 * np.eye(len(classes))[target]
        scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        metrics = {"roc_auc": 0.93, "accuracy": 0.87, "balanced_accuracy": 0.86, "log_loss": 0.3}
        raw = np.array(classes, dtype=object)[target]
    else:
        target = rng.normal(size=rows)
        scores = target + 0.3 * rng.normal(size=rows)
        metrics = {"rmse": 0.3, "mae": 0.24, "r2": 0.9}
        raw = target
    ids = np.array([f"number {row}" for row in range(rows)], dtype=object)
    columns = {EVIL: np.zeros(rows), "id": ids, "y": raw}
    table = Columns(columns | ({f"{EVIL}w": rng.random(rows)} if weights else {}))
    parts = np.split(np.arange(rows), [300, 500])
    encoded = [Rows(inputs={}, target=target[part], index=part) for part in parts]
    names = list(metrics)[:3]
    return {
        "collected": Collected(
            table=table,
            schema=schema,
            usable=np.ones(rows, dtype=bool),
            given=None,
            findings=(
                Finding(code="constant", severity="note", sentence=f"{EVIL} is 0 everywhere."),
                finding("target_leakage", "`z` tells `y`.", columns=["z"]),
            ),
            provenance={"source": f"/data/{EVIL}.csv", "sha256": "ab" * 32, "rows": rows},
        ),
        "partition": Partition(
            train=parts[0], valid=parts[1], test=parts[2], how="stratified 30/20/50, seed 0"
        ),
        "preprocessed": Preprocessed(
            train=encoded[0],
            valid=encoded[1],
            test=encoded[2],
            codec=SimpleNamespace(schema=schema),
        ),
        "trained": Trained(
            model=SimpleNamespace(),
            history=pd.DataFrame(
                {"epoch": [1, 2, 3], "train_loss": [0.9, 0.5, 0.4], "valid_loss": [0.9, 0.6, 0.7]}
            ),
            settings={"network": "MLP", "parameters": 12_345, "best_epoch": 2, "epochs": 3},
            resources={"seconds": 1.5},
            first_digest="cd" * 32,
            findings=(
                Finding(code="overfitting", severity="warning", sentence="Loss rises again."),
            ),
        ),
        "evaluated": Evaluated(
            metrics={name: make_estimate(value, n=test_rows) for name, value in metrics.items()},
            scores=scores[parts[2]].astype(np.float32),
            target=target[parts[2]],
            index=parts[2],
            folds={n: make_estimate(metrics[n] - 0.01, n=5) for n in names} if folds else {},
            weighted={n: make_estimate(metrics[n] - 0.05, n=321) for n in metrics if weights},
            tables=make_tables(names),
            findings=(),
        ),
    }


CASES = {
    "leak": ("binary", [0.76, 0.91, 0.93], ["wins", "wins", "a tie"]),
    "tie": ("binary", [0.5, 0.928, 0.9], ["wins", "a tie", "wins"]),
    "loss": ("regression", [0.9, 0.5, 0.24], ["wins", "wins", "loses"]),
    "win": ("binary", [0.5, 0.8, 0.85], ["wins", "wins", "wins"]),
}
"""By case the task, the first score of three simple models, and the ruling on the model."""


def make_case(case: str) -> dict[str, Any]:
    """A run whose target leaks; one that ties with a simple model, loses to one, or wins."""
    task, scores, rulings = CASES[case]
    run = make_run(task)
    evaluated = run["evaluated"]
    ours = {name: float(score) for name, score in evaluated.metrics.items()}
    first, *others = ours
    table = make_tables([*ours])["model_comparison"]
    columns = {first: [ours[first], *scores]}
    gain = 0.0 if task == "regression" else 0.06
    columns |= {n: [ours[n], *(ours[n] / ours[first] * s - gain for s in scores)] for n in others}
    for name, values in columns.items():
        table[name] = pd.Series([make_estimate(value) for value in values], dtype=object)
    gaps = [make_estimate(ours[first] - score) for score in columns[first]]
    table["difference"], table["verdict"] = pd.Series(gaps, dtype=object), ["", *rulings]
    if task == "regression":
        table["model"] = ["model", "mean", "ridge regression", "gradient boosting"]
    run["evaluated"] = evaluated.replace(tables={**evaluated.tables, "model_comparison": table})
    if case != "leak":
        run["collected"] = run["collected"].replace(findings=())
        run["trained"] = run["trained"].replace(findings=())
    return run


def make_tables(names: list[str]) -> dict[str, pd.DataFrame]:
    """The model loses to one model, ties with another and beats a third."""
    models = ["model", "majority class", "logistic regression", "gradient boosting"]
    columns: dict[str, list[object]] = {"model": list(models)}
    for name in names:
        columns[name] = [make_estimate(0.93 - 0.01 * k) for k in range(4)]
    columns["difference"] = [
        make_estimate(0.0, 0.0), make_estimate(0.4), make_estimate(0.005), make_estimate(-0.03)
    ]  # fmt: skip
    columns["verdict"] = ["", "wins", "a tie", "loses"]
    columns["fit_seconds"] = [1.5, 0.0, 0.2, 0.9]
    columns["milliseconds_per_row"] = [0.01, 0.001, 0.002, 0.03]
    limits = {"limitation": [f"Few rows of {EVIL}."], "evidence": ["finding few_rows"]}
    frame = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
    return {
        "model_comparison": pd.DataFrame(frame),
        "limitations": pd.DataFrame(limits),
        "hardware": pd.DataFrame({"what": ["cores"], "value": ["2"]}),
    }


@pytest.fixture
def evil() -> str:
    return EVIL


@pytest.fixture(scope="session")
def a_run() -> Any:
    return make_run


@pytest.fixture(scope="session")
def a_page() -> Any:
    """The page of a run that is made by these words; drawn once."""
    return cache(lambda *words, **changes: render(Reported(**make_run(*words, **changes))))


@pytest.fixture
def deployed() -> Deployed:
    return Deployed(
        path=Path("y.ff"),
        digest="ef" * 32,
        bytes=412_345,
        formats=("onnx", "onnx-raw"),
        parity={"frame": 0.0, "csv": 1e-7, "rows": 500, "tolerance": 1e-5},
    )
