import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.errors import DataError
from fivefold.reading.delimited import open_delimited
from fivefold.reading.files import read_file
from fivefold.reading.options import Reading

CELL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters='\n", ;'), max_size=8
)


def read_delimited(content, name, *, suffix="", **options):
    return open_delimited(content, name, Reading(**options), suffix).read()


def as_lists(raw):
    return {name: values.tolist() for name, values in raw.columns.items()}


def codes(raw):
    return [finding.code for finding in raw.findings]


def test_text_is_read_as_text_with_leading_zeros_and_blanks_kept():
    raw = read_delimited(b"zip,n\n00123, 1\n00456,\n", "a.csv")
    assert as_lists(raw) == {"zip": ["00123", "00456"], "n": [" 1", ""]}
    assert not raw.positional
    assert raw.findings == ()


def test_names_with_blanks_around_are_stripped():
    assert list(read_delimited(b"age, income\n1, a\n2, b\n", "a.csv").columns) == ["age", "income"]


def test_text_without_header_names_columns_by_place_and_says_so():
    raw = read_delimited(b"ham\tgo on\nspam\twin\nham\tok\n", "sms.tsv", suffix=".tsv")
    assert as_lists(raw) == {"column_0": ["ham", "spam", "ham"], "column_1": ["go on", "win", "ok"]}
    assert raw.positional
    assert codes(raw) == ["no_header"]


def test_header_false_makes_the_first_line_a_row():
    raw = read_delimited(b"a,b\n1,2\n", "a.csv", header=False)
    assert as_lists(raw) == {"column_0": ["a", "1"], "column_1": ["b", "2"]}
    assert raw.findings == ()


def test_stray_quotes_keep_every_row():
    lines = ['ham\t"I asked', "ham\tok", 'spam\tyou said "', "ham\tfine", "spam\twin"]
    raw = read_delimited("\n".join(lines).encode(), "sms.tsv", suffix=".tsv")
    assert raw.columns["column_1"].tolist() == ['"I asked', "ok", 'you said "', "fine", "win"]


def test_quotes_around_fields_hold_delimiters_line_ends_and_quotes():
    raw = read_delimited(b'a,b\n1,"x, ""y""\nz"\n2,w\n', "a.csv")
    assert as_lists(raw) == {"a": ["1", "2"], "b": ['x, "y"\nz', "w"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_of_any_form_gives_the_same_text(encoding):
    raw = read_delimited("name,n\nZoë,1\nŁódź,2\n".encode(encoding), "a.csv")
    assert as_lists(raw) == {"name": ["Zoë", "Łódź"], "n": ["1", "2"]}
    assert raw.findings == ()


def test_windows_text_is_read_with_a_finding():
    raw = read_delimited("name,n\nZoë,1\n€,2\n".encode("cp1252"), "a.csv")
    assert as_lists(raw)["name"] == ["Zoë", "€"]
    assert codes(raw) == ["encoding"]
    assert "cp1252" in raw.findings[0].sentence


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", "\ufeff".encode()])
def test_empty_file_is_refused(content):
    with pytest.raises(DataError, match=r"a.csv: expected a header and rows, found an empty file"):
        read_delimited(content, "a.csv")


def test_header_alone_is_refused_with_its_names(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"age,income\n")
    with pytest.raises(DataError, match=r"expected rows below the header, found none") as caught:
        read_file(tmp_path / "a.csv", Reading())
    assert "Header: age, income." in str(caught.value)
    assert caught.value.rows == 0


def test_ragged_rows_are_refused_with_their_lines():
    with pytest.raises(DataError) as caught:
        read_delimited(b'a,b\n1,2\n3\n4,"x\ny"\n5,6,7\n', "a.csv")
    assert str(caught.value) == (
        "a.csv, lines 3 and 6: expected 2 fields, found 1 and 3.\n"
        "So in 2 lines; fields are divided by ','.\n"
        "Repair those lines, or pass the right delimiter= to Collect."
    )
    assert caught.value.lines == (3, 6)
    assert (caught.value.wanted, caught.value.found) == (2, (1, 3))


def test_names_that_come_twice_are_refused():
    with pytest.raises(DataError, match=r"found `a` more than once") as caught:
        read_delimited(b"a,b,a\n1,2,3\n4,5,6\n", "a.csv")
    assert caught.value.columns == ("a",)
    assert "`a` at 0 and 2" in str(caught.value)


def test_row_names_without_a_header_of_their_own_get_one():
    raw = read_delimited(b"x,y\nr1,1,2\nr2,3,4\n", "a.csv")
    assert as_lists(raw) == {"column_0": ["r1", "r2"], "x": ["1", "3"], "y": ["2", "4"]}


def test_empty_name_becomes_its_place():
    assert list(read_delimited(b",x\n0,1\n1,2\n", "a.csv").columns) == ["column_0", "x"]


def test_very_long_fields_are_read():
    long = "word " * 60_000
    raw = read_delimited(f'n,text\n1,"{long}, end"\n2,"b"\n'.encode(), "a.csv")
    assert raw.columns["text"].tolist() == [f"{long}, end", "b"]


def test_carriage_returns_end_lines_too():
    assert as_lists(read_delimited(b"a,b\r\n1,2\r\n3,4\r\n", "a.csv")) == {
        "a": ["1", "3"],
        "b": ["2", "4"],
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=2, max_size=6))
def test_whatever_python_writes_with_quotes_is_read_back(rows):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("a", "b", "c"), *rows])
    raw = read_delimited(stream.getvalue().encode(), "a.csv", header=True, delimiter=",")
    assert list(zip(*raw.columns.values(), strict=True)) == rows
