from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import fivefold as ff
from fivefold.codecs.coded import objects
from fivefold.errors import DataError
from fivefold.reading.arrays import read_arrays, read_columns
from fivefold.reading.frames import is_frame, read_frame
from fivefold.reading.objects import narrowed
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
    assert raw.types == {
        "truth": "truth",
        "maybe": "truth",
        "grade": "levels",
        "when": "moment",
        "zoned": "moment",
        "span": "span",
    }
    assert raw.columns["null"].tolist() == [10001, None]
    assert type(raw.columns["null"][0]) is int
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
    assert raw.types == {"image": "raster"}


def test_arrays_of_unequal_length_are_refused():
    with pytest.raises(DataError, match="found 3 and 2 rows"):
        read_arrays(np.zeros((3, 2)), [0, 1])


def test_array_of_six_axes_is_refused():
    with pytest.raises(DataError, match=r"found shape \(2, 1, 1, 1, 1, 1\)"):
        read_arrays(np.zeros((2, 1, 1, 1, 1, 1)), [0, 1])


def test_mapping_of_lists_is_read_and_unequal_lengths_refused():
    raw = read_columns({"a": (1, 2), "b": ["x", None], "c": np.array([True, False])})
    assert as_lists(raw) == {"a": [1, 2], "b": ["x", None], "c": [True, False]}
    assert raw.types == {"c": "truth"}
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


def test_periods_are_the_moment_they_begin_from_every_source(tmp_path):
    frame = pd.DataFrame({"p": pd.PeriodIndex(["2024-01", None, "2024-03"], freq="M")})
    frame.to_parquet(tmp_path / "f.parquet")
    wanted = np.array(["2024-01-01", "NaT", "2024-03-01"], "M8[us]")
    records = [{"p": value} for value in frame["p"]]
    for source in (frame, pa.Table.from_pandas(frame), tmp_path / "f.parquet"):
        raw = read(source)
        np.testing.assert_array_equal(raw.column("p"), wanted)
        assert raw.types == {"p": "moment"}
    assert read(records).column("p")[0] == wanted[0]


def test_intervals_are_their_text_from_every_source():
    bins = pd.cut(np.array([0.5, 2.5, np.nan]), [0, 1, 3])
    frame = pd.DataFrame({"c": bins, "i": pd.arrays.IntervalArray(bins)})
    for source in (frame, pa.Table.from_pandas(frame)):
        raw = read(source)
        wanted = [None if pd.isna(value) else str(value) for value in frame["c"].astype(object)]
        assert raw.columns["c"].tolist() == wanted
        assert raw.types == {"c": "ranks"}
        wanted = [None if pd.isna(value) else str(value) for value in frame["i"]]
        assert raw.columns["i"].tolist() == wanted


def test_levels_of_column_names_are_joined_alike_from_every_source(tmp_path):
    frame = pd.DataFrame({("m", "a"): [1, 2], ("m", "b"): [3, 4], ("y", ""): [5, 6]})
    frame.to_parquet(tmp_path / "f.parquet")
    for source in (frame, pa.Table.from_pandas(frame), tmp_path / "f.parquet"):
        assert as_lists(read(source)) == {"m_a": [1, 2], "m_b": [3, 4], "y": [5, 6]}
    clash = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a_b", "c"), ("a", "b_c")]))
    with pytest.raises(DataError, match="found `a_b_c` more than once"):
        read(clash)


def test_levels_of_rows_are_columns_where_they_have_a_name():
    levels = pd.MultiIndex.from_arrays([[1, 2], ["x", "y"]], names=["g", None])
    frame = pd.DataFrame({"a": [0.5, 1.5]}, index=levels)
    for source in (frame, pa.Table.from_pandas(frame)):
        assert as_lists(read(source)) == {"g": [1, 2], "a": [0.5, 1.5]}


def test_names_that_are_no_text_are_read_as_their_text():
    names = [0, 1.5, None, pd.Timestamp("2024-01-02")]
    raw = read(pd.DataFrame([[1, 2, 3, 4]], columns=pd.Index(names, dtype=object)))
    assert list(raw.columns) == ["0", "1.5", "None", "2024-01-02 00:00:00"]


def test_small_floats_keep_their_type_with_and_without_missing_cells():
    for dtype in ("float16", "float32"):
        values = np.array([0.1, np.nan, 3.0], dtype)
        frame = pd.DataFrame({"v": values})
        for source in (frame, pa.Table.from_pandas(frame, preserve_index=False)):
            assert read(source).column("v").dtype == dtype
            np.testing.assert_array_equal(read(source).column("v"), values)
    nullable = pd.DataFrame({"v": pd.array([0.1, None], "Float32")})
    assert read(nullable).column("v").dtype == np.float32


