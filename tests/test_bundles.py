"""Bundles of earlier releases are answered as they were when they were written."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from torch import nn

import fivefold as ff
from fivefold.deploy.factory import torch_factory
from fivefold.serve.bundle import open_bundle

FOLDER = Path(__file__).parent / "bundles"
NAMES = ("two_classes", "many_classes", "numbers", "hindi", "pictures", "mixed", "torch")
TOLERANCE = 1e-6
"""Of a probability; of a number, times the standard deviation of the training target."""


def small(inputs: Any, outputs: int) -> nn.Module:
    """The user's own module of `torch.ff`."""
    return nn.Sequential(nn.Linear(inputs, 12), nn.ReLU(), nn.Linear(12, outputs))


@cache
def record(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def predictor(name: str) -> Any:
    factory = torch_factory(small) if name == "torch" else None
    return ff.load(FOLDER / f"{name}.ff", sha256=record(name)["sha256"], factory=factory)


def asked(*forms: str) -> list[Any]:
    """Name and request of everything that was asked in these forms."""
    return [
        pytest.param(name, question, id=f"{name}-{question['form']}-{place}")
        for name in NAMES
        for place, question in enumerate(record(name)["requests"])
        if question["form"] in forms
    ]


def check(name: str, data: Any, answers: dict[str, Any]) -> None:
    """Compare what is predicted from the data with recorded answers."""
    model = predictor(name)
    found = model.predict(data)
    if model.task == "regression":
        tolerance = TOLERANCE * record(name)["spread"]
        np.testing.assert_allclose(found, answers["predictions"], rtol=0, atol=tolerance)
        return
    wanted = np.array(answers["probabilities"])
    np.testing.assert_allclose(model.predict_proba(data), wanted, rtol=0, atol=TOLERANCE)
    assert found.tolist() == answers["predictions"]
    assert {*map(type, found.tolist())} == {*map(type, answers["predictions"])}


@pytest.mark.parametrize("name", NAMES)
def test_old_bundle_is_small_and_says_who_wrote_it(name):
    manifest = open_bundle(FOLDER / f"{name}.ff").manifest
    assert (manifest["format"], manifest["fivefold"]) == (1, "0.1.0")
    assert (FOLDER / f"{name}.ff").stat().st_size < 300_000


@pytest.mark.parametrize("name", NAMES)
def test_old_bundle_gives_the_answers_that_it_holds(name):
    parity = predictor(name).bundle.json("parity.json")
    check(name, parity["requests"]["instances"], parity["answers"])


@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
@pytest.mark.parametrize(("name", "question"), asked("rows"))
def test_old_bundle_asked_with_rows_answers_as_then(name, question):
    check(name, question["rows"], question["answers"])


@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
@pytest.mark.parametrize(("name", "question"), asked("rows"))
def test_old_bundle_asked_with_columns_answers_as_then(name, question):
    names = predictor(name).contract.names
    columns = {column: [row[column] for row in question["rows"]] for column in names}
    check(name, columns, question["answers"])


@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
@pytest.mark.parametrize(("name", "question"), asked("rows"))
def test_old_bundle_asked_with_json_lines_answers_as_then(name, question, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in question["rows"]))
    check(name, path, question["answers"])


@pytest.mark.parametrize(("name", "question"), asked("csv"))
def test_old_bundle_asked_with_a_csv_answers_as_then(name, question, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(question["text"].encode(question["encoding"]))
    check(name, path, question["answers"])


@pytest.mark.parametrize(("name", "question"), asked("frame"))
def test_old_bundle_asked_with_a_frame_answers_as_then(name, question):
    frame = pd.DataFrame(question["rows"], dtype=object).astype(question["dtypes"])
    check(name, frame, question["answers"])


@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
@pytest.mark.parametrize(("name", "question"), asked("rows"))
def test_old_bundle_asked_over_http_answers_as_then(name, question, ask):
    body = {"instances": question["rows"]}
    reply = ask(predictor(name), "POST", "/predict", json=body).raise_for_status().json()
    answers, spread = question["answers"], record(name)["spread"]
    key = "probabilities" if "probabilities" in answers else "predictions"
    np.testing.assert_allclose(reply[key], answers[key], rtol=0, atol=TOLERANCE * spread)
    if key == "probabilities":
        assert reply["predictions"] == answers["predictions"]


def test_new_bundle_says_a_format_that_the_first_release_refuses(tmp_path):
    rows = np.arange(60) % 7
    source = {"x": rows, "z": rows % 3, "y": np.where(rows > 3, "a", "b")}
    steps = [ff.Collect(source, target="y"), ff.Preprocess(), ff.Train(small, epochs=1)]
    ff.Pipeline([*steps, ff.Deploy(tmp_path / "new.ff", format="torch")]).run(
        seed=0, progress=False
    )
    manifest = open_bundle(tmp_path / "new.ff").manifest
    assert manifest["format"] == 2  # 0.1.0 reads format 1 and refuses what is above
    assert manifest["fivefold"] == ff.__version__ != "0.1.0"
