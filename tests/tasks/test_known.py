from typing import get_args

import pytest

from fivefold.codecs.schema import TaskName
from fivefold.errors import ConfigError
from fivefold.tasks.binary import Binary
from fivefold.tasks.known import BINARY, REGRESSION, TASKS, task_of
from fivefold.tasks.quantity import Quantity
from fivefold.tasks.task import Task


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(TASKS, "_own", {})


class Pair(Quantity):
    name = "pair"
    metrics = REGRESSION.metrics


def test_table_holds_the_names_that_type_checkers_know():
    assert tuple(TASKS.known) == get_args(TaskName)
    assert all(task.name == name for name, task in TASKS.known.items())


def test_task_of_an_unknown_name_says_what_is_near_and_how_to_bring_ones_own():
    with pytest.raises(ConfigError, match="found 'binery'") as caught:
        task_of("binery")
    assert caught.value.near == "binary"
    with pytest.raises(ConfigError, match=r"tasks=\[MyTask\]"):
        task_of("pair")


@pytest.mark.parametrize("given", [Pair, Pair()])
def test_adopted_task_is_known_by_its_name(given):
    found = TASKS.adopt(given)
    assert isinstance(found, Pair)
    assert task_of("pair") is found
    assert found.setting_name == "pair"


def test_adopting_a_built_in_one_gives_the_one_of_the_table():
    assert TASKS.adopt(Binary) is BINARY
    assert TASKS.adopt(BINARY) is BINARY


def test_class_that_was_defined_again_takes_the_place_of_the_former():
    TASKS.adopt(Pair)
    again = type("Pair", (Pair,), {"__module__": Pair.__module__, "__qualname__": "Pair"})
    assert type(TASKS.adopt(again)) is again
    assert type(task_of("pair")) is again


def test_second_class_of_one_name_is_refused():
    TASKS.adopt(Pair)
    for name in ("pair", "binary"):
        other = type("Other", (Pair,), {"name": name})
        with pytest.raises(ConfigError, match=f"expected a name of its own, found '{name}'"):
            TASKS.adopt(other)


def test_what_is_no_task_is_refused_with_what_it_lacks():
    with pytest.raises(ConfigError, match="found int"):
        TASKS.adopt(int)
    with pytest.raises(ConfigError, match="found Task") as caught:
        TASKS.adopt(Task)
    assert "`encode`" in str(caught.value)
    with pytest.raises(ConfigError, match="expected a name without a slash, found None"):
        TASKS.adopt(type("Nameless", (Quantity,), {}))


def test_headlines_of_each_task_are_its_first_three_metrics():
    assert {name: tuple(m.name for m in task.headlines) for name, task in TASKS.known.items()} == {
        "binary": ("roc_auc", "average_precision", "accuracy"),
        "multiclass": ("accuracy", "balanced_accuracy", "log_loss"),
        "regression": ("rmse", "mae", "r2"),
        "several": ("explained",),
        "count": ("poisson_deviance", "deviance_explained", "mae"),
        "ordinal": ("quadratic_kappa", "mean_steps", "accuracy"),
        "forecast": ("skill", "rmse", "mase"),
        "returns": ("skill", "rmse", "mase"),
        "multilabel": ("f1_micro", "f1_macro", "mean_average_precision"),
        "tagging": ("accuracy", "f1", "log_loss"),
        "transcription": ("cer", "exact"),
        "segmentation": ("mean_iou", "mean_dice", "accuracy"),
        "anomaly": ("recall", "false_alarm_rate", "average_precision"),
        "unlabelled": ("alarm_rate",),
    }
