"""Every example runs, and scores what its plain twin scores; those of one file are whole."""

import csv
import io
import json
import re
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

import fivefold as ff
from fivefold.cli import main
from fivefold.core.own import load_file
from fivefold.kinds.known import KINDS
from fivefold.serve.bundle import open_bundle
from fivefold.testing import check_kind

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
WITHIN = {"mixed_table": 0.06, "images": 0.02, "text": 0.06, "series": 0.12, "sounds": 0.08}
WITHIN |= {
    "tagging": 0.05,
    "forecast": 0.06,
    "sequences": 0.05,
    "mixed_kinds": 0.08,
    "anomalies": 0.06,
    "transcription": 0.05,
    "transfer": 0.12,
    "video": 0.1,
    "wide": 0.1,
    "segmentation": 0.08,
    "joins": 0.05,
}
"""How far the two may be apart: about the width of the interval of their test rows."""


class Single(NamedTuple):
    """What is known of an example of one file.

    Args:
        kind: the class of the kind in it.
        column: that is of this kind.
        target: what is predicted.
        control: what the page fills it in with.
        value: of the page's element, a pattern.
        said: by the script, as it ends.
    """

    kind: str
    column: str
    target: str
    control: str
    value: str
    said: str


SINGLE = {
    "colour": Single("Colour", "paint", "ink", "colour", "#[0-9a-f]{6}", "black"),
    "route": Single("Route", "route", "by", "lines", r"\[\[.*\]\]", "bicycle"),
}
TASKED = ("two_targets", "tags")
"""Examples of one file that define a task; `test_task_examples.py` looks at them."""
LABELLED = {"labelling"}
"""Folders in which a person labels, which has no twin; `test_labelling.py` looks at them."""
TRAVELLED = ("derived",)
"""Of one that changes rows; `test_travel.py` does."""
PRIVATE = ("private",)
"""Of one whose rows are hidden; `test_private.py` does."""


def score(script: Path, folder: Path) -> float:
    """What `main(folder)` of a script gives; what it puts on the path is taken off again."""
    before, known = list(sys.path), set(sys.modules)
    try:
        return float(runpy.run_path(str(script))["main"](folder))
    finally:
        sys.path[:] = before
        for name in set(sys.modules) - known:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(EXAMPLES)):
                del sys.modules[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHIN)
def test_example_scores_as_its_plain_twin(name: str, tmp_path: Path) -> None:
    (tmp_path / "twin").mkdir()
    ours = score(EXAMPLES / name / "pipeline.py", tmp_path)
    theirs = score(EXAMPLES / name / "plain_torch.py", tmp_path / "twin")
    assert theirs > (0.6 if name == "forecast" else 0.75)
    assert ours == pytest.approx(theirs, abs=WITHIN[name])
    assert "<svg" in (tmp_path / "report.html").read_text()
    assert list(tmp_path.glob("*.ff"))


@pytest.mark.slow
def test_steered_example_ends_with_the_bits_of_its_plain_twin(capsys: Any) -> None:
    before = torch.get_num_threads()
    try:
        assert load_file(EXAMPLES / "steered.py").main()
    finally:
        torch.set_num_threads(before)
    assert "stopped after 15 epochs" in capsys.readouterr().out


class Whole(NamedTuple):
    """An example of one file that has run, and what it left."""

    of: Single
    script: Path
    kind: Any
    score: float
    folder: Path
    data: Path
    bundle: Path
    rows: list[dict[str, str]]

    def stages(self) -> list[ff.Stage]:
        """Those of a short run."""
        collect = ff.Collect(self.data, target=self.of.target, kinds={self.of.column: self.kind})
        return [collect, ff.Preprocess(), ff.Train(epochs=1), ff.Evaluate()]


