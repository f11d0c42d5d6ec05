import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from fivefold.core.scratch import scratch

WAITS = """
import sys, time
from fivefold.core.scratch import scratch

with scratch("test") as folder:
    (folder / "rows").write_text("private")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def waiting():
    """A process with a scratch folder, and that folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process.stdout as told:
        return process, Path(told.readline().strip())


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_scratch_folder_is_gone_after_sigterm_and_by_the_next_one_after_sigkill(place):
    process, folder = waiting()
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 128 + signal.SIGTERM
    assert not folder.exists()
    process, folder = waiting()
    with scratch("other"):
        assert folder.exists()  # its owner is alive
    process.kill()
    process.wait()
    assert folder.exists()
    with scratch("other"):
        assert not folder.exists()
    assert list(place.iterdir()) == []


def test_scratch_leaves_alone_what_is_not_locked_by_it(place):
    (place / "fivefold-mine").mkdir()
    (place / "fivefold-mine" / "file").write_text("x")
    handler = signal.getsignal(signal.SIGTERM)
    with scratch("test"):
        time.sleep(0)
    assert (place / "fivefold-mine" / "file").exists()
    assert signal.getsignal(signal.SIGTERM) is handler
