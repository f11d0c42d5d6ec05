"""What stands around the rows of a delimited text, and how fields and rows are told apart."""

import csv
import threading

import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import DataError
from fivefold.reading import delimited
from fivefold.reading.delimited import open_delimited
from fivefold.reading.options import Reading
from fivefold.serve.requests import reading_of

SCHEMA = Schema(
    columns=(
        Column(name="a", kind="text"),
        Column(name="b", kind="text"),
        Column(name="y", kind="text", role="target"),
    ),
    targets=("y",),
    task="binary",
    classes=("p", "q"),
)


def columns_of(content, reading):
    content = content if isinstance(content, bytes) else content.encode()
    raw = open_delimited(content, "t.csv", reading).read()
    return {name: values.tolist() for name, values in raw.columns.items()}


def codes_of(content, **options):
    raw = open_delimited(content.encode(), "t.csv", Reading(**options)).read()
    return [finding.code for finding in raw.findings]


WANTED = {"a": ["1", "3"], "b": ["2", "4"], "y": ["p", "q"]}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a,b,y\n1,2,p\n3,4,q\n", None),
        ("a,b,y\n1,2,p,\n3,4,q,\n", "trailing_delimiters"),
        ("a,b,y\n1,2,p,\n3,4,q\n", "trailing_delimiters"),
        ("a,b,y\n1,2,p,,\n3,4,q, ,\n", "trailing_delimiters"),
        ("a;b;y\n1;2;p;\n3;4;q;\n", "trailing_delimiters"),
        ("sep=;\na;b;y\n1;2;p\n3;4;q\n", None),
        ('"sep=|"\r\na|b|y\r\n1|2|p\r\n3|4|q\r\n', None),
        ("\n\nSEP=\t\na\tb\ty\n1\t2\tp\n3\t4\tq\n", None),
        ("\ufeffsep=;\na;b;y\n1;2;p\n3;4;q\n", None),
        ("# made by logger 3\n# at noon\na,b,y\n1,2,p\n3,4,q\n", "comment_lines"),
        ("# made by logger 3, at noon\na,b,y\n1,2,p\n3,4,q\n", "comment_lines"),
        ("# one, two, three\na,b,y\n1,2,p\n3,4,q\n", "comment_lines"),
        ("#\n\n# x\na,b,y\n1,2,p\n3,4,q\n", "comment_lines"),
        ("a,b,y\n1,2,p\n\n3,4,q\n\n\n", None),
        ("a,b,y\n1,2,p\n   \n3,4,q\n", None),
        ("a,b,y\r1,2,p\r3,4,q\r", None),
    ],
)
def test_rows_are_the_same_whatever_stands_around_them(content, code):
    found = [code for code in codes_of(content) if code != "no_header"]
    assert found == ([code] if code else [])
    assert columns_of(content, Reading()) == WANTED
    assert columns_of(content, reading_of(SCHEMA)) == WANTED


def test_lines_to_skip_are_left_out_at_both_ends():
    content = "Report 7\nof, today\na,b,y\n1,2,p\n3,4,q\n"
    assert columns_of(content, Reading(skip=2)) == WANTED
    raw = open_delimited(content.encode(), "t.csv", Reading(skip=2)).read()
    assert raw.text["skip"] == "2"
    for text in ({"skip": "2"}, {}):  # known names show where the header is
        assert columns_of(content, reading_of(SCHEMA, text)) == WANTED
    assert columns_of("a,b,y\n1,2,p\n3,4,q\n", reading_of(SCHEMA)) == WANTED


def test_header_after_a_hash_is_the_header():
    content = "##fileformat=VCF\n#CHROM\tPOS\n7\t12\n8\t13\n"
    assert columns_of(content, Reading()) == {"#CHROM": ["7", "8"], "POS": ["12", "13"]}
    assert codes_of(content) == ["comment_lines"]


def test_rows_that_begin_with_a_hash_are_no_comments():
    content = "#love this,1\n#so bad,2\nplain,3\n"
    assert columns_of(content, Reading(header=False))["column_0"] == [
        "#love this",
        "#so bad",
        "plain",
    ]
    below = "text,n\n#love,1\n# made,2\n"
    assert columns_of(below, Reading())["text"] == ["#love", "# made"]
    one = "#one\n#two\nthree\n"
    assert columns_of(one, Reading(header=False))["column_0"] == ["#one", "#two", "three"]


