"""Labels by every way: as the source wrote them, in scores, answers, bundles and settings."""

import json
import zipfile
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.artifacts import Collected, Preprocessed, Trained
from fivefold.cli import main
from fivefold.codecs.schema import Schema
from fivefold.core.recipe import read_recipe, write_recipe
from fivefold.errors import DataError, PreflightError
from fivefold.kinds.target import encode_targets
from fivefold.models.assemble import digest
from fivefold.partition import Partition
from fivefold.tasks.places import find_label
from fivefold.train.loss import class_weights

pytestmark = pytest.mark.few_trees

ROWS = 150
X = np.random.default_rng(0).normal(size=ROWS)
PLACE = np.digitize(X, [-0.5, 0.5])


def run(source, *, train=None, to=None, until=None, **settings):
    stages = [
        ff.Collect(source, target="y", **settings),
        ff.Preprocess(),
        ff.Train(**{"model": "mlp", "members": 1, "epochs": 1, **(train or {})}),
        ff.Evaluate(baselines=("constant",)),
        *([ff.Deploy(to)] if to else []),
    ]
    return ff.Pipeline(stages).run(seed=0, until=until, progress=False)


def series(*values, dtype=None):
    return pd.Series(pd.array(values, dtype=dtype) if dtype else list(values))[PLACE].reset_index(
        drop=True
    )


@pytest.mark.parametrize(
    ("labels", "classes", "kind"),
    [
        (series(0.5, 1.0, 1.5), (0.5, 1.0, 1.5), float),
        (series(1.0, 2.0, 3.0), (1.0, 2.0, 3.0), float),
        (series(0.5, 0.25, 2.0, dtype="Float64"), (0.25, 0.5, 2.0), float),
        (series(0.5, 1.5, 2.0).astype("double[pyarrow]"), (0.5, 1.5, 2.0), float),
        (series(0.1, 0.2, 0.7).astype("float32"), None, float),
        (series(3, 1, 2), (1, 2, 3), int),
        (series(3, 1, 2).astype("int8"), (1, 2, 3), int),
        (series(3, 1, 2).astype("category"), (1, 2, 3), int),
        (series(3, 1, 2, dtype="Int64"), (1, 2, 3), int),
        (series(3, 1, 2).astype("uint16[pyarrow]"), (1, 2, 3), int),
        (series(2**60, 2**60 + 1, 5), (5, 2**60, 2**60 + 1), int),
        (series(2**63, 2**63 + 1, 5).astype("uint64"), (5, 2**63, 2**63 + 1), int),
        (series(2**70, 2**70 + 1, 5).astype(object), (5, 2**70, 2**70 + 1), int),
        (series(Decimal("0.25"), Decimal("1.50"), Decimal(2)), (0.25, 1.5, 2.0), float),
        (series("1.0", "2.0", "10.0"), ("1.0", "2.0", "10.0"), str),
        (series("1", "0", "2"), ("0", "1", "2"), str),
        (series("1e3", "1000", "x"), ("1000", "1e3", "x"), str),
        (series(*np.array(["b", "a", "c"])), ("a", "b", "c"), str),
        (series("b", "a", "1", dtype="string"), ("1", "a", "b"), str),
        (series("b", "a", "c").astype("string[pyarrow]"), ("a", "b", "c"), str),
        (series("true", "false", "maybe"), ("false", "maybe", "true"), str),
    ],
)
def test_answers_equal_the_labels_of_a_frame(labels, classes, kind):
    frame = pd.DataFrame({"x": X, "y": labels})
    result = run(frame, task="multiclass")
    found = result[Collected].schema.classes
    assert {type(label) for label in found} == {kind}
    assert classes is None or found == classes
    test = result[Partition].test
    right = result.predict(frame)[test] == frame.y.to_numpy()[test]
    assert np.mean(right) == pytest.approx(float(result.metrics["accuracy"]))


def test_boolean_labels_stay_booleans():
    for labels in (X > 0, pd.Series(X > 0).astype("boolean"), pd.Series(X > 0).astype("category")):
        result = run(pd.DataFrame({"x": X, "y": labels}))
        assert result.predict([{"x": 1.0}]).dtype == bool
        assert {*result[Collected].schema.classes} == {False, True}


def test_texts_of_a_csv_file_are_what_they_were(tmp_path):
    for texts, wanted in {
        ("0", "1", "2"): (0, 1, 2),
        ("0.5", "1.0", "1.5"): (0.5, 1.0, 1.5),
        ("1e3", "1000", "7"): ("7", "1000", "1e3"),
        ("True", "False", "?"): (False, True),
        ("a", "b", "10"): ("10", "a", "b"),
    }.items():
        path = tmp_path / "t.csv"
        pd.DataFrame({"x": X, "y": np.array(texts)[PLACE]}).to_csv(path, index=False)
        stages = [ff.Collect(str(path), target="y", task="multiclass")]
        schema = ff.Pipeline(stages).run(seed=0, progress=False)[Collected].schema
        assert schema.classes == wanted
        assert [type(label) for label in schema.classes] == [type(label) for label in wanted]


