from typing import Any

from fivefold.report.verdict import verdict


def test_verdict_says_losses_first_then_ties_then_wins(a_run: Any) -> None:
    run = a_run()
    assert verdict(run["evaluated"], run["collected"].schema) == [
        "The model loses to gradient boosting: ROC-AUC -0.0300 [-0.0400, -0.0200].",
        "A tie between the model and logistic regression: ROC-AUC +0.0050 [-0.0050, 0.0150].",
        "The model beats majority class: ROC-AUC +0.4000 [0.3900, 0.4100].",
    ]


def test_verdict_without_simple_models_is_silent(a_run: Any) -> None:
    run = a_run()
    alone = run["evaluated"].replace(tables={})
    assert verdict(alone, run["collected"].schema) == []
