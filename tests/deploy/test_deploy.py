import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.deploy import export
from fivefold.deploy.deploy import Deploy
from fivefold.errors import ModelError, ParityError, PreflightError
from fivefold.kinds.categorical import Categorical
from fivefold.kinds.numeric import Numeric
from fivefold.serve.bundle import open_bundle
from fivefold.serve.predictor import load


def deploy(stage: Deploy, made: SimpleNamespace, **changes: Any) -> Any:
    arguments = {
        "collected": made.collected,
        "partition": made.partition,
        "data": made.data,
        "trained": made.trained,
        "session": made.session,
        "evaluated": made.evaluated,
    }
    return stage.run(**{**arguments, **changes})


@pytest.fixture(scope="module")
def deployed(mixed, tmp_path_factory):
    return deploy(Deploy(tmp_path_factory.mktemp("deployed") / "mixed.ff"), mixed)


@pytest.fixture
def exported(mixed, graph, monkeypatch):
    """The graph of `mixed` is at hand: a test is of what comes after it."""
    honest = export.export_onnx

    def at_hand(model: Any, inputs: Any) -> bytes:
        return graph if model is mixed.trained.model else honest(model, inputs)

    monkeypatch.setattr(export, "export_onnx", at_hand)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def raw_frame(made: SimpleNamespace) -> pd.DataFrame:
    """The test rows as pandas reads them from a CSV file, types guessed by pandas."""
    import io

    table = made.collected.table.take(made.partition.test)
    frame = pd.DataFrame({name: table.column(name) for name in table.names})
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)), dtype={"zip": str})


def test_deploy_replays_every_test_row_through_all_doors(deployed, mixed):
    assert deployed.parity["rows"] == len(mixed.partition.test)
    assert deployed.parity["fresh_process"] is True
    assert deployed.parity["left_out"] == 0
    for door in ("frame", "csv", "json", "raw", "synthetic"):
        assert 0.0 <= deployed.parity[door] <= 1e-5
    assert deployed.formats == ("onnx", "onnx-raw")
    assert deployed.bytes == deployed.path.stat().st_size
    assert names(deployed.path.parent) == ["mixed.ff"]


def test_deployed_bundle_answers_a_frame_that_pandas_guessed_as_evaluated(deployed, mixed):
    frame = raw_frame(mixed)
    assert frame["whole"].dtype == np.float64
    assert frame["<1H OCEAN"].isin(["only in the test rows"]).any()
    model = load(deployed.path, deployed.digest)
    np.testing.assert_allclose(model.predict_proba(frame), mixed.evaluated.scores, atol=1e-5)
    wanted = np.array(["no", "yes"], object)[mixed.evaluated.scores.argmax(axis=1)]
    assert model.predict(frame).tolist() == wanted.tolist()


def test_deployed_bundle_served_over_http_answers_as_evaluated(deployed, mixed, ask):
    rows = json.loads(raw_frame(mixed).to_json(orient="records"))
    body = ask(load(deployed.path), "POST", "/predict", json={"instances": rows}).json()
    np.testing.assert_allclose(body["probabilities"], mixed.evaluated.scores, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [True, False], ids=["mapping", "records"])
