import csv
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.deploy.bundle import write_bundle
from fivefold.deploy.package import package
from fivefold.errors import BundleError, ConfigError
from fivefold.serve.contract import contract_of
from fivefold.serve.predictor import load

ROWS = [
    {"age": 20, '"quoted"': True, "zip": 10001, "<1H OCEAN": "INLAND"},
    {"age": 30.5, '"quoted"': False, "zip": "00123", "<1H OCEAN": "<b>&\"'"},
    {"age": None, '"quoted"': None, "zip": None, "<1H OCEAN": None},
    {"age": "?", '"quoted"': "no", "zip": 10001.0, "<1H OCEAN": "never seen"},
]


def probability(age: float, quoted: float, zip_code: int, ocean: int) -> list[float]:
    """The formula of the fixture, by hand; categories are sorted, 0 is missing and 1 unseen."""
    logit = 0.1 * (age + quoted) + 0.5 * zip_code - 0.25 * ocean
    yes = 1.0 / (1.0 + np.exp(-logit))
    return [1.0 - yes, yes]


# zip: "00123" 2, "10001" 3, "7" 4; ocean: "<b>&\"'" 2, "INLAND" 3, "é日本" 4
WANTED = np.array(
    [
        probability(20, 1, 3, 3),
        probability(30.5, 0, 2, 2),
        probability(0, 0, 0, 0),
        probability(0, 0, 3, 1),
    ]
)


def test_predict_proba_of_dicts_is_what_the_formula_gives(model):
    np.testing.assert_allclose(model.predict_proba(ROWS), WANTED, atol=1e-6)
    assert model.predict_proba(ROWS).dtype == np.float32
    assert model.predict(ROWS).tolist() == [model.classes[int(p[1] > 0.5)] for p in WANTED]


def test_predict_proba_of_a_frame_where_pandas_turned_ints_into_floats(model):
    frame = pd.DataFrame(
        {
            "zip": [10001, None, 7],  # float64 now
            "age": pd.array([20, None, 30], dtype="Int64"),
            '"quoted"': pd.array([True, None, False], dtype="boolean"),
            "<1H OCEAN": pd.Categorical(["é日本", None, "INLAND"]),
            "income": ["x", "y", "z"],
            "other": [[1], {}, None],
        }
    )
    assert frame["zip"].dtype == "float64"
    wanted = [probability(20, 1, 3, 4), probability(0, 0, 0, 0), probability(30, 0, 4, 3)]
    np.testing.assert_allclose(model.predict_proba(frame), wanted, atol=1e-6)


def test_predict_proba_of_arrow_tables_and_batches(model):
    import pyarrow as pa

    table = pa.table(
        {
            "zip": pa.array([10001, None, 7]),
            "age": pa.array([20.0, None, 30.0]),
            '"quoted"': pa.array([True, None, False]),
            "<1H OCEAN": pa.array(["é日本", None, "INLAND"]).dictionary_encode(),
        }
    )
    wanted = [probability(20, 1, 3, 4), probability(0, 0, 0, 0), probability(30, 0, 4, 3)]
    np.testing.assert_allclose(model.predict_proba(table), wanted, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(table.to_batches()[0]), wanted, atol=1e-6)


def test_predict_proba_of_columns_and_files(model, tmp_path):
    columns = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    np.testing.assert_allclose(model.predict_proba(columns), WANTED, atol=1e-6)
    header = '"""quoted""",zip,age,<1H OCEAN,unused\n'
    body = 'true,10001,20,INLAND,1\nno,00123,30.5,"<b>&""\'",2\n,,,,\nno,10001,?,never seen,\n'
    (tmp_path / "a.csv").write_text(header + body, encoding="utf-8-sig")
    np.testing.assert_allclose(model.predict_proba(tmp_path / "a.csv"), WANTED, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(str(tmp_path / "a.csv")), WANTED, atol=1e-6)


def test_predict_no_rows_gives_empty_arrays(model):
    empty = {name: [] for name in ROWS[0]}
    assert model.predict_proba(empty).shape == (0, 2)
    assert model.predict(empty).shape == (0,)
    assert model.predict(pd.DataFrame(empty)).shape == (0,)


