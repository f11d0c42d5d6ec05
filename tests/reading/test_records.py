import pandas as pd
import pytest

from fivefold.errors import DataError
from fivefold.reading.options import Reading
from fivefold.reading.records import read_json


def as_lists(raw):
    return {name: values.tolist() for name, values in raw.columns.items()}


def test_lines_with_different_keys_are_missing_where_a_row_lacks_one():
    raw = read_json(b'{"a": 1, "b": "x"}\n\n{"a": 2, "c": true}\n', "a.jsonl")
    assert as_lists(raw) == {"a": [1, 2], "b": ["x", None], "c": [None, True]}


def test_a_list_of_objects_is_read_too():
    assert as_lists(read_json(b' [{"a": 1},\n {"a": 2}]', "a.json")) == {"a": [1, 2]}


def test_a_damaged_line_is_named():
    with pytest.raises(
        DataError, match=r"a.jsonl, line 2: expected a JSON object, found '\{\"a\"'"
    ):
        read_json(b'{"a": 1}\n{"a"\n', "a.jsonl")


@pytest.mark.parametrize("content", [b"1\n2\n", b"[1, 2]", b"[{"])
def test_values_that_are_no_objects_are_refused(content):
    with pytest.raises(DataError, match="expected"):
        read_json(content, "a.json")


@pytest.mark.parametrize("content", [b"", b"[]", b"\n"])
def test_no_rows_are_refused(content):
    with pytest.raises(DataError, match="expected rows, found none"):
        read_json(content, "a.jsonl")


def test_names_that_no_file_holds_have_a_replacement_there():
    assert list(read_json(b'[{"a\\ud83d": 1}]', "a.json").columns) == ["a\ufffd"]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'[{"a": 1}, {"a": 2,\n "b": 3, "b": 4}]', "a.json"),
        (b'{"b": 1}\n{"a": 2, "b": 3, "b": 4}\n', "a.json, line 2"),
        (b'{"b": [1, 2], "b": [3, 4]}', "a.json"),
        (b'[{"n": {"b": 1, "b": 1}}]', "a.json"),
    ],
)
def test_key_that_an_object_has_twice_is_named(content, where):
    with pytest.raises(DataError, match=f"^{where}: expected each key once.*'b' twice") as caught:
        read_json(content, "a.json")
    assert caught.value.column == "b"


@pytest.mark.parametrize("index", [None, ["r1", "r2", "r3"], [-1, 0, 1], [7, 5, 3]])
@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "table"])
@pytest.mark.parametrize(
    "reading", [Reading(names=("y",)), Reading(names=("x", "c", "y"), inputs=("x", "c"))]
)
def test_what_pandas_writes_is_read_in_every_orient(index, orient, reading):
    frame = pd.DataFrame({"x": [0.5, None, 2.5], "c": ["a", "b", None], "y": [1, 2, 3]})
    frame = frame if index is None else frame.set_index(pd.Index(index))
    raw = read_json(frame.to_json(orient=orient).encode(), "t.json", reading)
    assert list(raw.columns) == ["x", "c", "y"]
    assert raw.columns["c"].tolist() == ["a", "b", None]
    assert raw.columns["y"].tolist() == [1, 2, 3]
    assert [raw.columns["x"][row] for row in (0, 2)] == [0.5, 2.5]
    assert pd.isna(raw.columns["x"][1])


def test_named_levels_of_an_index_are_columns_of_a_table_that_pandas_writes():
    frame = pd.DataFrame({"x": [0.5, 1.5]}, index=pd.Index(["r1", "r2"], name="pid"))
    raw = read_json(frame.to_json(orient="table").encode(), "t.json")
    assert as_lists(raw) == {"pid": ["r1", "r2"], "x": [0.5, 1.5]}


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b'{"columns": [1, 2], "data": [3, 4]}', ["columns", "data"]),
        (b'{"columns": 1, "data": 2}', ["columns", "data"]),
        (b'{"schema": {}, "data": [1, 2]}', ["schema", "data"]),
        (b'{"schema": {"a": 1}, "data": 2}', ["schema", "data"]),
        (b'{"a": {"k": 1}, "b": {"l": 2}}', ["a", "b"]),
    ],
)
def test_objects_that_only_look_like_those_of_pandas_stay_rows(content, names):
    assert list(read_json(content, "t.json").columns) == names
