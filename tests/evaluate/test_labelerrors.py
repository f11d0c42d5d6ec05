import numpy as np
import pytest

from fivefold.artifacts import Evaluated
from fivefold.core.finding import FINDINGS
from fivefold.evaluate import simple
from fivefold.evaluate.evaluate import Evaluate
from fivefold.evaluate.finders.labelerrors import share_of_errors
from fivefold.evaluate.finders.outoffold import drawn_units, out_of_fold
from fivefold.tasks.known import task_of


def _answers(matrix, target, seed=0):
    """Out-of-fold answers of a linear model."""
    classes = int(target.max()) + 1
    held = np.zeros(len(target), bool)
    rows = simple.Rows(matrix, target, None, held, classes, task_of("multiclass"))
    folds = drawn_units(np.arange(len(target)), seed)
    return out_of_fold(rows, simple.SIMPLE["class"].linear, folds, seed)


def _two(rows, seed, apart):
    draw = np.random.default_rng(seed)
    target = draw.integers(0, 2, rows)
    return draw.normal(size=(rows, 3)) + apart * target[:, None], target


def test_out_of_fold_answers_know_nothing_of_the_row_that_they_answer():
    matrix, target = np.eye(60), np.arange(60) % 2
    chances = _answers(matrix, target)
    folds = drawn_units(np.arange(60), 0)
    for fold in np.unique(folds):
        learnt = target[folds != fold].mean()
        assert chances[folds == fold, 1] == pytest.approx(learnt, abs=0.01)


def test_share_of_errors_is_that_of_the_flipped_labels():
    matrix, target = _two(3000, 0, apart=3)
    wrong = np.random.default_rng(1).random(3000) < 0.05
    share, rows = share_of_errors(target ^ wrong, _answers(matrix, target ^ wrong))
    assert rows == 2400
    assert share == pytest.approx(wrong.mean(), abs=0.01)
    assert share_of_errors(target, _answers(matrix, target)) is None


def test_share_of_errors_of_overlapping_classes_is_unknown():
    draw = np.random.default_rng(0)
    matrix, target = _two(3000, 0, apart=1)
    assert share_of_errors(target, _answers(matrix, target)) is None
    noise = (draw.random(3000) < 0.1).astype(int)
    assert share_of_errors(noise, _answers(matrix, noise)) is None


@pytest.mark.slow
def test_label_errors_of_clean_rows_are_told_in_at_most_two_of_a_hundred():
    told = 0
    for seed in range(100):
        draw = np.random.default_rng(seed)
        matrix = draw.normal(size=(700, 4))
        odds = matrix @ draw.normal(size=4) * (0.3, 1, 2)[seed % 3] - (0, 2)[seed % 2]
        target = (draw.random(700) < 1 / (1 + np.exp(-odds))).astype(int)
        told += share_of_errors(target, _answers(matrix, target, seed)) is not None
    assert told <= 2


def _run(world, execute, evaluate, share=0.06):
    """A run on rows of which a share have the other label; places of these."""
    matrix, target = _two(1500, 0, apart=3)
    wrong = np.random.default_rng(1).random(1500) < share
    made = world(
        columns={f"x{k}": column for k, column in enumerate(matrix.T)},
        kinds={f"x{k}": "numeric" for k in range(3)},
        target=target ^ wrong,
    )
    return execute(made, evaluate)[Evaluated], np.flatnonzero(wrong)


@pytest.mark.parametrize(
    "evaluate",
    [
        Evaluate(baselines=("constant",)),
        pytest.param(Evaluate(folds=2, baselines=()), marks=pytest.mark.slow),
    ],
)
def test_label_errors_of_a_run_name_the_rows_whose_labels_were_flipped(world, execute, evaluate):
    made, wrong = _run(world, execute, evaluate)
    (found,) = [one for one in made.findings if one.code == "label_errors"]
    table = made.tables["label_errors"]
    assert found.severity == FINDINGS["label_errors"].severities[0]
    assert found.numbers["rows"] == len(table)
    assert found.numbers["share"] == pytest.approx(0.06, abs=0.02)
    assert found.numbers["worst"][0]["row"] == table["row"][0]
    assert np.isin(table["row"], wrong).mean() > 0.9
    assert not np.isin(table["row"], made.index).any()
    assert table["confidence"].is_monotonic_increasing
    assert (table["given"] != table["suggested"]).all()


@pytest.mark.slow
def test_label_errors_are_not_sought_where_nothing_is_fitted_beside(world, execute):
    made, _ = _run(world, execute, Evaluate(baselines=()))
    assert "label_errors" not in made.tables
