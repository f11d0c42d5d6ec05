"""Nothing is looked up, sent or left behind by importing, training, predicting and serving."""

import os
import platform
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import fivefold
from fivefold.serve.graph import load_runtime

GUARD = """
import ctypes, socket, struct, sys

def refuse(*given, **named):
    raise AssertionError(f"a connection was tried: {given} {named}")

for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "create_connection"):
    setattr(socket, name, refuse)
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)

# Native code too: the kernel ends the process (and those it starts) at its first socket of the
# families AF_INET and AF_INET6, without which no host is reached or looked up.
numbers = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}

def filter_sockets(machine):
    architecture, call = numbers[machine]
    load, equal, give = 0x20, 0x15, 0x06
    kill, allow = 0x80000000, 0x7FFF0000
    steps = [
        (load, 0, 0, 4), (equal, 0, 5, architecture),
        (load, 0, 0, 0), (equal, 0, 3, call),
        (load, 0, 0, 16), (equal, 2, 0, 2), (equal, 1, 0, 10),
        (give, 0, 0, allow), (give, 0, 0, kill),
    ]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("@HP", len(steps), ctypes.addressof(buffer))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(38, 1, 0, 0, 0) or prctl(22, 2, ctypes.create_string_buffer(header), 0, 0):
        sys.exit(f"no filter: error {ctypes.get_errno()}")

if sys.argv[1] in numbers:
    filter_sockets(sys.argv[1])
"""

USE = """
import asyncio, json
import numpy as np
import pandas as pd
import fivefold as ff
from fivefold.serve.app import create_app

rng = np.random.default_rng(0)
frame = pd.DataFrame({"x": rng.normal(size=120), "t": rng.choice(["red car", "blue car"], 120)})
frame["y"] = np.where(frame.x > 0, "a", "b")
stages = [ff.Collect(frame, target="y", kinds={"t": "text"}), ff.Preprocess(), ff.Train(epochs=1)]
result = ff.Pipeline([*stages, ff.Evaluate(), ff.Deploy("m.ff")]).run(seed=0, progress=False)
result.report("report.html")
result.predict(frame)
model = ff.load("m.ff")
assert len(model.predict(frame)) == 120

async def ask(app, body):
    sent = []
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}
    async def send(message):
        sent.append(message)
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
             "scheme": "http", "path": "/predict", "raw_path": b"/predict", "query_string": b"",
             "root_path": "", "headers": headers, "client": None, "server": None}
    await app(scope, receive, send)
    return sent

body = json.dumps({"instances": [{"x": 1.0, "t": "a red car"}]}).encode()
sent = asyncio.run(ask(create_app(model), body))
assert sent[0]["status"] == 200, sent
assert "predictions" in json.loads(sent[1]["body"])
print("answered")
"""


def guarded(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """A script in a process of its own whose sockets are guarded and whose home is empty."""
    home = folder / "home"
    home.mkdir()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ORT_", "XDG_"))}
    machine = platform.machine() if sys.platform == "linux" else ""
    return subprocess.run(
        [sys.executable, "-c", GUARD + script, machine],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**inherited, "HOME": str(home), "MPLCONFIGDIR": str(folder / "matplotlib")},
    )


def left_in_home(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in (folder / "home").rglob("*")]


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the kernel's filter is written for Linux on two machines",
)
def test_guard_ends_a_process_whose_native_code_opens_a_socket(tmp_path):
    script = "import ctypes\nctypes.CDLL(None).socket({}, 2, 0)\nprint('open')"
    local, looking_up = tmp_path / "local", tmp_path / "looking_up"
    for folder in (local, looking_up):
        folder.mkdir()
    assert guarded(script.format(1), local).stdout == "open\n"
    done = guarded(script.format(2), looking_up)
    assert (done.returncode, done.stdout) == (-signal.SIGSYS, "")


@pytest.mark.parametrize(
    "script",
    [
        "import fivefold\nprint(fivefold.__version__)",
        "from fivefold.cli import main\nmain(['--version'])",
        "from fivefold.serve.graph import load_runtime\nprint(load_runtime().__version__)",
    ],
    ids=["import", "version", "runtime"],
)
def test_importing_opens_no_connection_and_leaves_nothing_at_home(script, tmp_path):
    done = guarded(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
    assert left_in_home(tmp_path) == []


@pytest.mark.slow
def test_training_deploying_and_answering_open_no_connection(tmp_path):
    done = guarded(USE, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("answered\n")
    assert left_in_home(tmp_path) == []


def test_runtime_is_told_to_be_silent_unless_the_user_has_said_otherwise(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", ModuleType("onnxruntime"))
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "0")
    assert load_runtime().__name__ == "onnxruntime"
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "0"
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY")
    load_runtime()
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_onnxruntime_is_imported_in_one_place():
    sources = Path(fivefold.__file__).parent.rglob("*.py")
    found = [path.name for path in sources if "import onnxruntime" in path.read_text("utf-8")]
    assert found == ["graph.py"]
