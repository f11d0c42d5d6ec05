import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn import metrics as reference

from fivefold.artifacts import Evaluated, Preprocessed
from fivefold.core.estimate import Estimate
from fivefold.core.finding import Finding
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.limitations import limitations
from fivefold.evaluate.tables import per_class
from fivefold.metrics.intervals import wilson


@pytest.fixture
def result(numbers, execute):
    """A run with all simple models."""
    return execute(numbers, Evaluate())


def test_model_comparison_has_the_network_first_and_the_simple_models_on_the_same_rows(result):
    table = result.tables["model_comparison"]
    assert table["model"].tolist() == [
        "model",
        "majority class",
        "logistic regression",
        "gradient boosting",
    ]
    for name in ("roc_auc", "average_precision", "accuracy"):
        assert all(isinstance(score, Estimate) for score in table[name])
        assert float(table[name][0]) == float(result.metrics[name])
    gaps = float(table["roc_auc"][0]) - table["roc_auc"].map(float)
    assert_allclose(table["difference"].map(float), gaps, atol=1e-12)
    assert table["verdict"][1] == "wins"
    assert set(table["verdict"][1:]) <= {"wins", "loses", "a tie"}
    assert (table["fit_seconds"] > 0).all()
    assert (table["milliseconds_per_row"] > 0).all()
    assert table["rows_fitted"].tolist()[1:] == [800, 800, 800]


def test_model_comparison_has_accuracy_precision_recall_and_f1_of_every_model(numbers, execute):
    result = execute(numbers, Evaluate())
    table, evaluated = result.tables["model_comparison"], result[Evaluated]
    guess = evaluated.scores.argmax(1)
    wanted = {
        "accuracy": reference.accuracy_score,
        "precision": reference.precision_score,
        "recall": reference.recall_score,
        "f1": reference.f1_score,
    }
    for name, score in wanted.items():
        assert_allclose(float(table[name][0]), score(evaluated.target, guess))
        assert all(isinstance(found, Estimate) for found in table[name])
    linear = fit_baseline(result[Preprocessed], "linear")
    for name, score in wanted.items():
        assert_allclose(float(table[name][2]), score(evaluated.target, linear.argmax(1)))
        assert table[name][2].low < float(table[name][2]) < table[name][2].high


def fit_baseline(data, name):
    from fivefold.evaluate.baselines import fit_baselines

    return next(fit_baselines(data, (name,))).scores


def test_per_class_equals_scikit_learn_with_wilson_intervals(numbers, sensible):
    evidence = numbers.evidence(sensible)
    table = per_class(evidence)
    guess = evidence.scores.argmax(1)
    for k, line in table.iterrows():
        assert_allclose(
            float(line["precision"]),
            reference.precision_score(evidence.target, guess, pos_label=k),
        )
        assert_allclose(
            float(line["recall"]), reference.recall_score(evidence.target, guess, pos_label=k)
        )
        assert_allclose(line["f1"], reference.f1_score(evidence.target, guess, pos_label=k))
        assert_allclose(
            line["roc_auc"], reference.roc_auc_score(evidence.target == k, evidence.scores[:, k])
        )
        hits = ((guess == k) & (evidence.target == k)).sum()
        ends = [line["recall"].low, line["recall"].high]
        assert_allclose(ends, wilson(hits, (evidence.target == k).sum()))
    assert table["class"].tolist() == ["no", "yes"]
    assert table["test_rows"].sum() == 200
    assert table["train_rows"].sum() == 640


def test_per_class_without_predictions_or_rows_gives_the_reason(numbers, sensible):
    numbers.classes = ("no", "yes", "ghost")
    numbers.task = "multiclass"

    def wide(inputs):
        return np.hstack([sensible(inputs), np.zeros((len(inputs["numeric"]), 1))])

    ghost = per_class(numbers.evidence(wide)).iloc[2]
    assert ghost["precision"].method == "never predicted"
    assert ghost["recall"].method == "no test rows"
    assert np.isnan(ghost["f1"])


def test_limitations_list_findings_by_severity_and_what_was_not_measured(numbers, sensible):
    findings = tuple(
        Finding(code=severity, severity=severity, sentence=f"A {severity}.")
        for severity in ("note", "warning", "serious")
    )
    table = limitations(numbers.evidence(sensible), findings, left_out=("Boosting.",))
    told = table["limitation"].tolist()
    assert told[:2] == ["A serious.", "A warning."]
    assert "A note." not in told
    assert told[-1] == "Boosting."
    assert any("one seed" in line for line in table["limitation"].str.lower())
    folded = limitations(numbers.evidence(sensible, folds=5), ())
    assert not any("one seed" in line for line in folded["limitation"].str.lower())


def test_tables_can_be_saved_without_pickle_and_read_again(result, tmp_path):
    result[Evaluated].save(tmp_path / "evaluated")
    loaded = Evaluated.load(tmp_path / "evaluated")
    assert set(loaded.tables) == set(result[Evaluated].tables)
    assert repr(dict(loaded.metrics)) == repr(dict(result.metrics))
    found = loaded.tables["model_comparison"]["roc_auc"]
    wanted = result.tables["model_comparison"]["roc_auc"]
    assert_allclose(found.map(float), wanted.map(float))
    assert found.map(repr).tolist() == wanted.map(repr).tolist()
