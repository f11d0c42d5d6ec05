import numpy as np
import pytest
from numpy.testing import assert_allclose

from fivefold.artifacts import Evaluated
from fivefold.evaluate.evaluate import Evaluate
from fivefold.metrics.intervals import corrected_t
from fivefold.partition import Partition


@pytest.fixture
def folded(numbers, execute):
    """A run with five folds."""
    return execute(numbers, Evaluate(folds=5, baselines=()))


def test_folds_hold_each_training_and_validation_row_once_and_no_test_row(folded):
    partition = folded[Partition]
    rows = folded.tables["out_of_fold"]["row"].to_numpy()
    expected = np.sort(np.concatenate([partition.train, partition.valid]))
    assert (np.sort(rows) == expected).all()
    assert not np.isin(rows, partition.test).any()


def test_folds_keep_a_part_of_their_training_rows_to_stop_by(folded):
    table = folded.tables["folds"]
    partition = folded[Partition]
    share = len(partition.valid) / (len(partition.train) + len(partition.valid))
    learnt = table["train_rows"] + table["valid_rows"]
    assert_allclose(table["valid_rows"] / learnt, share, atol=0.02)
    assert (learnt + table["held_out_rows"] == len(partition.train) + len(partition.valid)).all()


def test_folds_give_the_mean_with_the_corrected_interval(folded):
    table = folded.tables["folds"]
    held = table["held_out_rows"]
    ratio = (held / table["train_rows"]).mean()
    made, expected = (
        folded[Evaluated].folds["accuracy"],
        corrected_t(table["accuracy"].to_numpy(), ratio),
    )
    assert repr(made) == repr(expected)
    assert made.method == "nadeau-bengio"


def test_folds_score_their_held_out_predictions(folded):
    predictions = folded.tables["out_of_fold"]
    first = predictions[predictions["fold"] == 1]
    guesses = (first["score_yes"] > first["score_no"]).astype(int)
    accuracy = folded.tables["folds"]["accuracy"].iloc[0]
    assert_allclose((guesses == first["target"]).mean(), accuracy)


def test_folds_of_random_labels_are_at_chance(numbers, execute):
    numbers.target = np.random.default_rng(7).integers(0, 2, 1000)
    made = execute(numbers, Evaluate(folds=5, baselines=()))[Evaluated].folds["accuracy"]
    assert made.low < 0.5 < made.high
    assert 0.42 < made < 0.58


def test_folds_keep_groups_together(numbers, execute):
    numbers.columns["person"] = np.repeat(np.arange(100), 10).astype(str).astype(object)
    numbers.kinds["person"] = "categorical"
    numbers.roles["person"] = "group"
    made = execute(numbers, Evaluate(folds=4, baselines=()))
    predictions = made.tables["out_of_fold"]
    people = numbers.columns["person"][predictions["row"].to_numpy()]
    per_person = predictions.groupby(people)["fold"].nunique()
    assert (per_person == 1).all()
    assert made.metrics["accuracy"].method in {"too few groups", "bca, clustered"}


def test_folds_score_own_metrics_too(numbers, execute):
    def hits(target, scores):
        return float((scores.argmax(1) == target).sum())

    made = execute(numbers, Evaluate(folds=3, baselines=(), metrics={"hits": hits}))
    table = made.tables["folds"]
    assert_allclose(table["hits"], table["accuracy"] * table["held_out_rows"])
    assert_allclose(float(made[Evaluated].folds["hits"]), table["hits"].mean())


def test_folds_do_not_move_the_scores_of_the_test_rows(numbers, execute, folded):
    alone = execute(numbers, Evaluate(baselines=()))
    assert repr(dict(alone.metrics)) == repr(dict(folded.metrics))
    assert (alone[Evaluated].scores == folded[Evaluated].scores).all()