def test_cells_that_were_missing_stay_missing():
    labels = pd.Series([1.0, 2.0, -999.0] * 50)
    frame = pd.DataFrame({"x": X, "y": labels})
    collected = run(frame, missing={"y": [-999]})[Collected]
    assert set(collected.schema.classes) == {1.0, 2.0}
    assert collected.usable.tolist() == (labels != -999).tolist()
    whole = pd.DataFrame({"x": X, "y": series(1, 2, 2, dtype="Int64").where(X < 1)})
    collected = run(whole, until="preprocess")[Collected]
    assert {type(label) for label in collected.schema.classes} == {int}
    assert collected.usable.tolist() == (X < 1).tolist()
    words = pd.DataFrame({"x": X, "y": np.array(["1", "2", "x"], object)[np.arange(ROWS) % 3]})
    collected = run(words, kinds={"y": "numeric"}, task="multiclass", until="train")[Collected]
    assert collected.schema.classes == (1, 2)
    assert collected.usable.sum() == 100


@pytest.mark.parametrize(
    "labels", [series(1.0, 2.0, 2.0), series("1.0", "2.0", "2.0"), series(1, 2, 2)]
)
@pytest.mark.parametrize("weights", [{"1.0": 4, "2.0": 1}, {"1": 4, "2": 1}, {"1": 4}])
def test_weights_and_positive_find_labels_in_any_writing(labels, weights):
    frame = pd.DataFrame({"x": X, "y": labels})
    for positive in ("1.0", "1", 1, 1.0):
        train = {"class_weights": weights}
        result = run(frame, train=train, positive=positive, until="train")
        schema = result[Collected].schema
        assert schema.classes[1] in (1, "1.0")
        target = result[Preprocessed].train.target
        found = class_weights(weights, target, schema.classes)
        assert (found[1] / found[0]).item() == pytest.approx(4)


def test_weights_of_labels_that_are_not_there_are_refused():
    frame = pd.DataFrame({"x": X, "y": series("1.0", "2.0", "2.0")})
    with pytest.raises(PreflightError, match=r"classes 1\.0, 2\.0, found one of '3'"):
        run(frame, train={"class_weights": {"3": 2}}, positive="2.0")
    with pytest.raises(DataError, match=r"Classes: '1\.0', '2\.0'"):
        run(frame, positive="3")


@pytest.mark.parametrize(
    ("labels", "weights"),
    [
        ((0, 1), [{0: 1, 1: 9}, {0.0: 1, 1.0: 9}, {"0": 1, "1": 9}, {False: 1, True: 9}]),
        ((0.0, 1.0), [{0: 1, 1: 9}, {"0.0": 1, "1.0": 9}, {np.int8(0): 1, np.float32(1): 9}]),
        ((False, True), [{False: 1, True: 9}, {0: 1, 1: 9}, {"False": 1, "true": 9}, {"1": 9}]),
        (("0", "1"), [{0: 1, 1: 9}, {"0": 1, "1": 9}, {np.True_: 9}]),
        ((-0.5, 2.5), [{-0.5: 1, 2.5: 9}, {"-0.50": 1, "2.5": 9}]),
    ],
)
def test_weights_by_labels_of_any_type_train_the_same_network(tmp_path, labels, weights):
    frame = pd.DataFrame({"x": X, "y": pd.Series(labels)[(X > 1).astype(int)].to_numpy()})
    found = set()
    for number, asked in enumerate(weights):
        train = {"class_weights": asked}
        result = run(frame, train=train, task="binary", positive=labels[1])
        found.add(digest(result[Trained].model))
        target = result[Preprocessed].train.target
        assert (target == 1).sum() < (target == 0).sum()
        wanted = np.array([1.0, 9.0]) * len(target) / (1.0 * (target == 0) + 9.0 * target).sum()
        weight = class_weights(asked, target, result[Collected].schema.classes)
        np.testing.assert_allclose(weight, wanted, rtol=1e-6)
        stage = ff.Train(**train)
        text = write_recipe([stage])
        again = read_recipe(text)[0].class_weights
        assert [*map(type, again)] == [*map(type, stage.class_weights)]
        assert again == stage.class_weights
        text_keys = all(isinstance(label, str) for label in again)
        written = json.loads(text)["stages"][0]["with"]["class_weights"]
        assert written == (again if text_keys else [list(pair) for pair in again.items()]), number
    assert len(found) == 1


