import pytest

from fivefold.reading.delimited import open_delimited
from fivefold.reading.dialect import Body
from fivefold.reading.options import Reading
from fivefold.reading.plainlines import plain_lines


def columns(content: bytes, name: str = "rows.txt", **reading):
    opened = open_delimited(content, name, Reading(**reading), ".txt")
    return {key: values.tolist() for key, values in opened.read().columns.items()}


def test_columns_that_blanks_set_are_divided():
    found = columns(b'  1.0e+00   2.5  "a b"\n -1.0e+00  -3.5  "c"\n')
    assert found == {
        "column_0": ["1.0e+00", "-1.0e+00"],
        "column_1": ["2.5", "-3.5"],
        "column_2": ["a b", "c"],
    }
    assert columns(b"x  y class\n1  2  a\n3 4 b\n") == {
        "x": ["1", "3"],
        "y": ["2", "4"],
        "class": ["a", "b"],
    }


def test_blanks_before_a_tab_divide_where_they_stand_between_numbers():
    found = columns(b'18.0   8   307.0\t"chevrolet malibu"\n15.0   8   350.0\t"buick"\n')
    assert [*found.values()][2:] == [["307.0", "350.0"], ["chevrolet malibu", "buick"]]


@pytest.mark.parametrize(
    "content",
    [
        b"2020-01-01 12:00\t5.1\t3\n2020-01-02 12:00\t5.2\t4\n",
        b"it was 1 2 3 times\nit was 4 5 6 times\n",
        b"a b,1\nc d,2\n",
        b"12 May\n13 May\n",
    ],
)
def test_blanks_inside_fields_divide_nothing(content):
    text = content.decode()
    assert plain_lines(Body(text=text), Reading()).text == text


def test_semicolons_at_the_ends_of_lines_are_left_out():
    found = columns(b"33,walking,-0.5,12.68;\n33,sitting,1.0,3;\n")
    assert [*found.values()][-1] == ["12.68", "3"]
    assert columns(b"a;b\n1;2;\n") == {"a": ["1"], "b": ["2"]}  # the delimiter, and empty fields


def test_rows_to_be_answered_are_read_as_the_file_of_the_model():
    names = ("column_0", "column_1", "column_2")
    told = {"names": names, "inputs": names[1:], "targets": names[:1], "headerless": True}
    assert columns(b"1  2 3\n", text={"blanks": "yes"}, **told)["column_2"] == ["3"]
    assert columns(b"1,2,3;\n", **told)["column_2"] == ["3"]
    csv = b'"column_1","column_2"\n"a b",3\n'
    assert columns(csv, text={"blanks": "yes"}, **told) == {"column_1": ["a b"], "column_2": ["3"]}
