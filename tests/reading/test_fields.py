import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fivefold.reading import fields
from fivefold.reading.fields import first_lines, first_row, iterate_rows

TEXTS = st.text(st.sampled_from('ab"",;\n\n\r '), max_size=40)


@pytest.fixture(autouse=True, scope="module")
def small_heads():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "HEAD", 3)
        yield


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(1, 4))
@example("ab\r\ncd\r\n", 1)
def test_first_lines_are_those_of_the_whole_text(text, lines):
    present = [line for line in io.StringIO(text, newline=None) if line.strip()]
    assert first_lines(text, lines) == present[:lines]


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.booleans(), st.booleans())
@example('"a\n\nb",1\n2,3\n', True, False)
def test_first_row_is_that_of_the_whole_text(text, quoted, spaced):
    options = {"quoted": quoted, "spaced": spaced}
    whole = [row for row in iterate_rows(text, ",", **options) if row]
    assert first_row(text, ",", **options) == (whole[0] if whole else [])