def test_bundle_and_report_hold_none_of_the_rows_that_a_pipeline_was_built_with(tmp_path, columns):
    rows = [
        {"x": row * 7 % 31 + 0.5, "y": "ab"[row % 2], "note": f"clandestine {row}"}
        for row in range(60)
    ]
    source = {name: [row[name] for row in rows] for name in rows[0]} if columns else rows
    stages = [
        ff.Collect(source, target="y", drop=("note",)),
        ff.Preprocess(),
        ff.Train(epochs=1, quality="fast", threads=1),
        ff.Evaluate(),
        Deploy(tmp_path / "m.ff"),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    bundle = open_bundle(tmp_path / "m.ff")
    assert not [name for name in bundle.entries if b"clandestine" in bytes(bundle[name])]
    result.report(tmp_path / "report.html")
    assert "clandestine" not in (tmp_path / "report.html").read_text()


def test_deployed_bundle_holds_what_the_design_lists(deployed, mixed):
    bundle = open_bundle(deployed.path)
    assert sorted(bundle.entries) == sorted(
        [
            *("schema.json", "codec.json", "codec.safetensors", "model.onnx", "model-raw.onnx"),
            *("weights.safetensors", "parity.json", "recipe.json", "card.md", "datasheet.md"),
            "background.json",
            "requirements.txt",
        ]
    )
    assert bundle.json("recipe.json") == {"stages": []}
    assert bundle.manifest["made_with"]["torch"]
    pins = bundle.text("requirements.txt").splitlines()[1:]
    assert [pin.split("==")[0] for pin in pins] == [
        *("fastapi", "lazy-loader", "numpy", "onnxruntime", "pydantic", "safetensors", "uvicorn")
    ]
    assert all(pin.split("==")[1] for pin in pins)


def test_deployed_weights_are_those_of_the_network(deployed, mixed):
    from safetensors.torch import load as load_tensors

    weights = load_tensors(bytes(open_bundle(deployed.path)["weights.safetensors"]))
    state = mixed.trained.model.state_dict()
    assert weights.keys() == state.keys()
    assert all((weights[name] == state[name]).all() for name in state)


def test_deployed_examples_copy_no_row_of_the_data(deployed, mixed):
    parity = open_bundle(deployed.path).json("parity.json")
    table = mixed.collected.table
    real = {
        tuple(str(table.column(n)[r]) for n in ("skewed, much", '"when"'))
        for r in range(len(table))
    }
    rows = parity["requests"]["instances"]
    assert not real & {tuple(str(row[n]) for n in ("skewed, much", '"when"')) for row in rows}
    model = load(deployed.path)
    wanted = np.array(parity["answers"]["probabilities"])
    np.testing.assert_allclose(model.predict_proba(rows), wanted, atol=1e-5)


def test_deploy_twice_gives_the_same_digest_and_replaces(mixed, deployed, tmp_path):
    again = deploy(Deploy(tmp_path / "again.ff"), mixed)
    assert again.digest == deployed.digest
    assert deploy(Deploy(tmp_path / "again.ff"), mixed).digest == deployed.digest
    assert names(tmp_path) == ["again.ff"]


@pytest.mark.usefixtures("exported")
def test_deploy_to_a_folder_without_evaluate(mixed, tmp_path):
    result = deploy(Deploy(f"{tmp_path}/model.ff/", parity_rows=10), mixed, evaluated=None)
    assert result.path == tmp_path / "model.ff"
    assert result.parity["rows"] == 10
    assert load(result.path, result.digest).task == "binary"
    assert result.bytes >= sum(len(c) for c in open_bundle(result.path).entries.values())


@pytest.mark.usefixtures("exported")
def test_deploy_of_what_was_not_evaluated_so_refuses_and_leaves_nothing(mixed, tmp_path):
    wrong = mixed.evaluated.scores.copy()
    wrong[5] = wrong[5, ::-1] + 1e-3
    with pytest.raises(ParityError) as caught:
        deploy(Deploy(tmp_path / "x.ff"), mixed, evaluated=mixed.evaluated.replace(scores=wrong))
    assert caught.value.row == mixed.partition.test[5]
    assert names(tmp_path) == []


@pytest.mark.usefixtures("exported")
def test_deploy_when_a_door_skews_refuses(mixed, tmp_path, monkeypatch):
    """A codec that reads the text of a number otherwise than the number: the classical skew."""
    honest = Categorical.to_text
    monkeypatch.setattr(
        Categorical,
        "to_text",
        lambda kind, v, c: ["0" * (c.name == "full") + t for t in honest(kind, v, c)],
    )
    with pytest.raises(ParityError) as caught:
        deploy(Deploy(tmp_path / "x.ff"), mixed)
    assert caught.value.door == "csv"
    assert names(tmp_path) == []


@pytest.mark.usefixtures("exported")
def test_deploy_when_the_fresh_process_fails_shows_its_words(mixed, tmp_path, monkeypatch):
    monkeypatch.setattr(Numeric, "to_text", lambda kind, v, c: ["?!"] * len(v))
    with pytest.raises(ParityError, match="fresh process") as caught:
        deploy(Deploy(tmp_path / "x.ff"), mixed)
    assert "expected numbers, found '?!'" in caught.value.evidence


def test_replay_in_a_fresh_process_imports_nothing_heavy(deployed, mixed, tmp_path):
    from fivefold.deploy.doors import write_doors

    write_doors(mixed.collected.table, mixed.collected.schema, tmp_path)
    command = [sys.executable, "-m", "fivefold.serve.replay", str(deployed.path), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert report["heavy"] == []
    assert report["digest"] == deployed.digest
    assert report["doors"] == ["frame", "csv", "json", "synthetic", "raw"]
    assert done.stderr == ""


def test_rehearse_tries_the_export_and_writes_nothing(mixed, tmp_path):
    stage = Deploy(tmp_path / "x.ff")
    result = stage.rehearse(
        mixed.collected, mixed.partition, mixed.data, mixed.trained, mixed.session
    )
    assert result.formats == ("onnx", "onnx-raw")
    assert names(tmp_path) == []


def test_rehearse_of_a_network_that_does_not_export_raises(handed, mixed_parts, tmp_path):
    import torch
    from torch import nn

    class Searching(nn.Module):
        def forward(self, x):
            return torch.searchsorted(torch.arange(3.0), x).float().sum(1, keepdim=True)

    made = handed(*mixed_parts)
    made.trained.model.body = Searching()
    arguments = (made.collected, made.partition, made.data, made.trained, made.session)
    with pytest.raises(ModelError, match=r"torch\.searchsorted"):
        Deploy(tmp_path / "x.ff").rehearse(*arguments)
    result = deploy(Deploy(tmp_path / "x.ff", format="torch"), made, evaluated=None)
    assert result.formats == ("torch",)
    assert result.parity["fresh_process"] is False
    assert "torch==" in open_bundle(result.path).text("requirements.txt")


def test_preflight_names_a_path_that_is_taken(tmp_path):
    (tmp_path / "thesis.ff").write_text("mine")
    [fault] = Deploy(tmp_path / "thesis.ff").preflight(Session(), Context())
    assert isinstance(fault, PreflightError)
    assert Deploy(tmp_path / "new.ff").preflight(Session(), Context()) == []


def regression(rows: int = 80) -> tuple[Columns, Schema]:
    draw = np.random.default_rng(0)
    table = Columns(
        {
            "x": draw.normal(size=rows),
            "when": (np.datetime64("2020-01-01", "us") + draw.integers(0, 10**6, rows) * 10**6),
            "price": 2e5 + 1e5 * draw.normal(size=rows),
        }
    )
    schema = Schema(
        columns=(
            Column(name="x", kind="numeric"),
            Column(name="when", kind="datetime"),
            Column(name="price", kind="numeric", role="target"),
        ),
        targets=("price",),
        task="regression",
    )
    return table, schema


def test_deploy_of_a_regression_measures_in_the_targets_spread(handed, tmp_path):
    made = handed(*regression())
    result = deploy(Deploy(tmp_path / "x.ff"), made)
    assert result.formats == ("onnx",)
    assert [finding.code for finding in result.findings] == ["no_raw_graph"]
    assert result.parity["tolerance"] == pytest.approx(1e-5 * made.data.train.target.std())
    model = load(result.path)
    rows = [{"x": 0.5, "when": "2020-01-03T10:00:00"}, {"x": None, "when": None}]
    assert model.predict(rows).dtype == np.float64
    assert len(model.predict(rows)) == 2


def pictures(rows: int = 60) -> tuple[Columns, Schema]:
    draw = np.random.default_rng(0)
    images = np.empty(rows, object)
    images[:] = [draw.integers(0, 256, (8, 8, 1), np.uint8) for _ in range(rows)]
    images[-1] = None  # a truncated file, say
    words = ["good day", "bad night", "new words only here", None]
    table = Columns(
        {
            "numeric": images,  # a name that collides with a block's
            "text": np.array([words[i] for i in draw.integers(0, 4, rows)], object),
            "label": np.array([str(i) for i in draw.integers(0, 3, rows)], object),
        }
    )
    schema = Schema(
        columns=(
            Column(name="numeric", kind="image"),
            Column(name="text", kind="text"),
            Column(name="label", kind="categorical", role="target"),
        ),
        targets=("label",),
        task="multiclass",
        classes=(0, 1, 2),
    )
    return table, schema


def test_deploy_of_images_leaves_out_rows_without_a_picture(handed, tmp_path):
    table, schema = pictures()
    made = handed(table, replace(schema, columns=schema.columns[::2]))
    result = deploy(Deploy(tmp_path / "x.ff"), made)
    assert result.parity["left_out"] == 1
    assert result.parity["rows"] == len(made.partition.test) - 1
    assert [finding.code for finding in result.findings] == ["rows_not_replayed"]


def test_deploy_of_images_and_texts_replays_rows_without_a_picture(handed, tmp_path):
    made = handed(*pictures())
    result = deploy(Deploy(tmp_path / "x.ff"), made)
    assert (result.parity["left_out"], result.parity["rows"]) == (0, len(made.partition.test))
    assert result.findings == ()
    assert "pillow==" in open_bundle(result.path).text("requirements.txt")
    model = load(result.path)
    found = model.predict([{"numeric": [[0] * 8] * 8, "text": "good"}])
    assert found.dtype == np.int64
    assert found[0] in (0, 1, 2)
