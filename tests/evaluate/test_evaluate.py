import numpy as np
import pytest

from fivefold.artifacts import Collected
from fivefold.core.context import Context
from fivefold.core.key import Key
from fivefold.core.session import Session
from fivefold.errors import ConfigError, PreflightError
from fivefold.evaluate.evaluate import Evaluate


def _faults(stage, world):
    context = Context().extended(Key(Collected), world.collected)
    return stage.preflight(Session(), context)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"folds": 1}, "one fold"),
        ({"folds": -1}, "folds"),
        ({"baselines": ("forest",)}, "baselines"),
        ({"level": 1.0}, "level"),
        ({"metrics": {"profit": 3}}, "metrics"),
    ],
)
def test_evaluate_with_a_wrong_setting_raises_config_error(settings, said):
    with pytest.raises(ConfigError, match=said):
        Evaluate(**settings)


def test_preflight_before_anything_is_collected_finds_nothing():
    assert Evaluate(folds=5).preflight(Session(), Context()) == []


def test_preflight_of_an_own_metric_with_a_taken_name_is_a_fault(numbers):
    faults = _faults(Evaluate(metrics={"f1": max, "rmse": max}), numbers)
    assert [type(fault) for fault in faults] == [PreflightError]
    assert "found f1, which binary has already" in str(faults[0])


def test_preflight_of_more_folds_than_rows_is_a_fault(numbers):
    assert _faults(Evaluate(folds=500), numbers) == []
    assert "expected at least 1002 rows" in str(_faults(Evaluate(folds=501), numbers)[0])


def test_preflight_of_more_folds_than_groups_is_a_fault(numbers):
    numbers.columns["person"] = np.repeat(np.arange(5), 200).astype(str).astype(object)
    numbers.kinds["person"] = "categorical"
    numbers.roles["person"] = "group"
    assert _faults(Evaluate(folds=4), numbers) == []
    assert "expected at least 6 groups for folds=5, found 5" in str(
        _faults(Evaluate(folds=5), numbers)[0]
    )
