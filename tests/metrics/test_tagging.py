import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score
from sklearn.metrics import log_loss as cross_entropy

from fivefold.metrics import tagging

CLASSES = ("O", "B-x", "B-y", "I-x", "I-y")


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    target = rng.integers(0, 5, (30, 7))
    target[np.arange(7) >= rng.integers(1, 8, 30)[:, None]] = -1
    scores = rng.dirichlet(np.ones(5), (30, 7))
    scores[target < 0] = np.nan  # what a row does not have
    return target, scores


def test_positions_are_judged_as_scikit_learn_does(rows):
    target, scores = rows
    truth, flat = target[target >= 0], scores[target >= 0]
    assert tagging.accuracy(target, scores) == accuracy_score(truth, flat.argmax(1))
    wanted = f1_score(truth, flat.argmax(1), average="macro")
    assert tagging.f1(target, scores) == pytest.approx(wanted)
    wanted = cross_entropy(truth, flat, labels=range(5))
    assert tagging.log_loss(target, scores) == pytest.approx(wanted)


def test_counts_are_rows_that_are_there_so_often(rows):
    target, scores = rows
    counts = np.random.default_rng(1).integers(0, 3, (2, 30)).astype(float)
    metrics = (tagging.ACCURACY, tagging.F1, tagging.LOG_LOSS, *tagging.entity_metrics(CLASSES))
    for metric in metrics:
        found = metric.statistic.over(target, scores, counts)
        again = [np.repeat(np.arange(30), line.astype(int)) for line in counts]
        wanted = [metric(target[some], scores[some]) for some in again]
        np.testing.assert_allclose(found, wanted)


def test_entities_end_with_their_row():
    truth = np.array([[0, 1], [3, 0]])  # O B-x, then I-x O: two entities
    scores = np.eye(5)[[[0, 1], [3, 0]]]
    f1, precision, recall = tagging.entity_metrics(CLASSES)
    assert tagging.entity_tallies(truth, scores, CLASSES).tolist() == [[1, 1, 1], [1, 1, 1]]
    scores = np.eye(5)[[[0, 1], [4, 0]]]
    assert (f1(truth, scores), precision(truth, scores), recall(truth, scores)) == (0.5, 0.5, 0.5)
    assert tagging.entity_rows(truth, scores, CLASSES) == [("x", 1, 1, 2), ("y", 0, 1, 0)]
    nothing = np.eye(5)[np.zeros((2, 2), int)]
    assert f1(truth, nothing) == 0
    assert np.isnan(precision(truth, nothing))


def test_outcomes_of_entities_tell_ends_kinds_and_what_is_missed_or_made_up():
    classes = ("O", "B-loc", "B-per", "I-loc", "I-per")
    true = [["B-loc", "I-loc", "O", "B-per", "O", "B-per", "O", "O", "B-loc"]]
    said = [["B-loc", "O", "O", "B-loc", "O", "O", "O", "B-per", "B-loc"]]
    target = np.array([[classes.index(label) for label in row] for row in true])
    told = np.array([[classes.index(label) for label in row] for row in said])
    found = tagging.entity_outcomes(target, np.eye(5)[told], classes)
    assert sorted(found) == sorted(
        [
            ("loc", "other ends"),
            ("per", "loc"),
            ("per", "no entity"),
            ("loc", "loc"),
            ("no entity", "per"),
        ]
    )
