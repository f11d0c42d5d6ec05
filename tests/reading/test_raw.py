import numpy as np
import pytest

from fivefold.codecs.coded import Coded, objects
from fivefold.collect.wishes import absent_column
from fivefold.core.wording import literal, quoted
from fivefold.errors import DataError
from fivefold.reading.names import unique_names
from fivefold.reading.raw import Raw, append_test, concatenate, join_values


def raw(name="a.csv", **columns):
    return Raw(name=name, columns={key: objects(values) for key, values in columns.items()})


def test_test_rows_follow_and_are_marked():
    both = append_test(raw(x="ab", y="01"), raw("t.csv", y="1", x="c"), ("y",))
    assert both.columns["x"].tolist() == ["a", "b", "c"]
    assert both.columns["y"].tolist() == ["0", "1", "1"]
    assert both.given.tolist() == [-1, -1, 2]


def test_test_rows_without_the_target_are_refused():
    with pytest.raises(DataError, match=r"t.csv: expected the columns of a.csv, found the target"):
        append_test(raw(x="ab", y="01"), raw("t.csv", x="c"), ("y",))


def test_columns_of_the_test_rows_only_are_left_out_with_a_finding():
    both = append_test(raw(x="ab", y="01"), raw("t.csv", x="c", y="1", z="!"), ("y",))
    assert list(both.columns) == ["x", "y"]
    assert both.findings[0].numbers == {"columns": ["z"]}


def test_columns_without_names_are_matched_by_place():
    first = raw(column_0="ab", column_1="01").replace(positional=True)
    second = raw("t", column_0="c", column_1="1").replace(positional=True)
    assert append_test(first, second, ("column_1",)).columns["column_0"].tolist() == ["a", "b", "c"]


def test_parts_of_a_source_keep_what_they_say_and_which_rows_are_unreadable():
    one = raw(x="ab").replace(given=np.array([0, 1], np.int8), unreadable=[1])
    two = raw(x="cd").replace(unreadable=[0])
    both = concatenate([one, two], "both")
    assert both.given.tolist() == [0, 1, -1, -1]
    assert both.unreadable == [1, 2]
    test = append_test(raw(x="z"), one, ("x",))
    assert test.given.tolist() == [-1, 2, 2]


def test_kinds_hold_only_where_all_parts_agree():
    one = raw(x="ab").replace(types={"x": "levels"})
    assert concatenate([one, one], "b").types == {"x": "levels"}
    assert concatenate([one, raw(x="c")], "b").types == {}


def test_values_of_other_types_are_joined_as_objects():
    joined = join_values([np.array([1, 2]), objects(["a"])])
    assert joined.tolist() == [1, 2, "a"]
    assert type(joined[0]) is int
    assert join_values([np.array([1]), np.array([0.5])]).dtype == np.float64
    images = join_values([np.zeros((2, 3, 3, 1), np.uint8), np.zeros((1, 4, 4, 1), np.uint8)])
    assert [image.shape for image in images] == [(3, 3, 1)] * 2 + [(4, 4, 1)]


def test_names_become_text_and_empty_ones_their_place():
    assert unique_names([0, "", "b"], "a") == ["0", "column_1", "b"]


def test_absent_column_knows_case_blanks_and_typos():
    names = ["Income", "age"]
    for wanted in ("income", " Income ", "incom", "INCOME"):
        fault = absent_column(wanted, names, "a.csv", "target")
        assert fault.near == "Income"
    fault = absent_column("xyz", names, "a.csv", "target")
    assert fault.near == ""
    assert str(fault) == (
        "a.csv: expected a column 'xyz' (target), found none of that name.\n"
        "Columns: `Income`, `age`.\nChoose one of these columns."
    )


def test_names_with_quotes_and_brackets_are_written_as_python():
    assert literal('a"<b>') == r'"a\"<b>"'
    assert literal(3) == "3"
    assert quoted(["a", "b", "c"], 2) == "`a`, `b` and 1 more"


def test_join_values_of_pictures_of_two_depths_keeps_both():
    shallow, deep = np.ones((2, 3, 3), np.uint8), np.ones((1, 3, 3), np.uint16)
    found = join_values([shallow, deep])
    assert [picture.dtype for picture in found] == [np.uint8, np.uint8, np.uint16]
    assert join_values([deep, deep]).shape == (2, 3, 3)


def test_pieces_are_the_rows_in_order_with_what_is_said_of_them():
    raw = Raw(
        name="r",
        columns={"n": np.arange(5), "t": Coded.of("ababa")},
        given=np.array([0, 0, 1, 2, 2], np.int8),
        unreadable=(1, 4),
    )
    pieces = list(raw.pieces(2))
    assert [piece.column("n").tolist() for piece in pieces] == [[0, 1], [2, 3], [4]]
    assert [piece.column("t").tolist() for piece in pieces] == [["a", "b"], ["a", "b"], ["a"]]
    assert [piece.unreadable for piece in pieces] == [(1,), (), (0,)]
    assert [piece.given.tolist() for piece in pieces] == [[0, 0], [1, 2], [2]]
    assert list(raw.pieces(5)) == [raw]


def test_names_that_look_the_same_are_taken_for_wanted_ones():
    apart, together = "Zu\u0308rich", "Zürich"
    assert unique_names([apart, "a"], "t") == [apart, "a"]
    assert unique_names([apart, "a"], "t", [together]) == [together, "a"]
    assert unique_names([together, "a"], "t", [apart]) == [apart, "a"]
    assert unique_names([apart, together], "t", [together]) == [apart, together]
