import numpy as np
import pytest
from sklearn import metrics as reference

from fivefold.metrics.confusion import confusion, confusion_matrix


def test_confusion_matrix_of_random_labels_equals_sklearn():
    random = np.random.default_rng(0)
    target, predicted = random.integers(0, 5, 200), random.integers(0, 5, 200)
    wanted = reference.confusion_matrix(target, predicted, labels=range(6))
    made = confusion_matrix(target, predicted, 6)
    assert made.tolist() == wanted.tolist()
    assert made.dtype == np.int64


def test_confusion_matrix_with_weights_equals_sklearn():
    random = np.random.default_rng(0)
    target, predicted = random.integers(0, 4, 90), random.integers(0, 4, 90)
    weight = random.random(90)
    wanted = reference.confusion_matrix(target, predicted, sample_weight=weight)
    np.testing.assert_allclose(confusion_matrix(target, predicted, 4, weight), wanted)


def test_confusion_matrix_leaves_unknown_labels_out():
    target, predicted = np.array([0, 1, -1]), np.array([0, 1, 1])
    assert confusion_matrix(target, predicted, 2).tolist() == [[1, 0], [0, 1]]


def test_confusion_matrix_of_no_rows_is_zeros():
    empty = np.zeros(0, np.int64)
    assert confusion_matrix(empty, empty, 2).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("unknown", [False, True])
def test_confusion_of_resamples_equals_counting_each_of_them(unknown):
    random = np.random.default_rng(2)
    target, predicted = random.integers(-int(unknown), 3, 50), random.integers(0, 3, 50)
    counts = random.poisson(1.0, (4, 50)).astype(float)
    made = confusion(target, predicted, 3, counts)
    for line, drawn in enumerate(counts.astype(int)):
        truth, said = np.repeat(target, drawn), np.repeat(predicted, drawn)
        table = [[((truth == i) & (said == j)).sum() for j in range(3)] for i in range(3)]
        assert made.matrix[line].tolist() == table
        assert made.hits[line].tolist() == np.diagonal(table).tolist()
        assert made.support[line].tolist() == np.sum(table, 1).tolist()
        assert made.predicted[line].tolist() == [(said == j).sum() for j in range(3)]
        assert (made.rows[line], made.unknown[line]) == (len(truth), (truth < 0).sum())
