"""Nothing outside the tables names a kind or a task: other names give the same bits."""

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.fingerprint import fingerprint
from fivefold.kinds.known import KINDS, labels
from fivefold.serve.contract import contract_of
from fivefold.tasks.known import TASKS

ROWS = 240


def rows(target: str) -> pd.DataFrame:
    """A table with every built-in kind, and a target of this task."""
    draw = np.random.default_rng(0)
    x, z = draw.normal(size=(2, ROWS))
    words = np.array(["red house", "blue door", "green hill", "old tree by the road"])
    pictures = np.empty(ROWS, object)
    for row in range(ROWS):
        pictures[row] = draw.integers(0, 256, (6, 6), np.uint8)
    signal = x + z / 2 + draw.normal(size=ROWS) / 3
    return pd.DataFrame(
        {
            "x": np.where(draw.random(ROWS) < 0.1, np.nan, x),
            "city": draw.choice(np.array(["Ulm", "Bern", "Graz", None], object), ROWS),
            "open": draw.random(ROWS) < 0.5,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.permutation(ROWS), "h"),
            "note": [
                f"{words[i]} and {words[j]} {i + j}" for i, j in draw.integers(0, 4, (ROWS, 2))
            ],
            "photo": pictures,
            "z": 1e6 + z,
            "y": {
                "two": np.where(signal > 0.4, "yes", "no"),
                "three": np.digitize(signal, [-0.5, 0.5]).astype(str),
                "number": 50 + 20 * signal,
            }[target],
        }
    )


def came_to(target: str, path: Path, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a run came to."""
    frame = rows(target).drop(columns=list(without))
    result = ff.Pipeline(
        [
            ff.Collect(frame, target="y"),
            ff.Preprocess(),
            ff.Train(epochs=1, threads=1),
            ff.Evaluate(),
            ff.Deploy(path),
        ]
    ).run(seed=0, device="cpu", progress=False)
    data, model = result[ff.Preprocessed], result[ff.Trained].model
    collected, evaluated = result[ff.Collected], result[ff.Evaluated]
    weights = {name: array.numpy().tobytes() for name, array in model.state_dict().items()}
    found = collected.findings + data.findings + evaluated.findings + result[ff.Deployed].findings
    predictor = ff.load(path)
    fields = contract_of(data.codec).to_json()["inputs"]
    return {
        "arrays": fingerprint(dict(data.train.inputs)),
        "target": fingerprint(data.train.target),
        "weights": {name: hashlib.sha256(array).hexdigest() for name, array in weights.items()},
        "scores": fingerprint(evaluated.scores),
        "metrics": {name: str(value) for name, value in evaluated.metrics.items()},
        "findings": [(f.code, f.severity, in_words(f.sentence)) for f in found],
        "contract": [{k: v for k, v in field.items() if k != "kind"} for field in fields],
        "answers": predictor.predict(frame.head(20)).tolist(),
        "formats": result[ff.Deployed].formats,
        "baselines": str(
            evaluated.tables["model_comparison"]
            .drop(columns="fit_seconds", errors="ignore")
            .iloc[:, :3]
        ),
    }


def in_words(sentence: str) -> str:
    """A sentence in which kinds are called by their classes, whatever their names."""
    for kind in KINDS:
        sentence = re.sub(rf"\b{kind.name}\b", type(kind).__name__, sentence)
    return sentence


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give every kind and every task of the tables another name."""

    def rename() -> None:
        for place, kind in enumerate(KINDS.known.values()):
            monkeypatch.setattr(type(kind), "name", f"k{place}")
        monkeypatch.setattr(KINDS, "known", {kind.name: kind for kind in KINDS.known.values()})
        for place, task in enumerate(TASKS.known.values()):
            if hasattr(type(task), "name"):  # that of several targets says which they are
                monkeypatch.setattr(type(task), "name", f"t{place}")
        monkeypatch.setattr(TASKS, "known", {task.name: task for task in TASKS.known.values()})
        # a fresh process would know them by their old names
        monkeypatch.setattr("fivefold.deploy.own.own_files", lambda *_: ([], "renamed here"))

    return rename


@pytest.mark.slow
@pytest.mark.parametrize("target", ["two", "three", "number"])
def test_other_names_of_kinds_and_tasks_give_the_same_bits(
    target: str, renamed: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("fivefold.deploy.own.own_files", lambda *_: ([], "renamed here"))
    wanted = came_to(target, tmp_path / "before.ff")
    renamed()
    assert came_to(target, tmp_path / "after.ff") == wanted


OF = {"x": "numeric", "open": "boolean", "when": "datetime", "note": "text", "photo": "image"}


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["boolean", "datetime", "text", "image"])
def test_without_a_kind_the_others_work_as_before(
    gone: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("fivefold.deploy.own.own_files", lambda *_: ([], "less here"))
    without = tuple(name for name, kind in OF.items() if kind == gone)
    wanted = came_to("two", tmp_path / "before.ff", without)
    assert KINDS[gone] is not labels()
    rest = {name: kind for name, kind in KINDS.known.items() if name != gone}
    monkeypatch.setattr(KINDS, "known", rest)
    assert came_to("two", tmp_path / "after.ff", without) == wanted
