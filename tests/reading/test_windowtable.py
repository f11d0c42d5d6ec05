import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import DataError
from fivefold.reading.options import Reading, Windows
from fivefold.reading.source import read
from fivefold.reading.windowtable import windows_of

ASKED = Windows(target="y", time=("when",), horizon=3, history=5)


def steps(count=40, **more) -> pd.DataFrame:
    when = pd.date_range("2024-01-01", periods=count, freq="h")
    return pd.DataFrame({"when": when, "y": np.arange(count, dtype=float), **more})


def cut(table, asked=ASKED, **reading):
    return read(table, Reading(long=asked, **reading))


def test_windows_hold_what_was_before_an_origin_and_targets_what_came_after():
    raw = cut(steps())
    assert len(raw) == 40 - 5 - 3 + 1
    assert raw.columns["y"][0].tolist() == [0, 1, 2, 3, 4]
    assert [raw.columns[f"y+{h}"][0] for h in (1, 2, 3)] == [5, 6, 7]
    assert raw.columns["forecast from"][0] == np.datetime64("2024-01-01T05")
    assert raw.columns["forecast until"][0] == np.datetime64("2024-01-01T07")
    assert raw.columns["when"][-1] == np.datetime64("2024-01-02T13")


def test_absent_steps_are_absent_and_lags_go_by_the_clock():
    raw = cut(steps().drop(index=[10, 11]))
    [finding] = [f for f in raw.findings if f.code == "absent_steps"]
    assert finding.numbers == {"absent": 2, "steps": 40}
    starts = [cell[0] for cell in raw.columns["y"]]
    at = starts.index(7.0)
    np.testing.assert_array_equal(raw.columns["y"][at], [7, 8, 9, np.nan, np.nan])
    assert raw.columns["y+1"][at] == 12
    origins = raw.columns["forecast from"].tolist()
    ahead = np.stack([raw.columns[f"y+{h}"] for h in (1, 2, 3)], axis=1)
    for hour, want in ((8, [8, 9, np.nan]), (9, [9, np.nan, np.nan]), (11, [np.nan, 12, 13])):
        row = origins.index(pd.Timestamp("2024-01-01") + pd.Timedelta(hours=hour))
        np.testing.assert_array_equal(ahead[row], want)
    assert len(raw) == 40 - 5 - 3 + 1


def test_window_that_lacks_all_steps_to_forecast_is_none():
    raw = cut(steps().drop(index=[10, 11, 12]))
    assert pd.Timestamp("2024-01-01T10") not in raw.columns["forecast from"].tolist()
    assert len(raw) == 40 - 5 - 3 + 1 - 1 - 3  # histories of which less than half is known


def test_naive_error_of_a_window_is_that_of_the_steps_that_came():
    y = np.random.default_rng(0).normal(size=40)
    asked = Windows(target="y", time=("when",), horizon=3, history=5, season=2)
    raw = cut(steps(y=y).drop(index=[15]), asked)
    error = np.mean([(y[14] - y[12]) ** 2, (y[16] - y[12]) ** 2])
    assert raw.columns["y naive"][9] == pytest.approx(error)


def test_naive_error_and_usual_error_are_those_of_what_was_known_before():
    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    raw = cut(steps(y=y), Windows(target="y", time=("when",), horizon=3, history=5, season=2))
    origin = 5 + 9
    known = y[:origin]
    forecast = [known[-2], known[-1], known[-2]]
    error = np.mean((y[origin : origin + 3] - forecast) ** 2)
    assert raw.columns["y naive"][9] == pytest.approx(error)
    assert raw.columns["y scale"][9] == pytest.approx(np.abs(known[2:] - known[:-2]).mean())


def test_season_is_the_week_where_series_repeat_by_it():
    count = 24 * 7 * 6
    week = np.random.default_rng(0).normal(size=168)
    raw = cut(steps(count, y=np.tile(week, 6)), Windows(target="y", time=("when",), horizon=24))
    found = windows_of(raw.text)
    assert found is not None
    assert (found.season, found.history) == (168, (count - 24) // 4)


def test_days_and_hours_in_two_columns_are_one_time():
    table = steps()
    table["day"], table["hour"] = table.when.dt.strftime("%d-%m-%Y"), table.when.dt.hour
    apart = table.drop(columns="when")
    raw = cut(apart, Windows(target="y", time=("day", "hour"), horizon=3, history=5))
    assert (raw.columns["forecast from"] == cut(table).columns["forecast from"]).all()


def test_several_rows_of_one_step_are_refused_with_the_remedy():
    with pytest.raises(DataError, match=r"one row a step of hour, found 40 more(.|\n)*series_id="):
        cut(pd.concat([steps(), steps()]))


def test_series_of_one_table_do_not_mix_and_constant_columns_are_static():
    table = pd.concat([steps(20, shop="a"), steps(20, shop="b", y=np.arange(100.0, 120))])
    asked = Windows(target="y", time=("when",), horizon=3, history=5, series_id="shop")
    raw = cut(table.sample(frac=1, random_state=0), asked)
    shops, first = raw.columns["shop"], np.array([cell[0] for cell in raw.columns["y"]])
    assert len(raw) == 2 * 13
    assert all((value >= 100) == (shop == "b") for value, shop in zip(first, shops, strict=True))


def test_columns_known_ahead_go_on_to_the_last_step_and_past_ones_end():
    table = steps(holiday=np.arange(40.0) + 500, rain=np.arange(40.0))
    asked = Windows(
        target="y", time=("when",), horizon=3, history=5, past=("rain",), known=("holiday",)
    )
    raw = cut(table, asked)
    assert raw.columns["rain"][0].tolist() == [0, 1, 2, 3, 4]
    assert raw.columns["holiday"][0].tolist() == [*range(500, 508)]


def test_steps_to_answer_are_one_window_behind_the_last_known_step():
    table = steps()
    asked = windows_of(cut(table).text)
    raw = cut(table, asked, inputs=("y", "when"))
    assert len(raw) == 1
    assert raw.columns["y"][0].tolist() == [35, 36, 37, 38, 39]
    assert raw.columns["when"][0] == np.datetime64("2024-01-02T16")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"horizon": 3}, "`horizon` asks for `time`"),
        ({"history": 3}, "`history` asks for `horizon`"),
        ({"horizon": 3, "time": "when", "quantiles": (0.5,)}, "two quantiles or more"),
    ],
)
def test_settings_of_forecasts_that_lack_others_are_refused_when_built(settings, told):
    with pytest.raises(ff.errors.ConfigError, match=told):
        ff.Collect("x.csv", target="y", **settings)


def test_inputs_of_windows_are_the_same_whatever_comes_after_their_origin():
    rng = np.random.default_rng(1)
    table = steps(60, y=rng.normal(size=60), rain=rng.normal(size=60))
    asked = Windows(
        target="y", time=("when",), horizon=3, history=5, past=("rain",), clock="3600.0 seconds 0.0"
    )
    first, origin = cut(table, asked), 30
    changed = table.copy()
    changed.loc[origin:, ["y", "rain"]] = rng.normal(size=(60 - origin, 2)) * 1e6
    second = cut(changed, asked)
    before = first.columns["forecast from"] <= table.when[origin].to_datetime64()
    for name in ("y", "rain", "when", "y scale"):
        for one, other in zip(
            first.columns[name][before], second.columns[name][before], strict=True
        ):
            np.testing.assert_array_equal(one, other)
