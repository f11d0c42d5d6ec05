"""The course of a run: the events it emits, and what its sessions tell."""

import json
from typing import Any

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted, Progress, StageFinished, StageStarted
from fivefold.core.session import Session
from fivefold.core.stage import Stage


class Collected(Artifact):
    text: str = "rows"


class Partition(Artifact):
    how: str

    @classmethod
    def derive(cls, collected: Collected, session: Session) -> "Partition":
        return cls(how=f"default of {collected.text}, seed {session.seed}")


class Preprocessed(Artifact):
    text: str


class Trained(Artifact):
    text: str
    seed: int = 0


class Evaluated(Artifact):
    text: str


class Deployed(Artifact):
    text: str
    opened: object = None


class Collect(Stage):
    fails: bool = False

    def run(self, session: Session) -> Collected:
        return fail() if self.fails else Collected()


class Preprocess(Stage):
    fails: bool = False

    def run(self, collected: Collected, partition: Partition) -> Preprocessed:
        return fail() if self.fails else Preprocessed(text=f"{collected.text} by {partition.how}")


class Train(Stage):
    fails: bool = False

    def run(self, data: Preprocessed, session: Session) -> Trained:
        session.emit(Progress(done=1, total=2, unit="epoch", values={"train_loss": 0.5}))
        return fail() if self.fails else Trained(text="trained", seed=session.seed)


class Evaluate(Stage):
    fails: bool = False

    def run(self, data: Preprocessed, trained: Trained) -> Evaluated:
        return fail() if self.fails else Evaluated(text=trained.text)


class Deploy(Stage):
    def run(self, trained: Trained, evaluated: Evaluated | None = None) -> Deployed:
        return Deployed(text=f"{trained.text}, {evaluated and evaluated.text}")


def fail() -> Any:
    raise ZeroDivisionError("a loss that is not finite")


@pytest.fixture
def five() -> Chain:
    return Chain([Collect(), Preprocess(), Train(), Evaluate(), Deploy()])


def test_events_tell_the_course_of_a_run(five):
    events: list[Event] = []
    five.execute(observers=[events.append], until="train")
    assert [type(event).__name__ for event in events] == [
        "StageStarted",
        "StageFinished",
        "StageStarted",
        "StageFinished",
        "StageStarted",
        "Progress",
        "StageFinished",
    ]
    started, progress, finished = events[-3:]
    assert isinstance(started, StageStarted)
    assert (started.path, started.number, started.total) == (("train",), 3, 5)
    assert isinstance(progress, Progress)
    assert (progress.path, progress.values["train_loss"]) == (("train",), 0.5)
    assert isinstance(finished, StageFinished)
    assert (finished.wrote, finished.path, finished.number) == ("Trained", ("train",), 3)
    assert 0 <= finished.seconds < 60


def test_events_of_a_failing_stage_do_not_say_that_it_finished(five):
    events: list[Event] = []
    with pytest.raises(ZeroDivisionError):
        five.replace("preprocess", fails=True).execute(observers=[events.append])
    assert isinstance(events[-1], StageStarted)
    assert events[-1].path == ("preprocess",)


def test_events_reach_every_observer_with_the_path_a_stage_adds():
    class Talk(Stage):
        def run(self, session: Session) -> Collected:
            session.emit(Noted(path=("files", "a.csv"), text="read"))
            return Collected()

    one: list[Event] = []
    other: list[Event] = []
    Chain([Talk()]).execute(observers=[one.append, other.append])
    assert one == other
    assert one[1] == Noted(path=("talk", "files", "a.csv"), text="read")


def test_session_recipe_notes_what_json_cannot_hold():
    class Look(Stage):
        network: Any = None

        def run(self, session: Session) -> Collected:
            return Collected(text=session.recipe)

    recipe = Chain([Look(network=len)]).execute().context[Collected].text
    assert json.loads(recipe)["stages"][0]["with"] == {"network": {"$object": "len"}}
