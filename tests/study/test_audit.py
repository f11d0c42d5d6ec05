"""A model made elsewhere: its scores are scikit-learn's, its faults are found, its errors told."""

import json

import numpy as np
import pytest
from sklearn import datasets, metrics
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split

import fivefold as ff
from fivefold import cli
from fivefold.errors import ConfigError, DataError
from fivefold.study.predictions import answers_given, answers_of, columns_named

NEAR = 1e-9


def split(load, names=None, share=0.5):
    """A bundled set in two halves, the labels of its target as words."""
    rows = load(as_frame=True).frame
    if names is not None:
        rows["target"] = np.array(names, object)[rows["target"]]
    train, test = train_test_split(rows, test_size=share, random_state=0)
    return train.reset_index(drop=True), test.reset_index(drop=True)


def inputs(rows):
    return rows.drop(columns="target")


@pytest.fixture(scope="module")
def flowers():
    """Forty rows of three classes, as Collect gives them."""
    draw = np.random.default_rng(0)
    kinds = np.array(["a", "b", "c"], object)[np.arange(40) % 3]
    rows = {"x": draw.normal(size=40), "kind": kinds}
    pipeline = ff.Pipeline([ff.Collect(rows, target="kind")])
    return pipeline.run(progress=False)[ff.Collected]


def given(prediction, collected):
    return answers_given(prediction, collected, np.arange(40), 40)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda shares: shares[:-1], "a prediction for each of the 40 test rows, found 39"),
        (lambda shares: shares[:, :2], "3 columns, one a class, found 2"),
        (lambda shares: shares * 3, "probabilities from 0 to 1"),
        (lambda shares: shares / 2, "probabilities that add up to 1"),
        (lambda shares: np.where(np.arange(40)[:, None] == 7, np.nan, shares), "from 0: 7."),
        (lambda shares: shares[:, 0], "expected labels of `kind`, found `0.2`"),
        (lambda shares: ["a"] * 39 + ["rose"], "expected labels of `kind`, found `rose`"),
        (lambda shares: ["a"] * 39 + [None], "a prediction that can be read in each row"),
        (lambda shares: {"a": shares[:, 0], "b": shares[:, 1]}, "none for `c`"),
        (lambda shares: {"a": shares[:, 0], "d": shares[:, 1]}, '"d", which is called like none'),
    ],
)
def test_answers_that_are_none_are_told_in_one_error(change, told, flowers):
    shares = np.tile([0.2, 0.3, 0.5], (40, 1))
    with pytest.raises(DataError, match=r"expected|setting") as error:
        given(change(shares), flowers)
    assert told in str(error.value)
    assert error.value.remedy


def test_probabilities_go_to_the_class_they_are_called_after(flowers):
    shares = np.tile([0.2, 0.3, 0.5], (40, 1))
    names = columns_named("p_", ["x", "p_c", "p_a", "p_b"], "t.csv")
    assert names == {"p_c": "c", "p_a": "a", "p_b": "b"}
    cells = dict(zip(["p_a", "p_b", "p_c"], shares.T, strict=True))
    for named in (names, dict.fromkeys(["p_b", "p_c", "p_a"])):
        held = {name: cells[name] for name in named}
        found = answers_of(held, named, flowers, np.arange(40), "t.csv")
        assert (found.scores == shares).all()
        assert not found.bare
    said = given(np.array(["c", "a", "b", "c"] * 10), flowers)
    assert said.bare
    assert said.scores[:4].argmax(1).tolist() == [2, 0, 1, 2]
    with pytest.raises(DataError, match=r"Write prediction=.p_a"):
        columns_named("pa", ["x", "p_a"], "t.csv")


