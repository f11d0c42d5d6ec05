"""Any number of labels a row: what cells are read, how answers are judged, learnt and served."""

import json

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, hamming_loss

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.codecs.tags import as_texts, read_tags, separator_of
from fivefold.errors import DataError
from fivefold.metrics import labelsets
from fivefold.metrics.labelsets import best_thresholds, with_thresholds
from fivefold.metrics.statistic import Statistic
from fivefold.tasks.known import MULTILABEL
from fivefold.testing import check_no_leak, check_task

pytestmark = pytest.mark.few_trees

LABELS = ("fog", "rain", "wind")


def sky(rows=400, seed=0):
    """A column that tells three labels, and these as 0 and 1."""
    random = np.random.default_rng(seed)
    x = random.normal(size=rows)
    has = [x + random.normal(size=rows) * 0.5 > edge for edge in (1.0, 0.3, -0.5)]
    return x, np.stack(has, axis=1)


def lists(has):
    return [[label for label, one in zip(LABELS, row, strict=True) if one] for row in has]


FORMS = {
    "lists": lambda has: objects(lists(has)),
    "arrays": lambda has: objects(np.array(one, object) for one in lists(has)),
    "sets": lambda has: objects(set(one) for one in lists(has)),
    "json": lambda has: objects(json.dumps(one) for one in lists(has)),
    "written": lambda has: objects(repr(one) for one in lists(has)),
    "semicolons": lambda has: objects(" ; ".join(one) or "[]" for one in lists(has)),
    "bars": lambda has: objects("|".join(one) or "|" for one in lists(has)),
}


@pytest.mark.parametrize("form", FORMS)
def test_multilabel_cells_of_every_form_are_recognised_alike(form):
    x, has = sky()
    collect = ff.Collect({"x": x, "y": FORMS[form](has)}, target="y")
    found = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    assert (found.schema.task, found.schema.classes) == ("multilabel", LABELS)
    assert found.usable.all()  # rows without a label are rows
    target = MULTILABEL.encode([found.table.column("y")], found.schema)
    np.testing.assert_array_equal(target, has)


def test_multilabel_columns_of_truth_values_are_recognised():
    x, has = sky()
    table = {
        "x": x,
        "fog": has[:, 0].astype(int),
        "rain": has[:, 1],
        "wind": objects("yes" if one else "no" for one in has[:, 2]),
    }
    collect = ff.Collect(table, target=LABELS)
    found = ff.Pipeline([collect]).run(seed=0, progress=False)[ff.Collected]
    assert (found.schema.task, found.schema.classes) == ("multilabel", LABELS)
    target = MULTILABEL.encode([found.table.column(name) for name in LABELS], found.schema)
    np.testing.assert_array_equal(target, has)


def test_multilabel_texts_are_classes_where_it_is_not_sure():
    """A separator in labels that do not mix says nothing; commas count where they are asked for."""
    x, has = sky()
    single = objects("a;b" if one else "c;d" for one in has[:, 1])
    asked = ff.Collect({"x": x, "y": single}, target="y")
    found = ff.Pipeline([asked]).run(seed=0, progress=False)[ff.Collected]
    assert (found.schema.task, found.schema.classes) == ("binary", ("c;d", "a;b"))
    commas = objects(", ".join(one) or None for one in lists(has))
    for task, name in ((None, "multiclass"), ("multilabel", "multilabel")):
        asked = ff.Collect({"x": x, "y": commas}, target="y", task=task)
        found = ff.Pipeline([asked]).run(seed=0, progress=False)[ff.Collected]
        assert found.schema.task == name
        assert found.usable.sum() == sum(map(bool, lists(has)))  # absent cells are no rows


