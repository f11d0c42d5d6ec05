"""A model as static files, which answers in the browser itself."""

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import fivefold as ff
import static_pages
from fivefold.cli import main
from fivefold.kinds.feature import Feature
from fivefold.kinds.numbers import NUMBERS
from fivefold.kinds.numeric import Numeric
from fivefold.kinds.scripted import Scripted, scripted_of
from fivefold.serve.opened import codec_of
from fivefold.serve.site import RUNTIME, facts_of, write_site

pytestmark = pytest.mark.few_trees

needs_browser = pytest.mark.skipif(not static_pages.READY, reason=static_pages.REASON)


class Shade(ff.Kind):
    """A colour, with its half in JavaScript."""

    name = "shade"
    wanted = "colours like #ff8000"
    block = NUMBERS
    control = "colour"

    def reader(self, column):
        def read(cell):
            text = self.text_of(cell, column)
            if text is not None and not re.fullmatch("#[0-9a-fA-F]{6}", text):
                raise ValueError("a colour has six hexadecimal digits")
            return text and text.lower()

        return read

    def features(self, column, state):
        return tuple(Feature(f"{column.name}.{part}") for part in ("red", "green", "blue"))

    def encode(self, values, column, state):
        shades = [[np.nan] * 3 if v is None else list(bytes.fromhex(v[1:])) for v in values]
        return np.array(shades, np.float64).reshape(-1, 3)

    def synthesise(self, fitted, usual, rows, rng):
        return [f"#{number:06x}" for number in rng.integers(0, 1 << 24, rows)]

    def scripted(self, fitted):
        code = """codecs.shade = (column) => ({
          read(cell) {
            if (cell === null) return null;
            if (!/^#[0-9a-f]{6}$/i.test(cell)) throw new Odd("a colour has six hexadecimal digits");
            return cell;
          },
          encode: (shade) =>
            [1, 3, 5].map((at) => (shade ? parseInt(shade.slice(at, at + 2), 16) : NaN)),
        });"""
        return Scripted("shade", {}, (code,))


def rows(several: bool) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    moments = np.datetime64("2019-03-01T00:00:00") + draw.integers(0, 10**8, 300).astype("m8[s]")
    frame = pd.DataFrame(
        {
            "size": draw.normal(size=300).round(2),
            "colour": draw.choice(["red", "<green>", "it's blue"], 300),
            "new": draw.random(300) < 0.5,
            "born": pd.Series(moments).dt.strftime("%d/%m/%Y"),
            "seen at": moments,
            "shade": [f"#{number:06x}" for number in draw.integers(0, 1 << 24, 300)],
        }
    )
    frame.loc[::9, "size"] = np.nan
    frame.loc[::7, "seen at"] = None
    kept = frame["size"].fillna(0) + frame["new"]
    labels = ["cheap", "fair", "dear"] if several else ["no", "yes"]
    frame["y"] = np.array(labels)[np.digitize(kept, [0.3, 1.2] if several else [0.6])]
    return frame


def notes() -> pd.DataFrame:
    """Texts beside numbers, of which a network and terms answer together."""
    draw = np.random.default_rng(0)
    kept = draw.random(200) < 0.5
    glad, sad = ["fein", "天气很好", "straße", "great"], ["mies", "糟糕", "awful", "ΣΟΦΟΣ"]
    mixed = [draw.choice(glad if (draw.random() < 0.2) ^ good else sad, 4) for good in kept]
    return pd.DataFrame(
        {
            "note": [f"{' '.join(words)}, nr. {n * 37}" for n, words in enumerate(mixed)],
            "size": draw.normal(size=200).round(2),
            "y": np.where(kept, "yes", "no"),
        }
    )


def painted() -> dict[str, list]:
    """Pictures of several sizes as files, of more red or more blue, grey ones and clear ones."""
    draw, pictures, labels = np.random.default_rng(0), [], []
    for row in range(90):
        height, width = draw.integers(9, 60, 2)
        kind = row % 2
        pixels = draw.integers(0, 256, (height, width, 4), dtype=np.uint8)
        pixels[:, :, 2 * kind] //= 4
        if row % 3:
            pixels[:, :, 3] = 255
        image = Image.fromarray(pixels)
        pictures.append(file_of(image.convert("L" if row % 7 == 5 else "RGBA")))
        labels.append("blue" if kind == 0 else "red")
    return {"picture": pictures, "y": labels}


