"""Rows that mix kinds, from the source to the bundle: one answer at every door."""

import base64
import io

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

import fivefold as ff
from fivefold.kinds.known import KINDS
from fivefold.models import parts
from fivefold.models.assemble import digest
from fivefold.models.mixblend import MixBlend
from fivefold.serve.page import render_page
from fivefold.testing import check_no_leak
from own_points import Colour, Route

pytestmark = pytest.mark.slow


def homes(rows=120, seed=0):
    """Numbers, a category, a flag, a date, two texts and two pictures; some of each missing."""
    draw = np.random.default_rng(seed)
    words = np.array(["bright", "quiet", "damp", "loud", "view", "cellar"])
    area, heated = draw.normal(80, 20, rows), draw.random(rows) < 0.5
    notes = [" ".join(draw.choice(words, 5)) for _ in range(rows)]
    good = area / 20 + np.array([note.count("bright") for note in notes]) + 2 * heated
    pictures = [list(draw.integers(0, 255, (rows, 9, 9, 3), np.uint8)) for _ in range(2)]
    days = np.datetime64("2026-01-01") + draw.integers(0, 300, rows)
    table = {
        "area": area.tolist(),
        "heated": heated.tolist(),
        "city": draw.choice(["Ulm", "Bern", "Graz"], rows).tolist(),
        "built": days.astype(str).tolist(),
        "note": notes,
        "other": [" ".join(draw.choice(words, 7)) for _ in range(rows)],
        "front": pictures[0],
        "back": pictures[1],
    }
    for place, name in enumerate(table):
        table[name][place::30] = [None] * len(table[name][place::30])
    return table | {"sold": np.where(good > np.median(good), "yes", "no").tolist()}


def stages(table, **train):
    kinds = {"note": "text", "other": "text", "built": "datetime"}
    train = {"epochs": 2, "threads": 1} | train
    return [ff.Collect(table, target="sold", kinds=kinds), ff.Preprocess(), ff.Train(**train)]


def png(picture):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "homes.ff"
    table = homes()
    result = ff.Pipeline([*stages(table), ff.Evaluate(), ff.Deploy(path)]).run(
        seed=0, progress=False
    )
    return result, ff.load(path), table


def row_of(table, place, door):
    row = {name: cells[place] for name, cells in table.items() if name != "sold"}
    for name in ("front", "back"):
        if row[name] is not None:
            row[name] = door(row[name])
    return row


def test_default_for_rows_that_mix_kinds_is_one_network_with_simple_models_beside_it(served):
    result, _, _ = served
    settings, body = result[ff.Trained].settings, result[ff.Trained].model.body
    assert settings.network == "mixblend"
    assert settings.augment == []  # of two epochs nothing is learnt that is changed
    assert len(body.network.encoders) == 5  # the table, two texts, two pictures
    assert sum(body.parts.values()) == pytest.approx(1)
    told = result[ff.Evaluated].tables["model_comparison"]["model"].tolist()
    assert [name for name in told if name.startswith("its ")]
    assert result[ff.Deployed].parity["source"] < 1e-5


def test_bundle_answers_json_with_missing_cells_as_the_run_does(served):
    result, model, table = served
    places = [0, 3, 4, 6, 11, 17]
    rows = [row_of(table, place, lambda p: base64.b64encode(png(p)).decode()) for place in places]
    wanted = result.predict_proba([row_of(table, place, lambda p: p) for place in places])
    assert_allclose(model.predict_proba(rows), wanted, atol=1e-5)
    empty = model.predict_proba([{**rows[2], "note": ""}, {**rows[2], "note": None}])
    assert_allclose(empty[:1], empty[1:], atol=1e-6)
    assert np.isfinite(model.predict_proba([dict.fromkeys(rows[0])])).all()


