"""Failures: the error goes up as it was raised, with a note of where it happened."""

import json
import re
from pathlib import Path

import pytest

from core.toys import Collect, Collected, Deployed, Evaluated, Preprocessed, Trained
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import StoreError


def test_failure_goes_up_as_it_was_raised(five):
    failure = ZeroDivisionError("a loss that is not finite")

    class Fit(Stage):
        def run(self, data: Preprocessed) -> Trained:
            raise failure

    with pytest.raises(ZeroDivisionError) as caught:
        Chain([*five[:2], Fit()]).execute()
    assert caught.value is failure
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("collect", "in Collect, stage 1 of 5, after T s; nothing was written"),
        ("preprocess", "in Preprocess, stage 2 of 5, after T s; Collected was written"),
        ("train", "in Train, stage 3 of 5, after T s; Collected and Preprocessed were written"),
        (
            "evaluate",
            "in Evaluate, stage 4 of 5, after T s; Collected, Preprocessed and Trained were "
            "written",
        ),
    ],
)
def test_failure_has_a_note_of_where_it_happened(five, name, expected):
    with pytest.raises(ZeroDivisionError) as caught:
        five.replace(name, fails=True).execute()
    (note,) = caught.value.__notes__
    assert re.sub(r"after \d+\.\d s", "after T s", note) == expected


def test_failure_of_a_derived_artifact_has_a_note_of_the_stage_that_reads_it():
    class Drawn(Artifact):
        @classmethod
        def derive(cls, collected: Collected) -> "Drawn":
            raise ZeroDivisionError

    class Look(Stage):
        def run(self, drawn: Drawn) -> Evaluated: ...

    with pytest.raises(ZeroDivisionError) as caught:
        Chain([Collect(), Look()]).execute()
    (note,) = caught.value.__notes__
    assert note.startswith("in Look, stage 2 of 2, after ")


def test_interrupt_by_the_keyboard_has_a_note_too():
    class Wait(Stage):
        def run(self, collected: Collected) -> Trained:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        Chain([Collect(), Wait()]).execute()
    (note,) = caught.value.__notes__
    assert note.startswith("in Wait, stage 2 of 2, after ")


def test_failure_hands_over_what_was_written_to_go_on_from(five):
    with pytest.raises(ZeroDivisionError) as caught:
        five.replace("train", fails=True).execute()
    written = caught.value.written
    assert Preprocessed in written
    assert Trained not in written
    assert five[2:].execute(given=written).context[Evaluated].text.startswith("trained")


def test_session_tells_directory_device_and_recipe(tmp_path: Path):
    seen: list[Session] = []

    class Look(Stage):
        def run(self, session: Session) -> Collected:
            seen.append(session)
            return Collected()

    chain = Chain([Look()])
    chain.execute(directory=tmp_path, device="cpu")
    chain.execute()
    with_folder, without = seen
    assert (with_folder.directory, with_folder.device) == (tmp_path / "look", "cpu")
    assert (without.directory, without.device) == (None, "auto")
    assert json.loads(with_folder.recipe) == json.loads(chain.to_json())


def test_run_without_a_directory_writes_nothing(five, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    five.execute()
    assert list(tmp_path.iterdir()) == []


def test_run_with_a_directory_keeps_recipe_and_artifacts(five, tmp_path):
    context = five.execute(seed=3, directory=tmp_path / "run").context
    assert (tmp_path / "run" / "recipe.json").read_text() == five.to_json()
    kept = Trained.load(tmp_path / "run" / "train" / "artifact")
    assert (kept.text, kept.seed) == (context[Trained].text, context[Trained].seed)


def test_run_with_a_directory_keeps_what_was_written_before_a_failure(five, tmp_path):
    with pytest.raises(ZeroDivisionError):
        five.replace("train", fails=True).execute(directory=tmp_path)
    assert Collected.load(tmp_path / "collect" / "artifact").text == "rows"
    with pytest.raises(StoreError):
        Trained.load(tmp_path / "train" / "artifact")


def test_run_with_a_directory_says_what_it_cannot_keep(five, tmp_path):
    class Hold(Stage):
        def run(self, trained: Trained) -> Deployed:
            return Deployed(text="open", opened=lambda: None)

    events: list[Event] = []
    chain = Chain([*five[:3], Hold()])
    chain.execute(directory=tmp_path, observers=[events.append])
    (noted,) = [event for event in events if isinstance(event, Noted)]
    assert noted.path == ("hold",)
    assert noted.text.startswith("Deployed was not saved: ")
    assert Collected.load(tmp_path / "collect" / "artifact").text == "rows"
