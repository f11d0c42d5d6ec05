"""Rows that count more than others, from Collect to the served model."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

import fivefold as ff
from fivefold import cli
from fivefold.codecs.coded import objects
from fivefold.options import pipeline_of
from fivefold.testing import check_no_leak

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
        ff.Train(epochs=3) if train is None else train,
        ff.Evaluate(baselines=()) if evaluate is None else evaluate,
    ]


def test_model_that_rows_are_weighted_in_ignores_the_column_when_asked(tmp_path: Path) -> None:
    data = source(weight=whole())
    pipeline = ff.Pipeline([*stages(data), ff.Deploy(tmp_path / "w.ff")])
    result = pipeline.run(seed=0, progress=False)
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
