from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from fivefold.codecs.coded import objects
from fivefold.errors import DataError
from fivefold.reading.arrays import read_arrays, read_columns
from fivefold.reading.cells import narrowed
from fivefold.reading.frames import is_frame, read_frame
from fivefold.reading.source import read


class Stream:
    """A frame of a library that nobody here knows: the Arrow protocol is all it has."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


def as_lists(raw):
    return {name: values.tolist() for name, values in raw.columns.items()}


def test_frame_of_an_unknown_library_is_read_by_the_protocol():
    stream = Stream(pa.table({"n": [1, 2], "s": ["a", None]}))
    assert is_frame(stream)
    raw = read_frame(stream)
    assert as_lists(raw) == {"n": [1, 2], "s": ["a", None]}
    assert raw.columns["n"].dtype == np.int64


def test_pandas_types_become_arrays_and_kinds():
    frame = pd.DataFrame(
        {
            "whole": [1, 2],
            "null": pd.array([10001, None], dtype="Int64"),
            "real": [0.5, np.nan],
            "text": ["a", None],
            "truth": [True, False],
            "maybe": pd.array([True, None], dtype="boolean"),
            "grade": pd.Categorical([3, 1]),
            "when": pd.to_datetime(["2024-01-02", None]),
            "zoned": pd.to_datetime(["2024-01-02 05:00", "2024-01-03 00:00"]).tz_localize(
                "Asia/Tokyo"
            ),
            "span": pd.to_timedelta(["1min", "2s"]),
            "nested": [[1, 2], [3]],
        }
    )
    raw = read_frame(frame)
    assert raw.kinds == {
        "truth": "boolean",
        "maybe": "boolean",
        "grade": "categorical",
        "when": "datetime",
        "zoned": "datetime",
        "span": "numeric",
    }
    assert raw.columns["null"].dtype == np.float64
    assert raw.columns["null"][0] == 10001.0
    assert np.isnan(raw.columns["null"][1])
    assert raw.columns["maybe"].tolist() == [True, None]
    assert raw.columns["grade"].tolist() == [3, 1]
    assert raw.columns["zoned"][0] == np.datetime64("2024-01-01T20:00")
    assert raw.columns["span"].tolist() == [60.0, 2.0]
    assert raw.columns["text"].tolist() == ["a", None]


def test_pandas_index_is_no_column():
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=[7, 3, 5])
    assert list(read_frame(frame).columns) == ["a"]
    assert list(read_frame(pa.Table.from_pandas(frame)).columns) == ["a"]


def test_pandas_index_with_a_name_is_a_column_from_every_source(tmp_path):
    frame = pd.DataFrame({"id": [7, 8], "a": [1, 2]}).set_index("id")
    frame.to_parquet(tmp_path / "f.parquet")
    for source in (frame, pa.Table.from_pandas(frame), tmp_path / "f.parquet"):
        assert as_lists(read(source)) == {"id": [7, 8], "a": [1, 2]}


def test_pandas_index_of_counted_rows_with_a_name_is_a_column_from_every_source(tmp_path):
    frame = pd.DataFrame({"a": [1.5, 2.5]}, index=pd.RangeIndex(3, 7, 2, name="n"))
    frame.to_parquet(tmp_path / "f.parquet")
    for source in (frame, pa.Table.from_pandas(frame), tmp_path / "f.parquet"):
        assert as_lists(read(source)) == {"n": [3, 5], "a": [1.5, 2.5]}


def test_pandas_column_of_several_types_is_kept_as_objects():
    raw = read_frame(pd.DataFrame({"m": [1, "a", 2.5, None]}, dtype=object))
    assert raw.columns["m"].tolist() == [1, "a", 2.5, None]


def test_frame_with_a_name_twice_is_refused():
    frame = pd.DataFrame(np.zeros((2, 3)), columns=["a", "b", "a"])
    with pytest.raises(DataError, match="found `a` more than once"):
        read_frame(frame)
    table = pa.table([pa.array([1]), pa.array([2])], names=["x", "x"])
    with pytest.raises(DataError, match="found `x` more than once"):
        read_frame(table)


def test_large_whole_numbers_with_a_null_keep_their_digits():
    raw = read_frame(pa.table({"id": pa.array([2**60 + 1, None])}))
    assert raw.columns["id"].tolist() == [2**60 + 1, None]


def test_decimals_and_dates_are_numbers_and_times():
    import decimal

    table = pa.table({"d": [decimal.Decimal("1.25")], "t": [date(2024, 1, 2)]})
    raw = read_frame(table)
    assert raw.columns["d"].tolist() == [1.25]
    assert raw.columns["t"].tolist() == [datetime(2024, 1, 2)]


def test_matrix_and_labels_get_names_and_a_target():
    raw = read_arrays(np.arange(6.0).reshape(3, 2), ["a", "b", "a"])
    assert as_lists(raw) == {"x0": [0, 2, 4], "x1": [1, 3, 5], "target": ["a", "b", "a"]}
    assert raw.target == "target"


def test_frame_and_series_keep_their_names():
    raw = read_arrays(pd.DataFrame({"age": [1, 2]}), pd.Series([0, 1], name="sick"))
    assert list(raw.columns) == ["age", "sick"]
    assert raw.target == "sick"


def test_stack_of_pictures_is_one_image_column():
    raw = read_arrays(np.zeros((4, 8, 6), np.uint8), [0, 1, 0, 1])
    assert raw.columns["image"].shape == (4, 8, 6)
    assert raw.kinds == {"image": "image"}


def test_arrays_of_unequal_length_are_refused():
    with pytest.raises(DataError, match="found 3 and 2 rows"):
        read_arrays(np.zeros((3, 2)), [0, 1])


def test_array_of_five_axes_is_refused():
    with pytest.raises(DataError, match=r"found shape \(2, 1, 1, 1, 1\)"):
        read_arrays(np.zeros((2, 1, 1, 1, 1)), [0, 1])


def test_mapping_of_lists_is_read_and_unequal_lengths_refused():
    raw = read_columns({"a": (1, 2), "b": ["x", None], "c": np.array([True, False])})
    assert as_lists(raw) == {"a": [1, 2], "b": ["x", None], "c": [True, False]}
    assert raw.kinds == {"c": "boolean"}
    with pytest.raises(DataError, match=r"found \{'a': 1, 'b': 2\}"):
        read_columns({"a": [1], "b": [1, 2]})


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], "int64"),
        ([1, 2.5, None], "float64"),
        ([True, False], "bool"),
        ([True, None], "O"),
        ([1, True], "O"),
        ([1, "a"], "O"),
        ([2**60, None], "O"),
        ([None, None], "O"),
    ],
)
def test_objects_are_narrowed_only_where_nothing_is_lost(values, dtype):
    found = narrowed(objects(values))
    assert found.dtype == np.dtype(dtype)
    if dtype == "O":
        assert found.tolist() == values