def file_of(image: Image.Image, form: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def digits() -> dict[str, np.ndarray]:
    known = load_digits()
    return {"picture": known.images[:400], "y": known.target[:400].astype(str)}


def deployed(frame: pd.DataFrame, path: Path, network: str = "mlp", **evaluate) -> Path:
    wanted = {"shade": Shade, "note": "text", "picture": "image"}
    kinds = {name: kind for name, kind in wanted.items() if name in frame}
    stages = [ff.Collect(frame, target="y", kinds=kinds), ff.Preprocess()]
    stages.append(ff.Train(network, epochs=2))
    judge = [ff.Evaluate(baselines=(), **evaluate), ff.Deploy(path)]
    ff.Pipeline([*stages, *judge]).run(progress=False)
    return path


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    costs = {"cheap": {"dear": 9}, "fair": {"cheap": 1, "dear": 2}, "dear": {"cheap": 3}}
    number = rows(several=False).assign(y=np.arange(300) ** 1.5 + 0.25)
    two = rows(several=False).drop(columns="shade")
    return {
        "threshold": deployed(two, folder / "two.ff", threshold=0.3),
        "costs": deployed(rows(several=True), folder / "three.ff", threshold=costs, coverage=0.8),
        "number": deployed(number, folder / "number.ff", coverage=0.8),
        "words": deployed(notes(), folder / "words.ff", "mixblend"),
        "pictures": deployed(painted(), folder / "pictures.ff", "convnet"),
        "digits": deployed(digits(), folder / "digits.ff", "convnet"),
    }


@pytest.mark.slow
def test_site_has_the_page_the_graph_and_what_reads_cells(bundles, tmp_path, capsys):
    assert main(["export", str(bundles["threshold"]), "--to", str(tmp_path / "site")]) == 0
    assert "onnxruntime-web" in capsys.readouterr().out
    page = (tmp_path / "site" / "index.html").read_text()
    model = ff.load(bundles["threshold"])
    assert (tmp_path / "site" / "model.onnx").read_bytes() == model.bundle["model.onnx"]
    told = json.loads(re.search(r'id="site">(.*?)</script>', page)[1])
    assert told == json.loads(json.dumps(facts_of(model)))
    assert (told["threshold"], told["classes"]) == (0.3, ["no", "yes"])
    assert "/schema" not in page
    assert "<green>" not in page
    codec = json.loads((tmp_path / "site" / "codec.json").read_text())
    assert [column["name"] for column in codec["columns"]] == list(model.contract.names)
    assert codec["columns"][1]["categories"] == ["<green>", "it's blue", "red"]
    assert [block["columns"] for block in codec["blocks"]] == [[0, 2, 3, 4], [1]]


@pytest.mark.slow
def test_what_no_page_can_answer_alone_is_refused_by_name(bundles, tmp_path, capsys):
    draw = np.random.default_rng(0)
    waves = {"wave": list(draw.normal(size=(60, 16))), "y": ["a", "b"] * 30}
    stages = [ff.Collect(waves, target="y", kinds={"wave": "series"}), ff.Preprocess()]
    more = [ff.Train(epochs=1), ff.Evaluate(baselines=()), ff.Deploy(tmp_path / "wave.ff")]
    ff.Pipeline([*stages, *more]).run(progress=False)
    with pytest.raises(ff.errors.BundleError, match="`wave`"):
        write_site(tmp_path / "wave.ff", tmp_path / "site")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ff.errors.PreflightError, match="a folder"):
        write_site(bundles["number"], tmp_path / "file")
    words = ["export", str(bundles["threshold"]), "--to", str(tmp_path / "s")]
    assert main([*words, "--runtime", str(tmp_path)]) != 0
    assert RUNTIME[0] in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


class Doubled(Numeric):
    """It encodes otherwise, and says nothing of a page."""

    name = "doubled"

    def encode(self, values, column, state):
        return 2 * values


@pytest.mark.slow
def test_kind_that_encodes_otherwise_than_its_base_is_not_read_as_that(bundles):
    fitted = codec_of(ff.load(bundles["number"], kinds=[Shade]).bundle).columns["size"]
    assert scripted_of(fitted) is not None
    other = type(fitted)(fitted.column, Doubled(), fitted.state)
    assert scripted_of(other) is None


ODD = [
    {"size": "twelve"},
    {"size": "1_000"},
    {"size": [1, "a'b"]},
    {"new": "perhaps"},
    {"new": 2},
    {"born": "31/02/2020"},
    {"seen at": "yesterday, \u200b\u00a0about noon and not a minute later, as far as we know"},
    {"seen at": "12020-01-01T00:00:00"},
    {"seen at": True},
    {"shade": "red"},
]
"""Cells that are refused, by column."""

FINE = [
    {"size": "1e-3", "born": "1/2/2020", "seen at": "2020-02-29T23:59:59.5+01:00"},
    {"size": "\u22125", "born": "2020-02-01", "seen at": "20200229T2359 UTC"},
    {"size": "nan", "born": "Sat, 01/02/2020", "seen at": 20200229, "new": "no"},
    {"size": -1e39, "colour": " red\u0085", "seen at": "1403-07-08 05:06", "new": 1},
    {"size": True, "colour": "it's  blue", "born": "", "seen at": "", "new": ""},
    *({"note": text} for text in ("", None, "FEIN\u0301 STRASSE!", "很好天气", "σοφος mies")),
    *({"note": text} for text in (12.5, True, "ist es fein? " * 50)),
]
"""Cells that are read as they are written."""


SHOWN = {"costs": "the truth, 80 %", "number": "80 % of true values lie between"}
"""What the page says of an answer, by bundle."""


