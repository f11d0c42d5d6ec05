import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivefold.codecs.coded import (
    _REMEMBERED,
    Coded,
    coded_of,
    join_coded,
    objects,
    remember,
    remembered,
)
from fivefold.codecs.schema import Column
from fivefold.kinds.canonical import canonical_column

CELLS = st.lists(st.none() | st.sampled_from(["a", "b", " a", "1", "x", ""]), max_size=12)


def coded(cells):
    """Codes with -1 for None, and a value that no row has."""
    values = list(dict.fromkeys(cell for cell in cells if cell is not None))
    codes = [-1 if cell is None else values.index(cell) for cell in cells]
    return Coded(np.array(codes, np.int32), objects([*values, "unused"]))


@given(CELLS)
def test_codes_hold_the_cells(cells):
    column = coded(cells)
    assert column.tolist() == cells
    assert column.array().tolist() == cells
    assert [column[row] for row in range(len(column))] == cells
    assert column[1:3].tolist() == cells[1:3]


@given(CELLS)
def test_codes_of_cells_are_in_the_order_of_appearance(cells):
    column = Coded.of(cells)
    assert column.tolist() == cells
    assert column.values.tolist() == list(dict.fromkeys(cells))


@given(CELLS)
def test_counted_values_are_those_that_occur(cells):
    values, counts = coded(cells).counted()
    present = [cell for cell in cells if cell is not None]
    assert values == list(dict.fromkeys(present))
    assert counts.tolist() == [present.count(value) for value in values]


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_joined_codes_are_the_cells_one_after_another(pieces):
    joined = join_coded([coded(piece) for piece in pieces])
    assert joined.tolist() == [cell for piece in pieces for cell in piece]
    assert len(set(joined.values.tolist())) == len(joined.values)


@pytest.mark.parametrize("kind", ["numeric", "categorical", "text", "boolean", "datetime"])
@given(cells=CELLS)
def test_canonical_codes_are_the_canonical_cells(kind, cells):
    column = Column(name="c", kind=kind, missing=("x",))
    wanted, wrong = canonical_column(objects(cells), column, on_bad="missing")
    found, bad = canonical_column(coded(cells), column, on_bad="missing")
    assert found.dtype == wanted.dtype or not cells
    np.testing.assert_array_equal(bad, wrong)
    for one, other in zip(found.tolist(), wanted.tolist(), strict=True):
        assert one == other or (one != one and other != other)


def test_objects_keep_arrays_and_lists_as_single_cells():
    cells = objects([np.zeros((2, 2)), [1, 2], "ab", None])
    assert cells.shape == (4,)
    assert cells[1] == [1, 2]


@given(CELLS)
def test_an_array_is_taken_apart_in_the_order_of_appearance(cells):
    column, plain = coded(cells), objects(cells)
    for array in (remember(column.array(), column), plain):
        found = coded_of(array)
        assert found.tolist() == cells
        assert found.values.tolist() == [cell for cell in dict.fromkeys(cells) if cell is not None]
    assert coded_of(plain) is not coded_of(plain), "it could be written to"


def test_codes_are_worked_out_once_and_go_with_their_array():
    column = Coded.of(["a", "b", "a"])
    cells = remember(column.array(), column)
    assert coded_of(cells) is coded_of(cells)
    assert remembered(cells[:]) is None
    with pytest.raises(ValueError, match="read-only"):
        cells[0] = "z"
    place = id(cells)
    del cells
    assert place not in _REMEMBERED


def test_views_of_what_can_be_written_to_are_read_anew():
    written = objects(["a", "b"])
    view = written.view()
    view.flags.writeable = False
    assert coded_of(view).values.tolist() == ["a", "b"]
    written[0] = "b"
    assert coded_of(view).values.tolist() == ["b"]
