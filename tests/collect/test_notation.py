import io
import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.codecs.schema import Schema
from fivefold.errors import ConfigError, DataError, FivefoldError, RequestError
from fivefold.kinds.canonical import canonical_column
from fivefold.serve.requests import read

R = np.random.default_rng(0)
X, Z = np.round(R.normal(size=(2, 60)) * 1000, 2)
LABELS = ["yes", "no", "no"] * 20


def collect(source, **settings):
    settings = {"target": "y", **settings}
    stages = [ff.Collect(source, **settings)]
    return ff.Pipeline(stages).run(seed=0, progress=False)[ff.Collected]


def comma(value, thousands="."):
    return f"{value:,.2f}".translate({ord(","): thousands, ord("."): ","})


def codes(collected):
    return [finding.code for finding in collected.findings]


FORMS = {
    "minus": (lambda v: f"{v:.2f}".replace("-", "\u2212"), ""),
    "comma": (lambda v: f"{v:.2f}".replace(".", ","), "1234,56"),
    "german": (comma, "1.234,56"),
    "french": (lambda v: comma(v, "\u202f") + "\u00a0€", "1 234,56 €"),
    "swiss": (lambda v: "CHF " + f"{v:,.2f}".replace(",", "\u2019"), "CHF 1'234.56"),
    "dollar": (lambda v: f"-${-v:,.2f}" if v < 0 else f"${v:,.2f}", "$1,234.56"),
    "brackets": (lambda v: f"({-v:,.2f})" if v < 0 else f"{v:,.2f}", "1,234.56"),
    "share": (lambda v: f"{v:.2f} %", "1234.56 %"),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("door", ["frame", "csv", "semicolons", "lines", "records"])
@pytest.mark.parametrize("kinds", [{}, {"x": "numeric"}])
def test_form_is_read_alike_at_every_door_of_collect_and_predict(tmp_path, name, door, kinds):
    write, form = FORMS[name]
    frame = pd.DataFrame({"x": list(map(write, X)), "z": list(map(write, Z)), "y": LABELS})
    source = {
        "frame": lambda: frame,
        "csv": lambda: saved(tmp_path / "a.csv", frame.to_csv(index=False)),
        "semicolons": lambda: saved(tmp_path / "a.csv", frame.to_csv(index=False, sep=";")),
        "lines": lambda: saved(tmp_path / "a.jsonl", frame.to_json(orient="records", lines=True)),
        "records": lambda: frame.to_dict("records"),
    }[door]()
    collected = collect(source, kinds=kinds)
    assert collected.table.column("x").tolist() == X.tolist()
    assert collected.schema["z"].format == collected.schema["x"].format == form
    assert ("number_form" in codes(collected)) == bool(form)
    assert "id_column" not in codes(collected)
    rows = read(source, collected.schema)
    assert rows.column("x").tolist() == X.tolist()
    numbers = read([{"x": 1234.5, "z": -2}], collected.schema)
    assert [numbers.column(c).tolist() for c in "xz"] == [[1234.5], [-2.0]]


def saved(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_decimal_commas_of_one_column_tell_how_another_writes_thousands(tmp_path):
    text = "a\tb\tc\ty\n" + "".join(
        f"{x:.2f}\t{1 + n},{n % 10:03d}\t{2 + n}.{n:03d}\t{label}\n".replace(".", ",", 1)
        for n, (x, label) in enumerate(zip(X, LABELS, strict=True))
    )
    collected = collect(saved(tmp_path / "a.tsv", text))
    assert collected.table.column("b")[:2].tolist() == [1.0, 2.001]
    assert collected.table.column("c")[:2].tolist() == [2000, 3001]
    doubtful = [f.numbers["column"] for f in collected.findings if f.code == "ambiguous_numbers"]
    assert doubtful == ["b", "c"]


@pytest.mark.parametrize(("delimiter", "first"), [(",", 1000.0), (";", 1.0), ("\t", 1000.0)])
def test_lone_comma_is_decimal_in_a_file_of_semicolons(tmp_path, delimiter, first):
    rows = [f'"{1 + n},{n:03d}"{delimiter}{label}\n' for n, label in enumerate(LABELS)]
    collected = collect(saved(tmp_path / "a.csv", f"n{delimiter}y\n" + "".join(rows)))
    assert collected.table.column("n")[0] == first
    assert "ambiguous_numbers" in codes(collected)


def test_plain_numbers_stay_plain_in_a_file_of_semicolons(tmp_path):
    text = "n;y\n" + "".join(f"{1 + n}.{n:03d};{label}\n" for n, label in enumerate(LABELS))
    collected = collect(saved(tmp_path / "a.csv", text))
    assert collected.table.column("n")[:2].tolist() == [1.0, 2.001]
    assert not {"ambiguous_numbers", "number_form"} & {*codes(collected)}


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [(["$5", "5 €"], "no one form reads both '$5' and '5 €'"), (["12 %", "0.5"], "'12 %' and")],
)
def test_two_units_are_categories_with_a_warning(texts, wanted):
    rows = {"x": [f"{n}{texts[0]}" if n else texts[n % 2] for n in [0, 1] * 30], "y": LABELS}
    rows["x"] = [texts[n % 2] for n in range(60)]
    collected = collect({**rows, "z": Z})
    [finding] = [f for f in collected.findings if f.code == "number_like"]
    assert wanted in finding.sentence
    assert collected.schema["x"].kind == "categorical"


def test_target_in_a_form_is_a_regression_and_classes_stay_as_written():
    collected = collect({"x": X, "y": list(map(comma, Z))})
    assert collected.schema.task == "regression"
    assert collected.table.column("y").tolist() == Z.tolist()
    shares = [f"{5 * (n % 3)} %" for n in range(60)]
    assert collect({"x": X, "y": shares}).schema.classes == ("0 %", "5 %", "10 %")
    assert collect({"x": X, "y": shares}, task="regression").schema.classes == ()


@pytest.mark.slow
def test_bundle_answers_texts_of_the_form_and_refuses_others(tmp_path):
    frame = pd.DataFrame(
        {"x": [f"{comma(v)} €" for v in X], "z": Z, "y": np.where(X > 0, "a", "b")}
    )
    stages = [ff.Collect(frame, target="y"), ff.Preprocess(), ff.Train(epochs=1, quality="fast")]
    stages += [ff.Evaluate(baselines=("constant",)), ff.Deploy(tmp_path / "m.ff")]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    model = ff.load(tmp_path / "m.ff")
    numbers = model.predict_proba(frame.assign(x=X))
    assert (model.predict_proba(frame) == numbers).all()
    assert (result.predict(frame) == model.predict(frame.assign(x=X))).all()
    file = io.StringIO()
    frame.to_csv(file, index=False)
    assert (model.predict_proba(saved(tmp_path / "new.csv", file.getvalue())) == numbers).all()
    for text in ("1234.5", "1,234.56", "5 $", "1.23"):
        with pytest.raises(RequestError, match=r"row 1, column 'x'.*like 1\.234,56 €") as caught:
            model.predict([{"x": "1,5", "z": 1}, {"x": text, "z": 1}])
        assert (caught.value.row, caught.value.column) == (1, "x")
        assert caught.value.wanted == "numbers written like 1.234,56 €"
        assert caught.value.found == repr(text)
    [field, plain] = model.contract.to_json()["inputs"]
    assert (field["number_format"], field["unit"]) == ("1.234,56 €", "€")
    assert not {"number_format", "unit", "date_format"} & plain.keys()
    again = type(model.contract).from_json(json.loads(json.dumps(model.contract.to_json())))
    assert again.to_json() == model.contract.to_json()
    assert Schema.from_json(model.schema.to_json())["x"].format == "1.234,56 €"


@pytest.mark.parametrize("kinds", [{}, {"when": "datetime"}])
@pytest.mark.parametrize(
    "pattern",
    [
        *("%Y-%m-%d %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S utc", "%Y-%m-%dT%H:%M:%S GMT"),
        *("%d/%m/%Y %H:%M:%S UTC", "%a, %d %b %Y %H:%M:%S GMT", "%B %d, %Y %I:%M:%S %p"),
        *("%Y-%m-%d %H:%M:%S +0000", "%d.%m.%Y %H:%M:%S+00:00"),
    ],
)
def test_dates_are_read_alike_at_collect_and_predict(tmp_path, pattern, kinds):
    times = pd.date_range("2024-01-01 10:20:30", periods=60, freq="29h")
    frame = pd.DataFrame({"when": times.strftime(pattern), "z": Z, "y": LABELS})
    file = saved(tmp_path / "a.csv", frame.to_csv(index=False))
    for source in (frame, file):
        collected = collect(source, kinds=kinds)
        assert collected.schema["when"].kind == "datetime"
        assert (collected.table.column("when") == times.to_numpy().astype("M8[us]")).all()
        rows = read(source, collected.schema)
        assert (rows.column("when") == collected.table.column("when")).all()
    assert not {"bad_cells", "ambiguous_dates"} & {*codes(collected)}


def test_dates_written_both_ways_are_told_and_a_pattern_takes_one():
    texts = ["13/01/2024", "01/02/2024", "02/14/2024"] * 20
    rows = {"when": texts, "z": Z, "y": LABELS}
    [finding] = [f for f in collect(rows).findings if f.code == "date_like"]
    assert "'13/01/2024' and '02/14/2024'" in finding.sentence
    collected = collect(rows, date_format={"when": "%d/%m/%Y"})
    assert np.isnat(collected.table.column("when")).sum() == 20
    assert "bad_cells" in codes(collected)


def test_dates_in_a_zone_of_a_name_are_text_with_a_remedy_that_works():
    texts = [f"2024-01-{1 + n % 28:02d} 0{n % 10}:00:00 EST" for n in range(60)]
    rows = {"when": texts, "z": Z, "y": LABELS}
    [finding] = [f for f in collect(rows).findings if f.code == "date_like"]
    assert "no pattern reads '2024-01-01 00:00:00 EST'; it is read as text" in finding.sentence
    collected = collect(rows, date_format={"when": "%Y-%m-%d %H:%M:%S EST"})
    assert str(collected.table.column("when")[1])[:19] == "2024-01-02T01:00:00"


def test_date_format_settles_what_is_ambiguous():
    rows = {"when": [f"01/{1 + n % 12:02d}/2024" for n in range(60)], "z": Z, "y": LABELS}
    assert "ambiguous_dates" in codes(collect(rows))
    collected = collect(rows, date_format="%d/%m/%Y")
    assert "ambiguous_dates" not in codes(collected)
    assert str(collected.table.column("when")[1])[:10] == "2024-02-01"


@pytest.mark.parametrize(("name", "kind"), [("x", "numeric"), ("x", "datetime"), ("y", "numeric")])
def test_column_said_to_be_what_no_cell_is_shows_three_cells(name, kind):
    rows = {"x": [None, *(f"word {n}" for n in range(59))], "z": Z, "y": LABELS}
    with pytest.raises(DataError, match="found none in") as caught:
        collect(rows, kinds={name: kind})
    first = ["'word 0' in row 1", "'word 1' in row 2", "'word 2' in row 3"]
    first = first if name == "x" else ["'yes' in row 0", "'no' in row 1", "'no' in row 2"]
    assert ", ".join(first) in str(caught.value)
    assert caught.value.column == name
    assert f'kinds={{"{name}": "' in str(caught.value)


def test_said_column_of_missing_cells_is_no_fault():
    rows = {"x": [None, "?", "NA"] * 20, "z": Z, "y": LABELS}
    assert np.isnan(collect(rows, kinds={"x": "numeric"}).table.column("x")).all()


def test_column_said_to_be_dates_may_have_many_strays():
    rows = {"when": ["31/01/2024", "soon", "01/02/2024"] * 20, "z": Z, "y": LABELS}
    collected = collect(rows, kinds={"when": "datetime"})
    assert np.isnat(collected.table.column("when")).sum() == 20


def test_mark_by_column_says_that_it_holds_numbers():
    rows = {"x": ["1,5", "2.5", "n"] * 20, "z": Z, "y": LABELS}
    collected = collect(rows, decimal={"x": ","})
    assert (collected.schema["x"].kind, collected.schema["x"].format) == ("numeric", "1234,56")
    assert np.isnan(collected.table.column("x")).tolist() == [False, True, True] * 20
    with pytest.raises(DataError, match=r"expected numbers written like 1234,56, found none"):
        collect({**rows, "x": ["2.5"] * 60}, decimal={"x": ","})


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        ({"decimal": ";"}, "decimal"),
        ({"thousands": "_"}, "thousands"),
        ({"decimal": {"x": 5}}, "decimal"),
        ({"decimal": ",", "thousands": ","}, "decimal"),
        ({"decimal": ".", "thousands": {"x": "."}}, "'x'"),
        ({"date_format": "%Q"}, "date_format"),
        ({"date_format": {"x": "dd.mm.yyyy"}}, "date_format"),
    ],
)
def test_marks_that_cannot_be_are_refused_when_built(settings, setting):
    with pytest.raises(ConfigError, match=setting):
        ff.Collect("a.csv", target="y", **settings)