def test_multilabel_refuses_columns_that_are_no_truth_values_and_one_label():
    x, has = sky()
    wanted = "`y`: expected 0 and 1, no and yes or false and true"
    for table, target, words in (
        ({"x": x, "y": x, "z": has[:, 0]}, ("y", "z"), wanted),
        ({"x": x, "y": ["a"] * len(x)}, "y", "expected 2 to 1,000 labels"),
    ):
        collect = ff.Collect(table, target=target, task="multilabel")
        with pytest.raises(DataError, match=words):
            ff.Pipeline([collect]).run(seed=0, progress=False)


def test_tags_of_a_cell_that_is_no_list_are_refused():
    assert read_tags("a;b;;a", ";") == ["a", "b"]
    assert read_tags('["a;b", 1]', ";") == ["a;b", "1"]
    with pytest.raises(ValueError, match="cannot be read"):
        read_tags("[a, b]", ";")
    assert separator_of({"[a]": 5, "[b]": 9}, asked=False) == ""
    assert as_texts(objects([("a", None, float("nan")), None])).tolist() == ['["a"]', None]


@pytest.fixture(scope="module")
def judged():
    random = np.random.default_rng(3)
    truth = (random.random((80, 4)) < [0.1, 0.3, 0.5, 0.7]).astype(np.int64)
    shares = np.clip(0.5 * truth + 0.7 * random.random(truth.shape), 0, 1)
    return truth, with_thresholds(shares, np.array([0.3, 0.5, 0.6, 0.9]))


def test_multilabel_metrics_are_those_of_scikit_learn(judged):
    truth, scores = judged
    said = scores[..., 0] >= scores[..., 1]
    assert labelsets.f1_micro(truth, scores) == pytest.approx(
        f1_score(truth, said, average="micro")
    )
    assert labelsets.f1_macro(truth, scores) == pytest.approx(
        f1_score(truth, said, average="macro")
    )
    assert labelsets.hamming_loss(truth, scores) == pytest.approx(hamming_loss(truth, said))
    assert labelsets.subset_accuracy(truth, scores) == (truth == said).all(1).mean()
    wanted = average_precision_score(truth, scores[..., 0], average="macro")
    assert labelsets.mean_average_precision(truth, scores) == pytest.approx(wanted)


@pytest.mark.parametrize("metric", MULTILABEL.metrics, ids=lambda metric: metric.name)
def test_multilabel_metric_of_a_row_of_weight_two_is_that_of_the_row_twice(metric, judged):
    truth, scores = judged
    assert isinstance(metric.statistic, Statistic)
    weight = np.random.default_rng(0).integers(0, 3, len(truth)).astype(float)
    twice = np.repeat(np.arange(len(truth)), weight.astype(int))
    assert metric(truth, scores, weight) == pytest.approx(metric(truth[twice], scores[twice]))


def test_threshold_of_a_label_has_the_best_f1_of_all_that_there_are(judged):
    truth, scores = judged
    shares = scores[..., 0]
    found = best_thresholds(truth, shares)
    for place in range(truth.shape[1]):
        tried = [f1_score(truth[:, place], shares[:, place] >= edge) for edge in shares[::4, place]]
        ours = f1_score(truth[:, place], shares[:, place] >= found[place])
        assert ours >= max(tried) - 1e-12
    rare = truth.copy()
    rare[:, 0] = 0
    assert best_thresholds(rare, shares)[0] != 0.5  # that of all labels together
    assert best_thresholds(np.zeros_like(truth), shares).tolist() == [0.5] * 4


def test_strata_of_labels_leave_rare_sets_together():
    cells = objects(["a"] * 9 + ["a;b"] * 6 + ["b;c", "c"])
    assert np.bincount(MULTILABEL.strata([cells])).tolist() == [2, 9, 6]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    x, has = sky()
    folder = tmp_path_factory.mktemp("labels")
    weight = 1.0 + (np.arange(len(x)) % 2)
    table = {"x": x, "w": weight, "y": objects(lists(has))}
    stages = [
        ff.Collect(table, target="y", weight="w"),
        ff.Preprocess(),
        ff.Train("mlp", epochs=20, threads=1, class_weights="balanced", label_smoothing=0.01),
        ff.Evaluate(),
        ff.Deploy(folder / "sky.ff"),
    ]
    return ff.Pipeline(stages).run(seed=0, progress=False), folder / "sky.ff"


