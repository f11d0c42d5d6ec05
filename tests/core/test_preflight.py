"""Preflight: every stage is asked for its faults before the work, and again before its turn."""

from pathlib import Path

import pytest

from core import toys
from core.toys import (
    Collected,
    Deployed,
    Evaluated,
    Log,
    Preprocessed,
    Trained,
)
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import DataError, FivefoldError, PreflightError


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def five(log: Log) -> Chain:
    return toys.five(log=log)


def test_preflight_asks_every_stage_before_the_first_and_again_before_its_turn(five, log):
    five.execute(until="train")
    assert log.lines[:4] == [
        "collect preflight after 0",
        "preprocess preflight after 0",
        "train preflight after 0",
        "collect run",
    ]
    asked_again = log.lines[4 : log.lines.index("preprocess run")]
    assert asked_again == ["preprocess preflight after 1", "train preflight after 1"]


def test_preflight_with_faults_in_several_stages_tells_them_together_before_any_work(five, log):
    chain = five.replace("collect", faults=("Collect: no such file.",))
    chain = chain.replace("deploy", faults=("Deploy: not a bundle.", "Deploy: a full disk."))
    for act in (chain.execute, chain.preflight):
        with pytest.raises(PreflightError) as caught:
            act()
        assert str(caught.value) == (
            "Preflight: expected a run that can succeed, found 3 faults.\n"
            "\n"
            "  1  Collect: no such file.\n"
            "  2  Deploy: not a bundle.\n"
            "  3  Deploy: a full disk.\n"
            "\n"
            "Correct each of them."
        )
        assert [str(fault) for fault in caught.value.faults] == [
            "Collect: no such file.",
            "Deploy: not a bundle.",
            "Deploy: a full disk.",
        ]
    assert log.of("run", "rehearse") == []


def test_preflight_with_one_fault_raises_it_as_it_is(five):
    with pytest.raises(DataError, match=r"^Deploy: not a bundle\.$"):
        five.replace("deploy", faults=("Deploy: not a bundle.",)).execute()


def test_preflight_that_raises_is_a_fault_among_the_others(five):
    class Judge(Stage):
        def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
            raise DataError("Judge: found no ruler.")

        def run(self, evaluated: Evaluated) -> Deployed: ...

    chain = Chain([*five[:4], Judge()]).replace("train", faults=("Train: no such device.",))
    with pytest.raises(PreflightError) as caught:
        chain.preflight()
    assert len(caught.value.faults) == 2


def test_preflight_faults_of_stages_that_will_not_run_do_not_count(five):
    chain = five.replace("deploy", faults=("Deploy: not a bundle.",))
    assert Evaluated in chain.execute(until="evaluate").context


def test_preflight_after_the_first_stage_can_look_at_what_it_wrote(five, log):
    class Judge(Stage):
        def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
            collected = found.get(Collected)
            return [DataError(f"Judge: found {collected.text}.")] if collected else []

        def run(self, trained: Trained) -> Deployed: ...

    with pytest.raises(DataError, match=r"Judge: found rows\."):
        Chain([*five[:3], Judge()]).execute()
    assert log.of("run") == ["collect run"]


def test_preflight_in_the_midst_of_a_run_does_not_claim_that_no_work_was_done(five):
    class Judge(Stage):
        def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
            return [DataError("One."), DataError("Two.")] if Collected in found else []

        def run(self, trained: Trained) -> Deployed: ...

    with pytest.raises(PreflightError) as caught:
        Chain([*five[:3], Judge()]).execute()
    assert "no work has been done" not in str(caught.value)


def test_preflight_knows_device_path_and_directory():
    seen = []

    class Look(Stage):
        def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
            seen.append((session.device, session.path, session.directory))
            return []

        def run(self, session: Session) -> Collected:
            return Collected()

    Chain([Look()]).preflight(device="cuda")
    assert seen == [("cuda", ("look",), None)]


def test_preflight_sees_the_directory_before_anything_is_written_there(tmp_path: Path):
    class Look(Stage):
        def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
            assert session.directory == tmp_path / "run" / "look"
            return [] if (tmp_path / "run").exists() else [DataError("Look: found no folder.")]

        def run(self, session: Session) -> Collected: ...

    with pytest.raises(DataError, match="found no folder"):
        Chain([Look()]).execute(directory=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_preflight_of_a_slice_sees_what_was_given(five, log):
    five[2:].execute(given=[Preprocessed()])
    assert log.lines[0] == "train preflight after 1"


@pytest.mark.parametrize("place", ["file", "file/run", "full"])
def test_run_into_a_place_that_is_not_its_own_is_refused_before_any_work(tmp_path, place):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    asked = []

    class Asking(Stage):
        def run(self, session: Session) -> Collected:
            asked.append(self)
            return Collected(text="")

    with pytest.raises(PreflightError, match="expected to save into"):
        Chain([Asking()]).execute(directory=tmp_path / place)
    assert asked == []
