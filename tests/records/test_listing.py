"""Runs below a folder: which are told, and what of them."""

import json
import shutil

import pytest

import fivefold as ff
from fivefold.cli import main
from fivefold.core.circumstances import CIRCUMSTANCES
from fivefold.core.lock import locked
from fivefold.errors import ConfigError, FivefoldError
from fivefold.records.listing import shown
from records.conftest import pipeline


def test_runs_tell_state_seed_data_and_score(kept, tumours):
    found = ff.runs(kept)
    assert found["run"].tolist() == ["first", "second"]
    assert found["state"].tolist() == ["finished"] * 2
    assert found["seed"].tolist() == [0, 0]
    assert found["data"].tolist() == [str(tumours)] * 2
    metrics = [ff.Evaluated.load(kept / run / "evaluate" / "artifact").metrics for run in found.run]
    assert found["score"].tolist() == [each["roc_auc"] for each in metrics]
    assert found["score"][0].low == metrics[0]["roc_auc"].low
    assert (found["seconds"] > 0).all()


def test_runs_leave_out_what_lies_in_a_run_or_a_study(kept, tmp_path):
    shutil.copytree(kept / "first", tmp_path / "deep" / "run")
    shutil.copytree(kept / "first", tmp_path / "deep" / "run" / "evaluate" / "fold-1")
    shutil.copytree(kept / "first", tmp_path / "study" / "units" / "fold 1")
    (tmp_path / "study" / "study.json").write_text("{}")
    found = ff.runs(tmp_path).set_index("run")["state"]
    assert sorted(found.index) == ["deep/run", "study"]
    assert found["study"].startswith("damaged")


def test_runs_list_studies_with_what_is_done_and_the_best_score(tumours, tmp_path):
    def stop(event):
        if getattr(event, "unit", "") == "refit":
            raise KeyboardInterrupt

    idle = {"learns": pipeline(tumours), "idle": pipeline(tumours, lr=1e-9)}
    how = {"folds": 3, "progress": False}
    compared = ff.compare(idle, **how, directory=tmp_path / "compared", seed=7)
    with pytest.raises(KeyboardInterrupt):
        ff.cross_validate(idle["idle"], **how, directory=tmp_path / "begun", observers=[stop])
    space = {"train.lr": ff.log_uniform(1e-4, 1e-1)}
    tuned = ff.tune(idle["idle"], space, trials=2, directory=tmp_path / "tuned", progress=False)
    line = ff.runs(tmp_path / "tuned").iloc[0]
    assert (line["run"], line["kind"], line["done"]) == (".", "tune", "2 trials")
    assert line["score"] == tuned.winner.score
    shutil.rmtree(tmp_path / "tuned")
    found = ff.runs(tmp_path).set_index("run")
    assert found["kind"].to_dict() == {"compared": "compare", "begun": "cross_validate"}
    assert found["state"].to_dict() == {"compared": "finished", "begun": "interrupted"}
    assert found["done"].to_dict() == {"compared": "2 models", "begun": "1 refit"}
    line = found.loc["compared"]
    best = compared.scores.groupby("model")["roc_auc"].mean().max()
    assert float(line["score"]) == pytest.approx(best)
    assert line["score"].low < line["score"] < line["score"].high
    assert (line["seed"], line["data"], line["metric"]) == (7, str(tumours), "roc_auc")
    assert line["seconds"] == pytest.approx(compared.scores["seconds"].sum())
    assert found.loc["begun", "score"] is None


def test_runs_tell_damaged_killed_and_running_ones(kept, tmp_path):
    for name in ("damaged", "killed", "running"):
        shutil.copytree(kept / "first", tmp_path / name)
        about = json.loads((tmp_path / name / CIRCUMSTANCES).read_text())
        (tmp_path / name / CIRCUMSTANCES).write_text(json.dumps({**about, "state": "running"}))
    (tmp_path / "damaged" / "run.json").write_text("{")
    with locked(tmp_path / "running"):
        states = ff.runs(tmp_path).set_index("run")["state"]
    assert states["killed"] == "killed"
    assert states["running"] == "running"
    assert states["damaged"].startswith("damaged")


def test_runs_of_no_folder_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="expected a folder"):
        ff.runs(tmp_path / "none")


def test_failed_run_tells_what_went_wrong(tumours, tmp_path):
    pipeline = ff.Pipeline([ff.Collect(str(tumours), target="target"), ff.Split(by="time")])
    with pytest.raises(FivefoldError):
        pipeline.run(directory=tmp_path / "run", progress=False)
    found = ff.runs(tmp_path)
    assert found["state"].tolist() == ["failed"]
    about = json.loads((tmp_path / "run" / CIRCUMSTANCES).read_text())
    assert "time" in about["error"]
    assert about["ended"]


def test_shown_runs_fit_a_narrow_terminal(kept):
    found = ff.runs(kept)
    for width in (60, 80, 200):
        assert max(map(len, shown(found, width).splitlines())) <= width
    assert "finished" in shown(found, 60)
    assert "data" in shown(found, 300).splitlines()[0]


def test_shell_lists_runs_as_json(kept, capsys):
    assert main(["runs", str(kept), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["run"] for line in lines] == ["first", "second"]
    assert all(line["low"] <= line["score"] <= line["high"] for line in lines)
