import numpy as np
import pandas as pd
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import RequestError
from fivefold.serve.requests import raw_pieces

NAMES = ["age", '"quoted"', "zip", "<1H OCEAN"]


def raw_columns(data, schema, *, complete=False):
    (raw,) = raw_pieces(data, schema, rows=None, complete=complete)
    return {column.name: raw.column(column.name) for column in schema.inputs}


ROW = dict(zip(NAMES, [20, True, 10001, "INLAND"], strict=True))


def test_columns_missing_from_a_row_or_a_frame_are_named_with_those_near(schema):
    rows = [{"Age": 1, '"quoted"': 1, "zip": 1, "<1H OCEAN": "a"}]
    with pytest.raises(RequestError) as caught:
        raw_columns(rows, schema)
    assert (caught.value.row, caught.value.column) == (0, "age")
    assert "Near it: 'Age'." in str(caught.value)
    with pytest.raises(RequestError, match="Near it: 'Age'"):
        raw_columns(pd.DataFrame(rows), schema)


def test_columns_missing_from_a_later_row_name_that_row(schema):
    with pytest.raises(RequestError) as caught:
        raw_columns([ROW, {"age": 1}], schema, complete=True)
    assert (caught.value.row, caught.value.column) == (1, '"quoted"')


@pytest.mark.parametrize(
    "data",
    [
        3,
        None,
        b"bytes",
        ["a", "b"],
        [1, {}],
        ROW,
        {"age": "text", '"quoted"': [1], "zip": [1], "<1H OCEAN": ["a"]},
        {"age": [1, 2], '"quoted"': [1], "zip": [1], "<1H OCEAN": ["a"]},
        np.zeros((2, 3)),
    ],
)
def test_columns_of_other_things_are_refused(schema, data):
    with pytest.raises(RequestError) as caught:
        raw_columns(data, schema)
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["Zu\u0308rich", "Zürich"])
def test_columns_with_composed_or_decomposed_names_are_found_in_every_form(name, tmp_path):
    trained = {"Zürich": "Zu\u0308rich"}.get(name, "Zürich")
    schema = Schema(
        columns=(
            Column(name=trained, kind="numeric"),
            Column(name="y", kind="numeric", role="target"),
        ),
        targets=("y",),
        task="regression",
    )
    frame = pd.DataFrame({name: [1.0, 2.0], "z": [3, 4]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    for form in (frame, frame.to_dict("list"), frame.to_dict("records"), tmp_path / "t.csv"):
        assert raw_columns(form, schema)[trained].tolist() in ([1.0, 2.0], ["1.0", "2.0"])
    with pytest.raises(RequestError, match="row 1"):
        raw_columns([{name: 1.0}, {"z": 2}], schema, complete=True)


def test_columns_named_twice_are_refused_only_if_they_are_read(schema):
    frame = pd.DataFrame([[1, 2, 3, 4, 5, 6]], columns=[*NAMES, "other", "other"])
    assert list(raw_columns(frame, schema)) == NAMES
    frame = pd.DataFrame([[1, 2, 3, 4, 5]], columns=["age", *NAMES])
    with pytest.raises(RequestError, match="more than once"):
        raw_columns(frame, schema)


def test_columns_of_an_array_follow_the_schema(schema):
    columns = raw_columns(np.array([list(ROW.values())], dtype=object), schema)
    assert {name: values.tolist() for name, values in columns.items()} == {
        name: [value] for name, value in ROW.items()
    }


def test_columns_of_arrow_ints_above_two_to_the_53_keep_their_digits(schema):
    import pyarrow as pa

    table = pa.table({**{name: [1, 2] for name in NAMES}, "zip": pa.array([2**53 + 1, None])})
    assert raw_columns(table, schema)["zip"].tolist() == [2**53 + 1, None]


def test_columns_of_series_and_arrow_arrays_in_a_dict(schema):
    import pyarrow as pa

    data = {
        "age": pd.Series([1.0, None]),
        '"quoted"': pa.array([True, None]),
        "zip": (1, 2),
        "<1H OCEAN": pd.Series(["a", None], dtype="string"),
    }
    columns = raw_columns(data, schema)
    assert columns['"quoted"'].tolist() == [True, None]
    assert columns["<1H OCEAN"][0] == "a"
    assert len(columns["zip"]) == 2


def test_columns_of_something_with_the_manners_of_polars(schema):
    class Frame:
        columns = NAMES

        def __getitem__(self, name: str) -> list[object]:
            return [ROW[name], None]

    columns = raw_columns(Frame(), schema)
    assert columns["<1H OCEAN"].tolist() == ["INLAND", None]
