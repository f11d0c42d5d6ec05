import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from sklearn import metrics as reference

from fivefold.metrics.curves import average_precision, placements, ranked_counts, roc_auc


def _drawn(rows=300, seed=1):
    random = np.random.default_rng(seed)
    positive = random.random(rows) < 0.3
    return positive, np.round(random.normal(size=rows) + positive, 1), random.random(rows)


def test_ranked_counts_with_ties_equal_sklearn_roc():
    positive, score, _ = _drawn()
    found, false = ranked_counts(positive, score)
    rates = reference.roc_curve(positive, score, drop_intermediate=False)
    assert_allclose(false / false[-1], rates[0])
    assert_allclose(found / found[-1], rates[1])
    assert found.dtype == false.dtype == np.int64


def test_ranked_counts_of_no_rows_start_at_zero():
    found, false = ranked_counts(np.zeros(0, bool), np.zeros(0))
    assert (found.tolist(), false.tolist()) == ([0], [0])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (roc_auc, reference.roc_auc_score),
        (average_precision, reference.average_precision_score),
    ],
)
def test_area_of_the_positive_class_alone_equals_sklearn_with_weights_too(ours, theirs):
    positive, score, weight = _drawn()
    assert_allclose(ours(positive, score), theirs(positive, score))
    assert_allclose(ours(positive, score, weight), theirs(positive, score, sample_weight=weight))


def test_area_of_the_positive_class_alone_is_that_of_two_columns():
    positive, score, _ = _drawn()
    both = np.stack([-score, score], 1)
    for area in (roc_auc, average_precision):
        assert area(positive, score) == area(positive.astype(int), both)


def test_placements_come_from_the_midranks_of_scipy():
    positive, score, _ = _drawn()
    everywhere, sides = stats.rankdata(score), np.empty(len(score))
    for side in (positive, ~positive):
        sides[side] = stats.rankdata(score[side])
    below = everywhere - sides
    wanted = np.where(positive, below / (~positive).sum(), 1 - below / positive.sum())
    assert_allclose(placements(positive, score, np.ones(len(score))), wanted)
