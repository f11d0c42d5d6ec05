"""The page in a real browser, where there is one."""

import base64
import io
import json
import re
import shutil
import subprocess
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest
import soundfile
import uvicorn

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.film import as_cell
from fivefold.codecs.regions import palette
from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.codecs.wav import wav_bytes
from fivefold.codecs.waveform import rate_of, waveform
from fivefold.core.own import load_file
from fivefold.kinds.codec import Codec
from fivefold.kinds.doors import CONTROLS
from fivefold.kinds.known import KINDS
from fivefold.metrics.counts import intervals
from fivefold.serve.app import create_app
from fivefold.serve.contract import contract_of
from fivefold.serve.page import render_page
from fivefold.serve.requests import read
from fivefold.serve.server import listen
from fivefold.tasks.known import task_of
from own_kinds import Colour, Name, Route

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.few_trees,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"),
]


def browsing(folder: Path) -> list[str]:
    """The command of a browser that keeps to itself, its profile in a folder."""
    return [
        *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"),
        *("--disable-background-networking", "--disable-component-update"),
        f"--user-data-dir={folder}",
    ]


def dom(address: str, folder: Path) -> str:
    """What a page has become once its script has run."""
    done = subprocess.run(
        [*browsing(folder), "--virtual-time-budget=8000", "--dump-dom", address],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def served(model, folder: Path) -> str:
    """The page of a model in a browser, once it has asked and been answered."""
    listener = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server = uvicorn.Server(uvicorn.Config(create_app(model), log_level="error", ws="none"))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        return dom(address, folder)
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def test_page_in_a_browser_asks_and_shows_the_answer(model, tmp_path: Path):
    page = served(model, tmp_path)
    examples = {field.name: field.example for field in model.contract.fields}
    [shares] = model.predict_proba([examples])
    order = np.argsort(-shares)
    bars = page.split('id="bars"')[1].split("</div></div>")[0]
    labels = [model.classes[i].replace("<", "&lt;").replace(">", "&gt;") for i in order]
    assert all(f"<span>{label}</span>" in bars for label in labels)
    assert bars.index(labels[0]) < bars.index(labels[1])
    assert f"{100 * shares[order[0]]:.1f} %" in bars
    assert 'role="alert" hidden=""' in page


EXAMPLES = Path(__file__).parents[2] / "examples"


def test_page_in_a_browser_draws_a_forecast_and_tells_each_step_with_its_band(tmp_path: Path):
    steps = np.arange("2024-01-01", "2024-01-15", dtype="M8[h]")
    load = 100 + 20 * np.sin(2 * np.pi * np.arange(len(steps)) / 24)
    table = {"when": steps.astype("M8[us]"), "load": load + np.arange(len(steps)) % 5}
    collect = ff.Collect(table, target="load", time="when", horizon=4, history=48)
    bundle = tmp_path / "load.ff"
    stages = [collect, ff.Preprocess(), ff.Train(epochs=1), ff.Deploy(bundle)]
    ff.Pipeline(stages).run(seed=0, progress=False)
    model = ff.load(bundle)
    page = served(model, tmp_path)
    assert "<h1>load</h1>" in page
    row = {field.name: field.example for field in model.contract.fields}
    [forecast] = model.predict([row])
    bars = page.split('id="bars"')[1]
    assert 'aria-label="The forecast with its band, 4 steps"' in bars
    shown = re.findall(r"<span>([^<]*)</span>", bars)
    first = np.datetime64(row["when"])
    assert shown[::2] == [
        str(first + np.timedelta64(h, "h"))[:16].replace("T", " ") for h in range(4)
    ]
    found = [float(text.split(" (")[0]) for text in shown[1::2]]
    assert found == pytest.approx(forecast.tolist(), rel=1e-4)


def asked_of(table: dict[str, Any], folder: Path, **said: Any) -> tuple[Any, dict[str, Any], str]:
    """A model of a table, its page in a browser, and the row that this asked for."""
    bundle = folder / "model.ff"
    stages = [ff.Collect(table, **said), ff.Preprocess(), ff.Train("mlp", epochs=5)]
    ff.Pipeline([*stages, ff.Deploy(bundle)]).run(seed=0, progress=False)
    model = ff.load(bundle)
    row = {field.name: field.example for field in model.contract.fields}
    return model, row, served(model, folder)


def lines_of(page: str) -> list[str]:
    return [
        unescape(text) for text in re.findall(r"<span>([^<]*)</span>", page.split('id="bars"')[1])
    ]


def test_page_in_a_browser_says_from_where_on_labels_are_told(tmp_path: Path):
    x, other = np.random.default_rng(0).normal(size=(2, 200))
    both = [
        [n for n, so in (("rain", a > 0), ("wind", b > 0)) if so]
        for a, b in zip(x, other, strict=True)
    ]
    model, row, page = asked_of({"x": x, "y": both}, tmp_path, target="y")
    assert "Any of <b>rain</b>, <b>wind</b>." in page
    [labels], [scores] = model.predict([row]), model.scores([row])
    assert f'<p id="headline">{", ".join(labels) or "none of them"}</p>' in page
    shown = lines_of(page)
    told = dict(zip(shown[::2], shown[1::2], strict=True))
    for name, (share, least) in zip(("rain", "wind"), scores, strict=True):
        assert told[name] == f"{100 * share:.1f} %, said from {100 * least:.1f} % on"


def test_page_in_a_browser_keeps_classes_in_their_order(tmp_path: Path):
    x = np.random.default_rng(0).normal(size=200)
    sizes = np.array(["small", "fair", "huge"])
    table = {"x": x, "y": sizes[np.digitize(x, [-0.5, 0.5])]}
    model, row, page = asked_of(table, tmp_path, target="y", order=tuple(sizes.tolist()))
    assert "One of <b>small</b> &lt; <b>fair</b> &lt; <b>huge</b>." in page
    [shares], shown = model.predict_proba([row]), lines_of(page)
    assert shown[::2] == sizes.tolist()
    assert shown[1::2] == [f"{100 * share:.1f} %" for share in shares]
    assert f'<p id="headline">{model.predict([row])[0]}</p>' in page


def test_page_in_a_browser_tells_a_count_with_its_interval(tmp_path: Path):
    draw = np.random.default_rng(0)
    x, hours = draw.normal(size=200), np.exp(draw.normal(size=200))
    table = {"x": x, "hours": hours, "y": draw.poisson(3 * hours * np.exp(x / 2))}
    said = {"target": "y", "task": "count", "exposure": "hours"}
    model, row, page = asked_of(table, tmp_path, **said)
    assert f'<p id="headline">{model.predict([row])[0]:.6g}' in page
    [[low], [high]] = intervals(model.scores([row]))
    assert lines_of(page) == ["90 % of true values lie between", f"{low:g} and {high:g}"]


def test_page_in_a_browser_shows_several_numbers_with_their_names(tmp_path: Path):
    example = load_file(EXAMPLES / "two_targets.py")
    data, bundle = example.write_houses(tmp_path / "houses.csv", 200), tmp_path / "houses.ff"
    collect = ff.Collect(data, target=("heating", "cooling"), task=example.Pair)
    stages = [collect, ff.Preprocess(), ff.Train("mlp", epochs=2), ff.Deploy(bundle)]
    ff.Pipeline(stages).run(seed=0, progress=False)
    model = ff.load(bundle, tasks=[example.Pair])
    page = served(model, tmp_path)
    assert "2 numbers, from what you enter below." in page
    [numbers] = model.predict([{field.name: field.example for field in model.contract.fields}])
    shown = re.findall(r"<span>([^<]*)</span>", page.split('id="bars"')[1])
    assert shown[::2] == ["heating", "cooling"]
    assert [float(text) for text in shown[1::2]] == pytest.approx(numbers.tolist(), rel=1e-5)
    assert '<p id="headline"></p>' in page


def test_page_in_a_browser_shows_the_labels_of_positions_one_after_another(tmp_path: Path):
    example = load_file(EXAMPLES / "tags.py")
    data, bundle = example.write_sentences(tmp_path / "sentences.csv", 200), tmp_path / "tags.ff"
    collect = ff.Collect(data, target="tags", task=example.Tags)
    stages = [collect, ff.Preprocess(), ff.Train(example.network, epochs=2), ff.Deploy(bundle)]
    ff.Pipeline(stages).run(seed=0, progress=False)
    model = ff.load(bundle, tasks=[example.Tags])
    page = served(model, tmp_path)
    assert "One of <b>N</b>, <b>O</b>, <b>T</b>, for each position." in page
    text = model.contract.fields[0].example
    [labels] = model.predict([{"text": text}])
    marked = re.findall(
        r"<span title=\"(\w)\"([^>]*)>([^<]*)</span>", page.split('class="marked"')[1]
    )
    assert [label for label, *_ in marked] == list(labels)
    assert [word for *_, word in marked] == text.split()
    assert {label for label, style, _ in marked if "background" in style} == {*labels} - {"O"}
    assert '<p id="headline"></p>' in page


def test_page_in_a_browser_shows_a_transcript_and_where_its_words_stand(tmp_path: Path):
    rng, bundle = np.random.default_rng(0), tmp_path / "said.ff"
    words = [[*rng.choice(["up", "down"], rng.integers(1, 4))] for _ in range(200)]
    symbols = ["T".join({"up": "AAA", "down": "CCC"}[word] for word in row) for row in words]
    source = {"seen": symbols, "said": [list(map(str, row)) for row in words]}
    collect = ff.Collect(source, target="said", task="transcription", kinds={"seen": "sequence"})
    stages = [collect, ff.Preprocess(), ff.Train(epochs=8), ff.Deploy(bundle)]
    ff.Pipeline(stages).run(seed=0, progress=False)
    model = ff.load(bundle)
    page = served(model, tmp_path)
    [answer] = model.predict([{"seen": model.contract.fields[0].example}])
    assert f'<p id="headline">{answer or "(nothing)"}</p>' in page
    assert "sure of all of it" in page
    assert "A text, spelt with 2 words, from what you enter below." in page
    heard = re.findall(r"<span>(up|down)</span><span>(\d+) to (\d+)</span>", page)
    assert " ".join(word for word, *_ in heard) == answer


FILLED = """<script>
const at = (place) => document.getElementById(`field-${place}`);
const fill = (place, value) => {
  at(place).value = value;
  at(place).dispatchEvent(new Event("input", { bubbles: true }));
};
const rows = [];
const shown = document.getElementById("request");
const keep = () => rows.push(JSON.parse(shown.textContent).instances[0]);
const after = (steps) => {
  if (!steps.length) {
    const seen = document.createElement("pre");
    seen.id = "seen";
    seen.textContent = JSON.stringify(rows);
    document.body.append(seen);
    return;
  }
  setTimeout(() => { keep(); steps[0](); after(steps.slice(1)); }, 400);
};
const places = Object.fromEntries(contract.inputs.map((field, place) => [field.name, place]));
const draw = (canvas) => {
  canvas.setPointerCapture = () => {};
  const box = canvas.getBoundingClientRect();
  for (const [type, x] of [["pointerdown", 0.2], ["pointermove", 0.8], ["pointerup", 0.8]]) {
    canvas.dispatchEvent(new PointerEvent(type,
      { clientX: box.left + x * box.width, clientY: box.top + box.height / 2 }));
  }
};
after([
  () => {
    for (const [name, value] of Object.entries(TYPED)) fill(places[name], value);
    draw(at(places.picture));
  },
  () => {
    for (const name of Object.keys(TYPED)) if (name !== "colour") fill(places[name], "");
    at(places.colour).parentElement.querySelector("[data-missing]").click();
    at(places.picture).parentElement.querySelector("[data-clear]").click();
  },
  () => fill(places.lists, "[[1, 2"),
  () => {},
]);
</script>
"""

TYPED = {
    "number": ("1e3", 1000),
    "menu": ("b <", "b <"),
    "typed": ("word 7", "word 7"),
    "toggle": ("false", False),
    "moment": ("2021-05-06T07:08:09", "2021-05-06T07:08:09"),
    "words": ("Ada & Eve", "Ada & Eve"),
    "lines": ("[1]\nis a text", "[1]\nis a text"),
    "lists": ("[[0, 1.5], [2, 3]]", [[0, 1.5], [2, 3]]),
    "colour": ("#ff8000", "#ff8000"),
    "numbers": ("u,v\n0.5,1\n2,3", "u,v\n0.5,1\n2,3"),
}
"""What is typed into each control, and what is asked for then."""

CLIP = as_cell(np.zeros((3, 8, 8, 1), np.uint8))
SOUND = base64.b64encode(wav_bytes(np.arange(800, dtype=np.int16), 8000)).decode()


@pytest.fixture(scope="module")
def controls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Codec, list[dict[str, Any]]]:
    """The rows that the page asks for with its examples, filled in, emptied, and wrong."""
    own = {KINDS.adopt(kind).name for kind in (Colour, Name, Route)}
    values = {
        "number": ("numeric", np.arange(60.0)),
        "menu": ("categorical", np.array(["a", "b <"] * 30, object)),
        "typed": ("categorical", np.array([f"word {n}" for n in range(60)], object)),
        "toggle": ("boolean", np.array([0.0, 1.0] * 30)),
        "moment": ("datetime", np.arange("2020-01-01", "2020-03-01", dtype="M8[D]")),
        "words": (Name.name, np.array(["Ada"] * 60, object)),
        "lines": ("text", np.array(["good day"] * 60, object)),
        "lists": (Route.name, objects([[[0, 1], [2, 3]]] * 60)),
        "picture": ("image", np.zeros((60, 8, 8, 1), np.uint8)),
        "colour": (Colour.name, np.array(["#102030"] * 60, object)),
        "numbers": ("series", objects([np.arange(40.0).reshape(20, 2) for _ in range(60)])),
        "film": ("video", objects([np.zeros((3, 8, 8, 1), np.uint8)] * 60)),
        "sound": ("audio", objects([np.arange(800, dtype=np.int16)] * 60)),
        "y": ("categorical", np.array(["n", "y"] * 30, object)),
    }
    assert {kind for kind, _ in values.values()} >= own
    schema = Schema(
        columns=tuple(
            Column(
                name=name,
                kind=kind,
                role="target" if name == "y" else "input",
                format="8000 Hz" if kind == "audio" else "",
            )
            for name, (kind, _) in values.items()
        ),
        targets=("y",),
        task="binary",
        classes=("n", "y"),
    )
    codec = Codec.fit(
        Columns({name: cells for name, (_, cells) in values.items()}), schema, np.arange(60)
    )
    contract = contract_of(codec)
    assert {field.control for field in contract.fields} == set(CONTROLS)
    typed = json.dumps({name: value for name, (value, _) in TYPED.items()})
    script = FILLED.replace("TYPED", typed)
    folder = tmp_path_factory.mktemp("controls")
    page = render_page(contract).replace("</body>", script + "</body>")
    (folder / "page.html").write_text(page, encoding="utf-8")
    found = dom((folder / "page.html").as_uri(), folder / "profile")
    rows = json.loads(unescape(found.split('id="seen">')[1].split("</pre>")[0]))
    return codec, rows


