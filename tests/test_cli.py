import argparse
import contextlib
import csv
import hashlib
import importlib.util
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import fivefold as ff
from fivefold import cli
from fivefold.commands.arguments import pipeline_of, recipe_text
from fivefold.commands.chosen import column_of
from fivefold.core.stage import Stage
from fivefold.errors import ConfigError, FivefoldError
from fivefold.reading.source import read
from fivefold.tasks.known import TASKS

pytestmark = pytest.mark.few_trees

HEAVY = ("torch", "pandas", "sklearn", "pyarrow", "onnx", "matplotlib")
SHELL = [sys.executable, "-m", "fivefold.cli"]


def write_flowers(path: Path, rows: int = 240) -> Path:
    rng = np.random.default_rng(0)
    petal, code = rng.normal(size=rows), rng.choice(["001", "002", "003"], size=rows)
    kind = np.where(petal + 0.5 * rng.normal(size=rows) + (code == "002") > 0, "rose", "daisy")
    lines = ["id,petal,code,kind"]
    lines += [f"r{n},{petal[n]:.3f},{code[n]},{kind[n]}" for n in range(rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


def shell(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SHELL, *words], capture_output=True, text=True, check=False, timeout=120, **options
    )


def parsed(*words: str) -> argparse.Namespace:
    """What the parser of a command alone makes of words."""
    (command,) = (each for each in cli.COMMANDS if each.name == words[0])
    return command.parser().parse_args(words[1:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with flowers.csv, flowers.ff, report.html and run.json, made by `fivefold run`."""
    folder = tmp_path_factory.mktemp("cli")
    source = write_flowers(folder / "flowers.csv")
    words = ["run", str(source), "--target", "kind", "--drop", "id", "--kinds", "code=categorical"]
    words += ["--epochs", "3", "--to", str(folder / "flowers.ff")]
    with (folder / "run.json").open("w") as told, contextlib.redirect_stdout(told):
        assert cli.main([*words, "--json", "--report", str(folder / "report.html")]) == 0
    return folder


def test_run_as_json_tells_verdict_scores_findings_and_files(folder: Path) -> None:
    told = json.loads((folder / "run.json").read_text())
    assert (told["task"], told["target"], sum(told["rows"].values())) == ("binary", "kind", 240)
    assert told["verdict"]["good"]["question"] == "Is it good?"
    score = told["metrics"]["roc_auc"]
    assert score["low"] <= score["value"] <= score["high"]
    assert score["n"] == told["rows"]["test"]
    assert {"code", "severity", "sentence"} <= told["findings"][0].keys()
    bundle = (folder / "flowers.ff").read_bytes()
    assert told["bundle"]["sha256"] == hashlib.sha256(bundle).hexdigest()
    assert told["report"] == str(folder / "report.html")


def test_predict_as_json_is_a_line_a_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["predict", str(folder / "flowers.ff"), str(folder / "flowers.csv"), "--json"]
    assert cli.main(words) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    model = ff.load(folder / "flowers.ff")
    assert [answer["prediction"] for answer in answers] == list(
        model.predict(str(folder / "flowers.csv"))
    )


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"fivefold {ff.__version__}\n"


def test_module_is_run_as_the_command_is(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "fivefold", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == f"fivefold {ff.__version__}\n"
    wrong = [*words[:3], "run", str(tmp_path / "none.csv"), "--target", "y"]
    assert subprocess.run(wrong, capture_output=True, check=False).returncode == 2


def test_metric_that_there_is_not_is_refused_by_tune(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "a.csv"
    data.write_text("x,y\n" + "".join(f"{n * 7 % 97 / 10},{'ab'[n % 2]}\n" for n in range(97)))
    words = ["tune", str(data), "--target", "y", "--trials", "1", "--metric", "rmse"]
    assert cli.main(words) == 2
    assert "rmse" in capsys.readouterr().err


def test_version_and_help_import_nothing_heavy() -> None:
    code = (
        "import sys\nfrom fivefold import cli\n"
        "for words in ([], ['--help'], ['--version']): cli.main(words)\n"
        f"print([name for name in {(*HEAVY, 'pydantic', 'numpy')} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_words_that_are_no_command_leave_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["chek", "a.csv"]) == 2
    assert "no command chek; did you mean check?" in capsys.readouterr().err
    assert cli.main(["--verison"]) == 2
    assert "no flag --verison; did you mean --version?" in capsys.readouterr().err
    assert cli.main(["trian"]) == 2
    assert "no command trian; did you mean run?" in capsys.readouterr().err


def test_error_of_the_user_is_a_message_and_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", str(tmp_path / "none.csv"), "--target", "y"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "none.csv" in captured.err
    assert captured.err.split(":")[0].endswith("Error")
    assert "Traceback" not in captured.err


def test_traceback_option_shows_where_an_error_arose(tmp_path: Path) -> None:
    with pytest.raises(FivefoldError):
        cli.main(["run", str(tmp_path / "none.csv"), "--target", "y", "--traceback"])
    done = shell("check", str(tmp_path / "none.csv"), "--target", "y", "--traceback")
    assert "Traceback" in done.stderr


def test_interrupt_leaves_with_130_and_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fivefold.pipeline.Pipeline.run", interrupted)
    source = write_flowers(tmp_path / "flowers.csv")
    assert cli.main(["run", str(source), "--target", "kind"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_marks_for_all_columns_and_by_column_reach_collect() -> None:
    words = ["check", "a.csv", "--target", "y", "--decimal", ",", "--thousands", ""]
    words += ["--date-format", "when=%d/%m/%Y", "--date-format", "due=%Y"]
    settings = next(iter(pipeline_of(parsed(*words)))).settings()
    assert (settings["decimal"], settings["thousands"]) == (",", "")
    assert settings["date_format"] == {"when": "%d/%m/%Y", "due": "%Y"}


PAIR = """
import fivefold as ff
from fivefold.metrics.metric import R2

class Pair(ff.Quantity):
    name, metrics = "pair of the shell", (R2,)
"""


def test_several_targets_and_a_task_of_a_file_reach_collect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(TASKS, "_own", {})
    source, file = write_flowers(tmp_path / "flowers.csv"), tmp_path / "pair.py"
    file.write_text(PAIR)
    words = ["check", str(source), "--target", "petal", "--target", "code"]
    words += ["--task", "pair of the shell"]
    assert cli.main(words) == 2
    assert "found 'pair of the shell'" in capsys.readouterr().err
    assert cli.main([*words, "--with", str(file)]) == 0
    collect = pipeline_of(parsed(*words))["collect"]
    assert collect.settings()["target"] == ("petal", "code")
    assert type(collect.settings()["task"]).__name__ == "Pair"
    recipe = tmp_path / "recipe.json"
    recipe.write_text(ff.Pipeline([collect]).to_json())
    assert cli.main(["check", str(recipe), "--task", "pair of the shell"]) == 2
    assert "found --task beside it" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "check", "study", "tune", "compare"])
def test_quality_that_there_is_not_is_refused_by_every_command_that_trains(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [command, str(tmp_path / "a.csv"), "--target", "y", "--quality"]
    assert pipeline_of(parsed(*words, "best"))["train"].settings() == {"quality": "best"}
    assert cli.main([*words, "quick"]) == 2
    assert "quality: expected 'fast', 'balanced' or 'best'" in capsys.readouterr().err
    recipe = tmp_path / "recipe.json"
    recipe.write_text(ff.Pipeline([ff.Collect("a.csv")]).to_json())
    assert cli.main([command, str(recipe), "--quality", "fast"]) == 2
    assert "--quality beside it" in capsys.readouterr().err


def test_weights_in_the_shell_are_those_of_the_pipeline() -> None:
    words = ["run", "a.csv", "--pretrained", "income.ff", "--freeze", "--like", "income.ff"]
    pipeline = pipeline_of(parsed(*words))
    assert dict(pipeline["train"].model) == {"source": "income.ff", "freeze": True}
    assert pipeline["preprocess"].like == "income.ff"
    with pytest.raises(ConfigError, match="--pretrained beside it"):
        pipeline_of(parsed("run", "a.csv", "--freeze"))


def test_run_options_reach_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["run", "a.csv", "--target", "y", "--drop", "a", "--drop", "b", "--missing", "0"]
    words += ["--test-source", "b.csv", "--kinds", "c=text", "--folds", "3", "--epochs", "7"]
    words += ["--quality", "fast"]
    stages: list[Stage] = list(pipeline_of(parsed(*words, "--to", "y.ff")))
    assert [stage.settings() for stage in stages] == [
        {
            "source": "a.csv",
            "target": "y",
            "test_source": "b.csv",
            "kinds": {"c": "text"},
            "drop": ("a", "b"),
            "missing": ("0",),
        },
        {},
        {"epochs": 7, "quality": "fast"},
        {"folds": 3},
        {"path": "y.ff"},
    ]


def test_check_says_what_would_run_and_that_nothing_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_flowers(tmp_path / "flowers.csv")
    assert cli.main(["check", str(source), "--target", "kind", "--to", str(tmp_path / "f.ff")]) == 0
    text = capsys.readouterr().out
    assert "Preprocessed" in text
    look = f"fivefold look {source} --target kind"
    assert text.endswith(f"No fault found in 5 stages.\nSee what is in the columns: {look}\n")
    assert not (tmp_path / "f.ff").exists()


def test_check_target_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_flowers(tmp_path / "flowers.csv")
    assert cli.main(["check", str(source), "--target", "kidn"]) == 2
    assert 'Write "kind" instead of "kidn".' in capsys.readouterr().err


def test_recipe_runs_as_the_pipeline_it_came_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_flowers(tmp_path / "flowers.csv")
    words = ["run", str(source), "--target", "kind", "--epochs", "2"]
    recipe = tmp_path / "recipe.json"
    recipe.write_text(pipeline_of(parsed(*words)).to_json())
    assert cli.main(["check", str(recipe)]) == 0
    assert "epochs=2" in capsys.readouterr().out
    assert cli.main(["run", str(recipe), "--target", "kind"]) == 2
    assert "--target beside it" in capsys.readouterr().err


def test_json_that_is_no_recipe_is_data(tmp_path: Path) -> None:
    rows = tmp_path / "rows.json"
    rows.write_text('[{"x": 1}]')
    assert recipe_text(str(rows)) is None
    rows.write_text('{"format": "fivefold/recipe-1", "stages": []}')
    assert recipe_text(str(rows)) == rows.read_text()


def test_run_prints_a_summary_and_writes_what_was_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    assert {path.name for path in folder.iterdir()} >= {"flowers.csv", "flowers.ff", "report.html"}
    words = ["run", str(folder / "flowers.csv"), "--target", "kind", "--drop", "id"]
    assert cli.main([*words, "--epochs", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("good?    Yes. It gets ")
    assert "\ndata     flowers.csv: 240 rows" in captured.out
    assert "[4/4] evaluate" in captured.err


@pytest.mark.parametrize(
    ("report", "found"),
    [("none/r.html", "no folder"), ("", "a folder"), ("flowers.csv/r.html", "a file")],
)
def test_report_that_cannot_be_written_is_told_before_the_run(
    report: str,
    found: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("fivefold.pipeline.Pipeline.run", lambda *_, **__: pytest.fail("it ran"))
    source = write_flowers(tmp_path / "flowers.csv")
    words = ["run", str(source), "--target", "kind", "--report", str(tmp_path / report)]
    assert cli.main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith("PreflightError: --report: expected to write the file")
    assert f"found {found}" in said


def test_report_that_fails_late_costs_no_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fivefold.report.reportpage.write_bytes", full)
    source, page = write_flowers(tmp_path / "flowers.csv"), tmp_path / "r.html"
    words = ["run", str(source), "--target", "kind", "--drop", "id", "--epochs", "1"]
    assert cli.main([*words, "--report", str(page)]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("good?    Yes. It gets ")
    assert "\ndata     flowers.csv: 240 rows" in captured.out
    wanted = f"StoreError: Report: expected to write {page}, found: No space left on device."
    assert wanted in captured.err


def test_output_that_cannot_be_written_is_one_message(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*SHELL, "predict", "flowers.ff", "flowers.csv"],
            **{"stdout": full, "stderr": subprocess.PIPE, "text": True, "cwd": folder},
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        "PreflightError: standard output: expected a place that can be written, "
        "found No space left on device."
    )
    assert len(done.stderr.splitlines()) == 2


def test_predict_stream_fault_comes_after_the_answers_before_it(folder: Path) -> None:
    lines = '{"petal": 3.0, "code": "002"}\n\n{"petal": 1}\n'
    done = shell("predict", str(folder / "flowers.ff"), "-", input=lines)
    assert done.returncode == 2
    assert done.stdout.count("\n") == 1
    assert done.stderr.startswith("RequestError: Stream, line 3: expected a column 'code'")


def test_predict_csv_gives_each_row_its_answer(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["predict", str(folder / "flowers.ff"), str(folder / "flowers.csv")]
    assert cli.main([*words, "--columns", "id,code"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"] for row in rows] == [f"r{n}" for n in range(240)]
    assert {row["code"] for row in rows} == {"001", "002", "003"}
    model = ff.load(folder / "flowers.ff")
    shares = model.predict_proba(str(folder / "flowers.csv"))
    told = [float(row[f"probability of {model.classes[1]}"]) for row in rows]
    np.testing.assert_allclose(told, shares[:, 1], atol=1e-6)
    assert [row["prediction"] for row in rows] == list(np.array(model.classes)[shares.argmax(1)])


def test_predict_to_a_file_of_json_lines(folder: Path, tmp_path: Path) -> None:
    to = tmp_path / "answers.jsonl"
    words = ["predict", str(folder / "flowers.ff"), str(folder / "flowers.csv"), "--to", str(to)]
    assert cli.main(words) == 0
    answers = [json.loads(line) for line in to.read_text().splitlines()]
    assert len(answers) == 240
    assert sum(answers[0]["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert [path.name for path in tmp_path.iterdir()] == ["answers.jsonl"]


@pytest.mark.parametrize("name", ["a.txt", "a.json", "a.tsv", "a", "a.csv.gz"])
def test_predict_to_another_ending_is_refused_before_the_work(folder, tmp_path, capsys, name):
    assert cli.main(["predict", "none.ff", "none.csv", "--to", str(tmp_path / name)]) == 2
    told = "--to: expected a file that ends in .csv, .jsonl, .parquet, .xlsx, found"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(("package", "name"), [("pyarrow", "a.parquet"), ("openpyxl", "a.xlsx")])
def test_predict_without_the_package_of_a_form_names_it(
    tmp_path, capsys, monkeypatch, package, name
):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n, *a: None if n == package else there(n, *a)
    )
    assert cli.main(["predict", "none.ff", "none.csv", "--to", str(tmp_path / name)]) == 2
    assert f"expected the package {package}, which writes" in capsys.readouterr().err


def test_predict_onto_its_own_rows_is_refused(folder, tmp_path, capsys):
    rows = tmp_path / "rows.csv"
    rows.write_bytes((folder / "flowers.csv").read_bytes())
    assert cli.main(["predict", str(folder / "flowers.ff"), str(rows), "--to", str(rows)]) == 2
    assert (
        f"--to: expected to write the file {rows}, found the one that is read"
        in capsys.readouterr().err
    )
    assert rows.read_bytes() == (folder / "flowers.csv").read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_predict_gives_a_row_for_each_row_in_every_form(folder, tmp_path, suffix):
    to = tmp_path / f"answers{suffix}"
    words = ["predict", str(folder / "flowers.ff"), str(folder / "flowers.csv"), "--to", str(to)]
    assert cli.main([*words, "--columns", "code", "--columns", "id"]) == 0
    raw = read(str(to))
    assert [*raw.columns][:3] == ["code", "id", "prediction"]
    assert raw.column("id").tolist() == [f"r{n}" for n in range(240)]
    assert set(raw.column("code")) == {"001", "002", "003"}
    wanted = ff.load(folder / "flowers.ff").predict(str(folder / "flowers.csv"))
    assert raw.column("prediction").tolist() == wanted.tolist()
    assert [path.name for path in tmp_path.iterdir()] == [to.name]


def test_predict_speaks_utf8_whatever_the_terminal_says(folder):
    lines = '{"petal": 3.0, "code": "002", "name": "é€"}\n'
    done = subprocess.run(
        [*SHELL, "predict", str(folder / "flowers.ff"), "-", "--columns", "name"],
        input=lines.encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert json.loads(done.stdout.decode())["name"] == "é€"


def test_run_resume_without_a_directory_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", str(folder / "flowers.csv"), "--target", "kind", "--resume"]) == 2
    assert capsys.readouterr().err == (
        "ConfigError: --resume: expected a folder to go on in, found no --directory.\n"
        "Write --directory FOLDER --resume, the same at every start.\n"
    )


def test_run_resume_twice_trains_once_and_says_the_same(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", str(folder / "flowers.csv"), "--target", "kind", "--drop", "id"]
    words += ["--epochs", "2", "--directory", str(tmp_path / "run"), "--resume"]
    assert cli.main(words) == 0
    first = capsys.readouterr()
    assert f"No run in {tmp_path / 'run'} yet: this is its start." in first.err
    assert cli.main(words) == 0
    again = capsys.readouterr()
    assert again.err.splitlines() == [
        f"[{n}/4] {name:<12} {'taken':>9}  {kind} from {tmp_path / 'run'}"
        for n, (name, kind) in enumerate(
            {
                "collect": "Collected",
                "preprocess": "Preprocessed",
                "train": "Trained",
                "evaluate": "Evaluated",
            }.items(),
            1,
        )
    ]
    assert again.out.splitlines()[:-1] == first.out.splitlines()[:-1]  # the last line is the time


def test_predict_failing_leaves_no_file(folder: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("petal\n1\n")
    words = ["predict", str(folder / "flowers.ff"), str(rows), "--to", str(tmp_path / "out.csv")]
    assert cli.main(words) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_predict_unwritable_file_is_one_message(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = str(tmp_path / "none" / "out.csv")
    words = ["predict", str(folder / "flowers.ff"), str(folder / "flowers.csv"), "--to", to]
    assert cli.main(words) == 2
    assert f"--to: expected to write the file {to}, found no folder" in capsys.readouterr().err


def test_predict_stream_answers_line_by_line_without_torch(folder: Path) -> None:
    code = (
        "import sys\nfrom fivefold import cli\n"
        f"status = cli.main(['predict', {str(folder / 'flowers.ff')!r}, '-'])\n"
        f"print(status, [n for n in {HEAVY} if n in sys.modules], file=sys.stderr)"
    )
    lines = '{"petal": 3.0, "code": "002"}\n{"petal": null, "code": "new"}\n'
    done = subprocess.run(
        [sys.executable, "-c", code], input=lines, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "0 []"
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    rows = [{"petal": 3.0, "code": "002"}, {"petal": None, "code": None}]
    model = ff.load(folder / "flowers.ff")
    shares = model.predict_proba(rows)[0]
    told = [answers[0]["probabilities"][label] for label in model.classes]
    np.testing.assert_allclose(told, shares, atol=1e-6)
    assert len(answers) == 2


def test_predict_into_a_pipe_that_closes_is_quiet(folder: Path) -> None:
    command = f"{sys.executable} -m fivefold.cli predict flowers.ff flowers.csv | head -1"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=True, cwd=folder
    )
    assert done.stdout.startswith("prediction,")
    assert done.stderr == ""


def test_predict_what_is_no_bundle_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["predict", str(folder / "flowers.csv"), "-"]) == 2
    assert capsys.readouterr().err.startswith("BundleError")


def test_serve_passes_bundle_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("fivefold.serve.server.serve", lambda *a, **b: asked.append((a, b)))
    assert cli.main(["serve", "y.ff", "--host", "0.0.0.0", "--port", "9", "--threads", "0"]) == 0
    assert cli.main(["serve", "y.ff"]) == 0
    assert asked == [
        (("y.ff",), {"host": "0.0.0.0", "port": 9, "threads": 0, "sources": {}}),
        (("y.ff",), {"host": "127.0.0.1", "port": 8000, "threads": 1, "sources": {}}),
    ]


def test_serve_as_json_tells_its_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def serves(*_: object, announce: Callable[[str], None], **__: object) -> None:
        announce("http://127.0.0.1:9/")

    monkeypatch.setattr("fivefold.serve.server.serve", serves)
    assert cli.main(["serve", "y.ff", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"bundle": "y.ff", "address": "http://127.0.0.1:9/"}


@pytest.mark.slow
def test_demo_prints_its_result_in_25_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status = cli.main(["demo"])
    said, noted = capsys.readouterr()
    assert status == 0, noted
    assert len(said.splitlines() + noted.splitlines()) <= 25
    assert "fitted on the training rows only: checked by corrupting the others" in said
    assert "gradient boosting" in said
    assert "fivefold serve digits.ff" in said
    assert (tmp_path / "digits.ff").exists()


def test_check_reads_a_file_as_its_flags_say(tmp_path, capsys):
    path = tmp_path / "t.csv"
    rows = "".join(f"{n}^{'né'}^{'ab'[n % 2]}\n" for n in range(30))
    path.write_bytes(f"made by hand\nx^c^y\n{rows}".encode("latin-1"))
    flags = ["--delimiter", "^", "--encoding", "latin-1", "--skip", "1"]
    assert cli.main(["check", str(path), "--target", "y", *flags]) == 0
    assert "No fault found" in capsys.readouterr().out
    assert cli.main(["check", str(path), "--target", "y"]) == 2


def test_not_missing_takes_a_text_out_of_the_missing_ones(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,c=d\n" + "".join(f"{n},{('NA', 'a')[n % 2]}\n" for n in range(40)))
    words = ["check", str(path), "--target", "c=d", "--not-missing", "c=d=NA,x=?"]
    collect = pipeline_of(parsed(*words))["collect"]
    assert collect.missing == {"c=d": {"NA": False}, "x": {"?": False}}
    assert cli.main(words) == 0


@pytest.mark.parametrize("said", ["NA", "=NA", "c="])
def test_not_missing_without_column_or_text_is_refused(capsys, said):
    assert cli.main(["check", "t.csv", "--not-missing", said]) == 2
    assert "expected --not-missing " in capsys.readouterr().err


def test_not_missing_beside_missing_of_all_columns_is_refused(capsys):
    assert cli.main(["check", "t.csv", "--not-missing", "c=NA", "--missing", "x"]) == 2
    assert "found --missing of all columns beside it" in capsys.readouterr().err


OWN = """
import sys
import fivefold as ff

class Turned(ff.Change):
    def rows(self, table):
        return table.replace({"petal": -table.column("petal")})

class Counted(ff.Callback):
    def begin(self, run):
        print(f"{run.epochs} epoch begins")

if __name__ == "__main__":
    stages = [ff.Collect(sys.argv[1], target="kind"), Turned(), ff.Preprocess()]
    stages += [ff.Train(epochs=1, callbacks=Counted()), ff.Evaluate()]
    print(ff.Pipeline(stages).to_json())
"""


def test_a_recipe_of_a_script_runs_beside_the_script(tmp_path, capsys):
    file, recipe = tmp_path / "own.py", tmp_path / "recipe.json"
    file.write_text(OWN)
    words = [sys.executable, str(file), str(write_flowers(tmp_path / "flowers.csv"))]
    recipe.write_text(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert [s["stage"] for s in json.loads(recipe.read_text())["stages"]][1] == "own:Turned"
    assert cli.main(["run", str(recipe), "--with", str(file)]) == 0
    assert "1 epoch begins" in capsys.readouterr().out


def test_a_callback_that_wants_arguments_is_not_made_for_a_recipe(tmp_path, capsys):
    file, recipe = tmp_path / "limited.py", tmp_path / "recipe.json"
    lines = ["class Limited(ff.Callback):", "    def __init__(self, limit):", "        pass"]
    file.write_text("\n".join(["import fivefold as ff", *lines]))
    stages = [{"stage": "Train", "with": {"callbacks": ["Limited"]}}]
    recipe.write_text(json.dumps({"format": "fivefold/recipe-1", "stages": stages}))
    assert cli.main(["check", str(recipe), "--with", str(file)]) == 2
    assert "found 'Limited'" in capsys.readouterr().err


def test_group_and_places_of_targets_reach_collect(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("red,p1,3\nblue,p2,4\n" * 20)
    words = ["check", str(path), "--group", "column_1", "--target"]
    for text, wanted in (("0", 0), ("-1", -1), ("column_2", "column_2")):
        settings = pipeline_of(parsed(*words, text))["collect"].settings()
        assert (settings["target"], settings["group"]) == (wanted, "column_1")
    assert cli.main([*words, "0"]) == 0
    more = ["--drop", "1", "--group", "2", "--series-id", "-3", "--time", "1"]
    said = pipeline_of(cli.parser().parse_args(["check", str(path), *more]))["collect"].settings()
    told = {"drop": (1,), "group": 2, "series_id": -3, "time": 1}
    assert {name: said[name] for name in told} == told
    named = tmp_path / "rows.jsonl"
    named.write_text('{"a": 1, "0": "x"}\n' * 20)
    assert column_of("0", str(named)) == "0"
    recipe = tmp_path / "recipe.json"
    recipe.write_text(ff.Pipeline([ff.Collect("a.csv", target="y")]).to_json())
    with pytest.raises(ConfigError, match="found --group, --time beside it"):
        pipeline_of(parsed("check", str(recipe), "--group", "g", "--time", "t"))


def test_false_alarms_are_those_of_train_where_odd_rows_are_sought():
    words = ["run", "a.csv", "--target", "y", "--false-alarms", "0.05"]
    usual, odd = pipeline_of(parsed(*words)), pipeline_of(parsed(*words, "--task", "anomaly"))
    told = [(p["train"].false_alarms, p["evaluate"].false_alarms) for p in (usual, odd)]
    assert told == [(0.01, 0.05), (0.05, None)]
