import time

import numpy as np

from fivefold.evaluate.speed import batch_milliseconds, prediction_speed, time_calls


def test_prediction_speed_times_the_network_alone_and_with_its_codec(numbers, sensible):
    table = prediction_speed(numbers.evidence(sensible))
    assert table["what"].tolist() == ["network", "codec and network"] * 2
    assert table["rows_per_call"].tolist() == [1, 1, 200, 200]
    assert (table["fastest"] <= table["milliseconds_per_row"]).all()
    assert (table["milliseconds_per_row"] <= table["slowest"]).all()
    assert batch_milliseconds(table) == table["milliseconds_per_row"][2]


def test_prediction_speed_without_test_rows_is_empty(numbers, sensible):
    numbers.parts = (np.arange(500), np.arange(500, 1000), np.zeros(0, int))
    table = prediction_speed(numbers.evidence(sensible))
    assert len(table) == 0
    assert np.isnan(batch_milliseconds(table))


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
