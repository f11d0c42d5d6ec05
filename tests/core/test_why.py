"""Why a step was run, in a line; and a finished run whose source is not what it was."""

from pathlib import Path
from typing import Any

import pytest

from core.toys import Collected, Deploy, Evaluate, Preprocess, Train
from fivefold.cli import main
from fivefold.core.cache import Cache
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted
from fivefold.core.record import read_record
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.why import why
from fivefold.errors import WiringError

RAN: list[str] = []


class Read(Stage):
    file: str

    def sources(self) -> dict[str, str]:
        path = Path(self.file)
        return {"file": path.read_text()} if path.exists() else {}

    def run(self, session: Session) -> Collected:
        RAN.append("read")
        return Collected(text=Path(self.file).read_text(), rows=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.txt"
    path.write_text("one")
    RAN.clear()
    return path


def chain(file: Path, **settings: Any) -> Chain:
    return Chain([Read(file=str(file)), Preprocess(), Train(**settings), Evaluate(), Deploy()])


def test_why_tells_of_each_step_what_became_of_it(file, tmp_path):
    cache = tmp_path / "cache"
    first = chain(file).execute(cache=Cache(cache))
    assert why(first.decisions, "read") == "read ran: no earlier run of it is known."
    chain(file, epochs=2).execute(cache=Cache(cache))
    third = chain(file, epochs=3, fails_on="none").execute(cache=Cache(cache))
    lines = why(third.decisions).splitlines()
    same = "was taken from the cache: nothing that decides its bits has changed."
    assert lines[:2] == [f"read {same}", f"preprocess {same}"]
    assert lines[2].startswith("train ran: train.")
    assert lines[2].endswith(", and 1 more.")
    assert "evaluate ran: Trained was " in lines[3]
    assert lines[3].endswith(lines[2])  # which goes on with who wrote that
    assert lines[4] == "deploy ran: it has side effects."
    with pytest.raises(WiringError, match="found 'trian'"):
        why(third.decisions, "trian")


def test_why_in_a_folder_compares_with_the_run_that_was_there(file, tmp_path, capsys):
    folder = tmp_path / "run"
    chain(file).execute(directory=folder)
    chain(file, epochs=3).execute(directory=folder)
    assert main(["why", str(folder), "train"]) == 0
    assert capsys.readouterr().out == "train ran: train.epochs was the default and is 3.\n"
    assert main(["why", str(folder)]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["read", "preprocess", "train", "evaluate", "deploy"]
    chain(file, epochs=3).execute(directory=folder, resume=True)
    main(["why", str(folder), "train"])
    said = "train was taken from the folder of the run: what it wrote is complete.\n"
    assert capsys.readouterr().out == said


def test_why_of_no_run_or_no_such_stage_is_refused(file, tmp_path, capsys):
    assert main(["why", str(tmp_path)]) == 2
    assert f"expected a run in {tmp_path}, found none" in capsys.readouterr().err
    chain(file).execute(directory=tmp_path / "run")
    assert main(["why", str(tmp_path / "run"), "trian"]) == 2
    assert "Write train." in capsys.readouterr().err


def resumed(file: Path, folder: Path, **settings: Any) -> tuple[list[str], list[str]]:
    heard: list[Event] = []
    found = chain(file, **settings).execute(directory=folder, resume=True, observers=[heard.append])
    said = [event.text for event in heard if isinstance(event, Noted) and event.path == ("read",)]
    return [decision.act for decision in found.decisions], said


def test_resume_of_a_finished_run_with_another_source_says_so_and_runs_again(file, tmp_path):
    folder = tmp_path / "run"
    chain(file).execute(directory=folder)
    assert resumed(file, folder) == (["take"] * 4 + ["run"], [])
    file.write_text("another")
    said = "read is made again: what is read (read.file) has changed."
    assert resumed(file, folder) == (["run"] * 5, [said])
    assert Collected.load(folder / "read" / "artifact").text == "another"
    assert resumed(file, folder) == (["take"] * 4 + ["run"], [])
    file.unlink()
    assert resumed(file, folder) == (["take"] * 4 + ["run"], [])
    assert RAN == ["read", "read"]


def test_resume_of_a_run_that_was_stopped_goes_on_with_the_rows_as_they_were(file, tmp_path):
    folder = tmp_path / "run"
    chain(file).execute(directory=folder, until="train")
    file.write_text("another")
    acts, said = resumed(file, folder)
    assert acts == ["take"] * 3 + ["run"] * 2
    assert said == [
        "What is read (read.file) has changed; the run goes on with the rows as they were."
    ]
    assert RAN == ["read"]
    record = read_record(folder)
    assert record is not None
    assert record.finished