def test_names_of_rows_are_told_from_surplus_fields():
    named = "a,b\nr1,1,2\nr2,3,4\n"
    assert columns_of(named, Reading())["column_0"] == ["r1", "r2"]
    assert codes_of(named) == ["row_names"]
    for content in ("a,b\nr1,1,2\nr1,3,4\n", "a,b\n,1,2\n,3,4\n", "a,b\nr1,1,2\n3,4\n"):
        with pytest.raises(DataError, match="expected 2 fields, found 3"):
            open_delimited(content.encode(), "t.csv", Reading())


def test_quotes_after_a_backslash_are_letters_of_the_field():
    content = 'a,b,y\n"say \\"hi\\", 3",2,p\n"\\\\",4,q\n'
    assert columns_of(content, Reading())["a"] == ['say "hi", 3', "\\"]
    assert columns_of(content, reading_of(SCHEMA))["a"] == ['say "hi", 3', "\\"]
    assert codes_of(content) == ["escaped_quotes"]


def test_quotes_after_a_backslash_are_letters_though_no_row_is_torn():
    content = 'a,b,y\n"say \\"hi\\"",2,p\n"bye",4,q\n'
    assert columns_of(content, Reading())["a"] == ['say "hi"', "bye"]


def test_delimiters_after_a_backslash_are_letters_of_the_field():
    content = "a,b,y\nhi\\, you,2,p\nC:\\new,4,q\n"
    assert columns_of(content, Reading())["a"] == ["hi, you", "C:\\new"]


def test_backslashes_that_escape_nothing_stay():
    content = 'a,b,y\n"C:\\dir\\",2,p\nC:\\new,4,q\n'
    assert columns_of(content, Reading())["a"] == ["C:\\dir\\", "C:\\new"]
    assert codes_of(content) == []


def test_rows_torn_by_quotes_of_two_kinds_are_refused_with_their_lines():
    content = 'a,b,y\n"say \\"hi\\", 3",2,p\n"she said ""no"", x",4,q\n"\\"a, 1,2,p\n'
    with pytest.raises(DataError, match=r"t.csv, lines? \d") as caught:
        open_delimited(content.encode(), "t.csv", Reading())
    assert caught.value.lines


@pytest.mark.parametrize(
    ("damaged", "cell"), [(b"Z\xfcrich", "Z\ufffdrich"), (b"\xff", "\ufffd"), (b"\x80x", "\ufffdx")]
)
def test_few_bytes_that_are_no_utf8_are_counted_and_replaced(damaged, cell):
    rows = ["Zürich", "Łódź", "東京"]
    content = b"a,b,y\n" + "".join(f"{row},2,p\n" for row in rows).encode()
    content += damaged + b",2,q\n"
    for reading in (Reading(), reading_of(SCHEMA)):
        assert columns_of(content, reading)["a"] == [*rows, cell]
    [finding] = open_delimited(content, "t.csv", Reading()).read().findings
    assert (finding.code, finding.numbers) == ("damaged_text", {"bytes": 1, "lines": [5]})


def test_text_of_another_encoding_is_not_taken_for_damaged_utf8():
    for text, encoding in (("né à l'été\n" * 5, "cp1252"), ("Привет\n" * 5, "cp1251")):
        content = ("a\n" + text).encode(encoding)
        assert "damaged_text" not in [
            f.code for f in open_delimited(content, "t.csv", Reading(header=True)).read().findings
        ]


def test_encoding_that_was_asked_for_is_kept_to():
    with pytest.raises(DataError, match="expected text in utf-8"):
        open_delimited(b"a,b\nZ\xfcrich,1\n", "t.csv", Reading(encoding="utf-8"))


def test_limit_of_the_csv_module_is_never_lowered_under_other_threads(monkeypatch):
    monkeypatch.setattr(delimited, "LARGE", 1 << 40)
    before = csv.field_size_limit()
    cells = [f"{'w ' * 90_000}{row}" for row in range(3)]
    content = "a,b,y\n" + "".join(f'"{cell}",2,p\n' for cell in cells)
    seen, faults = [], []

    def work():
        try:
            seen.append(columns_of(content, Reading())["a"])
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert seen == [cells] * 6
    raised = csv.field_size_limit()
    columns_of(content, Reading())
    assert csv.field_size_limit() == raised >= before


