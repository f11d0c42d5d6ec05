"""Preflight: every stage is asked for its faults before the work, and again before its turn."""

from pathlib import Path
from typing import Any

import pytest

from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import DataError, FivefoldError, PreflightError


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