cells = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(-1000, 1000) | st.floats(-1e6, 1e6, width=32),
        '"quoted"': st.none() | st.booleans(),
        "zip": st.none() | st.sampled_from([10001, 7, "00123", "x"]) | st.integers(0, 99),
        "<1H OCEAN": st.none() | st.sampled_from(["INLAND", "é日本"]) | st.text(max_size=5),
    }
)


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(cells, min_size=1, max_size=8))
def test_doors_agree_on_any_rows(rows, entries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    write_bundle(entries, folder / "x.ff")
    model = load(folder / "x.ff")
    wanted = model.predict_proba(rows)
    frame = pd.DataFrame(rows, columns=list(rows[0]))
    np.testing.assert_array_equal(model.predict_proba(frame), wanted)
    np.testing.assert_array_equal(model.predict_proba(frame.to_dict("list")), wanted)
    import json

    (folder / "x.jsonl").write_text("\n".join(map(json.dumps, rows)))
    np.testing.assert_array_equal(model.predict_proba(folder / "x.jsonl"), wanted)
    # quoted throughout: csv.writer leaves a bare carriage return unquoted before Python 3.13
    frame.to_csv(folder / "x.csv", index=False, encoding="utf-8-sig", quoting=csv.QUOTE_ALL)
    np.testing.assert_array_equal(model.predict_proba(folder / "x.csv"), wanted)


def test_predictor_says_what_it_is(model, bundle):
    from hashlib import sha256

    assert model.digest == sha256(bundle.read_bytes()).hexdigest()
    assert (model.task, model.classes) == ("binary", ("<=50K", ">50K"))
    assert model.card == "# A card\n"
    assert [column.name for column in model.schema.inputs] == list(ROWS[0])
    assert "income" in repr(model)


def test_load_without_a_graph_asks_for_a_factory(codec, tmp_path):
    made = package(
        codec=codec,
        contract=contract_of(codec),
        weights=b"w",
        graphs={},
        parity={},
        recipe="{}",
        card="",
    )
    write_bundle(made, tmp_path / "x.ff")
    with pytest.raises(BundleError, match="factory"):
        load(tmp_path / "x.ff")

    def factory(codec, weights):
        assert weights == b"w"
        return lambda blocks: np.tile([0.25, 0.75], (len(blocks["codes"]), 1))

    model = load(tmp_path / "x.ff", factory=factory)
    assert model.predict(ROWS).tolist() == [">50K"] * 4


def test_load_intact_bundle_with_a_foreign_codec_names_the_version(codec, tmp_path, entries):
    from fivefold.serve.bundle import write_manifest

    rest = {n: c for n, c in entries.items() if n != "manifest.json"} | {"codec.json": b"{}"}
    write_bundle({"manifest.json": write_manifest(rest, "9.9", {}), **rest}, tmp_path / "x.ff")
    with pytest.raises(BundleError, match=r"Install fivefold 9\.9") as caught:
        load(tmp_path / "x.ff")
    assert caught.value.entry == "codec.json"


def test_load_and_predict_import_nothing_heavy(bundle):
    code = f"""
import sys
heavy = {{"torch", "pandas", "pyarrow", "sklearn", "onnx", "matplotlib"}}
import fivefold.serve
before = heavy & set(sys.modules)
from fivefold.serve.predictor import load
model = load({str(bundle)!r})
model.predict([{ROWS[0]!r}])
import fivefold.serve.app, fivefold.serve.replay
fivefold.serve.app.create_app(model)
print(sorted(before | heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_load_takes_threads_and_gives_the_same_answers(bundle, model):
    row = {"age": 20, '"quoted"': True, "zip": 10001, "<1H OCEAN": "INLAND"}
    for threads in (0, 2):
        found = load(bundle, threads=threads).predict_proba([row])
        np.testing.assert_allclose(found, model.predict_proba([row]), atol=1e-6)
    with pytest.raises(ConfigError, match="found -1"):
        load(bundle, threads=-1)
