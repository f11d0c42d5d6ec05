"""Forecasts from a table of steps to a served model."""

import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import DataError, LeakError
from fivefold.folds import draw_divisions
from fivefold.partition import draw
from fivefold.tasks.forecast import Forecast
from fivefold.testing import check_no_leak, check_task

HORIZON = 6


def shops(count=600, seed=0) -> pd.DataFrame:
    """Two shops of very different size, busy by hour and more so with an offer, with gaps."""
    rng = np.random.default_rng(seed)
    when = pd.date_range("2024-01-01", periods=count, freq="h")
    tables = []
    for name, level in (("small", 10.0), ("large", 4000.0)):
        offer = (rng.random(count) < 0.2).astype(float)
        wave = 1 + 0.4 * np.sin(2 * np.pi * when.hour / 24) + 0.5 * offer
        y = level * (wave + 0.05 * rng.normal(size=count))
        tables.append(
            pd.DataFrame({"when": when, "shop": name, "offer": offer, "sold": np.round(y, 3)})
        )
    return pd.concat(tables).sample(frac=0.99, random_state=1).sort_values(["shop", "when"])


def collect(table, **more) -> ff.Collect:
    asked = {"horizon": HORIZON, "history": 48, "series_id": "shop", "known": ("offer",)}
    return ff.Collect(table, target="sold", time="when", **{**asked, **more})


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    path = tmp_path_factory.mktemp("forecast") / "sold.ff"
    stages = [collect(shops()), ff.Preprocess(), ff.Train(epochs=2), ff.Evaluate(), ff.Deploy(path)]
    return ff.Pipeline(stages).run(seed=0, progress=False), path


@pytest.mark.slow
def test_forecast_beats_naive_ones_and_its_band_holds_what_it_says(deployed):
    result, _ = deployed
    table = result.tables["model_comparison"].set_index("model")
    assert list(table.index) == [
        *("model", "naive", "seasonal naive", "ridge on lags", "boosting on lags"),
    ]
    assert (table["verdict"].iloc[1:4] == "wins").all()
    assert table["verdict"].iloc[4] != "loses"
    assert 0.6 < result.metrics["coverage"] < 0.95
    assert "r2" not in result.metrics
    assert result.metrics["skill"] > 0.3