def test_page_asks_with_examples_that_are_taken(controls):
    codec, rows = controls
    examples = {field.name: field.example for field in contract_of(codec).fields}
    asked = {n: value for n, value in rows[0].items() if n not in ("moment", "sound", "film")}
    assert asked == {name: examples[name] for name in asked}
    assert rows[0]["moment"] == examples["moment"] + "T00:00"
    assert rows[0]["sound"] is None  # nothing was recorded yet
    row = {**rows[0], "picture": [[0] * 8] * 8, "sound": SOUND, "film": CLIP}
    codec.encode(read([row], codec.schema))


@pytest.mark.parametrize("name", TYPED)
def test_page_control_gives_what_is_filled_in_and_null_where_it_is_missing(controls, name):
    codec, [_, filled, emptied, _] = controls
    assert filled[name] == TYPED[name][1]
    assert type(filled[name]) is type(TYPED[name][1])
    assert emptied[name] is None
    codec.encode(read([{**filled, "sound": SOUND, "film": CLIP}], codec.schema))


def test_page_picture_gives_rows_of_pixels_and_null_where_it_is_cleared(controls):
    _, [first, filled, emptied, _] = controls
    assert np.array(filled["picture"]).shape == (8, 8)
    assert np.max(filled["picture"]) > 127
    assert np.max(filled["picture"][0]) == 0
    assert first["picture"] is emptied["picture"] is None


