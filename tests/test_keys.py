import hypothesis.extra.numpy as hn
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.codecs.coded import Coded, objects, remember
from fivefold.keys import codes_of, missing_rows, row_keys

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 1.5, np.nan, -np.nan, np.inf, 5e-324, 2.0**53])
CELLS = {
    np.float64: NUMBERS,
    np.int64: st.integers(-2, 2),
    np.uint64: st.sampled_from([0, 1, 2**63]),
    np.bool_: st.booleans(),
    np.dtype("M8[us]"): st.sampled_from([np.datetime64("NaT", "us"), np.datetime64(0, "us")]),
}
ARRAYS = [hn.arrays(dtype, 12, elements=cells) for dtype, cells in CELLS.items()]
TEXTS = st.lists(st.sampled_from(["a", "b", None]), min_size=12, max_size=12).map(objects)


def plain(cell):
    if isinstance(cell, np.datetime64):
        return "NaT" if np.isnat(cell) else int(cell.astype(np.int64))
    return "nan" if isinstance(cell, float) and np.isnan(cell) else cell


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(*ARRAYS, TEXTS), min_size=1, max_size=4))
def test_rows_have_one_key_if_they_are_equal_in_every_column(columns):
    rows = list(zip(*([plain(cell) for cell in column] for column in columns), strict=True))
    seen: dict[object, int] = {}
    wanted = [seen.setdefault(row, len(seen)) for row in rows]
    assert codes_of(row_keys(columns)).tolist() == wanted
    if len(columns) == 1:
        assert codes_of(columns[0]).tolist() == wanted


def test_numbers_that_differ_in_few_bits_have_keys_of_their_own():
    grid = np.linspace(0, 1, 60)
    columns = [np.repeat(grid, 3600), np.tile(np.repeat(grid, 60), 60), np.tile(grid, 3600)]
    assert len(np.unique(row_keys(columns))) == 60**3


def test_keys_depend_on_the_order_of_columns():
    one, two = np.array([0, 1], np.uint64), np.array([1, 0], np.uint64)
    assert len(np.unique(row_keys([one, two]))) == 2


def test_pictures_are_equal_in_all_pixels():
    pictures = objects(
        [np.zeros((2, 2)), None, np.zeros((2, 2)), np.ones((2, 2)), np.zeros((4, 1))]
    )
    assert codes_of(pictures).tolist() == [0, 1, 0, 2, 3]
    stack = np.zeros((3, 2, 2, 1), np.uint8)
    stack[1] = 7
    assert codes_of(stack).tolist() == [0, 1, 0]
    assert codes_of(row_keys([stack, np.array([1.0, 1.0, 1.0])])).tolist() == [0, 1, 0]


def test_missing_rows_knows_every_type():
    assert missing_rows(np.array([1.0, np.nan])).tolist() == [False, True]
    assert missing_rows(objects(["a", None])).tolist() == [False, True]
    assert missing_rows(np.array(["2024-01-01", "NaT"], "M8[us]")).tolist() == [False, True]
    assert missing_rows(np.zeros((2, 4, 4, 1), np.uint8)).tolist() == [False, False]


@given(st.lists(st.integers(-1, 3), max_size=12))
def test_codes_kept_with_an_array_tell_the_same_as_its_cells(places):
    coded = Coded(np.array(places, np.int32), objects(["b", "a", None, "b"]))
    cells, plain_cells = remember(coded.array(), coded), coded.array()
    assert codes_of(cells).tolist() == codes_of(plain_cells).tolist()
    assert missing_rows(cells).tolist() == missing_rows(plain_cells).tolist()