@pytest.mark.parametrize("setting", ["decimal", "thousands", "date_format"])
def test_marks_of_a_column_that_is_not_there_name_the_near_one(tmp_path, setting):
    file = saved(tmp_path / "a.csv", "price,y\n1,2\n3,4\n")
    value = "%Y" if setting == "date_format" else ","
    pipeline = ff.Pipeline([ff.Collect(file, target="y", **{setting: {"prize": value}})])
    with pytest.raises(FivefoldError, match='Write "price" instead of "prize"'):
        pipeline.run(seed=0, progress=False)


def test_kinds_and_marks_that_contradict_each_other_are_a_fault():
    rows = {"x": ["1,5"] * 60, "z": Z, "y": LABELS}
    with pytest.raises(FivefoldError, match="said to be text"):
        collect(rows, kinds={"x": "text"}, decimal={"x": ","})
    with pytest.raises(FivefoldError, match="said to be"):
        collect(rows, date_format={"x": "%Y"}, decimal={"x": ","})


def test_marks_travel_in_a_recipe():
    stage = ff.Collect("a.csv", target="y", decimal={"x": ","}, thousands="", date_format="%Y")
    again = ff.Pipeline.from_json(ff.Pipeline([stage]).to_json())[0]
    assert again.settings() == stage.settings()


def test_old_rules_read_what_they_read_before():
    from fivefold.codecs.schema import Column

    old = Column(name="x", kind="numeric", rules=1)
    values, bad = canonical_column(["1.234", "1e3", "1,5", " 7 "], old, on_bad="missing")
    assert values[[0, 1, 3]].tolist() == [1.234, 1000.0, 7.0]
    assert bad.tolist() == [2]


def test_target_that_the_said_mark_does_not_suit_is_classes():
    collected = collect({"x": X, "y": ["2.5", "3.5"] * 30}, decimal=",")
    assert collected.schema.classes == ("2.5", "3.5")