@pytest.mark.slow
def test_weights_by_numbers_go_through_directory_bundle_and_shell(tmp_path, capsys):
    path, to, directory = tmp_path / "t.csv", tmp_path / "t.ff", tmp_path / "run"
    pd.DataFrame({"x": X, "y": (X > 1).astype(int)}).to_csv(path, index=False)
    pipeline = ff.Pipeline(
        [
            ff.Collect(str(path), target="y"),
            ff.Preprocess(),
            ff.Train("mlp", epochs=1, class_weights={0: 1, 1: 9}),
            ff.Evaluate(baselines=("constant",)),
            ff.Deploy(to),
        ]
    )
    result = pipeline.run(seed=0, directory=directory, progress=False)
    again = pipeline.run(seed=0, directory=directory, resume=True, progress=False)
    assert digest(again[Trained].model) == digest(result[Trained].model)
    with zipfile.ZipFile(to) as bundle:
        texts = [
            bundle.read("recipe.json").decode(),
            (directory / "recipe.json").read_text("utf-8"),
        ]
    for text in (*texts, pipeline.to_json()):
        train = json.loads(text)["stages"][2]["with"]
        assert train["class_weights"] == [[0, 1.0], [1, 9.0]]
        (tmp_path / "recipe.json").write_text(text, "utf-8")
        to.unlink()
        assert main(["run", str(tmp_path / "recipe.json"), "--seed", "0"]) == 0
        graph = ff.load(to).predict_proba([{"x": 0.5}, {"x": 2.0}])
        np.testing.assert_allclose(graph, result.predict_proba([{"x": 0.5}, {"x": 2.0}]), atol=1e-6)


def test_weights_of_one_class_twice_are_refused_before_training():
    frame = pd.DataFrame({"x": X, "y": (X > 0).astype(int)})
    for weights in ({1: 2, "1": 3}, {"1.0": 2, 1: 3}, {True: 2, "1": 3}):
        with pytest.raises(PreflightError, match=r"one weight for the class 1, found 2, of") as one:
            run(frame, train={"class_weights": weights})
        assert one.value.labels == tuple(weights)
        assert "Leave all but one of them out" in one.value.remedy
    with pytest.raises(PreflightError, match="found 2 faults") as both:
        run(frame, train={"class_weights": {1: 2, "1": 3, 2: 1}}, positive=1)
    assert "classes 0, 1, found one of 2." in str(both.value)


def test_find_label_knows_numbers_by_value_and_texts_by_word():
    assert find_label("0.50", (0.25, 0.5)) == 1
    assert find_label(np.float32(0.1).item(), (0.1, float(np.float32(0.1)))) == 1
    assert find_label("0.1", (float(np.float32(0.1)), 0.5)) == 0
    assert find_label("0.5000001", (0.5, 1.0)) is None
    assert find_label("1e3", ("1000", "1e3")) == 1
    assert find_label("TRUE", (False, True)) == 1
    assert find_label("x", (0.5, 1.0)) is None
    for asked in (1, 1.0, "1", "1.0", True, "TRUE"):
        assert find_label(asked, (False, True)) == 1
    for asked in (2, "yes", 0.5):
        assert find_label(asked, (False, True)) is None
    assert [find_label(True, classes) for classes in ((0, 1), (0.0, 1.0), ("0", "1"))] == [1, 1, 1]
    assert find_label(True, ("1", "True")) == 1
    assert find_label(True, ("no", "yes")) is None


def test_float32_labels_are_encoded_from_raw_cells_too():
    labels = np.array([0.1, 0.7, 0.2], np.float32)[PLACE]
    collected = run(pd.DataFrame({"x": X, "y": labels}), task="multiclass")[Collected]
    order = np.array([0, 2, 1])
    assert encode_targets([labels], collected.schema).tolist() == order[PLACE].tolist()
    column = collected.table.column("y")
    assert encode_targets([column], collected.schema).tolist() == order[PLACE].tolist()


def test_one_class_against_the_rest_is_named_as_it_is_written():
    frame = pd.DataFrame({"x": X, "y": series(0.5, 1.0, 1.5)})
    result = run(frame, positive=1.0)
    assert result[Collected].schema.classes == ("not 1.0", "1.0")
    codes = encode_targets([result[Collected].table.column("y")], result[Collected].schema)
    assert codes.tolist() == (PLACE == 1).astype(int).tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    "values", [(0.5, 1.0, 1.5), (1, 2, 3), ("1.0", "a", "NA"), (2**60, 2**60 + 1, 7)]
)
def test_labels_go_through_bundle_and_server_as_they_are(tmp_path, values, ask):
    frame = pd.DataFrame({"x": X, "y": series(*values)})
    path = tmp_path / "labels.ff"
    result = run(frame, task="multiclass", to=path, missing={"y": ()})
    schema = result[Collected].schema
    assert {*schema.classes} == {*values}
    assert Schema.from_json(json.loads(json.dumps(schema.to_json()))) == schema
    model = ff.load(path)
    assert model.classes == schema.classes
    assert list(map(type, model.classes)) == list(map(type, schema.classes))
    assert model.predict(frame).tolist() == result.predict(frame).tolist()
    rows = [{"x": float(value)} for value in X[:20]]
    said = ask(model, "POST", "/predict", json={"instances": rows}).json()
    assert said["classes"] == list(schema.classes)
    assert said["predictions"] == result.predict(rows).tolist()
    assert ask(model, "GET", "/schema").json()["classes"] == list(schema.classes)
