"""Runs that are killed at random moments and go on, against one that is left alone."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
import torch

import fivefold as ff
from fivefold.testing import fingerprint

TRIALS, KILLS = 20, 3
SEED = 7
IMPORTED = (
    *("pandas", "sklearn.datasets", "sklearn.ensemble", "fivefold.pipeline"),
    *("fivefold.models.ensemble", "fivefold.train.learn", "fivefold.train.outcome"),
)
"""What a run imports: once, ahead of all of them."""


def pipeline():
    return ff.Pipeline(
        [
            ff.Collect("sklearn:breast_cancer"),
            ff.Preprocess(),
            ff.Train("mlp", epochs=3, batch=16, threads=1, ema=0.98, checkpoint_seconds=0),
        ]
    )


def work(folder: str, resume: bool) -> None:
    torch.set_num_threads(1)
    pipeline().run(seed=SEED, directory=folder, resume=resume, progress=False)


def prints(folder: Path) -> tuple[str, str]:
    """The bits of a finished run: what was learnt, and the history without its seconds."""
    trained = ff.Trained.load(folder / "train" / "artifact")
    history = trained.history.drop(columns=["seconds"])
    return fingerprint(dict(trained.fitted())), history.to_json(double_precision=15)


def steps(folder: Path) -> list[int]:
    """Numbers of the states that stand in a run's folder."""
    return sorted(int(path.stem) for path in folder.glob("train/checkpoint/[0-9]*.safetensors"))


class Server:
    """A process that has everything imported, and forks another for each run."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, folder: Path, *, resume: bool) -> int:
        """Begin a run, and give its process."""
        self.process.stdin.write(json.dumps([str(folder), resume]) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def wait(self) -> int:
        """The exit code of the run that was begun last."""
        return int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def serve() -> None:
    """What the server does: a line in, a process and then its end out."""
    for name in IMPORTED:
        import_module(name)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            code = 1
            try:
                work(*json.loads(line))
                code = 0
            finally:
                os._exit(code)
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


@pytest.fixture(scope="module")
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture(scope="module")
def whole(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "run"
    server.begin(folder, resume=False)
    assert server.wait() == 0
    return prints(folder), steps(folder)[-1]


@pytest.mark.slow
@pytest.mark.parametrize("trial", range(TRIALS))
def test_run_killed_at_random_moments_ends_with_the_same_bits(server, whole, tmp_path, trial):
    wanted, last = whole
    chance = random.Random(trial)
    folder, seen = tmp_path / "run", []
    for target in sorted(chance.sample(range(2, last - 2), KILLS)):
        process = server.begin(folder, resume=True)
        while (steps(folder) or [0])[-1] < target:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.01)  # between two states, or while one is written
        os.kill(process, signal.SIGKILL)
        assert server.wait() == -signal.SIGKILL
        seen.append(steps(folder)[-1])
    assert seen == sorted(set(seen))
    assert seen[-1] < last
    server.begin(folder, resume=True)
    assert server.wait() == 0
    assert prints(folder) == wanted
    resumed = ff.Trained.load(folder / "train" / "artifact").resources["resumed_steps"]
    assert resumed >= seen[-1] - 1


if __name__ == "__main__":
    serve()
