import numpy as np
import pytest
from numpy.testing import assert_allclose

from fivefold.artifacts import Collected, Evaluated, Preprocessed, Trained
from fivefold.core.session import Session
from fivefold.division import resamples_of
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.evaluation import evaluate
from fivefold.partition import Partition
from fivefold.preprocess.split import Split
from fivefold.tasks.known import BINARY, REGRESSION

TABLES = {
    *("model_comparison", "prediction_speed", "dataset_statistics", "hardware", "limitations"),
    *("importance", "partial_dependence", "robustness", "subgroups", "membership"),
    "drift",
}


def test_evaluation_scores_the_test_rows_of_the_partition(numbers, execute):
    result = execute(numbers, Evaluate())
    made, test = result[Evaluated], result[Partition].test
    assert (made.index == test).all()
    assert (made.target == numbers.target[test]).all()
    assert list(made.metrics) == [metric.name for metric in BINARY.metrics]
    assert_allclose(float(made.metrics["accuracy"]), (made.scores.argmax(1) == made.target).mean())
    assert set(made.tables) == TABLES | {
        "calibration",
        "per_class",
        "class_distribution",
        "outside",
    }
    assert made.folds == {}


def test_evaluation_of_numbers_scores_values(numbers, execute):
    numbers.task, numbers.target = "regression", 3 * numbers.columns["first"]
    made = execute(numbers, Evaluate())[Evaluated]
    assert made.scores.shape == made.target.shape == (len(made.index),)
    assert list(made.metrics) == [metric.name for metric in REGRESSION.metrics]
    assert set(made.tables) == TABLES
    assert made.metrics["r2"] > 0.99


def test_two_evaluations_with_one_seed_are_equal(numbers, execute):
    one, same = (execute(numbers, Evaluate(folds=2), seed=3) for _ in range(2))
    assert repr(dict(one.metrics)) == repr(dict(same.metrics))
    assert repr(one[Evaluated].folds) == repr(same[Evaluated].folds)
    assert [str(f) for f in one.findings] == [str(f) for f in same.findings]


def test_evaluation_in_a_refit_only_scores(numbers, execute):
    result = execute(numbers, Evaluate(baselines=()))
    made = evaluate(
        result[Collected],
        result[Partition],
        result[Preprocessed],
        result[Trained],
        Session(is_refit=True),
        folds=5,
        baselines=("boosting",),
    )
    assert made.tables == {}
    assert made.folds == {}
    assert made.findings == ()
    assert float(made.metrics["accuracy"]) == float(result.metrics["accuracy"])


def test_evaluation_without_a_pipeline_scores_and_compares(numbers, execute):
    result = execute(numbers, Evaluate(baselines=()))
    inputs = [result[kind] for kind in (Collected, Partition, Preprocessed, Trained)]
    made = Evaluate(baselines=("constant",)).run(*inputs, session=Session())
    assert len(made.tables["model_comparison"]) == 2


def test_evaluation_with_a_class_that_no_training_row_has_is_defined(numbers, execute):
    numbers.task, numbers.classes = "multiclass", ("no", "yes", "new")
    numbers.target[-40:] = 2
    numbers.given = np.where(np.arange(1000) < 800, -1, 2).astype(np.int8)
    result = execute(numbers, Evaluate())
    assert all(np.isfinite(score) for score in result.metrics.values())
    assert result.metrics["accuracy"] <= 0.8
    assert "unseen_labels" in {finding.code for finding in result.findings}
    assert np.isnan(result.tables["per_class"]["precision"][2])


def test_evaluation_without_test_rows_says_so(numbers, execute):
    numbers.given = np.where(np.arange(1000) < 800, 0, 1).astype(np.int8)
    partition = Split(test=0.0)
    result = execute(numbers, partition, Evaluate())
    assert {score.method for score in result.metrics.values()} == {"no rows"}
    assert result.tables["prediction_speed"].empty
    assert "There are no test rows: nothing was measured." in [str(f) for f in result.findings]


def test_evaluation_with_few_rows_gives_reasons_instead_of_intervals(numbers, execute):
    numbers.columns = {name: values[:40] for name, values in numbers.columns.items()}
    numbers.target = numbers.target[:40]
    made = execute(numbers, Evaluate(folds=2))
    assert made.metrics["log_loss"].method == "too few rows"
    assert np.isnan(made.metrics["log_loss"].low)
    assert "too_few_test_rows" in {finding.code for finding in made.findings}


@pytest.mark.parametrize(("role", "kind"), [("group", "group"), ("time", "block")])
def test_resamples_follow_the_schema(numbers, sensible, role, kind):
    numbers.columns["extra"] = np.arange(1000.0) // 5
    numbers.kinds["extra"] = "numeric"
    numbers.roles["extra"] = role
    evidence = numbers.evidence(sensible)
    index = evidence.data.test.index
    made = resamples_of(evidence.collected, index, evidence.judged, seed=0)
    assert made.kind == kind
    if role == "group":
        assert made.independent == 40


def test_findings_of_an_evaluation_carry_their_stage(numbers, execute):
    numbers.target = (np.arange(1000) % 20 == 0).astype(int)
    found = [f for f in execute(numbers, Evaluate()).findings if f.stage == "Evaluate"]
    assert found
    assert all(f.sentence.endswith(".") and f.code for f in found)


def test_limitations_name_the_simple_model_that_could_not_be_fitted(world, execute):
    texts = np.array([f"{'good' if k % 2 else 'bad'} thing {k % 7}" for k in range(300)], object)
    made = world({"t": texts, "x": np.zeros(300)}, {"t": "text"}, np.arange(300) % 2)
    result = execute(made, Evaluate())
    assert "gradient boosting" not in result.tables["model_comparison"]["model"].tolist()
    told = result.tables["limitations"]["limitation"]
    assert told.str.contains("gradient boosting was not fitted").any()
