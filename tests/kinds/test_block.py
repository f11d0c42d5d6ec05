import pytest

from fivefold.codecs.schema import Column
from fivefold.kinds.block import block_name


@pytest.mark.parametrize(
    ("column", "block"), [("note", "note"), ("numeric", "numeric_"), ("codes", "codes_")]
)
def test_block_name_never_hides_the_table(column, block):
    assert block_name(Column(name=column, kind="text")) == block
