import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import ConfigError, DataError
from fivefold.tasks.known import FORECAST, RETURNS

pytestmark = pytest.mark.few_trees

COUNT = 300


def prices(count=COUNT, **more) -> pd.DataFrame:
    walk = np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.02, count)))
    when = pd.bdate_range("2020-01-01", periods=count)
    return pd.DataFrame({"when": when, "close": 50 * walk, **more})


def collected(table, **more):
    asked = {"target": "close", "time": "when", "horizon": 3, "history": 10, **more}
    stages = [ff.Collect(table, **{"task": "returns", **asked}), ff.Preprocess()]
    return ff.Pipeline(stages).run(seed=0, progress=False)


def test_errors_of_prices_are_those_of_their_returns():
    result = collected(prices())
    rows = result[ff.Preprocessed].train
    table = prices()["close"].to_numpy()
    logs, place = np.log(table), 40
    [at] = np.flatnonzero(rows.index == place - 10)
    np.testing.assert_allclose(rows.target[at, :3], logs[place : place + 3])
    naive = np.mean((logs[place : place + 3] - logs[place - 1]) ** 2)
    assert rows.target[at, 3] == pytest.approx(naive)
    steps = np.abs(np.diff(logs[:place])).mean()
    assert rows.target[at, 4] == pytest.approx(steps)
    scores = np.tile((logs[place : place + 3] + 0.01)[None, :, None], (1, 1, 4))
    [skill, rmse] = [
        metric.statistic.counted(rows.target[at : at + 1], scores, np.ones((1, 1)))[0]
        for metric in RETURNS.metrics[:2]
    ]
    assert rmse == pytest.approx(0.01)
    assert skill == pytest.approx(1 - 0.01 / np.sqrt(naive))


def test_answers_and_quantiles_are_prices():
    schema = collected(prices())[ff.Collected].schema
    scores = np.log(np.arange(1.0, 13.0)).reshape(1, 3, 4)
    np.testing.assert_allclose(RETURNS.answers(scores, schema), [[1, 5, 9]])
    assert RETURNS.reply(scores, schema)["quantiles"]["0.1"][0] == pytest.approx([2, 6, 10])
    assert FORECAST.answers(scores, schema)[0, 1] == pytest.approx(np.log(5))


def test_window_is_read_as_logarithms_whatever_its_unit():
    one, other = (collected(table)[ff.Preprocessed] for table in (prices(), _in_cents()))
    np.testing.assert_allclose(
        one.train.inputs["windows"], other.train.inputs["windows"], atol=1e-5
    )


def test_columns_beside_a_price_are_read_as_they_are():
    volume = np.random.default_rng(1).normal(size=COUNT)  # below 0, which no price is
    result = collected(prices(volume=volume), past=("volume",))
    first = result[ff.Preprocessed].train.inputs["windows"][0]
    close = np.log(prices()["close"].to_numpy())[:10]
    for line, wanted in ((0, close), (1, volume[:10])):
        assert np.corrcoef(first[line], wanted)[0, 1] == pytest.approx(1, abs=1e-6)


def _in_cents():
    return prices().assign(close=lambda table: 100 * table["close"])


def test_numbers_of_0_are_refused_with_their_row():
    table = prices()
    table.loc[7, "close"] = 0.0
    with pytest.raises(DataError, match="row 7: expected numbers above 0"):
        collected(table)


def test_returns_without_a_horizon_are_refused():
    with pytest.raises(ConfigError, match="asks for `horizon`"):
        ff.Collect(prices(), target="close", time="when", task="returns")


@pytest.mark.slow
def test_served_forecasts_of_returns_are_prices(tmp_path):
    asked = {"target": "close", "time": "when", "horizon": 3, "history": 10, "task": "returns"}
    stages = [ff.Collect(prices(), **asked), ff.Preprocess(), ff.Train(epochs=2), ff.Evaluate()]
    result = ff.Pipeline([*stages, ff.Deploy(tmp_path / "m.ff")]).run(seed=0, progress=False)
    last = prices()["close"].iloc[-1]
    model = ff.load(tmp_path / "m.ff")
    found = model.predict(prices())
    assert np.abs(found / last - 1).max() < 0.2
    row = {"close": prices()["close"].iloc[-10:].tolist(), "when": "2021-02-24"}
    np.testing.assert_allclose(model.predict([row]), found, rtol=1e-4)
    assert result.metrics["rmse"] < 0.2
