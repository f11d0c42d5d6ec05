import numpy as np
import pytest

from fivefold.codecs.schema import Column
from fivefold.codecs.settings import Settings
from fivefold.kinds.categorical import Categorical, Known
from fivefold.kinds.cells import Cells

COLUMN = Column(name="c", kind="categorical")


def fit_categories(values, settings):
    return Categorical().fit(Cells(values, lambda raw, _: raw), COLUMN, settings).categories


def words(*values):
    return np.array(values, object)


def test_fit_categories_keeps_what_is_frequent_in_text_order():
    values = words(*["b"] * 3, *["a"] * 2, "z", None, None)
    assert fit_categories(values, Settings(rare=2)) == ("a", "b")
    assert fit_categories(values, Settings()) == ("a", "b", "z")


def test_fit_categories_over_the_maximum_keeps_the_most_frequent():
    values = words(*["b"] * 3, *["a"] * 2, "z", "c", "c")
    assert fit_categories(values, Settings(max_categories=2)) == ("a", "b")


def test_fit_categories_all_missing_is_empty():
    assert fit_categories(words(None, None), Settings()) == ()


def test_encode_categories_missing_rare_unseen_and_known_have_their_codes():
    codes = Categorical().encode(words(None, "rare", "new", "a", "b"), COLUMN, Known(("a", "b")))
    assert codes.tolist() == [0, 1, 1, 2, 3]
    assert codes.dtype == np.int32


@pytest.mark.parametrize(("rows", "limit"), [(1, 1), (1999, 1), (4000, 2), (10**6, 10)])
def test_rows_that_a_category_needs_grow_with_all_rows_up_to_ten(rows, limit):
    values = words(*["b"] * limit, *["c"] * (limit - 1), *[None] * (rows - 2 * limit + 1))
    assert fit_categories(values, Settings()) == ("b",)


def test_known_size_counts_missing_and_unseen():
    assert [Known(categories).size for categories in (("a", "b"), ())] == [4, 2]