@pytest.mark.slow
def test_scores_of_two_classes_are_those_of_scikit_learn(tmp_path):
    train, test = split(datasets.load_breast_cancer)
    model = LogisticRegression(max_iter=5000).fit(inputs(train), train["target"])
    shares, truth = model.predict_proba(inputs(test)), test["target"]
    test["p"] = shares[:, 1]
    for name, rows in {"train.csv": train, "test.csv": test}.items():
        rows.to_csv(tmp_path / name, index=False)
    paths = {"test": tmp_path / "test.csv", "train": tmp_path / "train.csv"}
    found = ff.audit(**paths, target="target", prediction="p", baselines=("constant", "linear"))
    said = shares.argmax(1)
    wanted = {
        "accuracy": metrics.accuracy_score(truth, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
        "precision": metrics.precision_score(truth, said),
        "recall": metrics.recall_score(truth, said),
        "f1": metrics.f1_score(truth, said),
        "mcc": metrics.matthews_corrcoef(truth, said),
        "roc_auc": metrics.roc_auc_score(truth, shares[:, 1]),
        "average_precision": metrics.average_precision_score(truth, shares[:, 1]),
        "log_loss": metrics.log_loss(truth, shares),
        "brier": metrics.brier_score_loss(truth, shares[:, 1]),
    }
    assert dict(found.metrics) == pytest.approx(wanted, abs=NEAR)
    assert set(wanted) == set(found.metrics)
    assert found.verdict.trust.sentence.startswith(
        "Yes. None of the 285 test rows is among the 284"
    )
    comparison = found.tables["model_comparison"].set_index("model")
    assert list(comparison["rows_fitted"]) == [0, 284, 284]
    page = found.report(tmp_path / "audit.html")
    assert "made elsewhere, known by column" in page
    assert "settings and resources of training" not in page
    assert "target from test.csv" in page
    assert "learning_curve" not in found.figures
    with pytest.raises(ConfigError, match="Ask it where it was made"):
        found.predict(test)


@pytest.mark.slow
def test_scores_of_several_classes_are_those_of_scikit_learn():
    train, test = split(datasets.load_wine, ["red", "rose", "white"])
    model = LogisticRegression(max_iter=9000).fit(inputs(train), train["target"])
    shares, truth = model.predict_proba(inputs(test)), test["target"]
    asked = {"target": "target", "baselines": ("constant",), "train": train}
    found = ff.audit(test, prediction=shares, **asked)
    said = model.classes_[shares.argmax(1)]
    counted = {
        "accuracy": metrics.accuracy_score(truth, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, said),
        "f1": metrics.f1_score(truth, said, average="macro"),
        "precision": metrics.precision_score(truth, said, average="macro"),
        "recall": metrics.recall_score(truth, said, average="macro"),
        "mcc": metrics.matthews_corrcoef(truth, said),
    }
    wanted = counted | {
        "log_loss": metrics.log_loss(truth, shares),
        "roc_auc": metrics.roc_auc_score(truth, shares, multi_class="ovr"),
    }
    assert {name: found.metrics[name] for name in wanted} == pytest.approx(wanted, abs=NEAR)
    bare = ff.audit(test, prediction=said, **asked)
    assert dict(bare.metrics) == pytest.approx(counted, abs=NEAR)
    assert list(bare.figures) == ["confusion_matrix", "comparison"]
    assert bare.tables["per_class"]["roc_auc"].isna().all()
    assert bare.looks.number == 2


@pytest.mark.slow
def test_scores_of_numbers_are_those_of_scikit_learn_and_another_unit_is_found():
    train, test = split(datasets.load_diabetes)
    values = LinearRegression().fit(inputs(train), train["target"]).predict(inputs(test))
    asked = {"target": "target", "baselines": ("constant",)}
    found = ff.audit(test.assign(said=values), prediction="said", **asked)
    truth = test["target"]
    wanted = {
        "rmse": metrics.root_mean_squared_error(truth, values),
        "mae": metrics.mean_absolute_error(truth, values),
        "r2": metrics.r2_score(truth, values),
        "median_absolute_error": metrics.median_absolute_error(truth, values),
    }
    assert dict(found.metrics) == pytest.approx(wanted, abs=NEAR)
    assert not {"other_scale", "predicts_target"} & {one.code for one in found.findings}
    scaled = ff.audit(test, prediction=values / 1000, **asked)
    [scale] = [one for one in scaled.findings if one.code == "other_scale"]
    slope, _ = np.polyfit(values / 1000, truth, 1)
    assert scale.numbers["slope"] == pytest.approx(slope)
    copied = ff.audit(test.assign(said=truth), prediction="said", **asked)
    assert "predicts_target" in {one.code for one in copied.findings}
    assert copied.verdict.good.tone == "open"


@pytest.fixture(scope="module")
def noise():
    """Rows of two classes that nothing tells, with the number of each row."""
    draw = np.random.default_rng(1)
    paid = np.array(["no", "yes"], object)[draw.integers(0, 2, 300)]
    return {"x": draw.normal(size=300), "z": draw.normal(size=300), "paid": paid}


@pytest.mark.slow
def test_simple_models_out_of_fold_answer_no_row_that_they_know(noise):
    known = (noise["paid"] == "yes").astype(float)
    told = np.clip(known + np.random.default_rng(2).normal(0, 0.6, 300), 0.01, 0.99)
    found = ff.audit(noise, target="paid", prediction=told)
    table = found.tables["model_comparison"].set_index("model")
    for name in ("logistic regression", "gradient boosting"):
        assert 0.4 < float(table.loc[name, "accuracy"]) < 0.6
        assert table.loc[name, "rows_fitted"] == 240
    share = max(known.mean(), 1 - known.mean())
    assert float(table.loc["majority class", "accuracy"]) == pytest.approx(share)
    assert float(table.loc["majority class", "roc_auc"]) == 0.5
    assert (found.verdict.good.tone, found.verdict.simpler.tone) == ("good", "good")
    assert 'train="train.csv"' in [advice.line for advice in found.verdict.next]


@pytest.mark.slow
def test_planted_faults_of_answers_and_rows_are_found(noise):
    draw = np.random.default_rng(3)
    known = (noise["paid"] == "yes").astype(float)
    told = np.clip(known + draw.normal(0, 0.4, 300), 0.01, 0.99)
    asked = {"target": "paid", "baselines": ("constant",)}
    turned = ff.audit(noise | {"p": 1 - told}, prediction="p", **asked)
    assert "other_class" in {one.code for one in turned.findings}
    assert turned.verdict.trust.tone == "bad"
    rows = noise | {"p": told, "odds": np.log(told / (1 - told))}
    copied = ff.audit(rows, prediction="p", **asked)
    [held] = [one for one in copied.findings if one.code == "prediction_column"]
    assert held.numbers["column"] == "odds"
    clean = ff.audit(noise | {"p": told, "twice": 2 * told}, prediction="p", **asked)
    assert "prediction_column" not in {one.code for one in clean.findings}
    leaky = ff.audit(rows | {"alive": noise["paid"]}, prediction="p", **asked)
    assert leaky.verdict.next[0].line == 'drop=("alive",)'
    both = {name: values[:100] for name, values in noise.items()}
    shared = ff.audit(rows, prediction="p", train=both, **asked)
    [again] = [one for one in shared.findings if one.code == "duplicates_across_parts"]
    assert again.numbers["rows"] == 100
    assert shared.verdict.trust.tone == "open"
    weighted = ff.audit(rows | {"w": 1 + known}, prediction="p", weight="w", **asked)
    loss = metrics.log_loss(noise["paid"], told, sample_weight=1 + known)
    assert float(weighted[ff.Evaluated].weighted["log_loss"]) == pytest.approx(loss, abs=NEAR)
    stated = ff.audit(rows, prediction="p", threshold=0.8, **asked)
    assert stated.metrics["accuracy"] == pytest.approx(((told > 0.8) == known).mean())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"threshold": "f1"}, "Pass the number that the model goes by"),
        ({"horizon": 3}, "found horizon="),
        ({"postive": "yes"}, "did you mean `positive`"),
        ({"seed": -1}, "a seed of 0 or more"),
        ({"target": None}, "expected a target, found none"),
        ({"threshold": 0.3}, "expected probabilities beside threshold="),
    ],
)
def test_arguments_of_no_use_are_refused(more, told):
    rows = {"x": np.arange(24.0), "paid": ["no", "yes"] * 12}
    with pytest.raises(ConfigError, match=r"expected|setting") as error:
        ff.audit(rows, **{"target": "paid", "prediction": ["no", "yes"] * 12, **more})
    assert told in str(error.value)


