"""The lock of a run's folder: one run at a time, and free again however that ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.toys import Collect, Collected, Trained, five
from fivefold.core.chain import Chain
from fivefold.core.context import Context
from fivefold.core.lock import LOCK, locked
from fivefold.core.session import Session
from fivefold.core.stage import Stage
from fivefold.errors import FivefoldError, PreflightError

HOLD = """
import sys
from pathlib import Path
from fivefold.core.context import Context
from fivefold.core.lock import locked
with locked(Path(sys.argv[1])):
    print(flush=True)
    sys.stdin.readline()
"""


def hold(folder: Path) -> "subprocess.Popen[str]":
    """Another process that works in a folder, until it is told to end."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    process.stdout.readline()
    return process


@pytest.mark.parametrize("resume", [False, True])
def test_run_in_a_folder_where_another_works_is_refused_and_says_which(tmp_path, resume):
    five().execute(directory=tmp_path / "run")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with hold(tmp_path / "run") as other:
        with pytest.raises(PreflightError) as caught:
            five().execute(directory=tmp_path / "run", resume=resume)
        assert caught.value.holder.startswith(f"process {other.pid} on ")
        assert str(caught.value).startswith(
            f"Pipeline.run: expected {tmp_path / 'run'} to be free, found process {other.pid} on "
        )
        assert str(caught.value).endswith(
            " at work in it.\nWait for its end, or choose another folder."
        )
        other.communicate("\n")
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_lock_is_gone_with_a_process_that_was_killed(tmp_path):
    with hold(tmp_path / "run") as other:
        other.kill()
        other.wait()
    assert (tmp_path / "run" / LOCK).exists()
    five().execute(directory=tmp_path / "run")
    assert not (tmp_path / "run" / LOCK).exists()


def test_run_in_the_folder_of_a_run_of_this_process_is_refused(tmp_path):
    class Nest(Stage):
        def run(self, collected: Collected) -> Trained:
            five().execute(directory=tmp_path / "other")
            five().execute(directory=tmp_path / "x" / ".." / "run")
            return Trained()

    with pytest.raises(PreflightError, match="found this process at work in it"):
        Chain([Collect(), Nest()]).execute(directory=tmp_path / "run")
    five().execute(directory=tmp_path / "run")


def test_process_that_is_forked_from_a_run_does_not_hold_its_folder(tmp_path):
    read, write = os.pipe()
    with locked(tmp_path):
        if not (child := os.fork()):
            os.read(read, 1)
            os._exit(0)
    with hold(tmp_path) as other:
        other.communicate("\n")
    os.write(write, b"x")
    os.waitpid(child, 0)
    assert other.returncode == 0


def test_folder_of_a_run_that_faults_before_the_work_is_not_made(tmp_path):
    with pytest.raises(PreflightError):
        five(faults=("no such column.",)).execute(directory=tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_made_is_told_by_preflight(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(PreflightError, match="found a file"):
        five().execute(directory=tmp_path / "file" / "run")


def test_run_that_begins_where_another_has_begun_meanwhile_is_refused(tmp_path):
    others = []

    class Slow(Collect):
        def preflight(self, session: Session, found: Context) -> list[FivefoldError]:
            others.append(hold(tmp_path / "run"))
            return []

    with pytest.raises(PreflightError, match="to be free"):
        Chain([Slow()]).execute(directory=tmp_path / "run")
    with others[0] as other:
        other.communicate("\n")