@pytest.fixture(scope="module", params=SINGLE)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    script = EXAMPLES / f"{request.param}.py"
    folder = tmp_path_factory.mktemp(request.param)
    loaded, of = load_file(script), SINGLE[request.param]
    if request.param == "colour":  # one as a script
        command = [sys.executable, script, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        said, noted = done.stdout, done.stderr
    else:
        with redirect_stdout(io.StringIO()) as told, redirect_stderr(io.StringIO()) as side:
            loaded.main(folder)
        said, noted = told.getvalue(), side.getvalue()
    assert of.said in said
    assert "replayed in a fresh process" in noted
    [bundle], [data] = folder.glob("*.ff"), folder.glob("*.csv")
    with data.open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = re.search(r"ROC-AUC.*?(0\.\d+)", open_bundle(bundle).text("card.md"))
    assert found
    score = float(found[1])
    return Whole(of, script, getattr(loaded, of.kind), score, folder, data, bundle, rows)


@pytest.mark.slow
def test_single_example_learns_and_reports(whole: Whole) -> None:
    assert 0.93 < whole.score < 1
    assert "<svg" in next(whole.folder.glob("*.html")).read_text()


@pytest.mark.slow
@pytest.mark.rehearsed
def test_single_example_keeps_the_rules_of_kinds(whole: Whole) -> None:
    cells = [row[whole.of.column] for row in whole.rows[:60]]
    assert check_kind(whole.kind, [*cells, None]).replayed == whole.script.name


@pytest.mark.slow
@pytest.mark.rehearsed
def test_single_example_goes_through_a_recipe_and_is_replayed_afresh(
    whole: Whole, tmp_path: Path
) -> None:
    recipe = ff.Pipeline([*whole.stages(), ff.Deploy(tmp_path / "again.ff")]).to_json()
    kinds = {whole.of.column: whole.kind.name}
    assert json.loads(recipe)["stages"][0]["with"]["kinds"] == kinds
    pipeline = ff.Pipeline.from_json(recipe, kinds=[whole.kind])
    assert pipeline.to_json() == recipe
    deployed = pipeline.run(seed=0, progress=False)[ff.Deployed]
    assert deployed.parity["fresh_process"]
    assert deployed.parity["source_process"] == "fresh"
    assert "replayed_here" not in {finding.code for finding in deployed.findings}


@pytest.mark.slow
def test_single_example_is_served_with_its_control(whole: Whole, ask: Any) -> None:
    model = ff.load(whole.bundle, kinds=[whole.kind])
    page = ask(model, "GET", "/").text
    found = re.search(rf'data-control="{whole.of.control}".*?(?:value="|>)([^"<]*)', page)
    assert found, page
    assert re.fullmatch(whole.of.value, found[1].replace("&quot;", '"'))
    rows = whole.rows[:3]
    reply = ask(model, "POST", "/predict", json={"instances": rows})
    assert reply.status_code == 200, reply.text
    assert reply.json()["predictions"] == model.predict(rows).tolist()
    rows = [{**rows[0], whole.of.column: "neither"}]
    assert ask(model, "POST", "/predict", json={"instances": rows}).status_code == 422


def shell(*words: Any) -> subprocess.CompletedProcess[str]:
    """A command of fivefold's in a process of its own."""
    command = [sys.executable, "-m", "fivefold.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_single_example_answers_in_the_shell(whole: Whole, tmp_path: Path) -> None:
    answers = tmp_path / "answers.csv"
    done = shell("predict", whole.bundle, whole.data, "--to", answers, "--with", whole.script)
    assert done.returncode == 0, done.stderr
    with answers.open(newline="") as file:
        assert len(list(csv.reader(file))) == len(whole.rows) + 1
    alone = shell("predict", whole.bundle, whole.data)
    assert alone.returncode == 2
    assert f"--with {whole.script.name}" in alone.stderr


@pytest.mark.slow
def test_single_example_runs_from_a_recipe_in_the_shell(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KINDS, "_own", {})
    recipe, bundle = tmp_path / "recipe.json", tmp_path / "model.ff"
    recipe.write_text(ff.Pipeline(whole.stages()).to_json())
    words = ["run", recipe, "--to", bundle, "--with", whole.script]
    assert main([*map(str, words)]) == 0
    assert bundle.exists()


@pytest.mark.parametrize("name", [*SINGLE, *TASKED, *TRAVELLED, *PRIVATE])
def test_single_example_is_short_and_imports_no_torch_at_its_top(name: str) -> None:
    lines = (EXAMPLES / f"{name}.py").read_text().splitlines()
    assert len(lines) <= 80
    assert not [line for line in lines if re.match(r"(import|from) (torch|pandas)", line)]
    assert lines[-2] == 'if __name__ == "__main__":'


def test_example_every_folder_has_pipeline_and_twin() -> None:
    folders = [path for path in EXAMPLES.iterdir() if path.is_dir() and path.name[0] not in "._"]
    assert {path.name for path in folders} == set(WITHIN) | LABELLED
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {
        *SINGLE,
        *TASKED,
        *TRAVELLED,
        *PRIVATE,
        "steered",
        "adult_study",
        "methods",
    }
    for folder in folders:
        wanted = {"pipeline.py", *(["plain_torch.py"] if folder.name in WITHIN else [])}
        assert wanted <= {path.name for path in folder.iterdir()}


@pytest.mark.slow
def test_adult_study_fills_the_tables_and_a_second_start_takes_what_is_there(
    tmp_path: Path, capsys: Any
) -> None:
    study = load_file(EXAMPLES / "adult_study.py")
    words = ["sklearn:breast_cancer", str(tmp_path), "--target", "target", "--quality", "fast"]
    words += ["--epochs", "1", "--trials", "2", "--folds", "2", "--jobs", "1", "--quick"]
    first = study.main(words)
    said = capsys.readouterr()
    assert "train ran: no earlier run of it is known." in said.out
    assert "8 of 10 tables are filled" in said.out
    assert "train.lr" in (tmp_path / "study.html").read_text()
    assert study.main(words) == first > 0.8
    again = capsys.readouterr()
    assert "train was taken from the cache" in again.out
    assert "10 of 10 refits are taken from" in again.err
    assert "What was timed is taken from" in again.err


@pytest.mark.slow
def test_the_three_methods_of_collecting_run_without_a_network(tmp_path):
    methods = load_file(EXAMPLES / "methods.py")
    runs = [methods.existing(), methods.scraped(), methods.labelled(str(tmp_path))]
    rows = [len(run[ff.Collected].table) for run in runs]
    assert rows == [569, 240, 800]
    assert runs[0].metrics["roc_auc"] > 0.95
    assert runs[1].metrics["r2"] > 0.5
    assert runs[2].metrics["roc_auc"] > 0.9
    assert set(runs[2].tables["labelling"]["annotator"]) >= {"ann"}
