from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier

import fivefold as ff
from fivefold.cli import main
from fivefold.errors import PreflightError
from fivefold.report.ten import TEN, is_filled
from fivefold.study.timed import Timed

OPEN = {"tuning_results", "augmentation_effect", "transfer_learning"}


def frame(rows=160):
    random = np.random.default_rng(0)
    made = pd.DataFrame(random.normal(size=(rows, 3)), columns=["a", "b", "c"])
    made["kind"] = random.choice(["x", "y", "z"], rows)
    made["y"] = np.where(made["a"] + made["b"] > 0, "up", "down")
    return made


@pytest.mark.slow
def test_a_study_fills_the_tables_that_apply_and_goes_on_where_it_was(tmp_path):
    pipeline = ff.Pipeline(
        [ff.Collect(frame(), target="y"), ff.Preprocess(), ff.Train("mlp", epochs=2)]
    )
    told, page = [], tmp_path / "study.html"
    how = {"quick": True, "progress": False, "directory": tmp_path / "study", "resume": True}
    found = ff.investigate(pipeline, to=page, observers=[told.append], **how)
    assert {name for name in TEN if not is_filled(found.tables[name])} == OPEN
    said = " ".join(getattr(event, "text", "") for event in told)
    assert "refits come next" in said
    assert "ways to answer are timed" in said
    names = [type(event).__name__ for event in told]
    assert (names.count("RunStarted"), names.count("RunFinished")) == (1, 1)
    assert not list((tmp_path / "study").glob("*/study.json"))

    models = found.tables["model_comparison"]
    for name in ("accuracy", "precision", "recall", "f1"):
        assert models[name].map(float).notna().sum() >= len(models) - 1  # majority: no precision
    assert set(models["judged_on"]) == {"test rows", "3 folds"}
    mean = found.compared.scores.query("model == 'as given'")["f1"].mean()
    assert float(models.set_index("model").loc["model (as given)", "f1"]) == pytest.approx(mean)

    speed = found.tables["prediction_speed"]
    assert set(speed["rows_per_call"]) == {1, 32, 1024}
    assert {"torch", "onnxruntime", "scikit-learn"} == set(speed["engine"])
    assert speed.groupby("fastest_tied").ngroups == 2
    assert (speed[["p50", "p95", "p99", "rows_per_second", "bytes"]] > 0).all().all()
    facts = found.tables["hardware"].set_index("quantity")["value"]
    assert facts["peak memory of a process that serves"].endswith("MB")
    assert "scale=quantile" in page.read_text()
    limits = found.tables["limitations"]
    assert "`tuning_results` was not filled" in " ".join(limits["limitation"])
    assert "not measured: Evaluate(folds=5)" not in limits["evidence"].tolist()

    again = ff.investigate(pipeline, **how)
    assert again.seconds < found.seconds / 2
    pd.testing.assert_frame_equal(again.compared.scores, found.compared.scores)
    pd.testing.assert_frame_equal(
        again.tables["prediction_speed"], found.tables["prediction_speed"]
    )
    again.write(tmp_path / "tables.md")
    assert (tmp_path / "tables.md").read_text().count("## ") >= len(TEN)
    assert Timed.load(tmp_path / "study" / "timed").facts["bundle on disk"].endswith("MB")


def test_the_shell_studies_as_it_is_asked(tmp_path, capsys, monkeypatch):
    asked = {}

    def studied(pipeline, **how):
        asked.update(how, names=pipeline.names, folds_of_evaluate=pipeline["evaluate"].folds)
        return SimpleNamespace(tables={})

    monkeypatch.setattr("fivefold.study.investigate.investigate", studied)
    source, to = tmp_path / "rows.csv", tmp_path / "tables.md"
    frame().to_csv(source, index=False)
    words = ["study", str(source), "--target", "y", "--quick", "--to", str(to), "--folds", "3"]
    assert main([*words, "--jobs", "2", "--directory", str(tmp_path / "s"), "--resume"]) == 0
    assert f"report   {to}" in capsys.readouterr().out
    assert asked["names"] == ("collect", "preprocess", "train", "evaluate")
    assert (asked["folds"], asked["folds_of_evaluate"]) == (3, 0)
    assert (asked["quick"], asked["to"], asked["n_jobs"], asked["resume"]) == (
        True,
        str(to),
        2,
        True,
    )


def test_the_shell_refuses_to_go_on_without_a_folder(tmp_path, capsys):
    source = tmp_path / "rows.csv"
    frame().to_csv(source, index=False)
    assert main(["study", str(source), "--target", "y", "--resume"]) == 2
    assert "--directory FOLDER --resume" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [{"device": "gpu"}, {"to": "none/here.html"}])
def test_a_study_checks_what_it_is_given_before_it_tells_or_does_anything(
    wrong, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    stages = [ff.Collect(frame(), target="y"), ff.Preprocess(), ff.Train("mlp", epochs=1)]
    told = []
    with pytest.raises(PreflightError):
        ff.investigate(ff.Pipeline(stages), progress=False, observers=[told.append], **wrong)
    assert not [
        event for event in told if hasattr(event, "text") or "Stage" in type(event).__name__
    ]


class Never(DummyClassifier):
    """Cannot be fitted to more than a few rows."""

    def fit(self, matrix, target, sample_weight=None):
        if len(target) > 30:
            raise MemoryError("no room")
        return super().fit(matrix, target)


@pytest.mark.slow
def test_a_rival_that_cannot_be_fitted_is_a_line_of_the_tables_that_says_why(monkeypatch):
    monkeypatch.setattr("fivefold.study.questions._estimators", lambda learnt: {"never": Never()})
    stages = [ff.Collect(frame(), target="y"), ff.Preprocess(), ff.Train("mlp", epochs=1)]
    told = []
    found = ff.investigate(
        ff.Pipeline(stages), quick=True, folds=3, progress=False, observers=[told.append]
    )
    line = found.tables["model_comparison"].set_index("model").loc["never"]
    assert line["note"] == "failed: MemoryError: no room (in Train)"
    assert found.compared.best != "never"
    assert "never" not in set(found.tables["prediction_speed"]["model"])
    assert "never was not timed" in " ".join(getattr(event, "text", "") for event in told)
