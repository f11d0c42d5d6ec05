"""`Evaluate(require=)`: what is asked, and whether a model is that."""

import pytest

import fivefold as ff
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.errors import ConfigError, GateError, PreflightError

QUICK = {"baselines": (), "robustness": 0, "shortcuts": 0, "explain": 0, "membership": 0}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"roc_auc": ("=", 0.9)}, "expected '<', '<=', '>' or '>='"),
        ({"roc_auc": float("inf")}, "finite"),
        ({"lek": None}, "write 'leak'"),
        ({"roc_auc": None}, "'roc_auc' is no code of a finding"),
    ],
)
def test_what_cannot_be_asked_is_refused_when_the_stage_is_built(asked, said):
    with pytest.raises(ConfigError) as caught:
        ff.Evaluate(require=asked)
    assert said in str(caught.value)


def test_score_that_there_will_not_be_is_refused_before_the_work(numbers):
    stage = ff.Evaluate(require={"roc_ac": 0.9, "recall_at_fpr": 0.5, "coverage": 0.8, "cost": 1})
    found = Context.of([numbers.collected])
    faults = stage.preflight(Session(), found)
    assert [fault.name for fault in faults] == ["roc_ac", "recall_at_fpr", "coverage", "cost"]
    assert all(isinstance(fault, PreflightError) for fault in faults)
    assert "Write 'roc_auc'." in str(faults[0])
    more = stage.replace(false_alarms=0.1, coverage=0.9)
    assert [fault.name for fault in more.preflight(Session(), found)] == ["roc_ac", "cost"]
    costs = stage.replace(threshold={"fp": 1, "fn": 2}, metrics={"roc_ac": lambda t, s: 1.0})
    names = [fault.name for fault in costs.preflight(Session(), found)]
    assert names == ["recall_at_fpr", "coverage"]


def test_run_whose_model_is_not_what_was_asked_brings_its_result(numbers, execute):
    asked = {"roc_auc": 0.6, "log_loss": 0.01, "brier": ("<", 1.0), "leak": None}
    asked["own"] = 0.5
    own = {"own": lambda target, scores: float((scores.argmax(1) == target).mean())}
    with pytest.raises(GateError) as caught:
        execute(numbers, ff.Evaluate(require=asked, metrics=own, **QUICK))
    assert caught.value.unmet == ("log_loss <= 0.01",)
    result = caught.value.result
    table = result.tables["requirements"].set_index("requirement")
    assert table["met"].to_dict() == {
        "roc_auc >= 0.6": True,
        "log_loss <= 0.01": False,
        "brier < 1": True,
        "no leak": True,
        "own >= 0.5": True,
    }
    assert table.loc["roc_auc >= 0.6", "judged_by"] == result.metrics["roc_auc"].low
    assert table.loc["log_loss <= 0.01", "judged_by"] == result.metrics["log_loss"].high
    told = [str(advice) for advice in result.verdict.next]
    assert "It is not to be deployed: log_loss <= 0.01 was required, and does not hold." in told
    assert not any("Deploy(" in line for line in told)


def test_run_whose_model_is_what_was_asked_goes_on(numbers, execute):
    result = execute(numbers, ff.Evaluate(require={"accuracy": 0.6, "serious": None}, **QUICK))
    assert result.tables["requirements"]["met"].all()
