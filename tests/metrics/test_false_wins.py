"""How often models of equal worth are told apart: at 5 per cent, at most 6 in a hundred times."""

import numpy as np
import pytest

from fivefold.metrics.comparison import compare
from fivefold.metrics.metric import ACCURACY, F1, LOG_LOSS, RMSE, ROC_AUC
from fivefold.metrics.resampling import resample
from fivefold.metrics.significance import corrected_t_test

TIMES = 1000


def _classes(random, n):
    """Two models that err independently and equally, on rows that are hard for both."""
    target = (random.random(n) < 0.3).astype(int)
    logit = 3.0 * target - 1.5 + 1.5 * random.normal(size=n)
    each = [1 / (1 + np.exp(-logit - 0.5 * random.normal(size=n))) for _ in range(2)]
    return target, *(np.stack([1 - p, p], 1) for p in each)


def _numbers(random, n):
    target, hard = random.normal(size=n), random.standard_t(4, size=n)
    return target, *(target + hard + 0.5 * random.standard_t(4, size=n) for _ in range(2))


def _false_wins(metric, n, make, **resampled):
    drawn = resample(n, seed=0, **resampled).fewer(500)
    wins = 0
    for seed in range(TIMES):
        made = compare(metric, *make(np.random.default_rng(seed), n), drawn)
        assert (made.verdict in ("wins", "loses")) == (made.p < 1 - 0.95)
        gap = made.difference
        assert gap.low <= gap <= gap.high or gap.method == "equal answers"
        wins += made.verdict in ("wins", "loses")
    return wins / TIMES


@pytest.mark.parametrize("n", [30, 60, 200])
def test_false_wins_by_accuracy_are_rare_where_few_rows_differ(n):
    assert _false_wins(ACCURACY, n, _classes) <= 0.06


@pytest.mark.slow
@pytest.mark.parametrize("metric", [F1, LOG_LOSS, ROC_AUC], ids=lambda m: m.name)
@pytest.mark.parametrize("n", [40])
def test_false_wins_by_other_scores_of_classes_are_rare(metric, n):
    assert _false_wins(metric, n, _classes) <= 0.06


@pytest.mark.slow
@pytest.mark.parametrize("n", [30])
def test_false_wins_by_errors_with_heavy_tails_are_rare(n):
    assert _false_wins(RMSE, n, _numbers) <= 0.06


@pytest.mark.slow
def test_false_wins_are_rare_where_rows_of_a_group_answer_alike():
    def make(random, n):
        target, one, other = _classes(random, n // 4)
        return (np.repeat(each, 4, axis=0) for each in (target, one, other))

    group = np.repeat(np.arange(40), 4)
    assert _false_wins(ACCURACY, 160, make, group=group) <= 0.06


@pytest.mark.parametrize("folds", [2, 3, 5, 10])
@pytest.mark.parametrize("rows", [30, 100])
def test_false_wins_over_folds_are_rare_where_few_rows_differ(folds, rows):
    sizes = np.array([len(part) for part in np.array_split(np.arange(rows), folds)])
    random, ratio = np.random.default_rng(0), 1 / (folds - 1)
    for share in (0.02, 0.1, 0.3):
        one, other = random.binomial(sizes, share, size=(2, TIMES, folds))
        p = [corrected_t_test(gap, ratio, sizes).p for gap in (one - other) / sizes]
        assert np.mean(np.less(p, 0.05)) <= 0.06
        assert folds > 2 or np.isnan(p).all()
