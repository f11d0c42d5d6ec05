import codecs
import csv

import pytest

from fivefold.errors import DataError
from fivefold.reading.dialect import detect_delimiter, detect_dialect, detect_header
from fivefold.reading.encoding import decode, detect_encoding, overruled, text_form
from fivefold.reading.quoting import detect_quoting


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        ("é".encode(), "utf-8"),
        ("naïve €".encode("cp1252"), "cp1252"),
        (b"\x81\x8d naive", "latin-1"),
        (codecs.BOM_UTF8 + b"a", "utf-8-sig"),
        ("a,b\n1,2\n".encode("utf-16"), "utf-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "utf-16-le"),
        ("a,b\n1,2\n".encode("utf-16-be"), "utf-16-be"),
        ("a,b\n1,2\n".encode("utf-32"), "utf-32"),
    ],
)
def test_encoding_of_each_form_is_recognised(content, encoding):
    assert detect_encoding(content) == encoding


def test_decode_with_the_wrong_encoding_names_it():
    with pytest.raises(DataError, match=r"expected text in ascii, found other bytes") as caught:
        decode("é".encode(), "ascii", "a.csv")
    assert caught.value.encoding == "ascii"


def test_decode_of_zero_bytes_after_a_mark_is_text():
    assert decode(b"\xef\xbb\xbfa\0b", "utf-8-sig", "a.csv").content == "a\0b"


def test_decode_of_zero_bytes_is_no_text():
    with pytest.raises(DataError, match="found zero bytes"):
        decode(b"a\0b", "utf-8", "a.csv")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_of_a_plain_table_is_found(delimiter):
    lines = [delimiter.join(row) for row in (["a", "b", "c"], ["1", "x y", "2"], ["3", "z", "4"])]
    assert detect_delimiter(lines) == delimiter


def test_delimiter_with_commas_in_quotes_and_semicolons_in_text_is_the_comma():
    lines = ['1,"a; b, c"\n', '2,"d; e; f"\n', '3,"g"\n']
    assert detect_delimiter(lines) == ","


def test_delimiter_of_a_tsv_with_regular_commas_is_the_tab():
    lines = ["a\tb, c", "d\te, f", "g\th, i"]
    assert detect_delimiter(lines, ".tsv") == "\t"


def test_quoting_with_delimiters_inside_encloses():
    assert detect_quoting('a,b\n1,"x, y"\n2,"z"\n', ",")


def test_quoting_with_line_ends_inside_encloses():
    assert detect_quoting('a,b\n1,"x\ny"\n2,"z"\n', ",")


def test_quoting_with_all_fields_quoted_encloses():
    assert detect_quoting('"a","b"\n"1","x"\n', ",")


def test_quoting_of_a_first_row_all_in_quotes_encloses_line_ends_below():
    assert detect_quoting('"a","b"\n"x,\ny","z"\n', ",")
    assert not detect_quoting('a,b\n"x,\ny","z"\n', ",")
    assert not detect_quoting('"a","b"\n"x,y\n', ",")


def test_quoting_with_a_quote_that_closes_lines_later_is_a_character():
    text = 'ham\t"I asked\nham\tok\nspam\tyou said "\nham\tfine\n'
    assert len(list(csv.reader(text.splitlines(True), delimiter="\t"))) == 2  # rows are swallowed
    assert not detect_quoting(text, "\t")


def test_quoting_with_a_quote_inside_a_field_is_a_character():
    assert not detect_quoting('ham\tthe "end" of\nspam\t"new" offer\n', "\t")


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["age", "income"], ["39", "low"], ["50", "high"]], True),
        ([["3", "text one"], ["4", "text two"]], False),
        ([["ham", "go on"], ["spam", "win"], ["ham", "ok"]], False),
        ([["name", "city"], ["Ann", "Oslo"], ["Bo", "Rome"]], True),
        ([["1.5", "2.5"], ["1.5", "3"]], False),
        ([["", "x"], ["0", "1"], ["1", "2"]], True),
        ([["a", "b"]], True),
        ([], False),
    ],
)
def test_header_is_told_from_a_row(rows, header):
    assert detect_header(rows) is header


def test_header_that_holds_the_target_is_one_although_its_name_comes_again():
    rows = [["label", "text"], ["label", "x"], ["other", "y"]]
    assert not detect_header(rows)
    assert detect_header(rows, ["text"])


def test_dialect_as_said_is_not_detected():
    dialect = detect_dialect("1;2\n3;4\n", content=b"1;2\n3;4\n", delimiter=",", header=True)
    assert (dialect.delimiter, dialect.header, dialect.quoted) == (",", True, False)


@pytest.mark.parametrize(
    ("content", "told", "shown"),
    [
        ("né".encode(), "latin-1", "utf-8"),
        ("né".encode(), "UTF8", ""),
        ("né".encode("cp1252"), "cp1251", ""),
        (b"plain", "cp1251", ""),
        (codecs.BOM_UTF8 + b"plain", "cp1251", "utf-8-sig"),
        (codecs.BOM_UTF8 + b"plain", "utf-8", ""),
        ("né".encode("utf-16"), "latin-1", "utf-16"),
    ],
)
def test_encoding_is_overruled_where_the_bytes_show_another(content, told, shown):
    assert overruled(content, told) == shown
    assert text_form(content, told).get("detected", "") == shown
