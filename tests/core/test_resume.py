"""Going on with a run: the same artifacts as if it had never stopped."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.toys import (
    Collect,
    Collected,
    Deploy,
    Deployed,
    Evaluate,
    Evaluated,
    Log,
    Partition,
    Preprocess,
    Preprocessed,
    Train,
    Trained,
    go_on,
    stop,
)
from fivefold.core.artifact import Artifact
from fivefold.core.chain import Chain
from fivefold.core.events import Event, Noted, StageFinished, StageTaken
from fivefold.core.identity import identify
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.core.wiring import place
from fivefold.errors import PreflightError
from fivefold.testing import fingerprint

LOG = Log()


@pytest.fixture(autouse=True)
def log() -> Log:
    LOG.lines.clear()
    return LOG


def chain(**changes: Any) -> Chain:
    """Five stages; `at_train`, `at_evaluate` and `module` change them."""
    train = Train(log=LOG, at=changes.get("at_train", go_on), module=changes.get("module"))
    evaluate = Evaluate(log=LOG, folds=2, at=changes.get("at_evaluate", go_on))
    return Chain([Collect(log=LOG), Preprocess(log=LOG), train, evaluate, Deploy(log=LOG)])


def done(log: Log) -> list[str]:
    """What was done, without what was asked before it."""
    return log.of("run", "rehearse", "train from")


def prints(execution: Any) -> dict[str, str]:
    return {
        str(key): fingerprint(dict(execution.context[key.type].fitted()))
        for key in execution.context
    }


def interrupted(folder: Path, **changes: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        chain(**changes).execute(seed=3, directory=folder)
    LOG.lines.clear()


def test_resume_after_a_failure_equals_a_run_that_never_stopped(tmp_path, log):
    whole = chain().execute(seed=3, directory=tmp_path / "whole")
    interrupted(tmp_path / "cut", at_train=stop("train 4"))
    resumed = chain().execute(seed=3, directory=tmp_path / "cut", resume=True)
    assert prints(resumed) == prints(whole)
    assert done(log)[:4] == ["train rehearse", "deploy rehearse", "train run", "train from 4"]


def test_resume_in_the_middle_of_folds_goes_on_in_the_fold(tmp_path, log):
    whole = chain().execute(seed=3, directory=tmp_path / "whole")
    interrupted(tmp_path / "cut", at_train=stop("evaluate/fold-2/train 7"))
    resumed = chain().execute(seed=3, directory=tmp_path / "cut", resume=True)
    assert prints(resumed) == prints(whole)
    assert log.of("train from") == ["train from 10", "train from 7"]


def driven(folder: Path, mode: str, step: int = 0) -> int:
    """The exit code of one start of the run in a process of its own."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); "
        "from core.test_resume import drive; drive(*sys.argv[2:])"
    )
    tests = Path(__file__).parents[1]
    command = [sys.executable, "-c", script, str(tests), str(folder), mode, str(step)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("never_stopped")
    assert driven(folder / "whole", "run") == 0
    return folder / "whole"


@pytest.mark.parametrize("step", [0, 4])
def test_resume_after_sigkill_equals_a_run_that_never_stopped(never_stopped, tmp_path, step):
    assert driven(tmp_path / "cut", "kill", step) == -signal.SIGKILL
    assert driven(tmp_path / "cut", "resume", step) == 0
    for name in ("collect", "partition", "preprocess", "train", "evaluate", "deploy"):
        one, other = (run / name / "artifact" for run in (never_stopped, tmp_path / "cut"))
        assert {p.name: p.read_bytes() for p in one.iterdir()} == {
            p.name: p.read_bytes() for p in other.iterdir()
        }


def drive(folder: str, mode: str, step: str) -> None:
    """One start of the run above, in a process of its own."""

    def kill(where: str) -> None:
        if where == f"train {step}":
            os.kill(os.getpid(), signal.SIGKILL)

    kill.__name__ = "go_on"
    at = kill if mode == "kill" else go_on
    chain(at_train=at).execute(seed=3, directory=Path(folder), resume=mode == "resume")


def test_resume_of_a_complete_run_makes_nothing_again_but_side_effects(tmp_path, log):
    whole = chain().execute(seed=3, directory=tmp_path)
    log.lines.clear()
    events: list[Event] = []
    again = chain().execute(seed=3, directory=tmp_path, resume=True, observers=[events.append])
    assert prints(again) == prints(whole)
    assert [line.split(" of ")[0] for line in done(log)] == ["deploy rehearse", "deploy run"]
    taken = [event.path for event in events if isinstance(event, StageTaken)]
    assert taken == [("collect",), ("preprocess",), ("train",), ("evaluate",)]
    assert [e.wrote for e in events if isinstance(e, StageFinished)] == ["Deployed"]


def test_resume_keeps_what_each_artifact_was_made_from(tmp_path):
    whole = chain().execute(seed=3, directory=tmp_path)
    again = chain().execute(seed=3, directory=tmp_path, resume=True)
    assert list(again.context) == list(whole.context)
    for key in whole.context:
        assert again.context.origins(key) == whole.context.origins(key)
    for one, other in zip(again.before, whole.before, strict=True):
        assert list(one) == list(other)
    other = Partition(how="by hand")
    assert again.again([other])[Trained].weight == whole.again([other])[Trained].weight
    assert again.again([other])[Trained].weight != whole.context[Trained].weight


def test_run_again_in_part_leaves_the_files_of_the_run_alone(tmp_path):
    execution = chain().execute(seed=3, directory=tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    execution.again([Partition(how="by hand")], stop=3)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_resume_takes_the_seconds_that_were_recorded(tmp_path):
    whole = chain().execute(seed=3, directory=tmp_path)
    again = chain().execute(seed=3, directory=tmp_path, resume=True)
    names = ("collect", "preprocess", "train", "evaluate")
    assert [again.seconds[n] for n in names] == [whole.seconds[n] for n in names]
    assert set(again.seconds) == set(whole.seconds)


@pytest.mark.parametrize("name", ["train/artifact/weight.json", "train/artifact/artifact"])
def test_resume_makes_a_damaged_artifact_again_from_its_own_checkpoint(tmp_path, log, name):
    whole = chain().execute(seed=3, directory=tmp_path)
    (tmp_path / name).write_bytes(b"0.5")
    log.lines.clear()
    notes: list[Event] = []
    again = chain().execute(seed=3, directory=tmp_path, resume=True, observers=[notes.append])
    assert prints(again) == prints(whole)
    assert done(log)[:4] == ["train rehearse", "deploy rehearse", "train run", "train from 10"]
    assert any("train is made again: " in e.text for e in notes if isinstance(e, Noted))


def test_resume_after_damage_forgets_what_was_made_from_it(tmp_path, log):
    """The source has changed as well, so old checkpoints belong to rows that are gone."""
    chain().execute(seed=3, directory=tmp_path)
    (tmp_path / "collect" / "artifact" / "rows.json").write_bytes(b"[]")
    Collect.run, kept = (lambda self, session: Collected(rows=7)), Collect.run
    try:
        log.lines.clear()
        again = chain().execute(seed=3, directory=tmp_path, resume=True)
        fresh = chain().execute(seed=3, directory=tmp_path / "fresh")
    finally:
        Collect.run = kept
    assert prints(again) == prints(fresh)
    assert log.of("train from") == ["train from 0"] * 6


def test_execution_says_what_became_of_each_step_and_why(tmp_path):
    begun = chain().execute(seed=3, directory=tmp_path)
    assert {(each.act, each.why) for each in begun.decisions} == {
        ("run", "there was nothing to take")
    }
    assert [each.step for each in begun.decisions] == list(begun.steps)
    (tmp_path / "train" / "artifact" / "weight.json").write_bytes(b"0.5")
    again = chain().execute(seed=3, directory=tmp_path, resume=True)
    whys = [
        "what it wrote is complete",
        "what it wrote is complete",
        "Trained.weight: expected the file that was saved, found a changed weight.json.",
        "Train runs before it",
        "it has side effects",
    ]
    assert [each.why for each in again.decisions] == whys
    assert [each.act for each in again.decisions] == ["take", "take", "run", "run", "run"]
    assert [a.step.name for a in again.decisions[2].ahead if a.act == "rehearse"] == [
        "train",
        "deploy",
    ]


def test_resume_of_a_lost_partition_draws_the_same_again(tmp_path, log):
    whole = chain().execute(seed=3, directory=tmp_path)
    (tmp_path / "partition" / "artifact" / "how.json").unlink()
    log.lines.clear()
    again = chain().execute(seed=3, directory=tmp_path, resume=True)
    assert prints(again) == prints(whole)
    assert done(log)[0] == "preprocess run"
    assert again.context[Partition].seed == whole.context[Partition].seed
    assert (tmp_path / "partition" / "artifact" / "how.json").exists()


def test_resume_runs_a_stage_again_whose_artifact_could_not_be_saved(tmp_path, log):
    own = type("Own", (), {})()
    interrupted(tmp_path, module=own, at_evaluate=stop("evaluate"))
    resumed = chain(module=own).execute(seed=3, directory=tmp_path, resume=True)
    assert resumed.context[Trained].module is own
    assert log.of("train from") == ["train from 10"] * 3


def test_resume_does_not_ask_a_stage_that_is_taken_for_faults(tmp_path, log):
    class Read(Collect):
        def preflight(self, session: Session, found: object) -> list[Any]:
            there = Path(self.text).exists()
            return [] if there else [PreflightError(f"{self.text} is not there.")]

    source = tmp_path / "a.csv"
    source.write_text("rows")
    stages = [Read(text=str(source)), *chain(at_train=stop("train 4"))[1:]]
    with pytest.raises(ZeroDivisionError):
        Chain(stages).execute(directory=tmp_path / "run")
    source.unlink()
    again = Chain([stages[0], *chain()[1:]])
    assert again.execute(directory=tmp_path / "run", resume=True).context[Evaluated]


def test_resume_rehearses_what_is_still_to_come_before_the_long_work(tmp_path, log):
    interrupted(tmp_path, at_evaluate=stop("evaluate"))
    chain().execute(seed=3, directory=tmp_path, resume=True)
    assert log.lines.index("deploy rehearse") < log.lines.index("evaluate run")
    assert "train rehearse" not in log.lines


def test_resume_with_other_settings_of_what_has_side_effects_does_it_anew(tmp_path):
    class Publish(Stage):
        side_effects = True
        to: str
        fails: bool = False

        def run(self, trained: Trained) -> Deployed:
            assert not self.fails
            return Deployed(text=self.to)

    first = [*chain()[:4], Publish(to="a", fails=True)]
    with pytest.raises(AssertionError):
        Chain(first).execute(directory=tmp_path)
    again = Chain([*chain()[:4], Publish(to="b")]).execute(directory=tmp_path, resume=True)
    assert again.context[Deployed].text == "b"
    assert [each.act for each in again.decisions] == ["take"] * 4 + ["run"]
    of_run, of_step = (identify(place(first), Session(), reads) for reads in (None, {}))
    one, other = ({*of["own"], *of["settings"]} for of in (of_run, of_step))
    assert other - one >= {Publish.__qualname__, "publish.fails", "publish.to"}


def test_resume_takes_what_does_not_depend_on_a_side_effect_in_between(tmp_path, log):
    class Told(Artifact):
        text: str

    class Tell(Stage):
        side_effects = True

        def run(self, collected: Collected) -> Told:
            LOG("tell run")
            return Told(text="begun")

    class Repeat(Stage):
        def run(self, told: Told) -> Deployed:
            LOG("repeat run")
            return Deployed(text=told.text)

    stages = [Collect(log=LOG), Tell(), Preprocess(log=LOG), Repeat()]
    whole = Chain(stages).execute(directory=tmp_path)
    log.lines.clear()
    again = Chain(stages).execute(directory=tmp_path, resume=True)
    assert done(log) == ["tell run", "repeat run"]
    assert list(again.context) == list(whole.context)
    assert prints(again) == prints(whole)


def test_resume_until_a_stage_and_then_to_the_end(tmp_path, log):
    whole = chain().execute(seed=3)
    log.lines.clear()
    chain().execute(seed=3, directory=tmp_path, resume=True, until="preprocess")
    assert prints(chain().execute(seed=3, directory=tmp_path, resume=True)) == prints(whole)
    assert done(log)[:3] == ["collect run", "preprocess run", "train rehearse"]
    assert log.of("collect run", "deploy run") == ["collect run", log.lines[-1]]


def test_refit_hands_the_wish_to_resume_to_its_stages(tmp_path):
    seen: list[tuple[bool, bool]] = []

    class Look(Stage):
        def run(self, data: Preprocessed, session: Session) -> Trained:
            seen.append((session.is_refit, session.resume))
            return Trained(weight=1.0)

    stages = [Collect(), Preprocess(), Look(), Evaluate(folds=2)]
    Chain(stages).execute(directory=tmp_path, resume=True)
    Chain(stages).execute(directory=tmp_path / "other")
    resumed = [(False, True), (True, True), (True, True)]
    begun = [(False, False), (True, False), (True, False)]
    assert seen == [*resumed, *begun]
