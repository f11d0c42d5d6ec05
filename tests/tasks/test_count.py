"""Counts: which columns are, what their intervals hold, how they are learnt and judged."""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import d2_tweedie_score, mean_poisson_deviance

import fivefold as ff
from fivefold.errors import DataError, PreflightError
from fivefold.metrics import counts
from fivefold.tasks.known import COUNT
from fivefold.testing import check_no_leak, check_task


def visits(rows=400, seed=0):
    random = np.random.default_rng(seed)
    x = random.normal(size=rows)
    return x, random.poisson(np.exp(1 + 0.7 * x))


def test_counts_are_declared_and_whole():
    x, y = visits()
    found = ff.Pipeline([ff.Collect({"x": x, "y": y}, target="y")]).run(progress=False)
    assert found[ff.Collected].schema.task != "count"
    asked = ff.Collect({"x": x, "y": y}, target="y", task="count")
    schema = ff.Pipeline([asked]).run(progress=False)[ff.Collected].schema
    assert (schema.task, schema.classes) == ("count", ())
    for wrong in (y - 1, y / 2):
        collect = ff.Collect({"x": x, "y": wrong}, target="y", task="count")
        with pytest.raises(DataError, match="expected whole numbers of at least 0"):
            ff.Pipeline([collect]).run(progress=False)


def test_intervals_of_counts_are_quantiles_of_their_distribution():
    means = np.array([0.0, 0.05, 0.7, 3.0, 40.0, 300.0])
    low, high = counts.intervals(np.stack([means, 0 * means], axis=1))
    np.testing.assert_array_equal(low[1:], poisson.ppf(0.05, means[1:]))
    np.testing.assert_array_equal(high[1:], poisson.ppf(0.95, means[1:]))
    assert (low[0], high[0]) == (0, 0)
    for excess in (0.01, 0.5, 3.0):
        low, high = counts.intervals(np.stack([means, means * 0 + excess], axis=1))
        size = 1 / excess
        share = size / (size + means[1:])
        np.testing.assert_array_equal(low[1:], nbinom.ppf(0.05, size, share))
        np.testing.assert_array_equal(high[1:], nbinom.ppf(0.95, size, share))


def test_intervals_of_large_counts_are_close_and_missing_means_have_none():
    low, high = counts.intervals(np.array([[4e4, 0.0], [1e6, 0.04], [np.nan, 0.0]]))
    assert low[0] == pytest.approx(poisson.ppf(0.05, 4e4), rel=1e-3)
    assert high[1] == pytest.approx(nbinom.ppf(0.95, 25, 25 / (25 + 1e6)), rel=0.03)
    assert np.isnan([low[2], high[2]]).all()


def test_count_metrics_are_those_of_scikit_learn_and_of_repeated_rows():
    random = np.random.default_rng(1)
    target = random.poisson(2.0, 80).astype(float)
    scores = np.stack([random.gamma(2, 1, 80), np.full(80, 0.1)], axis=1)
    wanted = mean_poisson_deviance(target, scores[:, 0])
    assert counts.poisson_deviance(target, scores) == pytest.approx(wanted)
    wanted = d2_tweedie_score(target, scores[:, 0], power=1)
    assert counts.deviance_explained(target, scores) == pytest.approx(wanted)
    weight = random.integers(0, 3, 80).astype(float)
    twice = np.repeat(np.arange(80), weight.astype(int))
    for metric in COUNT.metrics:
        repeated = metric(target[twice], scores[twice])
        assert metric(target, scores, weight) == pytest.approx(repeated)


def test_excess_of_counts_is_found_again():
    random = np.random.default_rng(2)
    means = random.gamma(2, 5, 20_000)
    assert counts.excess_of(random.poisson(means), means) < 0.01
    spread = random.negative_binomial(2, 2 / (2 + means))
    assert counts.excess_of(spread, means) == pytest.approx(0.5, abs=0.05)


def test_count_run_stands_beside_poisson_regression():
    x, y = visits()
    stages = [
        ff.Collect({"x": x, "y": y}, target="y", task="count"),
        ff.Preprocess(),
        ff.Train(epochs=15, threads=1),
        ff.Evaluate(),
    ]
    result = ff.Pipeline(stages).run(seed=0, progress=False)
    models = result.tables["model_comparison"].set_index("model")
    assert models.index[-3:].tolist() == ["mean count", "Poisson regression", "gradient boosting"]
    data = result[ff.Preprocessed]
    rows = np.concatenate([data.train.index, data.valid.index])
    fitted = PoissonRegressor(alpha=1 / len(rows)).fit(x[rows, None], y[rows])
    wanted = mean_poisson_deviance(y[data.test.index], fitted.predict(x[data.test.index, None]))
    found = float(models.loc["Poisson regression", "poisson_deviance"])
    assert found == pytest.approx(wanted, rel=0.01)
    ours = float(models.loc["model", "poisson_deviance"])
    assert ours < 1.6 * found < float(models.loc["mean count", "poisson_deviance"])
    assert 0.8 < float(result.metrics["coverage_90"]) <= 1
    means = result.predict({"x": [-1.0, 0.0, 1.0]})
    np.testing.assert_allclose(means, np.exp(1 + 0.7 * np.array([-1.0, 0, 1])), rtol=0.6)
    with pytest.raises(PreflightError, match="for PoissonRegressor"):
        ff.Pipeline([*stages[:2], ff.Train(PoissonRegressor())]).run(progress=False)


@pytest.mark.slow
def test_counts_keep_the_rules_of_tasks_and_do_not_leak():
    x, y = visits(150)
    check_task(COUNT, {"y": y[:60]})
    stages = [
        ff.Collect({"x": x, "y": y}, target="y", task="count"),
        ff.Preprocess(),
        ff.Train(epochs=2, threads=1),
        ff.Evaluate(),
    ]
    assert set(check_no_leak(ff.Pipeline(stages)).compared) == {"validation and test", "test"}