def test_server_answers_a_mixed_row_as_json_and_as_a_form(served, ask):
    _, model, table = served
    row = row_of(table, 9, lambda picture: picture)
    as_json = {
        n: base64.b64encode(png(c)).decode() if n in {"front", "back"} else c
        for n, c in row.items()
    }
    form = [
        (name, ("x.png", png(cell)) if name in {"front", "back"} else (None, str(cell)))
        for name, cell in row.items()
    ]
    told = ask(model, "POST", "/predict", json={"instances": [as_json]})
    other = ask(model, "POST", "/predict", files=form)
    assert told.status_code == other.status_code == 200
    assert other.json() == told.json()


def test_page_has_a_control_for_every_column_of_a_mixed_row(served):
    _, model, _ = served
    fields = {field["name"]: field["control"] for field in model.contract.to_json()["inputs"]}
    assert fields == {
        "area": "number",
        "heated": "toggle",
        "city": "menu",
        "built": "moment",
        "note": "lines",
        "other": "lines",
        "front": "picture",
        "back": "picture",
    }
    page = render_page(model.contract)
    for place, name in enumerate(fields):
        assert f'id="field-{place}"' in page, name


def test_mixed_rows_do_not_leak():
    check_no_leak(ff.Pipeline([*stages(homes(80), epochs=1), ff.Evaluate()]))


def test_mixed_run_that_broke_off_ends_with_the_same_bits(tmp_path, monkeypatch):
    pipeline = ff.Pipeline(stages(homes(80), epochs=2, checkpoint_seconds=0))
    straight = pipeline.run(seed=0, progress=False)[ff.Trained]
    with monkeypatch.context() as broken:
        broken.setattr(MixBlend, "end", _break_off)
        with pytest.raises(RuntimeError, match="broke off"):
            pipeline.run(seed=0, progress=False, directory=tmp_path / "run")
    again = pipeline.run(seed=0, progress=False, directory=tmp_path / "run", resume=True)
    assert again[ff.Trained].resources.resumed_steps > 0
    assert digest(again[ff.Trained].model) == digest(straight.model)


def _break_off(*arguments):
    raise RuntimeError("broke off")


@pytest.mark.parametrize("task", ["number", "class"])
def test_every_kind_and_those_of_ones_own_take_part_together(monkeypatch, tmp_path, task):
    monkeypatch.setattr(KINDS, "_own", {})
    monkeypatch.setattr(parts, "_OWN", {})
    draw = np.random.default_rng(0)
    rows = 70
    table = {
        "size": draw.normal(size=rows),
        "paint": [f"#{number:06x}" for number in draw.integers(0, 1 << 24, rows)],
        "way": [draw.integers(0, 9, (draw.integers(1, 5), 2)).tolist() for _ in range(rows)],
        "dna": ["".join(draw.choice(list("ACGT"), 30)) for _ in range(rows)],
        "move": [draw.normal(size=(20, 2)) for _ in range(rows)],
        "clip": [(draw.integers(-3000, 3000, 800).astype(np.int16), 4000) for _ in range(rows)],
        "photo": list(draw.integers(0, 255, (rows, 16, 16), np.uint8)),
    }
    table["y"] = table["size"] + 0.1 if task == "number" else np.where(table["size"] > 0, "a", "b")
    kinds = {"paint": Colour, "way": Route, "dna": "sequence", "move": "series", "clip": "audio"}
    path = tmp_path / "all.ff"
    pipeline = ff.Pipeline(
        [
            ff.Collect(table, target="y", kinds=kinds),
            *(ff.Preprocess(), ff.Train(epochs=1, threads=1), ff.Evaluate()),
        ]
    )
    if task == "class":
        pipeline += [ff.Deploy(path)]
    result = pipeline.run(seed=0, progress=False)
    body = result[ff.Trained].model.body
    assert set(body.gathered.widths) >= {"table", "photo", "move", "dna"}
    assert len(body.network.encoders) == 6
    if task == "class":
        assert result[ff.Deployed].parity["source"] < 1e-5


