from typing import Any

import pytest

from fivefold.core.finding import Finding
from fivefold.report.headline import (
    display_name,
    headlines,
    leads_with_folds,
    ranked,
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


def test_ranked_keeps_the_order_within_a_severity() -> None:
    order = [("a", "note"), ("b", "warning"), ("c", "serious"), ("d", "warning"), ("e", "serious")]
    findings = [Finding(code=code, severity=s, sentence=code) for code, s in order]
    assert [finding.code for finding in ranked(findings)] == ["c", "e", "b", "d", "a"]
