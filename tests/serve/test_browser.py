"""The page in a real browser, where there is one."""

import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
import uvicorn

from fivefold.serve.app import create_app
from fivefold.serve.server import listen

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_page_in_a_browser_asks_and_shows_the_answer(model, tmp_path: Path):
    listener = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server = uvicorn.Server(uvicorn.Config(create_app(model), log_level="error", ws="none"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        done = subprocess.run(
            [
                *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"),
                *("--disable-background-networking", "--disable-component-update"),
                *(f"--user-data-dir={tmp_path}", "--virtual-time-budget=8000"),
                *("--dump-dom", address),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
    examples = {field.name: field.example for field in model.contract.fields}
    [shares] = model.predict_proba([examples])
    order = np.argsort(-shares)
    page = done.stdout
    bars = page.split('id="bars"')[1].split("</div></div>")[0]
    labels = [model.classes[i].replace("<", "&lt;").replace(">", "&gt;") for i in order]
    assert all(f"<span>{label}</span>" in bars for label in labels)
    assert bars.index(labels[0]) < bars.index(labels[1])
    assert f"{100 * shares[order[0]]:.1f} %" in bars
    assert 'role="alert" hidden=""' in page