def test_multilabel_run_is_judged_beside_models_of_each_label(run):
    result, _ = run
    table = result.tables["model_comparison"].set_index("model")
    named = ["shares of the labels", "logistic regression of each label", "gradient boosting"]
    assert table.index[-3:].tolist() == named
    assert float(table.loc["model", "f1_micro"]) > float(table.loc[named[0], "f1_micro"]) + 0.2
    by_label = result.tables["per_class"].set_index("class")
    thresholds = result[ff.Trained].model.head.thresholds
    np.testing.assert_allclose(by_label["threshold"], thresholds)
    assert set(result.tables["class_distribution"]["class"]) == set(LABELS)


def test_multilabel_answers_alike_by_every_door(run, ask, tmp_path):
    result, path = run
    model = ff.load(path)
    rows = [{"x": value} for value in (-2.0, 0.0, 0.6, 2.0)]
    answers = model.predict(rows).tolist()
    assert answers[0] == []
    assert answers[-1] == list(LABELS)
    assert answers == result.predict(rows).tolist()
    shares = model.predict_proba(rows)
    np.testing.assert_allclose(shares, result.predict_proba(rows), atol=1e-5)
    reply = ask(model, "POST", "/predict", json={"instances": rows}).json()
    assert reply["predictions"] == answers
    np.testing.assert_allclose(reply["probabilities"], shares, atol=1e-6)
    said = np.array(reply["probabilities"]) >= reply["thresholds"]
    assert lists(said) == answers
    assert "Any of <b>fog</b>, <b>rain</b>, <b>wind</b>" in ask(model, "GET", "/").text


def test_multilabel_report_draws_each_label(run, tmp_path):
    result, _ = run
    result.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "F1 of each label" in page


def test_labels_that_only_test_rows_have_are_told():
    x, has = sky(120)
    cells = lists(has)
    test = {"x": [0.1, 0.2], "y": objects([["hail", "wind"], ["wind"]])}
    collect = ff.Collect({"x": x, "y": objects(cells)}, target="y", test_source=test)
    train = ff.Train("mlp", epochs=1, threads=1)
    stages = [collect, ff.Preprocess(), train, ff.Evaluate(baselines=())]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    found = {finding.code: finding for finding in result.findings}
    assert found["unseen_labels"].numbers["labels"] == ["hail"]


@pytest.mark.slow
@pytest.mark.rehearsed
def test_multilabel_keeps_the_rules_of_tasks_and_does_not_leak():
    x, has = sky(120)
    check_task(MULTILABEL, {"y": [";".join(one) or "[]" for one in lists(has)]})
    check_task(MULTILABEL, dict(zip(LABELS, has.T, strict=True)))
    stages = [
        ff.Collect({"x": x, "y": objects(lists(has))}, target="y"),
        ff.Preprocess(),
        ff.Train(epochs=2, threads=1),
        ff.Evaluate(),
    ]
    assert set(check_no_leak(ff.Pipeline(stages)).compared) == {"validation and test", "test"}


@pytest.mark.slow
def test_multilabel_studies_compare_and_tune_by_micro_f1(tmp_path):
    x, has = sky(200)
    pipeline = ff.Pipeline(
        [
            ff.Collect({"x": x, "y": objects(lists(has))}, target="y"),
            ff.Preprocess(),
            ff.Train("mlp", epochs=2, threads=1),
            ff.Evaluate(),
        ]
    )
    other = pipeline.replace("train", epochs=8)
    compared = ff.compare({"two": pipeline, "eight": other}, folds=2, progress=False)
    assert "micro F1" in str(compared)
    tuned = ff.tune(pipeline, {"train.lr": ff.choice(1e-4, 1e-2)}, trials=2, progress=False)
    assert tuned.best["train.lr"] in (1e-4, 1e-2)