def test_page_list_that_is_no_json_goes_as_it_was_typed(controls):
    _, [*_, wrong] = controls
    assert wrong["lists"] == "[[1, 2"


OPENED = """<script>
const bytes = Uint8Array.from(atob("FILE"), (letter) => letter.charCodeAt(0));
const files = new DataTransfer();
files.items.add(new File([bytes], "NAME"));
const opener = document.querySelector("[data-control=COLUMN] input[type=file]");
opener.files = files.files;
opener.dispatchEvent(new Event("change", { bubbles: true }));
const waiting = setInterval(() => {
  const asked = document.getElementById("request").textContent;
  if (JSON.parse(asked).instances[0].COLUMN === null) return;
  clearInterval(waiting);
  fetch("/told", { method: "POST", body: asked });
}, 50);
</script>
"""


def told(page: str, folder: Path) -> str:
    """What the script of a page posts to ``/told``, whenever it comes to do so.

    Sounds are decoded beside the page: virtual time runs out before they are, on a busy machine.
    """
    answers: Queue[str] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def do_POST(self):
            answers.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = subprocess.Popen(
            [
                *browsing(folder),
                "--remote-debugging-port=0",
                f"http://127.0.0.1:{server.server_port}/",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return answers.get(timeout=120)
        finally:
            browser.terminate()
            browser.wait(20)
            server.shutdown()


def opened(page: str, column: str, name: str, content: bytes, folder: Path) -> bytes:
    """What a page sends of a column whose control a file is opened by."""
    script = OPENED.replace("FILE", base64.b64encode(content).decode())
    script = script.replace("NAME", name).replace("COLUMN", column)
    asked = told(page.replace("</body>", script + "</body>"), folder)
    [row] = json.loads(asked)["instances"]
    return base64.b64decode(row[column])


def test_page_opens_a_clip_and_sends_it_as_it_is(tmp_path: Path):
    columns = (
        Column(name="film", kind="video"),
        Column(name="y", kind="categorical", role="target"),
    )
    schema = Schema(columns=columns, targets=("y",), task="binary", classes=("n", "y"))
    cells = objects([np.zeros((3, 8, 8, 1), np.uint8)] * 60)
    table = Columns({"film": cells, "y": np.array(["n", "y"] * 30, object)})
    page = render_page(contract_of(Codec.fit(table, schema, np.arange(60))))
    content = base64.b64decode(CLIP)
    assert opened(page, "film", "a.png", content, tmp_path) == content


def test_page_opens_a_sound_and_sends_it_at_the_rate_of_its_column(tmp_path: Path):
    time = np.arange(22_050) / 44_100
    tone, file = 0.5 * np.sin(2 * np.pi * 440 * time), io.BytesIO()
    soundfile.write(file, np.stack([tone, 0 * tone], axis=1), 44_100, format="FLAC")
    columns = (
        Column(name="sound", kind="audio", format="8000 Hz"),
        Column(name="y", kind="categorical", role="target"),
    )
    schema = Schema(columns=columns, targets=("y",), task="binary", classes=("n", "y"))
    cells = objects([np.arange(800, dtype=np.int16)] * 60)
    table = Columns({"sound": cells, "y": np.array(["n", "y"] * 30, object)})
    page = render_page(contract_of(Codec.fit(table, schema, np.arange(60))))
    content = opened(page, "sound", "a.flac", file.getvalue(), tmp_path)
    assert rate_of(content) == 8000
    heard = waveform(content, 8000)
    wanted = 32_768 * 0.25 * np.sin(2 * np.pi * 440 * np.arange(len(heard)) / 8000)
    assert abs(len(heard) - 4000) <= 1
    assert np.corrcoef(heard, wanted)[0, 1] > 0.99


OVERLAID = """<script>
fetch = async () => ({ ok: true, json: async () => (ANSWER) });
drawn.set(document.querySelector("canvas[data-control]"), "pen");
ask();
setTimeout(() => {
  const seen = document.querySelector("#bars canvas").getContext("2d");
  const light = (x, y) => [...seen.getImageData(x, y, 1, 1).data].slice(0, 3).join(" ");
  document.title = [light(20, 20), light(260, 260)].join(", ");
}, 2000);
</script>"""


def test_page_lays_the_classes_of_pixels_over_the_picture(tmp_path: Path):
    columns = (
        Column(name="photo", kind="image"),
        Column(name="y", kind="mask", role="target", format="[0, 1]"),
    )
    schema = Schema(columns=columns, targets=("y",), task="segmentation", classes=("sky", "<disc>"))
    cells = objects([np.zeros((8, 8, 3), np.uint8)] * 60)
    codec = Codec.fit(Columns({"photo": cells}), schema, np.arange(60))
    scores = np.zeros((1, 8, 8, 2), np.float32)
    scores[0, :4, :4, 1] = 1
    reply = task_of(schema).reply(scores, schema)
    script = OVERLAID.replace("ANSWER", json.dumps(reply))
    path = tmp_path / "page.html"
    path.write_text(render_page(contract_of(codec)).replace("</body>", script + "</body>"))
    page = dom(path.as_uri(), tmp_path)
    red, green, blue = (round(140 / 255 * part) for part in palette(2)[1])
    told = re.search(r"<title>(\d+) (\d+) (\d+), 0 0 0</title>", page)
    assert told is not None
    assert np.abs(np.array(list(map(int, told.groups()))) - (red, green, blue)).max() <= 2
    assert "The classes of 8 x 8 pixels over the picture" in page
    assert "&lt;disc&gt;</span><span>25.0 %</span>" in page
