from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fivefold.artifacts import Deployed
from fivefold.core.finding import Finding
from fivefold.report.reported import Reported
from fivefold.report.summary import LINES, WIDTH, _bundle, summary


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_summary_of_any_task_fits_25_lines_of_a_terminal(
    a_run: Any, deployed: Deployed, task: str
) -> None:
    commands = {"fivefold serve y.ff": "draw", "fivefold run x.csv": "your own"}
    run = a_run(task)
    run["collected"] = run["collected"].replace(findings=())
    told = summary(
        Reported(**run, deployed=deployed),
        leak_checked=True,
        seconds=41.23,
        commands=commands,
    )
    lines = told.splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH
    assert "total    41.2 s" in lines
    assert lines[-1].endswith("  your own")


def test_summary_states_rows_network_scores_and_bundle(a_run: Any, deployed: Deployed) -> None:
    lines = summary(Reported(**a_run(), deployed=deployed), leak_checked=True).splitlines()
    text = "\n".join(lines)
    assert "1,000 rows, 1 numeric column; to predict: y, 2 classes" in text
    assert "rows     300 training, 200 validation, 500 test (stratified 30/20/50, seed 0)" in lines
    checked = "fitted on the training rows only: checked by corrupting the others"
    assert f"         {checked}" in lines
    assert "model    MLP, 12,345 parameters, best of 3 epochs: 2" in lines
    assert "scores   ! 500 test rows: ROC-AUC 0.9300 [0.9200, 0.9400]" in text
    assert "y.ff, 412 kB, SHA-256 efefefefefefefef" in text
    assert "replayed 500 test rows by frame, csv: largest difference 1e-07" in text


def test_bundle_says_what_was_replayed_from_the_source():
    parity = {"frame": 1e-8, "source": 2e-7, "source_rows": 40, "rows": 50}
    deployed = Deployed(path=Path("m.ff"), digest="ab", bytes=9, formats=("onnx",), parity=parity)
    assert _bundle(deployed)[1] == (
        "replayed 50 test rows by frame; 40 from the source: largest difference 2e-07"
    )


def test_summary_leak_is_not_claimed_unless_checked(a_run: Any) -> None:
    assert "corrupting" not in summary(Reported(**a_run()))


def test_summary_serious_findings_come_first_and_the_rest_is_counted(a_run: Any) -> None:
    run = a_run()
    more = tuple(Finding(code="x", severity="note", sentence=f"Note {n}.") for n in range(4))
    run["evaluated"] = run["evaluated"].replace(findings=more)
    lines = summary(Reported(**run)).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("found"))
    assert lines[start - 2 - 1] == "wrong?   ! `z` tells `y`."
    assert lines[start] == "found    warning: Loss rises again."
    assert lines[start + 3] == "         and 3 notes more"


def test_summary_serious_findings_stand_above_the_scores_that_they_mark(a_run: Any) -> None:
    lines = summary(Reported(**a_run())).splitlines()
    marked = [line for line in lines if "! " in line]
    assert [line[:9].strip() for line in marked] == ["trust?", "wrong?", "scores"]
    run = a_run()
    run["collected"] = run["collected"].replace(findings=())
    lines = summary(Reported(**run)).splitlines()
    assert not any("! " in line for line in lines)
    assert any(line.startswith("scores   500 test rows") for line in lines)


@pytest.mark.parametrize("width", [40, 60, 100, 200])
def test_summary_wraps_lines_and_cuts_nothing_off(a_run: Any, width: int) -> None:
    run = a_run()
    long = " ".join(f"word{n}" for n in range(60))
    serious = Finding(code="x", severity="serious", sentence=long)
    run["evaluated"] = run["evaluated"].replace(findings=(serious, serious))
    told = summary(Reported(**run), width=width)
    lines = told.splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in told
    flat = " ".join(told.split())
    assert flat.count(long) == 2
    assert flat.count("! serious") == 2
    assert "wrong? ! `z` tells `y`." in flat
    block = lines[[line[:5] for line in lines].index("found") + 1]
    assert block.startswith(" " * 9)


def test_summary_tells_fewer_findings_where_lines_are_many(a_run: Any) -> None:
    run = a_run()
    run["collected"] = run["collected"].replace(findings=())
    warnings = tuple(
        Finding(code="x", severity="warning", sentence=f"Warning {n}. " + "Word by word. " * 40)
        for n in range(3)
    )
    run["evaluated"] = run["evaluated"].replace(findings=warnings)
    lines = summary(Reported(**run)).splitlines()
    assert len(lines) <= LINES
    assert not any("Warning 0" in line for line in lines)
    assert any(line.endswith("and 3 warnings more") for line in lines)


def test_summary_errors_equal_a_count_by_hand(a_run: Any) -> None:
    run = a_run("multiclass")
    evaluated = run["evaluated"]
    wrong = evaluated.scores.argmax(axis=1) != evaluated.target
    line = next(x for x in summary(Reported(**run)).splitlines() if x.startswith("errors"))
    assert f"{wrong.sum()} of 500 test rows: " in line


def test_summary_regression_says_how_far_off(a_run: Any) -> None:
    run = a_run("regression")
    off = np.abs(run["evaluated"].scores - run["evaluated"].target)
    text = summary(Reported(**run))
    assert f"off by less than {np.median(off):.4g}, 9 in 10 by {np.quantile(off, 0.9):.4g}" in text


def test_summary_few_test_rows_leads_with_folds(a_run: Any) -> None:
    assert "scores   ! 5 folds (few test rows): ROC-AUC 0.9200" in summary(
        Reported(**a_run(test_rows=60, folds=True))
    )


def test_summary_without_evaluation_has_no_scores(a_run: Any) -> None:
    run = {**a_run(), "evaluated": None}
    assert "scores" not in summary(Reported(**run))


def test_summary_has_a_dash_where_nothing_was_timed(a_run: Any) -> None:
    run = a_run()
    table = run["evaluated"].tables["model_comparison"].copy()
    table.loc[table.index[1], ["fit_seconds", "milliseconds_per_row"]] = np.nan
    run["evaluated"] = run["evaluated"].replace(
        tables={**run["evaluated"].tables, "model_comparison": table}
    )
    told = summary(Reported(**run))
    assert "nan" not in told
    [line] = [line for line in told.splitlines() if str(table["model"].iloc[1]) in line][:1]
    assert line.split().count("-") == 2


def test_summary_has_a_line_for_the_scores_by_weight(a_run: Any, evil: str) -> None:
    assert "weighted" not in summary(Reported(**a_run()))
    lines = summary(Reported(**a_run(weights=True)), width=200).splitlines()
    (line,) = (line for line in lines if line.startswith("weighted"))
    score = "ROC-AUC 0.8800 [0.8700, 0.8900]"
    assert line == f"weighted ! by `{evil}w`, 321 effective test rows: {score}"
