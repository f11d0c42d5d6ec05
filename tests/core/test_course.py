"""The course of a run: the events it emits, and what its sessions tell."""

import json
from typing import Any

import pytest

from core.toys import Collected
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted, Progress, StageFinished, StageStarted
from fivefold.core.session import Session
from fivefold.core.stage import Stage


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