def test_report_tells_which_kind_carries_the_signal():
    draw = np.random.default_rng(0)
    notes = [" ".join(draw.choice(["red", "green", "blue", "wide"], 6)) for _ in range(240)]
    table = {
        "x": draw.normal(size=240),
        "note": notes,
        "y": ["yes" if note.count("red") > note.count("blue") else "no" for note in notes],
    }
    stages = [ff.Collect(table, target="y", kinds={"note": "text"}), ff.Preprocess()]
    result = ff.Pipeline([*stages, ff.Train(epochs=2, threads=1), ff.Evaluate()]).run(
        seed=0, progress=False
    )
    [found] = [f for f in result[ff.Evaluated].findings if f.code == "carried_by"]
    assert found.numbers["exchanged"] == ["`note`", "the table"]
    note, other = found.numbers["scores"]
    assert note < 0.65 < 0.85 < other
    assert abs(other - found.numbers["whole"]) < 0.1
    assert "; where cells are another row" in found.sentence
    assert found.sentence.endswith("(48 test rows).")
    assert "(48 test rows)." in result.report()


def test_two_texts_without_a_table_are_served(tmp_path):
    draw = np.random.default_rng(0)
    texts = [[" ".join(draw.choice(["red", "green", "blue"], 6)) for _ in range(80)] for _ in "ab"]
    table = {"a": texts[0], "b": texts[1], "y": [a > b for a, b in zip(*texts, strict=True)]}
    path = tmp_path / "two.ff"
    stages = [ff.Collect(table, target="y", kinds={"a": "text", "b": "text"}), ff.Preprocess()]
    stages += [ff.Train(epochs=1, threads=1), ff.Evaluate(), ff.Deploy(path)]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    assert result[ff.Trained].settings.network == "mixblend"
    wanted = result.predict_proba({"a": texts[0], "b": texts[1]})
    found = ff.load(path).predict_proba({"a": texts[0], "b": texts[1]})
    assert_allclose(np.asarray(found, float), np.asarray(wanted, float), atol=1e-5)


def halves(which, rows=400, seed=0):
    """Two columns of which each tells half of the class, and nothing of the other."""
    draw = np.random.default_rng(seed)
    told = draw.choice([-1, 1], (2, rows))
    filler = np.array(["the", "house", "has", "a", "garden", "and", "room"])
    time = np.arange(40)
    columns = {
        "note": lambda sign: [
            " ".join([*draw.choice(filler, 6), "bright" if one > 0 else "damp"]) for one in sign
        ],
        "photo": lambda sign: [
            draw.normal(120 + 40 * one, 30, (10, 10, 3)).clip(0, 255).astype(np.uint8)
            for one in sign
        ],
        "wave": lambda sign: [
            np.sin((0.5 + 0.25 * one) * time + draw.uniform(0, 6)) + draw.normal(0, 0.3, 40)
            for one in sign
        ],
        "size": lambda sign: (sign + draw.normal(0, 0.4, rows)).tolist(),
    }
    found = {name: columns[name](sign) for name, sign in zip(which, told, strict=True)}
    chance = 1 / (1 + np.exp(-2.5 * told.sum(axis=0)))
    return found | {"y": np.where(draw.random(rows) < chance, "yes", "no")}


@pytest.mark.parametrize("which", [("note", "photo"), ("wave", "size")])
def test_default_of_two_kinds_that_each_tell_half_beats_each_alone(which):
    kinds = {"note": "text", "photo": "image", "wave": "series"}

    def area(columns):
        table = {name: cells for name, cells in halves(which).items() if name in {*columns, "y"}}
        said = {name: kind for name, kind in kinds.items() if name in table}
        few = [ff.Collect(table, target="y", kinds=said), ff.Split(test=0.4), ff.Preprocess()]
        train = [ff.Train(epochs=5, threads=1), ff.Evaluate(baselines=())]
        return float(ff.Pipeline([*few, *train]).run(seed=0, progress=False).metrics["roc_auc"])

    both = area(which)
    assert both > 0.8
    for one in which:
        assert 0.6 < area([one]) < both - 0.05
