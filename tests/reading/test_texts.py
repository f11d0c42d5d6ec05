import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fivefold.codecs.coded import Coded
from fivefold.codecs.numberforms import Notation
from fivefold.codecs.schema import Column
from fivefold.collect.infer import guess_kind
from fivefold.kinds.canonical import canonical_column
from fivefold.reading.texts import ArrowTexts

DECIMALS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e3, 1e3).map("{:.2f}".format),
    st.sampled_from(["", "1.234", "12.345", "00.5", "-0.0", "1e-05", "5.", ".5", "1.5e400"]),
)
OTHERS = st.sampled_from(
    [
        *("7", "007", " 1.5", "1,5", "1.234,5", "nan", "inf", "NA", "?", "1_0.5", "+1.5"),
        *("0x1.8p1", "1.5f", "1.5 €", "192.168.1.1", "31.12.2024", "v1.2", "\u06611.5", "1.5\n"),
    ]
)
COLUMNS = st.one_of(
    st.lists(DECIMALS, min_size=1, max_size=12),
    st.lists(DECIMALS | OTHERS, min_size=1, max_size=12),
)
NOTATIONS = st.sampled_from(
    [
        None,
        Notation(comma=True),
        Notation(certain=True),
        Notation(decimal=","),
        Notation(thousands="."),
    ]
)


def of_arrow(texts):
    return ArrowTexts(pa.chunked_array([pa.array(texts, pa.string())]))


@settings(max_examples=150, deadline=None)
@given(COLUMNS, st.sampled_from([(), ("NA", "?"), ("-999", "1.5")]), NOTATIONS)
@example(["1.234", "12.345"], (), Notation(comma=True))
@example(["0.5", "1_0.5"], (), None)
@example(["0.5", "1.5e400"], (), None)
def test_texts_of_arrow_are_guessed_and_read_as_their_codes_are(texts, missing, notation):
    for declared in (None, "numeric", "categorical"):
        asked = {"declared": declared, "tokens": missing, "notation": notation}
        found, wanted = guess_kind(of_arrow(texts), **asked), guess_kind(Coded.of(texts), **asked)
        assert found == wanted
        column = Column(name="x", kind=wanted.kind, format=wanted.format, missing=missing)
        (cells, bad), (exact, wrong) = (
            canonical_column(values, column, on_bad="missing")
            for values in (of_arrow(texts), Coded.of(texts))
        )
        assert bad.tolist() == wrong.tolist()
        np.testing.assert_array_equal(cells, exact)


@settings(max_examples=200, deadline=None)
@given(COLUMNS)
def test_decimals_of_arrow_are_those_of_float_or_none(texts):
    numbers = of_arrow(texts).numbers()
    if numbers is not None:
        np.testing.assert_array_equal(numbers, [float(text) if text else np.nan for text in texts])
        assert not numbers.flags.writeable


def test_texts_of_arrow_are_taken_apart_when_asked():
    column = of_arrow(["0.5", "", "0.25", "0.5"])
    assert column.numbers().tolist()[2] == 0.25
    assert "_coded" not in vars(column)
    assert column.tolist() == ["0.5", "", "0.25", "0.5"]
    assert column[2] == "0.25"
    part = column[np.array([3, 1])]
    assert part.tolist() == ["0.5", ""]
    assert part.numbers() is None


@pytest.mark.parametrize("texts", [["7", "8"], ["0.5", "x"], ["0.5", "nan"], ["1.0", "2.0.0"]])
def test_texts_that_are_no_decimals_have_no_numbers(texts):
    assert of_arrow(texts).numbers() is None
