"""MLflow pins pyarrow, so it is asked in an environment of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import fivefold
from fivefold.errors import PreflightError
from fivefold.observers.mlflow import MLflow

PYTHON = "FIVEFOLD_MLFLOW_PYTHON"

SCRIPT = """
import json, sys
from fivefold.core.estimate import Estimate
from fivefold.core.events import (FileWritten, Found, Progress, RunFinished, RunStarted, Scored,
    Settled, StageStarted)
from fivefold.core.finding import Finding
from fivefold.observers.mlflow import MLflow

uri, bundle = sys.argv[1:]
board = MLflow("adult", tracking_uri=uri, run="first")
derived = [{"stage": "Derive", "with": {"formulas": {n: f}}} for n, f in ("ax", "by")]
trained = {"stage": "Train", "with": {"epochs": 2, "lr": [0.1]}}
recipe = json.dumps({"stages": [*derived, trained]})
refit = ("evaluate", "fold-1", "train")
for event in [
    RunStarted(seed=7, recipe=recipe),
    *(Progress(path=("train",), done=n, total=2, unit="epoch",
               values={"train_loss": 1 / n, "valid_loss": float("nan")}) for n in (1, 2)),
    Settled(path=("train",), values={"network": "mlp", "note": "x" * 9000, "rates": None}),
    StageStarted(path=refit, number=1, total=1),
    Progress(path=refit, done=1, total=2, unit="epoch", values={"train_loss": 0.25}),
    Found(path=("evaluate",), finding=Finding(code="drift", severity="warning", sentence="It is.")),
    Scored(path=("evaluate",), rows="test",
           values={"roc_auc": Estimate(0.8, low=0.7, high=0.9, method="delong", n=50),
                   "profit in $": 3.0}),
    FileWritten(path=("deploy",), file=bundle),
    RunFinished(seconds=1.5),
]:
    board(event)
board(RunStarted(seed=8))
board(RunFinished(seconds=0.1, error="DataError: no rows."))

from mlflow import MlflowClient
client = MlflowClient(tracking_uri=uri)
experiment = client.get_experiment_by_name("adult")
found = {}
for run in client.search_runs([experiment.experiment_id]):
    data = run.data
    found[f"{run.info.run_name} {data.params.get('seed', '')}"] = {
        "params": data.params, "metrics": data.metrics, "tags": data.tags, "id": run.info.run_id,
        "status": run.info.status,
        "losses": [(m.step, m.value) for m in
                   client.get_metric_history(run.info.run_id, "train/train_loss")],
        "artifacts": [a.path for a in client.list_artifacts(run.info.run_id)],
    }
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A Python that has MLflow: the one that the environment names, else one made here."""
    if os.environ.get(PYTHON):
        return os.environ[PYTHON]
    folder = tmp_path_factory.mktemp("mlflow")
    python = str(folder / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    # MLflow itself without what it does not need to log and to read back: a third of the minutes
    needs = ["mlflow-skinny>=3.5", "sqlalchemy", "alembic", "sqlparse", "numpy", "lazy-loader"]
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-compile"]
    done = subprocess.run([*pip, *needs], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mlflow cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    return python


@pytest.mark.slow
def test_run_is_read_back_from_mlflow_with_its_refits(python, tmp_path):
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "one"]):
        subprocess.run(
            ["git", "-c", "user.name=n", "-c", "user.email=e", *words], cwd=tmp_path, check=True
        )
    asked = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    commit = commit.stdout.strip()
    bundle = tmp_path / "income.ff"
    bundle.write_bytes(b"bundle")
    source = str(Path(fivefold.__file__).parents[1])
    done = subprocess.run(
        [python, "-c", SCRIPT, f"sqlite:///{tmp_path / 'mlflow.db'}", str(bundle)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.strip().splitlines()[-1])
    whole, refit = found["first 7"], found["evaluate/fold-1 "]
    assert (whole["status"], refit["status"]) == ("FINISHED", "FINISHED")
    assert whole["params"]["Train.epochs"] == "2"
    assert whole["params"]["Train.lr"] == "[0.1]"
    assert whole["params"]["Derive-2.formulas"] == '{"b": "y"}'
    assert whole["params"]["decided.train.network"] == "mlp"
    assert set(whole["params"]["decided.train.note"]) == {"x"}
    assert whole["losses"] == [[1, 1.0], [2, 0.5]]
    assert "train/valid_loss" not in whole["metrics"]
    assert (whole["metrics"]["test/roc_auc"], whole["metrics"]["test/roc_auc/low"]) == (0.8, 0.7)
    assert whole["metrics"]["test/profit in _"] == 3
    assert whole["tags"]["mlflow.source.git.commit"] == commit
    assert whole["tags"]["git.dirty"] == "false"
    assert sorted(whole["artifacts"]) == ["findings.md", "income.ff", "recipe.json"]
    assert refit["losses"] == [[1, 0.25]]
    assert refit["tags"]["mlflow.parentRunId"] == whole["id"]
    failed = found["first 8"]
    assert (failed["status"], failed["tags"]["error"]) == ("FAILED", "DataError: no rows.")


def test_mlflow_that_is_not_installed_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PreflightError, match="fivefold\\[mlflow\\]"):
        MLflow()
