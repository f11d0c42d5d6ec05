"""A model as static files, which answers in the browser itself."""

import functools
import json
import os
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import driven
import fivefold as ff
from fivefold.cli import main
from fivefold.serve.site import RUNTIME, facts_of, write_site

RUNTIME_FOLDER = Path(os.environ.get("ONNXRUNTIME_WEB", "onnxruntime-web"))


def rows(several: bool) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": draw.normal(size=300).round(2),
            "colour": draw.choice(["red", "<green>", "it's blue"], 300),
            "new": draw.random(300) < 0.5,
        }
    )
    frame.loc[::9, "size"] = np.nan
    kept = frame["size"].fillna(0) + frame["new"]
    labels = ["cheap", "fair", "dear"] if several else ["no", "yes"]
    frame["y"] = np.array(labels)[np.digitize(kept, [0.3, 1.2] if several else [0.6])]
    return frame


def deployed(frame: pd.DataFrame, path: Path, **evaluate) -> Path:
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train("mlp", epochs=2)]
    judge = [ff.Evaluate(baselines=(), **evaluate), ff.Deploy(path)]
    ff.Pipeline([*stages, *judge]).run(progress=False)
    return path


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    costs = {"cheap": {"dear": 9}, "fair": {"cheap": 1, "dear": 2}, "dear": {"cheap": 3}}
    number = rows(several=False).assign(y=np.arange(300) ** 1.5 + 0.25)
    return {
        "threshold": deployed(rows(several=False), folder / "two.ff", threshold=0.3),
        "costs": deployed(rows(several=True), folder / "three.ff", threshold=costs),
        "number": deployed(number, folder / "number.ff"),
    }


@pytest.mark.slow
def test_site_has_the_page_the_graph_and_the_examples(bundles, tmp_path, capsys):
    assert main(["export", str(bundles["threshold"]), "--to", str(tmp_path / "site")]) == 0
    assert "onnxruntime-web" in capsys.readouterr().out
    page = (tmp_path / "site" / "index.html").read_text()
    model = ff.load(bundles["threshold"])
    assert (tmp_path / "site" / "model-raw.onnx").read_bytes() == model.bundle["model-raw.onnx"]
    told = json.loads(re.search(r'id="site">(.*?)</script>', page)[1])
    assert told == json.loads(json.dumps(facts_of(model)))
    assert (told["threshold"], told["classes"]) == (0.3, ["no", "yes"])
    assert [column["raw"] for column in told["columns"]] == ["number", "word", "number"]
    assert "/schema" not in page
    assert "<green>" not in page


@pytest.mark.slow
def test_what_no_page_can_answer_alone_is_refused_by_name(bundles, tmp_path, capsys):
    texts = {"note": [f"word {n} and {n % 7}" for n in range(200)], "y": ["a", "b"] * 100}
    stages = [ff.Collect(texts, target="y", kinds={"note": "text"}), ff.Preprocess()]
    more = [ff.Train(epochs=1), ff.Evaluate(baselines=()), ff.Deploy(tmp_path / "text.ff")]
    ff.Pipeline([*stages, *more]).run(progress=False)
    with pytest.raises(ff.errors.BundleError, match="`note`"):
        write_site(tmp_path / "text.ff", tmp_path / "site")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ff.errors.PreflightError, match="a folder"):
        write_site(bundles["number"], tmp_path / "file")
    words = ["export", str(bundles["number"]), "--to", str(tmp_path / "s")]
    assert main([*words, "--runtime", str(tmp_path)]) != 0
    assert RUNTIME[0] in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


@pytest.mark.slow
@pytest.mark.skipif(driven.CHROMIUM is None, reason="no chromium")
@pytest.mark.skipif(
    not (RUNTIME_FOLDER / RUNTIME[0]).is_file(),
    reason="no onnxruntime-web: ONNXRUNTIME_WEB names its folder dist",
)
@pytest.mark.parametrize("name", ["threshold", "costs", "number"])
def test_page_answers_in_the_browser_as_the_bundle_does(bundles, name, tmp_path):
    write_site(bundles[name], tmp_path / "site", runtime=RUNTIME_FOLDER)
    handler = functools.partial(Quiet, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with driven.Browser(tmp_path / "profile") as browser:
            address = f"http://127.0.0.1:{server.server_port}/#check"
            browser.open(address, "document.body?.dataset.alike")
            assert browser.run("document.body.dataset.alike") == "true"
            assert float(browser.run("document.body.dataset.difference")) < 1e-5
            browser.until('document.querySelector("#headline").textContent')
            assert browser.told == []
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """It says nothing of what is asked."""

    def log_message(self, *_):
        """Nothing."""
