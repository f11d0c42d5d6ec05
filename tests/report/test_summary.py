from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fivefold.artifacts import Deployed
from fivefold.core.finding import Finding
from fivefold.report.summary import LINES, WIDTH, _bundle, summary


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_summary_of_any_task_fits_25_lines_of_a_terminal(
    a_run: Any, deployed: Deployed, task: str
) -> None:
    commands = {"fivefold serve y.ff": "draw", "fivefold run x.csv": "your own"}
    told = summary(
        **a_run(task), deployed=deployed, leak_checked=True, seconds=41.23, commands=commands
    )
    lines = told.splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH
    assert "total    41.2 s" in lines
    assert lines[-1].endswith("  your own")


def test_summary_states_rows_network_scores_and_bundle(a_run: Any, deployed: Deployed) -> None:
    lines = summary(**a_run(), deployed=deployed, leak_checked=True).splitlines()
    text = "\n".join(lines)
    assert "1,000 rows, 1 numeric column; to predict: y, 2 classes" in text
    assert "rows     300 training, 200 validation, 500 test (stratified 30/20/50, seed 0)" in lines
    checked = "fitted on the training rows only: checked by corrupting the others"
    assert f"         {checked}" in lines
    assert "network  MLP, 12,345 parameters, best of 3 epochs: 2" in lines
    assert "scores   500 test rows: ROC-AUC 0.9300 [0.9200, 0.9400]" in text
    assert "y.ff, 412 kB, SHA-256 efefefefefefefef" in text
    assert "replayed 500 test rows by frame, csv: largest difference 1e-07" in text


def test_bundle_says_what_was_replayed_from_the_source():
    parity = {"frame": 1e-8, "source": 2e-7, "source_rows": 40, "rows": 50}
    deployed = Deployed(path=Path("m.ff"), digest="ab", bytes=9, formats=("onnx",), parity=parity)
    assert _bundle(deployed)[1] == (
        "replayed 50 test rows by frame; 40 from the source: largest difference 2e-07"
    )


def test_summary_leak_is_not_claimed_unless_checked(a_run: Any) -> None:
    assert "corrupting" not in summary(**a_run())


def test_summary_serious_findings_come_first_and_the_rest_is_counted(a_run: Any) -> None:
    run = a_run()
    more = tuple(Finding(code="x", severity="note", sentence=f"Note {n}.") for n in range(4))
    run["evaluated"] = run["evaluated"].replace(findings=more)
    lines = summary(**run).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("found"))
    assert lines[start] == "found    serious: `z` tells `y`."
    assert lines[start + 1] == "         warning: Loss rises again."
    assert lines[start + 3] == "         and 4 notes more"


def test_summary_errors_equal_a_count_by_hand(a_run: Any) -> None:
    run = a_run("multiclass")
    evaluated = run["evaluated"]
    wrong = evaluated.scores.argmax(axis=1) != evaluated.target
    line = next(x for x in summary(**run).splitlines() if x.startswith("errors"))
    assert f"{wrong.sum()} of 500 test rows: " in line


def test_summary_regression_says_how_far_off(a_run: Any) -> None:
    run = a_run("regression")
    off = np.abs(run["evaluated"].scores - run["evaluated"].target)
    text = summary(**run)
    assert f"off by less than {np.median(off):.4g}, 9 in 10 by {np.quantile(off, 0.9):.4g}" in text


def test_summary_few_test_rows_leads_with_folds(a_run: Any) -> None:
    assert "scores   5 folds (few test rows): ROC-AUC 0.9200" in summary(
        **a_run(test_rows=60, folds=True)
    )


def test_summary_without_evaluation_has_no_scores(a_run: Any) -> None:
    run = {**a_run(), "evaluated": None}
    assert "scores" not in summary(**run)
