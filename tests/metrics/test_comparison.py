import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from fivefold.metrics.comparison import compare
from fivefold.metrics.metric import ACCURACY, F1, MAE, MCC, RMSE, ROC_AUC
from fivefold.metrics.resampling import resample
from fivefold.tasks.known import BINARY


def _values(n=200, seed=0):
    random = np.random.default_rng(seed)
    target = 10 * random.normal(size=n)
    noise = 5 * random.normal(size=n)
    return target, target + noise, target + noise + 0.5 * random.normal(size=n)


def test_comparison_of_errors_that_agree_tells_models_apart_that_intervals_would_not():
    random = np.random.default_rng(0)
    target = random.normal(size=200)
    noise = random.normal(size=200) * random.choice([0.2, 3.0], size=200)
    better, worse = target + noise, target + 1.1 * noise
    resamples, rmse = resample(200, seed=0), RMSE
    made = compare(rmse, target, better, worse, resamples)
    assert made.verdict == "wins"
    assert compare(rmse, target, worse, better, resamples).verdict == "loses"
    assert_allclose(float(made.difference), rmse(target, better) - rmse(target, worse))


def test_comparison_of_equal_models_is_a_tie():
    target, scores, _ = _values()
    resamples = resample(200, seed=0)
    made = compare(RMSE, target, scores, scores, resamples)
    assert made.verdict == "a tie"
    assert float(made.difference) == 0


@pytest.mark.parametrize(("metric", "verdict"), [("roc_auc", "wins"), ("log_loss", "wins")])
def test_comparison_knows_which_direction_is_better(metric, verdict):
    random = np.random.default_rng(0)
    target = random.integers(0, 2, 300)
    logit = 2.0 * target - 1 + random.normal(size=300)
    good = 1 / (1 + np.exp(-logit))
    bad = 1 / (1 + np.exp(-0.3 * logit - random.normal(size=300)))
    scores, others = (np.stack([1 - p, p], 1) for p in (good, bad))
    first = next(one for one in BINARY.metrics if one.name == metric)
    made = compare(first, target, scores, others, resample(300, seed=0))
    assert made.verdict == verdict


def test_comparison_on_few_rows_is_not_measured_and_says_why():
    target, scores, others = _values(20)
    made = compare(MAE, target, scores, others, resample(20, seed=0))
    assert made.verdict == "not measured"
    assert made.difference.method == "too few rows"


def test_comparison_by_accuracy_on_few_rows_is_not_measured():
    made = compare(ACCURACY, *_right(20, 1, 0), resample(20, seed=0))
    assert (made.verdict, made.difference.method) == ("not measured", "too few rows")


def test_comparison_of_equal_answers_on_few_rows_is_a_tie():
    target, scores, _ = _values(20)
    made = compare(MAE, target, scores, scores, resample(20, seed=0))
    assert made.verdict == "a tie"


def _right(n, ours, theirs):
    """Two models that are right on all rows but some that each gets wrong alone."""
    target, both = np.arange(n) % 3, np.repeat(np.arange(n)[None] % 3, 2, axis=0)
    both[0, :theirs] += 1
    both[1, theirs : ours + theirs] += 1
    return target, *np.eye(3)[both % 3]


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [(3, 0, "a tie"), (5, 0, "a tie"), (6, 0, "wins"), (1, 9, "loses")],
)
def test_comparison_by_accuracy_agrees_with_the_exact_test_of_mcnemar(ours, theirs, verdict):
    made = compare(ACCURACY, *_right(30, ours, theirs), resample(30, seed=0))
    wanted = stats.binomtest(ours, ours + theirs).pvalue
    assert_allclose(made.p, wanted)
    assert (made.verdict, made.test) == (verdict, "mcnemar, exact")
    assert_allclose(float(made.difference), (ours - theirs) / 30)
    assert (made.difference.low <= 0 <= made.difference.high) == (wanted >= 0.05)


@pytest.mark.parametrize("n", [12, 40])
@pytest.mark.parametrize("metric", [ACCURACY, F1, MCC], ids=lambda m: m.name)
def test_comparison_of_models_that_are_right_on_the_same_rows_is_a_tie(metric, n):
    target, scores, _ = _right(n, 2, 2)
    made = compare(metric, target, scores, 0.6 * scores + 0.1, resample(n, seed=0))
    assert (made.verdict, float(made.difference), made.p) == ("a tie", 0, 1)
    told = "tango" if metric is ACCURACY and n == 40 else "equal answers"
    assert made.difference.method == told


def test_comparison_by_area_has_the_p_at_which_its_interval_ends_at_zero():
    random = np.random.default_rng(1)
    target = random.integers(0, 2, 80)
    scores = [target + noise * random.normal(size=80) for noise in (1.0, 1.6)]
    made = compare(ROC_AUC, target, *scores, resample(80, seed=0))
    level = 1 - made.p
    end = compare(ROC_AUC, target, *scores, resample(80, seed=0), level=level).difference
    assert_allclose(min(abs(end.low), abs(end.high)), 0, atol=1e-9)


@pytest.mark.slow
def test_comparison_of_models_of_equal_worth_rarely_finds_a_winner():
    wins = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        target = random.normal(size=100)
        first, second = (target + random.normal(size=100) for _ in range(2))
        made = compare(RMSE, target, first, second, resample(100, seed=seed))
        wins += made.verdict != "a tie"
    assert wins / 300 <= 0.07
