import csv
import io
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fivefold.errors import DataError
from fivefold.reading import delimited
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


SHARED = [HealthCheck.function_scoped_fixture]
LINE_ENDS = st.sampled_from(["\n", "\r\n"])
NASTY = st.text(st.sampled_from('a1"",,\n\n\r\\; \x00#é'), max_size=24)


def parsed(content, large, monkeypatch, block=False):
    """Columns of a text by one of the two parsers, or what it is refused for."""
    with monkeypatch.context() as patch:
        patch.setattr(delimited, "LARGE", large)
        if block:
            patch.setitem(sys.modules, "pyarrow.csv", None)
            patch.setitem(sys.modules, "pyarrow", None)
        try:
            opened = open_delimited(content, "r.csv", Reading(delimiter=",", header=True))
            return as_lists(opened.read()), opened.fits_arrow()
        except DataError as error:
            return error.summary, False


@settings(max_examples=200, deadline=None, suppress_health_check=SHARED)
@example(body='"",\n')
@example(body='"a""",""\n"",\n')
@example(body='1,"a\r\nb"\r\n')
@given(body=NASTY)
def test_rows_are_the_same_whichever_parser_reads_them(monkeypatch, body):
    content = f"c,d\n{body}".encode()
    wanted = parsed(content, 1 << 40, monkeypatch)[0]
    assert parsed(content, 0, monkeypatch)[0] == wanted
    assert parsed(content, 0, monkeypatch, block=True) == (wanted, False)


@settings(max_examples=200, deadline=None, suppress_health_check=SHARED)
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5),
    ends=st.sampled_from(["\n", "\r\n"]),
)
def test_rows_as_a_writer_quotes_them_are_read_by_pyarrow_and_are_right(monkeypatch, rows, ends):
    rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator=ends).writerows([("a", "b"), *rows])
    content = stream.getvalue().encode()
    found, fits = parsed(content, 0, monkeypatch)
    wanted = {name: list(cells) for name, cells in zip("ab", zip(*rows, strict=True), strict=True)}
    assert found == wanted
    assert fits == (b"\n\n" not in content and b"\n\r\n" not in content)
    assert parsed(content, 1 << 40, monkeypatch)[0] == wanted


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ("1,2\n3,4\n", True),
        ('"1","a ""b"""\n3,4\n', True),
        ("1,2\n\n3,4\n", False),  # a blank line
        ("1,2\r3,4\n", False),  # a lone carriage return
        ('1,a"b\n3,4\n"x",y\n', False),  # a quote inside a field
        ("1,2,\n3,4,\n", False),  # rows wider than their header
    ],
)
def test_gate_lets_pyarrow_read_only_what_it_reads_alike(monkeypatch, body, fits):
    assert parsed(f"c,d\n{body}".encode(), 0, monkeypatch)[1] is fits


def test_pieces_of_a_text_are_the_whole_in_order(monkeypatch):
    content = b"n,t\n" + b"".join(f'{n},"x, {n % 7}"\n'.encode() for n in range(100))
    for large in (0, 1 << 40):
        monkeypatch.setattr(delimited, "LARGE", large)
        opened = open_delimited(content, "a.csv", Reading())
        pieces = list(opened.pieces(30))
        assert [len(piece) for piece in pieces] == [30, 30, 30, 10]
        joined = [cell for piece in pieces for cell in piece.columns["t"].tolist()]
        assert joined == opened.read().column("t").tolist() == [f"x, {n % 7}" for n in range(100)]
        assert len(opened.read().columns["t"].values) == 7