def test_decimals_of_arrow_keep_their_digits():
    from decimal import Decimal

    raw = read(pa.table({"d": [Decimal("0.95"), None, Decimal("1.10")]}))
    assert raw.column("d").tolist() == [Decimal("0.95"), None, Decimal("1.10")]


def test_times_before_1970_are_floored_alike_in_both_libraries():
    frame = pd.DataFrame({"t": pd.to_datetime(["1900-01-01 00:00:00.000000001"]).as_unit("ns")})
    wanted = np.datetime64("1900-01-01T00:00:00.000000", "us")
    assert read(frame).column("t")[0] == wanted
    assert read(pa.Table.from_pandas(frame)).column("t")[0] == wanted


def test_categories_are_codes_and_values_and_lose_none():
    frame = pd.DataFrame({"c": pd.Categorical([3, None, 1], categories=[1, 2, 3], ordered=True)})
    for source in (frame, pa.Table.from_pandas(frame)):
        raw = read(source)
        assert raw.types == {"c": "ranks"}
        assert raw.columns["c"].tolist() == [3, None, 1]
        assert raw.columns["c"].values.tolist() == [1, 2, 3]


@pytest.mark.parametrize("blocked", [False, True])
def test_polars_is_read_with_pyarrow_and_without(monkeypatch, blocked):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    frame = polars.DataFrame(
        {
            "n": [1, None, 3],
            "f": polars.Series([0.1, None, 2.5], dtype=polars.Float32),
            "s": ["a", None, "b"],
            "c": polars.Series(["x", None, "x"], dtype=polars.Categorical),
            "b": [True, None, False],
            "t": [datetime(2024, 1, 2, 3), None, datetime(1900, 1, 1)],
            "d": [timedelta(hours=1), None, timedelta(0)],
        }
    )
    if blocked:
        monkeypatch.setattr("fivefold.reading.frames.has_pyarrow", lambda: False)
    raw = read(frame)
    assert raw.columns["n"].tolist()[::2] == [1, 3]
    assert raw.columns["f"].dtype == np.float32
    assert raw.columns["s"].tolist() == ["a", None, "b"]
    assert raw.columns["c"].tolist() == ["x", None, "x"]
    assert raw.columns["b"].tolist() == [True, None, False]
    assert raw.columns["t"][2] == np.datetime64("1900-01-01")
    assert np.isnat(raw.columns["t"][1])
    assert raw.columns["d"].tolist()[::2] == [3600.0, 0.0]
    assert raw.types == {"c": "levels", "b": "truth", "t": "moment", "d": "span"}


@pytest.mark.parametrize("blocked", [False, True])
def test_types_that_polars_alone_knows_are_read_as_their_values(monkeypatch, blocked):
    polars = pytest.importorskip("polars", reason="polars is not installed")
    wide = [2**70, None, 3]
    frame = polars.DataFrame(
        {
            "o": polars.Series([1, "a", None], dtype=polars.Object),
            "w": polars.Series(wide, dtype=polars.Int128),
            "h": polars.Series([0.1, None, 2.5], dtype=polars.Float16),
            "c": polars.Series(["x", None, "x"], dtype=polars.Categorical),
        }
    )
    if blocked:
        monkeypatch.setattr("fivefold.reading.frames.has_pyarrow", lambda: False)
    raw = read(frame)
    assert raw.columns["o"].tolist() == [1, "a", None]
    assert raw.columns["w"].tolist() == wide
    assert raw.columns["h"].dtype == np.float16
    assert raw.columns["c"].tolist() == ["x", None, "x"]
    assert raw.types == {"c": "levels"}


def test_intervals_of_times_are_their_text_from_every_source():
    breaks = pd.date_range("2024-01-01", periods=3)
    spans = pd.to_timedelta([0, 1, 2], unit="h")
    frame = pd.DataFrame(
        {"t": pd.IntervalIndex.from_breaks(breaks), "d": pd.IntervalIndex.from_breaks(spans)}
    )
    wanted = {name: [str(value) for value in frame[name]] for name in frame}
    for source in (frame, pa.Table.from_pandas(frame)):
        assert as_lists(read(source)) == wanted


def test_nested_arrow_types_with_view_in_a_name_are_read():
    table = pa.table({"s": pa.array([{"views": 1}]), "t": pa.array(["a"], pa.string_view())})
    assert as_lists(read(table)) == {"s": [{"views": 1}], "t": ["a"]}


