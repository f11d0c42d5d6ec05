"""Failures: the error goes up as it was raised, with a note of where it happened."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted, Progress
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import StoreError


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
    assert five[2:].execute(given=written).context[Evaluated].text == "trained"


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
    assert (kept.text, kept.seed) == ("trained", context[Trained].seed)


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
