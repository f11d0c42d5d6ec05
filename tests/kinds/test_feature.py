import numpy as np
import pytest

from fivefold.codecs.schema import Column
from fivefold.codecs.table import Columns
from fivefold.errors import DataError
from fivefold.kinds.feature import canonical_values, feature_matrix, list_features, raw_column

COLUMNS = [
    Column(name="n", kind="numeric"),
    Column(name="b", kind="boolean"),
    Column(name="d", kind="datetime"),
]
TABLE = Columns(
    {
        "d": np.array(["2024-01-01", None], object),
        "b": np.array(["yes", None], object),
        "n": np.array(["1.5", ""], object),
    }
)


@pytest.mark.parametrize("timed", [frozenset(), frozenset({"d"})])
def test_feature_matrix_has_a_column_a_feature(timed):
    features = list_features(COLUMNS, timed)
    matrix = feature_matrix(TABLE, COLUMNS, timed)
    assert matrix.shape == (2, len(features))
    assert matrix[0, :2].tolist() == [1.5, 1.0]
    assert np.isnan(matrix[1]).all()


def test_list_features_flag_a_date_once():
    flagged = [f.name for f in list_features(COLUMNS, frozenset({"d"})) if f.flagged]
    assert flagged == ["n", "b", "d.days"]


def test_feature_matrix_of_no_columns_keeps_the_rows():
    assert feature_matrix(TABLE, [], frozenset()).shape == (2, 0)


def test_raw_column_absent_is_named():
    with pytest.raises(DataError, match="expected a column `z`"):
        raw_column(TABLE, Column(name="z", kind="numeric"))


def test_canonical_values_pass_the_door():
    np.testing.assert_array_equal(canonical_values(TABLE, COLUMNS[0]), [1.5, np.nan])
