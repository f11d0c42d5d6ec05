import time

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from fivefold.evaluate.timing import (
    Way,
    calls_for,
    fastest_tied,
    held_bytes,
    memory_of,
    speed_table,
    time_calls,
    timed,
)


def test_time_calls_measures_each_call_but_the_first():
    calls = []

    def call():
        calls.append(None)
        time.sleep(0.05 if len(calls) == 1 else 0.002)

    seconds = time_calls(call, 3)
    assert len(calls) == 4
    assert len(seconds) == 3
    assert (seconds >= 0.002).all()
    assert seconds.min() < 0.05


def test_timed_quantiles_are_those_of_numpy():
    seconds = np.random.default_rng(0).random(50)
    found = timed(seconds, 4)
    for name, share in (("p50", 50), ("p95", 95), ("p99", 99)):
        assert found[name] == pytest.approx(1000 * np.percentile(seconds, share))
    assert found["rows_per_second"] == pytest.approx(4 / np.median(seconds))
    assert found["milliseconds_per_row"] == pytest.approx(1000 * np.median(seconds) / 4)


def test_calls_for_a_while_are_at_least_ten_and_no_more_than_there_is_time_for():
    assert len(calls_for(lambda: time.sleep(0.002), 0.0)) == 10
    assert len(calls_for(lambda: None, 0.05)) == 400


def test_memory_of_a_call_is_what_it_holds_at_its_peak():
    for _ in range(4):  # the allocator keeps what a call before has freed
        found = memory_of(lambda: np.ones(4_000_000).sum())
        assert found != found or 30e6 < found < 40e6  # NaN where the system does not say


def test_held_bytes_of_an_estimator_are_those_of_its_arrays():
    model = LogisticRegression().fit(np.eye(4), [0, 1, 0, 1])
    wanted = model.coef_.nbytes + model.intercept_.nbytes + model.classes_.nbytes
    wanted += model.n_iter_.nbytes

    def predict(rows):
        return model.predict(rows)

    assert held_bytes(predict) == wanted


def test_speed_table_has_a_row_a_way_and_number_of_rows():
    def ready(rows):
        return lambda: np.ones(rows)

    ways = [Way(model=name, engine="numpy", what="model", ready=ready, bytes=8) for name in "ab"]
    told = []
    table = speed_table(ways, batches=(1, 8), seconds=0.0, told=told.append)
    assert table["model"].tolist() == ["a", "a", "b", "b"]
    assert table["rows_per_call"].tolist() == [1, 8, 1, 8]
    assert told == ways
    assert (table["p50"] <= table["p95"]).all()
    assert (table["bytes"] == 8).all()


def test_the_fastest_of_those_tied_with_the_best_is_marked():
    table = pd.DataFrame(
        {
            "model": ["slow", "quick", "quick", "poor"],
            "engine": ["torch", "torch", "onnxruntime", "torch"],
            "what": "model",
            "rows_per_call": 1,
            "p50": [9.0, 3.0, 2.0, 1.0],
        }
    )
    marked = fastest_tied(table, ["slow", "quick"])
    assert marked["fastest_tied"].tolist() == ["", "", "yes", ""]