def test_rows_of_targets_and_predictions_alone_are_enough():
    rows = {"paid": ["no", "yes", "yes"] * 12, "said": ["no", "yes", "no"] * 12}
    found = ff.audit(rows, target="paid", prediction="said")
    assert found.metrics["accuracy"] == pytest.approx(2 / 3)
    assert list(found.tables["model_comparison"]["model"])[1] == "majority class"


@pytest.mark.slow
def test_shell_tells_what_the_library_does(noise, tmp_path, capsys, monkeypatch):
    import pandas as pd

    monkeypatch.chdir(tmp_path)
    share = np.clip(np.random.default_rng(6).random(300), 0.01, 0.99)
    columns = {"p_no": 1 - share, "p_yes": share}
    pd.DataFrame(noise | columns).to_csv("test.csv", index=False)
    words = ["audit", "test.csv", "--target", "paid", "--baselines", "constant", "--prediction"]
    assert cli.main([*words, "p_no", "p_yes", "--json", "--report", "page.html"]) == 0
    told = json.loads(capsys.readouterr().out)
    area = metrics.roc_auc_score(noise["paid"], share)
    assert told["metrics"]["roc_auc"]["value"] == pytest.approx(area, abs=NEAR)
    assert told["rows"] == {"train": 0, "valid": 0, "test": 300}
    advice = [one["why"] for one in told["verdict"]["next"]]
    assert advice[0].startswith("Do not use it")
    assert not [one for one in advice if one.startswith("Tell its scores")]
    assert (tmp_path / "page.html").is_file()
    assert cli.main([*words, "no=p_no", "yes=p_yes"]) == 0
    assert "made elsewhere, known by columns `p_no` and `p_yes` of test.csv" in (
        capsys.readouterr().out
    )
    assert cli.main([*words, "q"]) == 2
    assert "expected a column `q` of predictions" in capsys.readouterr().err


def test_test_rows_of_one_class_are_judged_where_training_rows_have_both(noise):
    one = {name: values[noise["paid"] == "yes"][:40] for name, values in noise.items()}
    told = {**one, "p": np.full(40, 0.7), "clerk": np.arange(40)}  # whom training rows lack
    asked = {"target": "paid", "prediction": "p", "drop": "clerk", "train": noise}
    found = ff.audit(told, **asked, baselines=())
    assert found.metrics["accuracy"] == 1.0
    assert found.metrics["log_loss"] == pytest.approx(-np.log(0.7))
