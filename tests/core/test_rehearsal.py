"""Rehearsal: what would fail after an hour of training fails before it."""

from typing import Any

import pytest

from core import toys
from core.toys import (
    Deployed,
    Evaluated,
    Log,
    Preprocessed,
    Trained,
)
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted
from fivefold.core.stage import Stage
from fivefold.errors import FivefoldError


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def five(log: Log) -> Chain:
    return toys.five(log=log)


def test_rehearsal_tries_train_and_deploy_before_the_first_epoch(five, log):
    five.execute()
    assert log.of("run", "rehearse", "tried") == [
        "collect run",
        "preprocess run",
        "train rehearse",
        "deploy rehearse",
        "deploy tried untrained",
        "train run",
        "evaluate run",
        "deploy run of trained on rows by default of rows",
    ]


def test_rehearsal_of_an_export_that_fails_stops_before_training(five, log):
    with pytest.raises(ValueError, match="no translation for this operator") as caught:
        five.replace("deploy", fails_rehearsal=True).execute()
    (note,) = caught.value.__notes__
    assert note.startswith("in the rehearsal of Deploy, stage 5 of 5")
    assert "train run" not in log.lines


def test_rehearsal_of_an_export_that_fails_lists_only_what_was_really_written(five):
    with pytest.raises(ValueError, match="no translation") as caught:
        five.replace("deploy", fails_rehearsal=True).execute()
    (note,) = caught.value.__notes__
    assert note.endswith("Collected and Preprocessed were written")


def test_rehearsal_of_train_that_fails_stops_before_training(five, log):
    with pytest.raises(ValueError, match="no translation") as caught:
        five.replace("train", fails_rehearsal=True).execute()
    assert caught.value.__notes__[0].startswith("in the rehearsal of Train, stage 3 of 5")
    assert log.of("train run", "tried") == []


def test_rehearsal_leaves_nothing_for_the_run(five):
    context = five.execute().context
    assert context[Trained].text.startswith("trained on")
    assert context[Deployed].text.startswith("trained on")


def test_rehearsal_tells_nobody_that_a_stage_has_started(five):
    events: list[Event] = []
    with pytest.raises(ValueError, match="no translation"):
        five.replace("deploy", fails_rehearsal=True).execute(observers=[events.append])
    assert [event.path for event in events] == [("collect",)] * 2 + [("preprocess",)] * 2


def test_rehearsal_of_stages_that_will_not_run_is_left_out(five, log):
    five.execute(until="train")
    assert log.of("rehearse") == ["train rehearse"]


def test_rehearsal_alone_of_a_step_whose_run_begins_with_it_is_left_out(five, log, monkeypatch):
    monkeypatch.setattr(toys.Train, "tries_first", True)
    five.execute(until="train")
    assert log.of("train run", "rehearse") == ["train run"]
    five.execute()
    assert log.of("rehearse") == ["train rehearse", "deploy rehearse"]


def test_rehearsal_that_lacks_its_inputs_is_put_off_and_said(five, log):
    class Explain(Stage):
        log: Any = None

        def run(self, evaluated: Evaluated) -> Deployed:
            self.log("explain run")
            return Deployed(text="explained")

        def rehearse(self, evaluated: Evaluated) -> Deployed:
            self.log("explain rehearse")
            return Deployed()

    events: list[Event] = []
    Chain([*five[:4], Explain(log=log)]).execute(observers=[events.append])
    assert log.of("explain", "train rehearse", "train run", "evaluate run") == [
        "train rehearse",
        "train run",
        "evaluate run",
        "explain rehearse",
        "explain run",
    ]
    (noted,) = [event for event in events if isinstance(event, Noted)]
    assert noted.text == "Explain is not rehearsed before Train: it needs Evaluated"


def test_rehearsal_that_returns_something_else_is_refused(five, log):
    class Explain(Stage):
        def run(self, data: Preprocessed) -> Evaluated: ...

        def rehearse(self, data: Preprocessed) -> Evaluated:
            return Deployed(text="of another class")

    with pytest.raises(FivefoldError, match="declares Evaluated"):
        Chain([*five[:3], Explain()]).execute()
    assert "train run" not in log.lines