def test_categories_of_numbers_are_categories_from_parquet_too(tmp_path):
    frame = pd.DataFrame({"c": pd.Categorical([3, 1, 3]), "n": [1, 2, 3]})
    frame.to_parquet(tmp_path / "f.parquet")
    assert read(tmp_path / "f.parquet").types == {"c": "levels"}


def test_pandas_arrays_that_are_no_columns_are_read():
    raw = read_columns({"c": pd.cut(np.array([0.5, 2.5]), [0, 1, 3]), "n": pd.array([1, None])})
    assert raw.columns["c"].tolist()[0] is not None
    assert raw.columns["n"].tolist() == [1, None]
    assert read_arrays(np.zeros((2, 1)), pd.Categorical(["a", "b"])).columns["target"].tolist() == [
        "a",
        "b",
    ]


def test_masked_cells_are_missing_in_matrices_and_columns():
    masked = np.ma.masked_greater(np.array([[1.0, 5.0], [5.0, 2.0]]), 4)
    raw = read((masked, [0, 1]))
    assert np.isnan(raw.column("x0")).tolist() == [False, True]
    times = np.ma.array(np.array(["2024-01-01", "2024-01-02"], "M8[ns]"), mask=[False, True])
    found = read_columns({"t": times}).column("t")
    assert found[0] == np.datetime64("2024-01-01")
    assert np.isnat(found[1])


def test_target_of_two_columns_is_refused_and_of_one_keeps_its_name():
    x = pd.DataFrame({"a": [1, 2]})
    assert read_arrays(x, pd.DataFrame({"y": [0, 1]})).target == "y"
    with pytest.raises(DataError, match="found a frame of 2"):
        read_arrays(x, pd.DataFrame({"y": [0, 1], "z": [0, 1]}))


def test_booleans_of_eight_bits_are_booleans():
    storage = pa.array([1, 0, None], pa.int8())
    raw = read(pa.table({"b": pa.ExtensionArray.from_storage(pa.bool8(), storage)}))
    assert raw.columns["b"].tolist() == [True, False, None]
    assert raw.types == {"b": "truth"}


def test_cells_that_name_files_and_hold_none_are_read_from_these(tmp_path):
    from PIL import Image

    for n in range(20):
        Image.fromarray(np.full((4, 4), n, np.uint8)).save(tmp_path / f"{n}.png")
    cells = [{"bytes": None, "path": str(tmp_path / f"{n}.png")} for n in range(20)]
    frame = pd.DataFrame({"photo": cells, "y": [n % 2 for n in range(20)]})
    found = ff.Pipeline([ff.Collect(frame, target="y")]).run(progress=False)[ff.Collected]
    assert found.schema["photo"].kind == "image"
    assert found.table.column("photo")[7].flat[0] == 7
    below = frame.assign(photo=[{"bytes": None, "path": f"{n}.png"} for n in range(20)])
    again = ff.Collect(below, target="y", root=tmp_path)
    found = ff.Pipeline([again]).run(progress=False)[ff.Collected]
    assert found.table.column("photo")[7].flat[0] == 7


def test_pairs_and_mappings_of_sounds_beside_a_target_are_sounds():
    waves = [np.random.default_rng(n).integers(-99, 99, 400).astype(np.int16) for n in range(20)]
    for cells in (
        [(wave, 8000) for wave in waves],
        [(8000, wave) for wave in waves],
        [{"array": wave, "sampling_rate": 8000} for wave in waves],
    ):
        collect = ff.Collect((cells, [n % 2 for n in range(20)]))
        found = ff.Pipeline([collect]).run(progress=False)[ff.Collected]
        assert (found.schema["audio"].kind, found.schema["audio"].format) == ("audio", "8000 Hz")
        assert np.array_equal(found.table.column("audio")[3], waves[3])


def test_bytes_of_no_kind_are_left_out_with_what_they_are():
    frame = pd.DataFrame(
        {"clip": [b"\x1f\x8b\x08\x00" + bytes([n]) for n in range(20)], "x": range(20)}
    )
    frame["x"], frame["y"] = frame["x"] * 7 % 11 / 3, [n % 2 for n in range(20)]
    found = ff.Pipeline([ff.Collect(frame, target="y")]).run(progress=False)[ff.Collected]
    [told] = [finding for finding in found.findings if finding.code == "unread_type"]
    assert "no kind of column takes: they begin as a gzip file does;" in told.sentence
