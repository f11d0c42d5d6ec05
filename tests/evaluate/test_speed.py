import numpy as np

from fivefold.evaluate.speed import batch_milliseconds, prediction_speed


def test_prediction_speed_times_the_network_alone_and_with_its_codec(numbers, sensible):
    table = prediction_speed(numbers.evidence(sensible))
    assert table["what"].tolist() == ["model", "codec and model"] * 2
    assert table["rows_per_call"].tolist() == [1, 1, 200, 200]
    assert (table["fastest"] <= table["milliseconds_per_row"]).all()
    assert (table["milliseconds_per_row"] <= table["slowest"]).all()
    assert (table["p50"] <= table["p95"]).all()
    assert (table["p95"] <= table["p99"]).all()
    np.testing.assert_allclose(table["p50"], table["milliseconds_per_row"] * table["rows_per_call"])
    assert batch_milliseconds(table) == table["milliseconds_per_row"][2]


def test_prediction_speed_without_test_rows_is_empty(numbers, sensible):
    numbers.parts = (np.arange(500), np.arange(500, 1000), np.zeros(0, int))
    table = prediction_speed(numbers.evidence(sensible))
    assert len(table) == 0
    assert np.isnan(batch_milliseconds(table))
