"""The examples of tasks: from a CSV file to a served page, in one file each."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import fivefold as ff
from fivefold.core.own import load_file
from fivefold.testing import check_no_leak, check_task

EXAMPLES = Path(__file__).parents[1] / "examples"
pytestmark = pytest.mark.slow


class Tasked(NamedTuple):
    """What is known of an example of a task.

    Args:
        task: its class.
        targets: what is predicted.
        asked: a row to predict.
        module: the function that makes its network, if it has one.
    """

    task: str
    targets: tuple[str, ...]
    asked: dict[str, Any]
    module: str = ""


TASKED = {
    "two_targets": Tasked(
        "Pair", ("heating", "cooling"), {"walls": 300, "windows": 0.2, "place": "north"}
    ),
    "tags": Tasked("Tags", ("tags",), {"text": "they may see mrs may in may"}, "network"),
}


class Predicted(NamedTuple):
    """An example of a task that has run, and what it left."""

    of: Tasked
    script: Path
    space: Any
    score: float
    folder: Path

    @property
    def task(self) -> Any:
        return getattr(self.space, self.of.task)

    @property
    def bundle(self) -> Path:
        [bundle] = self.folder.glob("*.ff")
        return bundle

    @property
    def data(self) -> Path:
        [data] = self.folder.glob("*.csv")
        return data

    def columns(self) -> dict[str, list[str]]:
        with self.data.open(newline="") as file:
            rows = list(csv.DictReader(file))
        return {name: [row[name] for row in rows] for name in rows[0]}

    def stages(self) -> list[ff.Stage]:
        """Those of a short run."""
        target = self.of.targets if len(self.of.targets) > 1 else self.of.targets[0]
        module = [getattr(self.space, self.of.module)] if self.of.module else []
        collect = ff.Collect(self.data, target=target, task=self.task)
        return [collect, ff.Preprocess(), ff.Train(*module, epochs=2), ff.Evaluate()]

    def shell(self, *words: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fivefold.cli", *words, "--with", self.script]
        return subprocess.run(map(str, command), capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", params=TASKED)
def predicted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    script, folder = EXAMPLES / f"{request.param}.py", tmp_path_factory.mktemp(request.param)
    space = load_file(script)
    return Predicted(TASKED[request.param], script, space, space.main(folder), folder)


def test_task_example_learns_and_reports(predicted: Predicted) -> None:
    assert 0.9 < predicted.score < 1
    page = next(predicted.folder.glob("*.html")).read_text()
    captions = {"two_targets": ["heating: on the line"], "tags": ["Test rows by true class"]}
    assert all(text in page for text in captions[predicted.script.stem])


@pytest.mark.rehearsed
def test_task_example_keeps_the_rules_of_tasks(predicted: Predicted) -> None:
    columns = {name: cells[:100] for name, cells in predicted.columns().items()}
    targets = {name: columns.pop(name) for name in predicted.of.targets}
    module = getattr(predicted.space, predicted.of.module) if predicted.of.module else None
    check_task(
        predicted.task,
        targets,
        inputs=columns,
        model=module,
        kinds={"text": "text"} if module else None,
    )


def test_task_example_does_not_leak_and_goes_on_where_it_stopped(
    predicted: Predicted, tmp_path: Path
) -> None:
    pipeline = ff.Pipeline([*predicted.stages(), ff.Deploy(tmp_path / "again.ff")])
    assert set(check_no_leak(pipeline).compared) == {"validation and test", "test"}
    whole = pipeline.run(seed=0, progress=False, directory=tmp_path / "run")
    assert whole[ff.Deployed].parity["fresh_process"]
    again = (
        ff.Pipeline.from_json(pipeline.to_json(), tasks=[predicted.task])
        if not (predicted.of.module)
        else pipeline
    )
    resumed = again.run(seed=0, progress=False, directory=tmp_path / "run", resume=True)
    assert resumed[ff.Deployed].digest == whole[ff.Deployed].digest
    table = resumed.tables["model_comparison"]
    assert len(table) == 2  # the constant alone stands beside the model


def test_task_example_answers_over_http_as_in_python(predicted: Predicted, ask: Any) -> None:
    model = ff.load(predicted.bundle, tasks=[predicted.task])
    page = ask(model, "GET", "/").text
    subtitles = {"two_targets": "2 numbers, from what", "tags": "for each position"}
    assert subtitles[predicted.script.stem] in page
    reply = ask(model, "POST", "/predict", json={"instances": [predicted.of.asked]}).json()
    assert reply["predictions"] == model.predict([predicted.of.asked]).tolist()
    if predicted.of.module:
        assert reply["predictions"] == [["O", "O", "O", "N", "N", "O", "T"]]
        assert len(reply["probabilities"][0]) == 7
    else:
        assert reply["columns"] == ["heating", "cooling"]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_task_example_answers_in_every_form_of_file(
    predicted: Predicted, suffix: str, tmp_path: Path
) -> None:
    import pandas as pd

    asked, told = tmp_path / "asked.jsonl", tmp_path / f"told{suffix}"
    asked.write_text(json.dumps(predicted.of.asked) + "\n")
    done = predicted.shell("predict", predicted.bundle, asked, "--to", told)
    assert done.returncode == 0, done.stderr
    readers = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".xlsx": pd.read_excel}
    if suffix == ".jsonl":
        table = pd.DataFrame([json.loads(line) for line in told.read_text().splitlines()])
    else:
        table = readers[suffix](told)
    wanted = ff.load(predicted.bundle, tasks=[predicted.task]).predict([predicted.of.asked])[0]
    if not predicted.of.module:
        assert list(table.columns) == ["predicted heating", "predicted cooling"]
        assert table.iloc[0].tolist() == pytest.approx(wanted.tolist())
    else:
        assert list(table.columns) == ["prediction"]
        [cell] = table["prediction"]
        assert list(json.loads(cell) if isinstance(cell, str) else cell) == wanted


def test_task_example_runs_from_the_shell(predicted: Predicted, tmp_path: Path) -> None:
    words = [word for name in predicted.of.targets for word in ("--target", name)]
    words += ["--task", predicted.task.name, "--epochs", "1"]
    if predicted.of.module:  # a module cannot be named there
        done = predicted.shell("check", predicted.data, *words)
    else:
        done = predicted.shell("run", predicted.data, *words, "--to", tmp_path / "m.ff")
        assert "to predict: heating and cooling, 2 numbers" in " ".join(done.stdout.split())
        assert "(random 64/16/20" in done.stdout
    assert done.returncode == 0, done.stderr
