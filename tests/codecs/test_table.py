import numpy as np
import pytest

from fivefold.codecs.coded import Coded, coded_of, remember, remembered
from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.codecs.table import Columns
from fivefold.errors import DataError, ShapeError
from fivefold.kinds.categorical import Categorical
from fivefold.kinds.cells import Cells


def make():
    return Columns({"a": np.arange(5.0), "b": np.array(list("vwxyz"), object)})


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ShapeError, match="equal lengths") as caught:
        Columns({"a": np.arange(2), "b": np.arange(3)})
    assert caught.value.lengths == {"a": 2, "b": 3}


def test_columns_take_gives_rows_in_the_order_asked_for():
    taken = make().take(np.array([3, 0, 3]))
    assert taken.column("a").tolist() == [3.0, 0.0, 3.0]
    assert taken.column("b").tolist() == ["y", "v", "y"]


def test_columns_chunks_join_to_the_whole():
    pieces = list(make().chunks(2))
    assert [len(piece) for piece in pieces] == [2, 2, 1]
    assert np.concatenate([piece.column("b") for piece in pieces]).tolist() == list("vwxyz")


def test_columns_replace_leaves_the_original_as_it_was():
    table = make()
    changed = table.replace({"a": np.ones(5), "c": np.zeros(5)})
    assert changed.names == ("a", "b", "c")
    assert table.names == ("a", "b")
    assert table.column("a").tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_columns_absent_column_error_lists_those_there_are():
    with pytest.raises(DataError, match="'a', 'b'"):
        make().column("z")


def test_columns_of_nothing_have_no_rows():
    assert len(Columns({})) == 0


def test_columns_cannot_be_written_into_and_leave_the_arrays_they_were_made_of():
    values = np.arange(3.0)
    table = Columns({"a": values})
    for piece in (table, table.take(np.array([0, 1])), next(table.chunks(2))):
        with pytest.raises(ValueError, match="read-only"):
            piece.column("a")[:] = 0.0
    values[0] = 5.0
    assert table.column("a") is table.column("a")


def test_rows_taken_from_codes_keep_them_and_no_value_that_is_gone():
    coded = Coded.of(["a", "b", "c", "a", None])
    table = Columns({"x": remember(coded.array(), coded)})
    taken = table.take(np.array([4, 0, 3, 0])).column("x")
    assert remembered(taken) is not None
    assert taken.tolist() == [None, "a", "a", "a"]
    assert coded_of(taken).values.tolist() == ["a"]
    column = Column(name="x", kind="categorical")
    cells = Cells(taken, lambda raw, _: raw)
    assert Categorical().fit(cells, column, Settings(rare=0)).categories == ("a",)
    few = table.take(np.array([1])).column("x")
    assert remembered(few) is None, "few rows are no place for many values"
    pieces = [piece.column("x") for piece in table.chunks(3)]
    assert [coded_of(piece).tolist() for piece in pieces] == [["a", "b", "c"], ["a", None]]
