"""From pages of the web to a server, with a hundred keys on the page between them."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import fivefold as ff
from driven import CHROMIUM, Browser
from fivefold.core.own import load_file
from fivefold.label.events import FILE, read_strokes
from fivefold.label.standing import parts, standing

EXAMPLE = Path(__file__).parents[1] / "examples" / "labelling"
SHOWN = "document.querySelector('#item').textContent"
SAVED = "document.querySelector('#saved').textContent === 'saved'"


def free_port() -> int:
    """A port that is free, as is the next one."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def started(folder: Path, port: int) -> tuple[subprocess.Popen[str], str]:
    """The example as a script, and where it lets people label."""
    command = [sys.executable, str(EXAMPLE / "pipeline.py"), str(folder), str(port)]
    script = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert script.stdout is not None
    for line in script.stdout:
        if "http://" in line:
            return script, line.split()[-1]
    raise AssertionError(f"ended with {script.wait()}")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_example_goes_from_pages_to_a_server_though_it_is_killed_while_one_labels(
    tmp_path, monkeypatch
):
    jobs, port = load_file(EXAMPLE / "jobs.py"), free_port()
    script, address = started(tmp_path, port)
    wanted, seen = [], set()  # some are shown again
    try:
        with Browser(tmp_path / "profile") as page:
            page.open(address, "typeof page === 'object' && page.item")
            while len(seen) < 100:
                if len(wanted) == 50:
                    os.kill(script.pid, signal.SIGKILL)
                    script.communicate()
                if len(wanted) == 53:
                    script, again = started(tmp_path, port)
                    assert again == address
                text = page.until(f"page.item && {SHOWN}")
                wanted.append(jobs.level_of(text))
                seen.add(text)
                page.press("2" if wanted[-1] == "senior" else "1")
            page.until(SAVED, 120)
        said, _ = script.communicate(timeout=300)
    finally:
        script.kill()
        script.communicate()
    assert script.returncode == 0
    events, _ = read_strokes(tmp_path / "labels" / FILE)
    assert [event.value for event in events] == wanted
    assert set(parts(events).values()) == {"random"}
    assert len(standing(events)) == sum(event.part != "repeat" for event in events)
    assert "['" in said  # what the server answered
    assert (tmp_path / "report.html").is_file()

    recipe = (EXAMPLE / "recipe.json").read_text().replace("8123", str(port))
    monkeypatch.chdir(tmp_path)
    with jobs.site(port):
        result = ff.Pipeline.from_json(recipe).run(seed=0, progress=False)
    assert str(result.metrics["roc_auc"]) in said
    assert result.metrics["roc_auc"] > 0.8
    rows = result[ff.Collected]
    judged = [text in seen for text in rows.table.column("text")[rows.given == 2]]
    assert judged
    assert all(judged)