@pytest.mark.slow
@needs_browser
@pytest.mark.parametrize("name", ["threshold", "costs", "number", "words"])
def test_page_answers_in_the_browser_as_the_bundle_does(bundles, name, tmp_path):
    write_site(bundles[name], tmp_path / "site", runtime=static_pages.RUNTIME, kinds=[Shade])
    model = ff.load(bundles[name], kinds=[Shade])
    known = (notes() if name == "words" else rows(several=False)).drop(columns="y")[:20]
    cells = [*json.loads(known.to_json(orient="records", date_format="iso"))]
    cells += [{**cells[0], **odd} for odd in FINE if set(odd) <= set(known)]
    with static_pages.opened(tmp_path / "site", tmp_path / "profile") as page:
        page.until("document.body.dataset.alike")
        assert page.run("document.body.dataset.alike") == "true"
        assert float(page.run("document.body.dataset.difference")) < 1e-5
        page.until('document.querySelector("#headline").textContent')
        shown = page.run("document.getElementById('bars').textContent")
        assert SHOWN.get(name, "") in shown
        static_pages.check_alike(page, model, cells)
        for odd in (odd for odd in ODD if set(odd) <= set(model.contract.names)):
            row = {**cells[0], **odd}
            with pytest.raises(ff.errors.RequestError) as wrong:
                model.predict([row])
            error = static_pages.asked(page, [row])["error"]
            assert (error["message"], error["column"]) == (str(wrong.value), wrong.value.column)
        assert page.told == []


OPENED = """(async () => {
  const bytes = Uint8Array.from(atob(%s), (sign) => sign.charCodeAt(0)), given = new DataTransfer();
  given.items.add(new File([bytes], "one", { type: "image/png" }));
  const input = document.querySelector("#form input[type=file]");
  input.files = given.files;
  input.dispatchEvent(new Event("change"));
})()"""
"""A file is opened on the page."""


@pytest.mark.slow
@needs_browser
def test_page_sees_pictures_as_the_bundle_does(bundles, tmp_path):
    write_site(bundles["pictures"], tmp_path / "site", runtime=static_pages.RUNTIME)
    model = ff.load(bundles["pictures"])
    files = [base64.b64encode(one).decode() for one in painted()["picture"][:40]]
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8))
    photo = file_of(photo.resize((700, 500), Image.Resampling.BICUBIC), "JPEG")
    rows = [{"picture": one} for one in [*files, "data:image/png;base64," + files[0]]]
    rows.append({"picture": np.asarray(Image.open(io.BytesIO(photo)).resize((30, 20))).tolist()})
    with static_pages.opened(tmp_path / "site", tmp_path / "profile") as page:
        page.until("document.body.dataset.alike")
        assert float(page.run("document.body.dataset.difference")) < 1e-5
        static_pages.check_alike(page, model, rows)
        told = static_pages.asked(page, [{"picture": base64.b64encode(photo).decode()}])
        answered = model.predict_proba([{"picture": photo}])
        assert np.abs(np.array(told["probabilities"]) - answered).max() < 0.02  # of a JPEG
        page.run(OPENED % json.dumps(files[3]))
        page.until("document.querySelectorAll('#bars progress').length")
        shown = page.run("Array.from(document.querySelectorAll('#bars progress'), (b) => b.value)")
        wanted = sorted(model.predict_proba([rows[3]])[0], reverse=True)
        np.testing.assert_allclose(shown, wanted, atol=1e-5)
        for odd in ("aGVsbG8=", "no base64", None, [[-1, 2], [300, 4]]):
            with pytest.raises(ff.errors.RequestError) as wrong:
                model.predict([{"picture": odd}])
            error = static_pages.asked(page, [{"picture": odd}])["error"]
            first, *_, last = str(wrong.value).splitlines()
            assert error["message"].splitlines()[0] == first
            assert error["message"].splitlines()[-1] == last
        assert page.told == []


@pytest.mark.slow
@needs_browser
def test_page_reads_digits_that_are_drawn_and_rows_of_pixels(bundles, tmp_path):
    write_site(bundles["digits"], tmp_path / "site", runtime=static_pages.RUNTIME)
    model = ff.load(bundles["digits"])
    rows = [{"picture": one.tolist()} for one in digits()["picture"][:50]]
    with static_pages.opened(tmp_path / "site", tmp_path / "profile") as page:
        static_pages.check_alike(page, model, rows)
        page.drag("canvas", 0.4, 0.6)
        page.until("document.querySelectorAll('#bars progress').length")
        row = json.loads(page.run("document.getElementById('request').textContent"))
        assert np.array(row["instances"][0]["picture"]).max() == 255
        static_pages.check_alike(page, model, row["instances"])
        assert page.told == []


@pytest.mark.slow
@needs_browser
def test_page_says_what_it_lacks(bundles, tmp_path):
    write_site(bundles["threshold"], tmp_path / "site")
    with static_pages.opened(tmp_path / "site", tmp_path / "profile", part="") as page:
        said = "document.getElementById('message').textContent"
        assert "onnxruntime-web is not there" in page.until(said)
        page.open((tmp_path / "site" / "index.html").as_uri())
        assert "file:// address" in page.until(said)
