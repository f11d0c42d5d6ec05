"""Rehearsal: what would fail after an hour of training fails before it."""

from typing import Any

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.events import Event, Noted
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import DataError, FivefoldError


class Log:
    """Remembers what happened, in order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)

    def of(self, *words: str) -> list[str]:
        """The lines that hold one of these words."""
        return [line for line in self.lines if any(word in line for word in words)]


class Collected(Artifact):
    text: str = "rows"


class Preprocessed(Artifact): ...


class Trained(Artifact):
    text: str = "trained"


class Evaluated(Artifact): ...


class Deployed(Artifact):
    text: str = ""


class Logged(Stage):
    """What the stages below share: a log, and faults or a failure on demand."""

    log: Any = None
    faults: tuple[str, ...] = ()
    fails_rehearsal: bool = False

    def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
        self.log(f"{self.default_name()} preflight after {len(found)}")
        return [DataError(fault) for fault in self.faults]

    def rehearsing(self) -> None:
        self.log(f"{self.default_name()} rehearse")
        if self.fails_rehearsal:
            raise ValueError("no translation for this operator")


class Collect(Logged):
    def run(self, session: Session) -> Collected:
        self.log("collect run")
        return Collected()


class Preprocess(Logged):
    def run(self, collected: Collected) -> Preprocessed:
        self.log("preprocess run")
        return Preprocessed()


class Train(Logged):
    def run(self, data: Preprocessed, session: Session) -> Trained:
        self.log("train run")
        return Trained()

    def rehearse(self, data: Preprocessed, session: Session) -> Trained:
        self.rehearsing()
        return Trained(text="untrained")


class Evaluate(Logged):
    def run(self, data: Preprocessed, trained: Trained) -> Evaluated:
        self.log("evaluate run")
        return Evaluated()


class Deploy(Logged):
    side_effects = True

    def run(self, trained: Trained, evaluated: Evaluated | None = None) -> Deployed:
        self.log(f"deploy run of {trained.text}")
        return Deployed(text=trained.text)

    def rehearse(self, trained: Trained, evaluated: Evaluated | None = None) -> Deployed:
        self.rehearsing()
        self.log(f"deploy tried {trained.text}")
        return Deployed(text="tried")


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def five(log: Log) -> Chain:
    return Chain([stage(log=log) for stage in (Collect, Preprocess, Train, Evaluate, Deploy)])


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
        "deploy run of trained",
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
    assert context[Trained].text == "trained"
    assert context[Deployed].text == "trained"


def test_rehearsal_tells_nobody_that_a_stage_has_started(five):
    events: list[Event] = []
    with pytest.raises(ValueError, match="no translation"):
        five.replace("deploy", fails_rehearsal=True).execute(observers=[events.append])
    assert [event.path for event in events] == [("collect",)] * 2 + [("preprocess",)] * 2


def test_rehearsal_of_stages_that_will_not_run_is_left_out(five, log):
    five.execute(until="train")
    assert log.of("rehearse") == ["train rehearse"]


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
