import numpy as np
import pytest

from fivefold.errors import DataError
from fivefold.reading.declared import read_arff, read_ts

ARFF = rb"""% a comment
@RELATION 'some data'

@ATTRIBUTE 'sepal length' REAL
@attribute colour {red, 'light blue', "it's"}
@attribute note string
@attribute class {a,b}
@DATA
1.5,'light blue','so, it\'s\nall',a
?, "it's" ,?,b
"""


def lists(raw):
    return {key: values.tolist() for key, values in raw.columns.items()}


def test_arff_is_read_with_its_quotes_and_missing_cells():
    raw = read_arff(ARFF, "some.arff")
    assert lists(raw) == {
        "sepal length": ["1.5", None],
        "colour": ["light blue", "it's"],
        "note": ["so, it's\nall", None],
        "class": ["a", "b"],
    }
    assert raw.target == "class"
    assert raw.types == {"colour": "levels", "class": "levels"}


def test_arff_is_read_as_scipy_reads_it():
    from io import StringIO

    from scipy.io import arff

    text = "@relation r\n@attribute x numeric\n@attribute y {u,v}\n@data\n1,u\n-2e3,v\n?,u\n"
    rows, _ = arff.loadarff(StringIO(text))
    ours = lists(read_arff(text.encode(), "some.arff"))
    numbers = [np.nan if cell is None else float(cell) for cell in ours["x"]]
    assert np.array_equal(numbers, rows["x"], equal_nan=True)
    assert ours["y"] == [level.decode() for level in rows["y"]]


def test_sparse_rows_of_arff_hold_zeros():
    text = b"@relation r\n@attribute x numeric\n@attribute y numeric\n@data\n{1 5}\n{0 2, 1 ?}\n"
    raw = read_arff(text, "some.arff")
    assert lists(raw) == {"x": ["0", "2"], "y": ["5", None]}
    assert raw.target == ""


def test_relational_attribute_of_arff_is_a_series_a_line_a_channel():
    text = (
        b"@relation r\n@attribute bag relational\n@attribute t0 numeric\n@attribute t1 numeric\n"
        b"@attribute t2 numeric\n@end bag\n@attribute y {u,v}\n@data\n'1,2,3\\n4,5,6',u\n"
        b"'7,?,9\\n0,0,0',v\n"
    )
    raw = read_arff(text, "some.arff")
    first, second = raw.columns["bag"]
    assert first.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert np.isnan(second[1, 0])
    assert raw.types["bag"] == "steps"


def test_ts_of_several_channels_and_lengths_is_read():
    text = (
        b"# comment\n@problemName Some\n@timeStamps false\n@univariate false\n"
        b"@classLabel true walk run\n@data\n1,2,3:4,?:run\n1.5:2:walk\n"
    )
    raw = read_ts(text, "some.ts")
    first, second = raw.columns["series"]
    assert np.array_equal(first, [[1, 4], [2, np.nan], [3, np.nan]], equal_nan=True)
    assert second.tolist() == [[1.5, 2]]
    assert raw.columns["label"].tolist() == ["run", "walk"]
    assert raw.target == "label"


def test_ts_may_hold_values_or_no_answers():
    valued = read_ts(b"@targetLabel true\n@data\n1,2:0.5\n", "some.ts")
    assert (valued.target, valued.columns["target"].tolist()) == ("target", ["0.5"])
    bare = read_ts(b"@classLabel false\n@data\n1,2\n", "some.ts")
    assert list(bare.columns) == ["series"]


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (read_arff, ARFF + b"1.5,red\n", "line 11, column `note`: expected 4 values, found 2"),
        (read_arff, b"hello\n", "line 1: expected @relation, @attribute or @data"),
        (read_arff, b"@relation r\n@data\n1\n", "expected @attribute lines"),
        (read_ts, b"@classLabel true a\n@data\n1,b2:a\n", "line 3: expected numbers between"),
        (read_ts, b"@classLabel true a\n@data\n1,2\n", "line 3: expected series, `:` and a label"),
        (read_ts, b"@timeStamps true\n@data\n(0,1):a\n", "expected values at even steps"),
        (read_ts, b"1,2:a\n", "line 1: expected @ settings"),
        (read_ts, b"@a b\n", "expected @data"),
    ],
)
def test_declared_text_that_is_broken_is_refused_with_its_line(read, text, told):
    with pytest.raises(DataError, match=told):
        read(text, "some.txt")


def test_sparse_row_leaves_out_the_first_level_and_no_place_beyond_the_last():
    head = b"@relation r\n@attribute c {red,'light blue'}\n@attribute n numeric\n@data\n"
    raw = read_arff(head + b"{1 5}\n{0 'light blue'}\n", "some.arff")
    assert lists(raw) == {"c": ["red", "light blue"], "n": ["5", "0"]}
    with pytest.raises(DataError, match="line 5: expected places below 2, found 7"):
        read_arff(head + b"{7 1}\n", "some.arff")


def test_rows_with_weights_and_rows_parted_by_blanks_are_read():
    head = b"@relation r\n@attribute a numeric\n@attribute c {u,v}\n@data\n"
    raw = read_arff(head + b"1,u,{0.5}\n2 v\n3\tu\n{0 4}, {2}\n", "some.arff")
    assert lists(raw) == {"a": ["1", "2", "3", "4"], "c": ["u", "v", "u", "u"]}
