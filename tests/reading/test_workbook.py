import io
from datetime import datetime

import pytest

from fivefold.errors import DataError, PreflightError
from fivefold.reading import workbook
from fivefold.reading.options import Reading
from fivefold.reading.workbook import workbook_pieces

openpyxl = pytest.importorskip("openpyxl")


def book(rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_first_sheet_is_read_with_its_types():
    content = book([["n", "s", "t"], [1, "a", datetime(2024, 1, 2)], [2, None, None]])
    raw = next(workbook_pieces(content, "a.xlsx"))
    assert raw.columns["n"].tolist() == [1, 2]
    assert raw.columns["s"].tolist() == ["a", None]
    assert raw.columns["t"].tolist() == [datetime(2024, 1, 2), None]


def test_rows_above_the_header_are_left_out_at_both_ends():
    content = book([["Report of 2024"], [], ["of", "all"], ["n", "y"], [1, 2], [3, 4]])
    raw = next(workbook_pieces(content, "a.xlsx", Reading(skip=3)))
    assert {name: values.tolist() for name, values in raw.columns.items()} == {
        "n": [1, 3],
        "y": [2, 4],
    }
    assert raw.text == {"skip": "3"}
    plain = book([["n", "y"], [1, 2], [3, 4]])
    for asked in (content, plain):
        reading = Reading(names=("n", "y"), inputs=("n",), skip=3)
        assert next(workbook_pieces(asked, "a.xlsx", reading)).columns["n"].tolist() == [1, 3]


def test_hidden_sheet_is_passed_over():
    made = openpyxl.load_workbook(io.BytesIO(book([["n"], [1], [2]])))
    made.create_sheet("notes", 0).append(["hidden"])
    made["notes"].sheet_state = "hidden"
    stream = io.BytesIO()
    made.save(stream)
    assert next(workbook_pieces(stream.getvalue(), "a.xlsx")).columns["n"].tolist() == [1, 2]


def test_no_header_names_columns_by_place():
    raw = next(workbook_pieces(book([[1, 2], [3, 4]]), "a.xlsx", Reading(header=False)))
    assert {name: values.tolist() for name, values in raw.columns.items()} == {
        "column_0": [1, 3],
        "column_1": [2, 4],
    }


@pytest.mark.parametrize("rows", [[], [["a", "b"]]])
def test_no_rows_are_refused(rows):
    with pytest.raises(DataError, match="expected a header and rows"):
        next(workbook_pieces(book(rows), "a.xlsx"))


def test_damaged_workbook_is_refused():
    with pytest.raises(DataError, match="found a damaged one"):
        next(workbook_pieces(b"PK\x03\x04 no workbook", "a.xlsx"))


def test_machine_without_the_reader_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PreflightError, match=r"pip install .fivefold\[excel\]"):
        next(workbook.workbook_pieces(b"", "a.xlsx"))
