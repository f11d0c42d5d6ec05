import json

import numpy as np
import pandas as pd
import pytest

import fivefold as ff
from fivefold.errors import ConfigError, DataError
from fivefold.reading.longtable import learnt, long_of, rolled
from fivefold.reading.options import Long, Reading
from fivefold.reading.source import read


def table():
    """Two series out of order: of 4 even steps, and of 3 with one missing."""
    rows = [
        ("b", 0, 10.0, 1.0, "yes", 7),
        ("a", 2, 3.0, 5.0, "no", 8),
        ("a", 0, 1.0, 5.0, "no", 8),
        ("b", 4, 14.0, 3.0, "yes", 7),
        ("a", 1, 2.0, 6.0, "no", 8),
        ("b", 1, 11.0, 2.0, "yes", 7),
        ("a", 3, None, 5.0, "no", 8),
    ]
    return pd.DataFrame(rows, columns=["who", "t", "x", "y", "label", "age"])


def test_a_row_a_step_becomes_a_row_a_series_on_an_even_grid():
    raw = read(table(), Reading(long=Long(series_id="who", step="t", constant=("label",))))
    assert list(raw.columns) == ["who", "series", "label", "age"]
    assert raw.column("who").tolist() == ["b", "a"]
    assert raw.column("label").tolist() == ["yes", "no"]
    assert raw.column("age").tolist() == [7, 8]
    first, second = raw.column("series")
    wanted = np.stack([np.interp(np.arange(5), [0, 1, 4], v) for v in ([10, 11, 14], [1, 2, 3])], 1)
    np.testing.assert_allclose(first, wanted)
    np.testing.assert_array_equal(second, [[1, 5], [2, 6], [3, 5], [np.nan, 5]])
    [told] = raw.findings
    assert (told.code, told.numbers["uneven"], told.numbers["channels"]) == (
        *("rolled_up", 1),
        ["x", "y"],
    )
    assert long_of(raw.text) == Long(series_id="who", step="t", channels=("x", "y"), spacing=1.0)


def test_without_a_step_the_order_of_the_rows_counts():
    raw = read(table(), Reading(long=Long(series_id="who")))
    assert raw.column("series")[0][:, 1].tolist() == [10, 14, 11]  # t, x, y vary
    assert json.loads(raw.text["channels"]) == ["t", "x", "y"]


def test_moments_are_steps_and_equal_ones_are_averaged():
    times = pd.to_datetime(["2024-01-01 00:00", "2024-01-01 00:20", "2024-01-01 00:10"])
    frame = pd.DataFrame({"id": 1, "at": times, "x": [1.0, 3.0, 9.0]})
    frame = pd.concat([frame, frame.iloc[[2]].assign(x=1.0)])
    [found] = read(frame, Reading(long=Long(series_id="id", step="at"))).column("series")
    assert found[:, 0].tolist() == [1, 5, 3]


def test_target_that_varies_within_a_series_is_refused_with_the_rows():
    frame = table()
    frame.loc[5, "label"] = "no"
    collect = ff.Collect(frame, target="label", series_id="who", step="t")
    with pytest.raises(DataError, match=r"one value within each series of `who`, found 'yes' and"):
        ff.Pipeline([collect]).run(progress=False)
    placed = ff.Collect(frame, target=-2, series_id="who", step="t")
    with pytest.raises(DataError, match="column `label`"):
        ff.Pipeline([placed]).run(progress=False)


@pytest.mark.parametrize(
    ("options", "change", "told"),
    [
        ({"series_id": "whom"}, {}, "Write 'who'"),
        ({"series_id": "who", "step": "label"}, {}, "numbers or moments for step="),
        ({"series_id": "who"}, {"who": None}, "row 0: expected a value, found none"),
        ({"series_id": "x"}, {"x": range(7)}, "that vary within a series of `x`, found none"),
    ],
)
def test_long_tables_that_cannot_be_read_say_why(options, change, told):
    frame = table().assign(**change)
    with pytest.raises(DataError, match=told):
        read(frame, Reading(long=Long(**options)))


def test_step_without_series_is_refused_when_built():
    with pytest.raises(ConfigError, match="`step` has no effect without `series_id`"):
        ff.Collect("long.csv", target="y", step="t")


def test_words_that_vary_are_left_out_with_a_finding():
    frame = table().assign(note=list("abcdefg"))
    raw = read(frame, Reading(long=Long(series_id="who", step="t")))
    assert "note" not in raw.columns
    assert [found.code for found in raw.findings] == ["rolled_up", "varying_columns"]


def test_rows_to_answer_have_the_channels_of_training_whatever_varies():
    long = Long(series_id="who", step="t")
    known = learnt(long, read(table(), Reading(long=long)))
    frame = pd.DataFrame({"y": [1.0, 1.0], "who": "c", "t": [0, 1], "x": [2.0, 4.0]})
    found = rolled(read(frame, Reading()), known, wanted=["series"])
    assert list(found.columns) == ["series"]
    assert found.column("series")[0].tolist() == [[2, 1], [4, 1]]
    with pytest.raises(DataError, match="`y` missing"):
        rolled(read(frame.drop(columns="y"), Reading()), known, wanted=["series"])


def test_steps_far_apart_stay_as_they_are():
    frame = pd.DataFrame({"id": 1, "t": [0, 1, 2, 3, 10_000], "x": np.arange(5.0)})
    raw = read(frame, Reading(long=Long(series_id="id", step="t")))
    assert raw.column("series")[0][:, 0].tolist() == [0, 1, 2, 3, 4]
    assert raw.findings[0].numbers["far_apart"] == 1


def test_target_that_varies_within_most_series_is_a_label_for_each_step():
    frame = pd.DataFrame({"who": [1, 1, 1, 2, 2, 2], "t": [2, 0, 1, 0, 1, 2], "x": range(6)})
    frame["state"] = ["up", "rest", "up", "rest", "rest", "up"]
    raw = read(frame, Reading(long=Long(series_id="who", step="t", labels="state")))
    assert raw.column("state").tolist() == [["rest", "up", "up"], ["rest", "rest", "up"]]
    assert raw.column("series")[0].tolist() == [[1], [2], [0]]
