import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats
from sklearn.metrics import roc_auc_score

from fivefold.metrics.curves import roc_auc
from fivefold.metrics.delong import auc_influence, delong, delong_difference, newcombe
from fivefold.metrics.intervals import bootstrap
from fivefold.metrics.resampling import resample


def _binary(n=80, shift=1.0, seed=0):
    random = np.random.default_rng(seed)
    target = (np.arange(n) % 4 == 0).astype(int)
    score = np.round(random.normal(size=n) + shift * target, 1)
    return target, np.stack([-score, score], 1)


def test_auc_influence_gives_delongs_variance():
    target, scores = _binary()
    positive, score = target == 1, scores[:, 1]
    above = score[positive][:, None] - score[~positive][None]
    kernel = (above > 0) + 0.5 * (above == 0)  # every pair, as DeLong wrote it down
    variance = (
        kernel.mean(1).var(ddof=1) / positive.sum() + kernel.mean(0).var(ddof=1) / (~positive).sum()
    )
    area, influence = auc_influence(positive, score)
    assert_allclose(area, kernel.mean())
    assert_allclose((influence**2).sum(), variance)


def test_delong_is_symmetric_on_the_logit_scale():
    target, scores = _binary(160)
    made = delong(target, scores)
    logits = stats.logistic.ppf([made.low, float(made), made.high])
    assert_allclose(float(made), roc_auc_score(target, scores[:, 1]))
    assert_allclose(logits[1] - logits[0], logits[2] - logits[1])


def test_delong_with_perfect_order_is_not_certainty():
    target = np.repeat([0, 1], 17)
    scores = np.stack([34.0 - np.arange(34), np.arange(34.0)], 1)
    made = delong(target, scores)
    assert (float(made), made.high) == (1, 1)
    assert_allclose(made.low, 0.025 ** (1 / 17))
    assert made.method == "disjoint pairs"


def test_newcombe_ends_are_where_the_score_lies_a_quantile_away():
    area, positives, negatives = 0.9, 12, 300

    def off(truth, sign):
        size = (positives + negatives) / 2 - 1
        spread = 1 + size * (1 - truth) / (2 - truth) + size * truth / (1 + truth)
        error = np.sqrt(truth * (1 - truth) * spread / (positives * negatives))
        return (area - truth) / error - sign * stats.norm.ppf(0.975)

    low = optimize.brentq(off, 0.01, area, args=(1,))
    high = optimize.brentq(off, area, 0.9999, args=(-1,))
    assert_allclose(newcombe(area, positives, negatives), (low, high), rtol=1e-6)


def test_delong_with_few_rows_of_a_class_is_no_narrower_than_newcombe():
    target, scores = _binary(80, shift=2.0)
    made = delong(target, scores)
    low, high = newcombe(float(made), 20, 60)
    assert made.low <= low
    assert made.high >= high
    assert made.method == "delong or newcombe"


def test_delong_of_one_class_gives_the_reason():
    made = delong(np.ones(40, int), np.random.default_rng(0).random((40, 2)))
    assert np.isnan([float(made), made.low]).all()
    assert made.method == "one class in the rows"


def test_delong_with_one_row_of_a_class_has_no_interval():
    target = np.array([1] + [0] * 40)
    made = delong(target, np.random.default_rng(0).random((41, 2)))
    assert made.method == "too few rows of a class"
    assert np.isnan(made.low)


def test_delong_of_several_classes_agrees_with_the_bootstrap():
    random = np.random.default_rng(0)
    target = random.integers(0, 4, 600)
    scores = random.normal(size=(600, 4)) + 1.5 * np.eye(4)[target]
    made = delong(target, scores)
    drawn = bootstrap(lambda c: roc_auc.over(target, scores, c), resample(600, seed=0))
    assert_allclose(float(made), float(drawn))
    assert made.high - made.low == pytest.approx(drawn.high - drawn.low, rel=0.1)


def test_delong_difference_of_a_model_with_itself_is_zero():
    target, scores = _binary()
    made = delong_difference(target, scores, scores)
    assert (float(made), made.low, made.high) == (0, 0, 0)


def test_delong_difference_agrees_with_the_paired_bootstrap():
    target, scores = _binary(400)
    others = scores + 0.5 * np.random.default_rng(1).normal(size=scores.shape)
    made = delong_difference(target, scores, others)

    def gap(counts):
        return roc_auc.over(target, scores, counts) - roc_auc.over(target, others, counts)

    drawn = bootstrap(gap, resample(400, seed=0))
    assert_allclose(float(made), float(drawn))
    assert made.high - made.low == pytest.approx(drawn.high - drawn.low, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shift", "positives", "n"), [(1.0, 30, 120), (2.5, 30, 120), (1.5, 8, 200), (2.5, 10, 2000)]
)
def test_delong_covers_what_it_promises(shift, positives, n):
    truth = stats.norm.cdf(shift / np.sqrt(2))
    covered, rounds = 0, 1000
    target = (np.arange(n) < positives).astype(int)
    random = np.random.default_rng(0)
    for _ in range(rounds):
        score = random.normal(size=n) + shift * target
        made = delong(target, np.stack([-score, score], 1))
        covered += made.low <= truth <= made.high
    assert covered / rounds >= 0.93


def test_delong_difference_of_perfect_order_on_few_rows_is_not_certainty():
    target = np.array([0, 0, 1, 1])
    perfect = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]])
    made = delong_difference(target, perfect, np.full((4, 2), 0.5))
    assert made == 0.5
    assert not made.low > 0