@pytest.mark.slow
def test_served_forecasts_are_those_of_the_run_from_steps_windows_and_json(deployed):
    result, path = deployed
    model, table = ff.load(path), shops()
    last = table.groupby("shop")["when"].max()
    ahead = [
        {"when": when + pd.Timedelta(hours=h), "shop": shop, "offer": float(h == 2), "sold": np.nan}
        for shop, when in last.items()
        for h in range(1, HORIZON + 1)
    ]
    whole = pd.concat([table, pd.DataFrame(ahead)])
    found = model.predict(whole)
    assert found.shape == (2, HORIZON)
    np.testing.assert_allclose(result.predict(whole), found, rtol=1e-4)
    shop = dict(zip(("large", "small"), found, strict=True))
    assert shop["small"].mean() < 50 < shop["large"].mean()
    small = table[table["shop"] == "small"].set_index("when")["sold"].asfreq("h").iloc[-48:]
    offer = table[table["shop"] == "small"].set_index("when")["offer"].asfreq("h").iloc[-48:]
    row = {
        "sold": [None if np.isnan(v) else v for v in small],
        "offer": [None if np.isnan(v) else v for v in offer] + [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        "when": str(last["small"] + pd.Timedelta(hours=1)),
        "shop": "small",
    }
    np.testing.assert_allclose(model.predict([row])[0], shop["small"], rtol=1e-4)


@pytest.mark.slow
def test_server_replies_with_quantiles_that_do_not_cross_and_times_and_the_page_has_a_form(
    deployed, ask
):
    _, path = deployed
    model = ff.load(path)
    asked = json.loads(json.dumps(model.bundle.json("parity.json")["requests"]))
    reply = ask(model, "POST", "/predict", json=asked).json()
    page = ask(model, "GET", "/").text
    rows = len(asked["instances"])
    assert np.shape(reply["predictions"]) == (rows, HORIZON)
    low, middle, high = (np.array(reply["quantiles"][level]) for level in ("0.1", "0.5", "0.9"))
    assert (low <= middle).all()
    assert (middle <= high).all()
    first = np.datetime64(asked["instances"][0]["when"])
    assert [np.datetime64(t) for t in reply["times"][0]] == [
        first + np.timedelta64(h, "h") for h in range(HORIZON)
    ]
    assert "<h1>sold</h1>" in page
    assert "the next 6 steps" in page.lower()


@pytest.mark.slow
def test_report_draws_forecasts_their_error_and_their_coverage(deployed, tmp_path):
    result, _ = deployed
    result.report(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    for title in ("Forecasts, 0.1 to 0.9", "Error by step ahead", "Coverage by step ahead"):
        assert title in page


@pytest.mark.slow
def test_nothing_held_out_reaches_what_is_fitted():
    stages = [collect(shops(300)), ff.Preprocess(), ff.Train(epochs=1), ff.Evaluate(baselines=())]
    found = check_no_leak(ff.Pipeline(stages))
    assert "Trained.model" in found.compared["test"]
    assert found.rows["steps after an origin"] > 100


def test_windows_that_read_what_comes_after_them_are_found(monkeypatch):
    from fivefold.hindsight import check_origins
    from fivefold.reading.stretch import Stretch

    collected = ff.Pipeline([collect(shops(300))]).run(seed=0, progress=False)[ff.Collected]
    partition = draw(collected, seed=0)
    assert check_origins(collected, partition) > 100

    def peeking(self, name, origins, history, beyond):
        return [self.channels[name][o - history + 1 : o + beyond + 1] for o in origins.tolist()]

    monkeypatch.setattr(Stretch, "slices", peeking)
    with pytest.raises(LeakError, match="window"):
        check_origins(collected, partition)


def test_parts_and_folds_share_no_step_to_forecast():
    collected = ff.Pipeline([collect(shops(400))]).run(seed=0, progress=False)[ff.Collected]
    starts = collected.table.column("forecast from")
    ends = collected.table.column("forecast until")
    partition = draw(collected, seed=0)
    assert partition.by == "time"
    divisions = [partition, *draw_divisions(collected, partition, 3, 0)]
    assert len(divisions) == 4
    for division in divisions:
        assert min(map(len, (division.train, division.valid, division.test))) > 0
        assert ends[division.train].max() < starts[division.valid].min()
        assert ends[division.valid].max() < starts[division.test].min()


def test_stride_thins_what_is_judged_and_not_what_is_learnt():
    stages = [collect(shops(400), stride=24)]
    collected = ff.Pipeline(stages).run(seed=0, progress=False)[ff.Collected]
    partition = draw(collected, seed=0)
    starts = collected.table.column("forecast from")
    hours = starts.astype("M8[h]").astype(int) % 24
    assert set(hours[partition.test]) == {0}
    assert len(set(hours[partition.train])) == len(set(hours[partition.valid])) == 24
    for division in draw_divisions(collected, partition, 3, 0):
        assert set(hours[division.test]) == {0}


def test_windows_are_not_divided_at_random():
    collected = ff.Pipeline([collect(shops(300))]).run(seed=0, progress=False)[ff.Collected]
    with pytest.raises(DataError, match="divided by time"):
        draw(collected, seed=0, by="random")


@pytest.mark.slow
@pytest.mark.rehearsed
def test_task_keeps_to_what_every_task_must():
    from torch import nn

    rng = np.random.default_rng(0)
    names = ("y+1", "y+2", "y naive", "y scale")
    columns = {name: np.abs(rng.normal(size=60)) + 0.5 for name in names}

    def network(inputs, outputs):
        return nn.Linear(int(inputs), outputs)

    check_task(Forecast, columns, model=network)


@pytest.mark.slow
def test_backtest_rolls_on_and_refits_everything_and_keeps_forecasts():
    stages = [collect(shops(400), stride=6), ff.Preprocess(), ff.Train(epochs=1)]
    found = ff.cross_validate(
        ff.Pipeline([*stages, ff.Evaluate(baselines=())]), folds=3, seed=0, progress=False
    )
    rows = found.scores["train_rows"].tolist()
    assert rows == sorted(rows)
    assert found.metrics["skill"] == pytest.approx(found.scores["skill"].mean())
    line = found.predictions.iloc[0]
    assert np.isfinite(line["target_sold+1"])
    assert line["sold+1 q0.1"] <= line["sold+1 q0.9"]


@pytest.mark.slow
def test_forecast_in_the_shell_is_one_line(tmp_path, capsys):
    from fivefold.cli import main

    table = shops(400)
    table["day"], table["hour"] = table["when"].dt.strftime("%d.%m.%Y"), table["when"].dt.hour
    table.drop(columns="when").to_csv(tmp_path / "sold.csv", index=False)
    words = f"run {tmp_path}/sold.csv --target sold --time day,hour --horizon 6 --series-id shop"
    assert main([*words.split(), "--known", "offer", "--epochs", "1", "--stride", "6"]) == 0
    assert "forecasts are off by" in capsys.readouterr().out
