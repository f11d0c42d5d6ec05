"""Rows that count more than others, from Collect to the served model."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import fivefold as ff
from fivefold import cli
from fivefold.codecs.coded import objects
from fivefold.commands.arguments import pipeline_of
from fivefold.core.session import Session
from fivefold.errors import ModelError, ResumeError
from fivefold.testing import check_no_leak, fingerprint

pytestmark = pytest.mark.few_trees

ROWS = 300


def source(rows=ROWS, weight=None):
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, rows))
    c = rng.choice(["a", "b", "c"], rows).astype(object)
    y = objects("yes" if v else "no" for v in x + rng.normal(size=rows) > 0)
    table = {"x": x, "z": z, "c": c, "y": y}
    return table if weight is None else {**table, "w": weight}


def whole(rows=ROWS):
    return np.random.default_rng(1).integers(0, 4, rows)


def stages(data, *, weight="w", train=None, evaluate=None, **settings):
    return [
        ff.Collect(data, target="y", weight=weight, **settings),
        ff.Preprocess(),
        ff.Train("mlp", epochs=3) if train is None else train,
        ff.Evaluate(baselines=()) if evaluate is None else evaluate,
    ]


@pytest.mark.slow
def test_model_that_rows_are_weighted_in_ignores_the_column_when_asked(tmp_path: Path) -> None:
    data = source(weight=whole())
    pipeline = ff.Pipeline([*stages(data), ff.Deploy(tmp_path / "w.ff")])
    result = pipeline.run(seed=0, device="cpu", progress=False)
    asked = {name: values for name, values in data.items() if name != "w"}
    odd = {**asked, "w": objects(["no weight"] * ROWS)}
    served = ff.load(tmp_path / "w.ff")
    for model in (result, served):
        wanted = model.predict_proba(asked)
        for rows in (data, odd):
            np.testing.assert_array_equal(model.predict_proba(rows), wanted)
    lines = pd.DataFrame(odd)
    lines.to_csv(tmp_path / "asked.csv", index=False)
    wanted = served.predict(asked)
    assert served.predict(tmp_path / "asked.csv").tolist() == wanted.tolist()
    assert served.predict(lines.to_dict("records")).tolist() == wanted.tolist()
    with zipfile.ZipFile(tmp_path / "w.ff") as bundle:
        contract = json.loads(bundle.read("schema.json"))
        card = bundle.read("card.md").decode()
    assert "w" not in {field["name"] for field in contract["inputs"]}
    assert "weighted by w" in card
    assert result[ff.Evaluated].weighted


def test_weighted_pipeline_leaks_nothing() -> None:
    check_no_leak(ff.Pipeline(stages(source(weight=whole()))))


def test_option_of_the_shell_names_the_column() -> None:
    words = ["run", "a.csv", "--target", "y", "--weight", "w"]
    assert pipeline_of(cli.parser().parse_args(words))["collect"].weight == "w"


@pytest.fixture(scope="module")
def encoded():
    """Rows with whole weights, encoded."""
    chain = ff.Pipeline(stages(source(weight=whole()))[:2])
    return chain.run(seed=0, progress=False)[ff.Preprocessed]


def repeated(data):
    """The same rows, each as often as its weight says, without weights."""

    def again(rows):
        index = np.repeat(np.arange(len(rows)), rows.weight.astype(int))
        return replace(rows.take(index), weight=None)

    return data.replace(train=again(data.train), valid=again(data.valid))


def taught(data, **settings):
    return ff.Train(**{"patience": 99, **settings}).run(data, Session(seed=0, device="cpu"))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"clip": None, "accumulate": 3},
        {"class_weights": "balanced", "label_smoothing": 0.1},
        {"loss": "focal", "members": 2},
        {"loss": lambda o, t, weight=None: own_loss(o, t, weight)},
        {"ema": 0.9, "precision": "bf16"},
    ],
)
def test_network_of_weighted_rows_is_that_of_rows_repeated_as_often(encoded, settings):
    whole_batch = {
        "model": lambda inputs, outputs: nn.Linear(inputs, outputs),
        "batch": 10**6,
        "epochs": 6,
        "optimizer": lambda parameters: torch.optim.SGD(parameters, lr=0.5),
    }
    found = taught(encoded, **whole_batch, **settings)
    wanted = taught(repeated(encoded), **whole_batch, **settings)
    tolerance = 3e-2 if "precision" in settings else 1e-4
    for name in ("train_loss", "valid_loss"):
        np.testing.assert_allclose(found.history[name], wanted.history[name], rtol=tolerance)
    ours, theirs = (trained.model.body.state_dict() for trained in (found, wanted))
    for name, tensor in ours.items():
        torch.testing.assert_close(tensor, theirs[name], rtol=tolerance, atol=tolerance)
    assert found.history["train_loss"].iloc[-1] < found.history["train_loss"].iloc[0]


def own_loss(logits, target, weight):
    costs = nn.functional.softplus(-logits * (2 * target - 1))
    return costs.mean() if weight is None else ((costs * weight).sum(), weight.sum())


@pytest.mark.parametrize("model", [None, "mlp"])
def test_network_does_not_see_the_unit_of_weights_nor_targets_of_weight_zero(encoded, model):
    wanted = fingerprint(taught(encoded, model=model, epochs=2).model)

    def scaled(rows):
        target = np.where(rows.weight == 0, 1 - rows.target, rows.target)
        return replace(rows, weight=1000 * rows.weight, target=target)

    other = encoded.replace(train=scaled(encoded.train), valid=scaled(encoded.valid))
    assert fingerprint(taught(other, model=model, epochs=2).model) == wanted
    plain = [replace(rows, weight=None) for rows in (encoded.train, encoded.valid)]
    without = encoded.replace(train=plain[0], valid=plain[1])
    assert fingerprint(taught(without, model=model, epochs=2).model) != wanted


@pytest.mark.parametrize("loss", [nn.BCEWithLogitsLoss(), lambda logits, target: logits.mean()])
def test_own_loss_without_weights_is_refused_before_training(loss):
    pipeline = ff.Pipeline(stages(source(weight=whole()), train=ff.Train(loss=loss)))
    with pytest.raises(ModelError, match="a loss that takes the weights of rows"):
        pipeline.run(seed=0, progress=False)


def test_own_loss_that_needs_the_weights_is_given_them_in_every_check(encoded):
    taught(
        encoded, model="mlp", loss=lambda o, t, weight: own_loss(o, t, weight), epochs=1, lr="find"
    )


def test_run_is_not_resumed_with_another_column_of_weights(tmp_path):
    data = {**source(weight=whole()), "v": 1.0 + whole()}
    train = ff.Train("mlp", epochs=1)
    keys = []
    for weight in ("w", "v"):
        run = ff.Pipeline(stages(data, weight=weight, train=train, drop="wv".replace(weight, "")))
        run.run(directory=tmp_path / weight, until="train", progress=False)
        keys.append(json.loads((tmp_path / weight / "run.json").read_text())["saved"])
    assert keys[0]["preprocess"] != keys[1]["preprocess"]
    assert keys[0]["train"]["digest"] != keys[1]["train"]["digest"]
    with pytest.raises(ResumeError) as caught:
        run.run(directory=tmp_path / "w", resume=True, progress=False)
    assert caught.value.facts["differences"]["collect.weight"] == ("w", "v")
