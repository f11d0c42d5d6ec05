import pytest

from fivefold.errors import DataError
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
