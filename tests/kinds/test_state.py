import pytest
from hypothesis import given
from hypothesis import strategies as st

from fivefold.codecs.schema import Column
from fivefold.kinds.state import space_of

names = st.sampled_from(["numeric", "codes", "codes_", "table", "text/codes", "a/b", "note"])


@pytest.mark.parametrize(
    ("column", "space"),
    [("note", "note"), ("numeric", "text/numeric"), ("codes", "text/codes"), ("codes_", "codes_")],
)
def test_space_of_never_hides_the_table(column, space):
    assert space_of(Column(name=column, kind="text")) == space


@given(names, st.sampled_from(["text", "image"]), names, st.sampled_from(["text", "image"]))
def test_space_of_different_columns_differs(one, kind, other, second):
    first, last = (Column(name=n, kind=k) for n, k in ((one, kind), (other, second)))
    assert (space_of(first) == space_of(last)) <= (one == other)
