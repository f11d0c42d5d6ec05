"""The record of a run in its folder: what may go on, what is refused, what is set aside."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.toys import (
    Collect,
    Deploy,
    Deployed,
    Log,
    Partition,
    Preprocess,
    Train,
    Trained,
    go_on,
    stop,
)
from fivefold.core import identity
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import ConfigError, PreflightError, ResumeError

LOG = Log()


@pytest.fixture(autouse=True)
def log() -> Log:
    LOG.lines.clear()
    return LOG


def chain(at: Any = go_on, **collect: Any) -> Chain:
    train = Train(log=LOG, at=at)
    return Chain([Collect(**{"log": LOG, **collect}), Preprocess(log=LOG), train, Deploy()])


def weight(execution: Any) -> float:
    return execution.context[Trained].weight


def interrupted(folder: Path, at: int = 4, **collect: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        chain(stop(f"train {at}"), **collect).execute(seed=3, directory=folder)
    LOG.lines.clear()


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("exists", [True, False])
def test_resume_where_no_run_is_begins_one_and_says_so(tmp_path, log, exists):
    folder = tmp_path / "run"
    if exists:
        folder.mkdir()
    notes: list[Event] = []
    chain().execute(seed=3, directory=folder, resume=True, observers=[notes.append])
    said = [event.text for event in notes if isinstance(event, Noted)]
    assert said == [f"No run in {folder} yet: this is its start."]
    assert log.of("run")[0] == "collect run"
    assert json.loads((folder / "run.json").read_text())["identity"]["seed"] == 3


def test_resume_without_a_directory_is_refused():
    with pytest.raises(ConfigError) as caught:
        chain().execute(resume=True)
    assert str(caught.value) == (
        "Pipeline.run: expected a directory to resume in, found none.\n"
        "Pass directory= with the folder of the run, the same at every start."
    )


def test_resume_of_a_part_that_is_given_artifacts_is_refused(tmp_path):
    first = chain().execute(until="collect")
    with pytest.raises(ResumeError, match="found one given Collected"):
        chain()[1:].execute(directory=tmp_path, resume=True, given=first.context)


def test_resume_of_another_run_names_each_difference_and_makes_nothing(tmp_path, log):
    interrupted(tmp_path)
    with pytest.raises(ResumeError) as caught:
        chain(rows=8).execute(seed=4, device="cpu", directory=tmp_path, resume=True)
    assert str(caught.value) == (
        f"Pipeline.run: expected the run that {tmp_path} was begun with, found 3 differences.\n\n"
        "  collect.rows   the default then, 8 now\n"
        "  seed           3 then, 4 now\n"
        "  device         auto then, cpu now\n\n"
        "Bring back what differs, choose a new folder, or begin again with resume=False."
    )
    assert caught.value.differences["seed"] == ("3", "4")
    assert log.lines == []


def test_resume_with_another_version_or_processor_is_refused(tmp_path, monkeypatch):
    interrupted(tmp_path)
    mine = identity.processor()
    monkeypatch.setattr(identity, "processor", lambda: [*mine, "avx1024"])
    monkeypatch.setattr(identity, "version_of", lambda name: "0.0.1" if name == "torch" else None)
    monkeypatch.setenv("OMP_NUM_THREADS", "77")
    with pytest.raises(ResumeError) as caught:
        chain().execute(seed=3, directory=tmp_path, resume=True)
    differing = caught.value.differences
    assert {"torch", "processor", "threads"} <= set(differing)
    assert differing["torch"][1] == "0.0.1"
    assert differing["processor"] == ("nothing more", "avx1024")
    assert differing["threads"][1].startswith("OMP_NUM_THREADS=77")


def test_resume_with_other_stages_is_refused(tmp_path):
    interrupted(tmp_path)
    with pytest.raises(ResumeError) as caught:
        chain()[:3].execute(seed=3, directory=tmp_path, resume=True)
    then, now = caught.value.differences["stages"]
    assert [part.rpartition(":")[2] for part in then.split(", ")][-1] == "Deploy"
    assert [part.rpartition(":")[2] for part in now.split(", ")][-1] == "Train"


def test_resume_of_a_damaged_record_is_refused_and_a_new_run_is_not(tmp_path):
    interrupted(tmp_path)
    (tmp_path / "run.json").write_text('{"format": "fivefold/run-1", "stag')
    with pytest.raises(ResumeError, match=r"found a damaged one"):
        chain().execute(seed=3, directory=tmp_path, resume=True)
    assert chain().execute(seed=3, directory=tmp_path).context[Trained]


def test_resume_says_what_it_knows_by_name_alone(tmp_path):
    interrupted(tmp_path)
    notes: list[Event] = []
    chain().execute(seed=3, directory=tmp_path, resume=True, observers=[notes.append])
    (said,) = [event.text for event in notes if isinstance(event, Noted)]
    assert said == (
        "collect.log, preprocess.log, train.log, train.at are taken to be what the run was begun "
        "with."
    )


def test_run_in_an_earlier_folder_is_never_mixed_with_what_was_there(tmp_path, log):
    interrupted(tmp_path, rows=60)
    interrupted(tmp_path, at=0)
    resumed = chain().execute(seed=3, directory=tmp_path, resume=True)
    assert "train from 0" in log.lines
    assert weight(resumed) == weight(chain().execute(seed=3))


def test_run_in_an_earlier_folder_keeps_the_earlier_run_to_go_on_with(tmp_path, log):
    interrupted(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    notes: list[Event] = []
    chain(rows=8).execute(seed=9, directory=tmp_path, observers=[notes.append])
    place = tmp_path / "earlier.run"
    assert f"is now in {place}" in next(e.text for e in notes if isinstance(e, Noted))
    log.lines.clear()
    resumed = chain().execute(seed=3, directory=place, resume=True)
    assert log.of("collect run", "train from") == ["train from 4"]
    assert weight(resumed) == weight(chain().execute(seed=3))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_run_that_faults_before_the_work_leaves_the_earlier_one_alone(tmp_path):
    class Faulty(Stage):
        def preflight(self, session: Session, found: object) -> list[Any]:
            return [PreflightError("no such column.")]

        def run(self, trained: Trained) -> Deployed: ...

    chain().execute(seed=3, directory=tmp_path)
    before = files(tmp_path)
    with pytest.raises(PreflightError):
        Chain([*chain()[:3], Faulty()]).execute(directory=tmp_path)
    assert files(tmp_path) == before


def test_record_with_names_that_lead_elsewhere_moves_nothing(tmp_path):
    (tmp_path / "precious").mkdir()
    folder = tmp_path / "run"
    interrupted(folder)
    record = json.loads((folder / "run.json").read_text())
    record["stages"] += ["../precious", "..", "."]
    (folder / "run.json").write_text(json.dumps(record))
    chain().execute(seed=3, directory=folder)
    assert (tmp_path / "precious").is_dir()


def test_run_saves_its_record_with_every_artifact(tmp_path):
    chain().execute(seed=3, directory=tmp_path)
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["stages"] == ["collect", "preprocess", "train", "deploy"]
    assert list(record["saved"]) == ["collect", "partition", "preprocess", "train", "deploy"]
    assert Partition.load(tmp_path / "partition" / "artifact").how == "default of rows"


def test_run_killed_while_it_wrote_its_first_file_can_begin_again(tmp_path):
    (tmp_path / ".recipe.json.77.tmp").write_text('{"format": "five')
    chain().execute(seed=3, directory=tmp_path, resume=True)
    assert not list(tmp_path.glob(".*"))


def test_run_in_a_folder_of_something_else_is_still_refused(tmp_path):
    (tmp_path / ".profile.tmp").write_text("mine")
    with pytest.raises(PreflightError, match="a folder that holds something else"):
        chain().execute(seed=3, directory=tmp_path, resume=True)
