"""A folder of static files in a browser, as any web space serves it."""

import functools
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

import driven
from fivefold.codecs.cell import null_words
from fivefold.kinds.scripted import scripted_of
from fivefold.kinds.state import FittedColumn
from fivefold.serve.site import RUNTIME as FILES

RUNTIME = Path(os.environ.get("ONNXRUNTIME_WEB", "onnxruntime-web"))
READY = driven.CHROMIUM is not None and (RUNTIME / FILES[0]).is_file()
REASON = "no chromium, or no onnxruntime-web: ONNXRUNTIME_WEB names its folder dist"


class Quiet(SimpleHTTPRequestHandler):
    """It says nothing of what is asked."""

    def log_message(self, *_):
        """Nothing."""


@contextmanager
def opened(folder: Path, profile: Path, part: str = "#check", **size: Any) -> Iterator[Any]:
    """The page of a folder in a browser.

    Args:
        folder: what is served.
        profile: of the browser.
        part: of the address, behind the folder.
        size: of the window.
    """
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with driven.Browser(profile, **size) as browser:
            browser.open(f"http://127.0.0.1:{server.server_port}/{part}")
            yield browser
        server.shutdown()


def asked(page: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the page answers to rows, as a server would."""
    return page.run(f"answered({json.dumps(json.dumps({'instances': rows}))})")


def check_alike(page: Any, model: Any, rows: list[dict[str, Any]]) -> None:
    """The page answers as the bundle does: the same classes, numbers within 1e-5."""
    told = asked(page, rows)
    assert "error" not in told, told
    if not model.classes:
        np.testing.assert_allclose(told["predictions"], model.predict(rows), rtol=1e-5)
        return
    assert told["predictions"] == model.predict(rows).tolist()
    assert np.abs(np.array(told["probabilities"]) - model.predict_proba(rows)).max() < 1e-5


STAGE = "const codecs = {}; class Odd extends Error {}"
"""What the page of a site has before the code of kinds."""


class Scripts:
    """A page with nothing but the JavaScript half of columns.

    Args:
        page: a browser.
        folder: to keep the page in.
    """

    def __init__(self, page: Any, folder: Path) -> None:
        self.page, self.folder = page, folder

    def encoded(self, fitted: FittedColumn, cells: list[Any]) -> list[Any]:
        """The numbers of each cell; the reason where it is refused."""
        half = scripted_of(fitted)
        assert half is not None
        column = fitted.column
        facts = {"absent": sorted(null_words(column.missing)), "rules": column.rules, **half.facts}
        code = "\n".join((STAGE, *half.code))
        file = self.folder / "scripts.html"
        file.write_text(f'<!doctype html><meta charset="utf-8"><script>{code}</script>')
        self.page.open(file.as_uri())
        return self.page.run(
            f"(() => {{ const codec = codecs[{json.dumps(half.codec)}]({json.dumps(facts)});"
            f"return Promise.all({json.dumps(cells)}.map(async (cell) => {{"
            "try { return [...codec.encode(await codec.read(cell))]; }"
            "catch (fault) { if (fault instanceof Odd) return fault.message; throw fault; }"
            "})); })()"
        )