def test_limit_of_the_csv_module_is_left_alone_by_fields_that_fit():
    before = csv.field_size_limit(131_072)
    try:
        columns_of("a,b,y\n" + "x,2,p\n" * 50_000, Reading())
        assert csv.field_size_limit() == 131_072
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2,9\n",
        "price,age,size\n100.5,0.1,0.2,note\n107.5,0.3,0.4,\n",
        "a,b\n100,1,2\n107,3,4\n",
    ],
)
def test_rows_with_a_field_too_many_are_not_shifted(content):
    for reading in (Reading(header=True), reading_of(SCHEMA)):
        with pytest.raises(DataError):
            open_delimited(content.encode(), "t.csv", reading)


def test_row_names_of_one_row_are_known_from_the_training_file():
    training = 'a,b,y\n"r1",1,2,p\n"7",3,4,q\n'
    raw = open_delimited(training.encode(), "t.csv", Reading()).read()
    assert raw.columns["column_0"].tolist() == ["r1", "7"]
    asked = reading_of(SCHEMA, raw.text)
    assert columns_of('a,b,y\n"r9",1,2,p\n', asked)["a"] == ["1"]


def test_quotes_after_blanks_enclose_fields():
    for reading in (Reading(), reading_of(SCHEMA)):
        assert columns_of('a, b, y\n0.1, "q, 1", p\n0.2, "r", q\n', reading) == {
            "a": ["0.1", "0.2"],
            "b": ["q, 1", "r"],
            "y": ["p", "q"],
        }
        assert columns_of('a,b,y\n"1", 2, "p"\n"3", 4, "q"\n', reading)["y"] == ["p", "q"]


def test_quotes_are_letters_in_a_part_of_a_file_where_they_were_in_all_of_it():
    training = 'a,b,y\n"oh,1,p\n"B",2,q\nC,3,p\n'
    raw = open_delimited(training.encode(), "t.csv", Reading()).read()
    assert raw.columns["a"].tolist() == ['"oh', '"B"', "C"]
    asked = reading_of(SCHEMA, raw.text)
    assert columns_of('a,b,y\n"B",2,q\n', asked)["a"] == ['"B"']
    assert columns_of('"a","b","y"\n"B","2","q"\n', asked)["a"] == ["B"]
    assert columns_of('a,b,y\n"B, 1",2,q\n', asked)["a"] == ["B, 1"]


def test_backslashes_escape_in_a_part_of_a_file_where_they_did_in_all_of_it():
    training = 'a,b,y\n"say \\"hi\\", 3",2,p\n"C:\\\\dir",4,q\n'
    raw = open_delimited(training.encode(), "t.csv", Reading()).read()
    assert raw.columns["a"].tolist() == ['say "hi", 3', "C:\\dir"]
    assert columns_of('a,b,y\n"C:\\\\dir",4,q\n', reading_of(SCHEMA, raw.text))["a"] == ["C:\\dir"]


def test_header_with_a_line_end_in_a_name_is_found_at_both_ends():
    schema = Schema(
        columns=(Column(name="a\n(m)", kind="text"), Column(name="y", kind="text", role="target")),
        targets=("y",),
        task="binary",
        classes=("p", "q"),
    )
    content = '"a\n(m)",y\n1,p\n2,q\n'
    for reading in (Reading(), reading_of(schema)):
        assert columns_of(content, reading)["a\n(m)"] == ["1", "2"]


def test_rows_of_words_are_no_row_names_for_a_model_that_had_none():
    content = "a,b\nhello,1,2\nbye,3,4\n"
    assert "column_0" in columns_of(content, Reading())
    with pytest.raises(DataError):
        open_delimited(content.encode(), "t.csv", reading_of(SCHEMA))


def test_lines_skipped_in_training_are_not_skipped_in_a_clean_file_without_header():
    schema = Schema(
        columns=(
            Column(name="column_0", kind="text"),
            Column(name="column_1", kind="text", role="target"),
        ),
        targets=("column_1",),
        task="binary",
        classes=("p", "q"),
    )
    asked = reading_of(schema, {"skip": "2"})
    assert columns_of("1,p\n3,q\n5,p\n", asked)["column_0"] == ["1", "3", "5"]
    assert columns_of("made\nby hand\n1,p\n3,q\n", asked)["column_0"] == ["1", "3"]
