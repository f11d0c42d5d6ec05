from typing import Any

import pandas as pd
import pytest

from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.report.headline import (
    display_name,
    headlines,
    leads_with_folds,
    ranked,
    verdict,
)


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("binary", ["ROC-AUC", "accuracy", "balanced accuracy"]),
        ("multiclass", ["accuracy", "balanced accuracy", "log-loss"]),
        ("regression", ["RMSE", "MAE", "R²"]),
    ],
)
def test_headlines_of_a_task_fill_in_for_an_absent_metric(
    a_run: Any, task: str, wanted: list[str]
) -> None:
    run = a_run(task)
    lines = headlines(run["evaluated"], run["collected"].schema)
    assert [line.name for line in lines] == wanted
    assert {line.rows for line in lines} == {"500 test rows"}


@pytest.mark.parametrize(
    ("rows", "folds", "wanted"), [(199, True, True), (200, True, False), (199, False, False)]
)
def test_headlines_folds_come_first_only_where_test_rows_are_few(
    a_run: Any, rows: int, folds: bool, wanted: bool
) -> None:
    run = a_run(test_rows=rows, folds=folds)
    assert leads_with_folds(run["evaluated"]) is wanted
    first = headlines(run["evaluated"], run["collected"].schema)[0]
    assert first.rows == ("5 folds" if wanted else f"{rows} test rows")
    assert float(first.score) == pytest.approx(0.92 if wanted else 0.93)


def test_display_name_of_an_own_metric_is_its_words() -> None:
    assert display_name("net_profit") == "net profit"


def test_verdict_says_losses_first_then_ties_then_wins(a_run: Any) -> None:
    run = a_run()
    assert verdict(run["evaluated"], run["collected"].schema) == [
        "The model loses to gradient boosting: ROC-AUC -0.0300 [-0.0400, -0.0200].",
        "A tie between the model and logistic regression: ROC-AUC +0.0050 [-0.0050, 0.0150].",
        "The model beats majority class: ROC-AUC +0.4000 [0.3900, 0.4100].",
    ]


def test_verdict_on_equal_answers_is_a_tie_and_says_so(a_run: Any) -> None:
    run = a_run()
    table = run["evaluated"].tables["model_comparison"].copy()
    equal = Estimate(0.0, method="equal answers", n=20)
    table["difference"] = pd.Series([equal] * len(table), dtype=object)
    table["verdict"] = ["", *["a tie"] * (len(table) - 1)]
    evaluated = run["evaluated"].replace(tables={"model_comparison": table})
    told = verdict(evaluated, run["collected"].schema)[0]
    assert told.startswith("A tie between the model and ")
    assert told.endswith(": ROC-AUC +0 (equal answers).")


def test_verdict_without_simple_models_is_silent(a_run: Any) -> None:
    run = a_run()
    alone = run["evaluated"].replace(tables={})
    assert verdict(alone, run["collected"].schema) == []


def test_ranked_keeps_the_order_within_a_severity() -> None:
    order = [("a", "note"), ("b", "warning"), ("c", "serious"), ("d", "warning"), ("e", "serious")]
    findings = [Finding(code=code, severity=s, sentence=code) for code, s in order]
    assert [finding.code for finding in ranked(findings)] == ["c", "e", "b", "d", "a"]
