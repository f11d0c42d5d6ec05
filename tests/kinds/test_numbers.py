import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.kinds.codec import Codec, cells_of, raw_column
from fivefold.kinds.numbers import beside

COLUMNS = (
    Column(name="n", kind="numeric"),
    Column(name="b", kind="boolean"),
    Column(name="d", kind="datetime"),
)
TABLE = Columns(
    {
        "d": np.array(["2024-01-01", None], object),
        "b": np.array(["yes", None], object),
        "n": np.array(["1.5", ""], object),
    }
)
TARGET = Column(name="y", kind="numeric", role="target")
SCHEMA = Schema(columns=(*COLUMNS, TARGET), targets=("y",), task="regression")


@pytest.mark.parametrize("timed", [False, True])
def test_numbers_of_several_kinds_stand_in_the_order_of_the_schema(timed):
    day = np.array(["2024-01-01T10:00" if timed else "2024-01-01", None], object)
    codec = Codec.fit(TABLE.replace({"d": day}), SCHEMA, np.array([0, 1]))
    (block,) = codec.blocks
    (numbers,) = codec.encode(TABLE).values()
    assert numbers.shape == (2, len(block.features)) == (2, 10 if timed else 8)
    assert block.features[:4] == ("n", "b", "d.days", "d.year")
    assert [(c.first, c.count) for c in block.columns] == [(0, 1), (1, 1), (2, 8 if timed else 6)]
    assert np.isnan(numbers[1]).all()


def test_numbers_flag_a_date_once():
    (block,) = Codec.fit(TABLE, SCHEMA, np.array([0, 1])).blocks
    flagged = np.array(block.features)[block.state.indicator]
    assert flagged.tolist() == ["n", "b", "d.days"]


def test_beside_keeps_each_feature_in_one_piece_of_memory():
    joined = beside([np.arange(3.0), np.ones((3, 2))])
    assert joined.shape == (3, 3)
    assert joined.T.flags.c_contiguous


def test_raw_column_absent_is_named():
    with pytest.raises(DataError, match="expected a column `z`"):
        raw_column(TABLE, Column(name="z", kind="numeric"))


def test_cells_of_pass_the_door():
    np.testing.assert_array_equal(cells_of(TABLE, COLUMNS[0]).values, [1.5, np.nan])
