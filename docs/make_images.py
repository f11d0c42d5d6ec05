"""Draw the pictures of the README and the gallery from real runs: `python docs/make_images.py`.

A name makes those of one run alone: `python docs/make_images.py demo`. Pages are shot by Chromium.
"""

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import fivefold as ff

DOCS = Path(__file__).resolve().parent
FOLDER = DOCS / "images"
for place in ("tests", "examples/segmentation"):
    sys.path.insert(0, str(DOCS.parent / place))

WIDE, HIGH = 620, 760  # of a shot, in pixels of CSS
NOTEBOOK = """<!doctype html><meta charset="utf-8">
<body style="font: 15px sans-serif; margin: 16px">
<div style="background: #f5f5f5; border: 1px solid #ddd; padding: 10px; font: 14px monospace">
%s</div><div style="padding: 8px 2px">%s</div>"""
THREE = ((0.32, 0.2), (0.5, 0.14), (0.66, 0.28), (0.48, 0.47), (0.68, 0.66), (0.5, 0.85))
STROKE = (*THREE, (0.32, 0.76))


def run(collect: ff.Stage, *more: ff.Stage, **train: Any) -> ff.Result:
    """The five stages with their defaults, from seed 0."""
    stages = [collect, ff.Preprocess(), ff.Train(**train), ff.Evaluate(), *more]
    return ff.Pipeline(stages).run(seed=0, progress=False)


def save(result: ff.Result, **figures: str) -> None:
    """Drawings of a result as SVG on white paper: the file's name, and the drawing's."""
    for name, drawing in figures.items():
        path = FOLDER / f"{name}.svg"
        result.figures[drawing].save(path)
        head, rest = path.read_text("utf-8").split(">", 1)
        paper = '<rect width="100%" height="100%" fill="#ffffff"/>'
        path.write_text(f"{head}>\n {paper}{rest}", encoding="utf-8")


@contextmanager
def browsing(address: str, width: int = WIDE, height: int = HIGH) -> Iterator[Any]:
    """A browser that shows an address, in twice the pixels."""
    from driven import Browser

    with tempfile.TemporaryDirectory() as profile, Browser(Path(profile)) as browser:
        size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": False}
        browser.call("Emulation.setDeviceMetricsOverride", **size)
        browser.open(address)
        yield browser


def shoot(browser: Any, name: str, clip: dict[str, float] | None = None) -> None:
    """What the browser shows, or a part of it, as a PNG of 64 colours."""
    import base64
    import io

    from PIL import Image

    part = {"clip": {**clip, "scale": 1}} if clip else {}
    found = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, **part)
    image = Image.open(io.BytesIO(base64.b64decode(found["data"]))).convert("RGB")
    image = image.quantize(64, dither=Image.Dither.NONE)
    image.save(FOLDER / f"{name}.png", optimize=True)


def shoot_text(name: str, text: str, width: int = 900) -> None:
    """A page that is a text of HTML, as high as it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(text, encoding="utf-8")
        with browsing(path.as_uri(), width) as browser:
            height = browser.run("document.body.getBoundingClientRect().bottom + 16")
            shoot(browser, name, {"x": 0, "y": 0, "width": width, "height": height})


@contextmanager
def serving(path: str) -> Iterator[str]:
    """The address of a bundle's page while it is served."""
    import uvicorn

    from fivefold.serve.app import create_app
    from fivefold.serve.server import listen

    listener = listen("127.0.0.1", 0)
    app = create_app(ff.load(path))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def demo() -> None:
    """The demo: its report, the page on which a three was drawn, and three drawings."""
    result = run(ff.Collect("sklearn:digits"), ff.Deploy("digits.ff"))
    save(result, comparison="comparison", confusion="confusion_matrix", digits="examples")
    save(result, learning_curve="learning_curve")
    result.report("report.html")
    with browsing(Path("report.html").resolve().as_uri()) as browser:
        shoot(browser, "report")
    with serving("digits.ff") as address, browsing(address) as browser:
        points = [browser.spot("canvas", x, y) for x, y in STROKE]
        browser.mouse("mousePressed", *points[0])
        for (left, top), (right, bottom) in pairwise(points):
            for step in range(1, 9):
                part = step / 8
                x, y = left + part * (right - left), top + part * (bottom - top)
                browser.mouse("mouseMoved", x, y)
        browser.mouse("mouseReleased", *points[-1])
        browser.until("document.querySelectorAll('#bars span').length > 0")
        browser.run("window.scrollTo(0, 0)")
        shoot(browser, "page")


def churn() -> None:
    """A table: a look at it, a notebook's cell, the page of the model, and its curves."""
    frame = ff.samples.churn()
    seen = ff.look(frame, target="left")
    cell = 'ff.look(ff.samples.churn(), target="left")'
    shoot_text("look", NOTEBOOK % (cell, seen._repr_html_()))
    result = run(ff.Collect(frame, target="left"), ff.Deploy("churn.ff"))
    save(result, roc="roc", calibration="calibration", importance="importance")
    save(result, dependence="partial_dependence")
    shoot_text("notebook", NOTEBOOK % ("result", result._repr_html_()))
    with serving("churn.ff") as address, browsing(address) as browser:
        browser.until("document.querySelectorAll('#bars span').length > 0")
        shoot(browser, "form")


def hours() -> None:
    """A forecast: the next hours with their band, and the error by how far ahead they are."""
    collect = ff.Collect(ff.samples.hours(), target="lent", time="when", horizon=24)
    save(run(collect), forecast="forecasts", error_ahead="error_ahead")


def prices() -> None:
    """A number: what was predicted against what was true, and residuals."""
    result = run(ff.Collect(ff.samples.prices(), target="price"))
    save(result, predicted="predicted_against_true", residuals="residuals")


def reviews() -> None:
    """Texts: those that were answered worst, with what was true and what was said."""
    result = run(ff.Collect(ff.samples.reviews(), target="opinion"))
    result.report("report.html")
    title = "[...document.querySelectorAll('h3')].find((h) => h.textContent.includes('worst'))"
    box = f"(() => {{ const b = {title}.getBoundingClientRect(); return [b.left, b.top]; }})()"
    with browsing(Path("report.html").resolve().as_uri(), 900, 6000) as browser:
        left, top = browser.run(box)
        shoot(browser, "passages", {"x": left - 12, "y": top - 12, "width": 540, "height": 384})


def scenes() -> None:
    """Classes of pixels: pictures, masks and answers side by side."""
    from scenes import NAMES, write_scenes

    result = run(ff.Collect(write_scenes(Path("scenes")), classes=NAMES), epochs=8)
    save(result, segmentation="examples")


MAKERS: dict[str, Callable[[], None]] = {
    maker.__name__: maker for maker in (demo, churn, hours, prices, reviews, scenes)
}


def main(names: list[str]) -> None:
    """Make the pictures of some runs, or of all."""
    FOLDER.mkdir(exist_ok=True)
    for name in names or MAKERS:
        with tempfile.TemporaryDirectory() as folder, chdir(folder):
            MAKERS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
