import base64
import io
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fivefold.codecs.coded import objects
from fivefold.codecs.schema import Column
from fivefold.errors import DataError
from fivefold.kinds.canonical import DEFAULT_MISSING, canonical, canonical_column

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.integers(-3, 3),
    st.floats(),
    st.floats(width=32).map(np.float32),
    st.sampled_from(["", " ", "?", "1", "1.0", "0", "true", "No", "00123", "1_0", "nan", "inf"]),
    st.sampled_from(["2024-01-02", "2024-01-02T03:04:05Z", "03/04/2024", "-999", "-999.0", -999]),
    st.sampled_from([pd.NA, pd.NaT, np.datetime64("2024-01-02"), pd.Timestamp("2024-01-02 05:00")]),
    st.text(max_size=6),
    st.decimals(allow_infinity=False, places=2),
    st.lists(st.integers(), max_size=2),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
)
KINDS = st.sampled_from(["numeric", "categorical", "boolean", "datetime", "text"])


def same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (one != one and other != other)
    if isinstance(one, np.datetime64):
        return bool(one == other or (np.isnat(one) and np.isnat(other)))
    return type(one) is type(other) and one == other


def by_scalars(values, column):
    cells, bad = [], []
    for row, value in enumerate(values):
        try:
            cells.append(
                canonical(value, column.kind, missing=column.missing, format=column.format)
            )
        except DataError:
            bad.append(row)
            cells.append(canonical(None, column.kind))
    return cells, bad


def assert_same_answers(array, column):
    found, bad = canonical_column(array, column, on_bad="missing")
    cells, bad_cells = by_scalars(list(array), column)
    assert bad.tolist() == bad_cells
    assert all(map(same, [_plain(value) for value in found], cells)), (found, cells)
    again, none = canonical_column(found, column)
    assert len(none) == 0
    assert all(map(same, [_plain(value) for value in again], cells))


def _plain(value: object) -> object:
    return float(value) if isinstance(value, np.floating) else value


@settings(max_examples=150, deadline=None)
@given(st.lists(SCALARS, max_size=8), KINDS, st.sampled_from([(), ("?", "-999"), ("0", "NA")]))
def test_canonical_column_of_objects_equals_the_scalar_door(values, kind, missing):
    format = {"datetime": "%d/%m/%Y", "numeric": "1.234,56 €"}.get(kind, "")
    column = Column(name="c", kind=kind, missing=missing, format=format)
    array = np.empty(len(values), object)
    array[:] = [None] * len(values)
    for row, value in enumerate(values):
        array[row] = value
    assert_same_answers(array, column)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.floats(width=16), max_size=6),
    st.sampled_from(["f2", "f4", "f8", "i1", "i8", "u2", "?", "M8[s]", "M8[ns]", "U3", "S3"]),
    KINDS,
    st.sampled_from([(), ("?", "-999", "1"), ("0", "NA")]),
)
def test_canonical_column_of_any_dtype_equals_the_scalar_door(values, dtype, kind, missing):
    numbers = np.array(values, "f8")
    if dtype[0] not in "f":
        numbers = np.nan_to_num(numbers, posinf=2, neginf=1)
    if dtype[0] in "iu?":
        numbers = np.abs(np.clip(numbers, -100, 100)).astype("i8")
    if dtype[0] == "M":
        numbers = numbers.astype("i8")
    column = Column(name="c", kind=kind, missing=missing)
    assert_same_answers(numbers.astype(dtype), column)


@pytest.mark.parametrize("kind", ["numeric", "categorical", "boolean", "datetime", "text", "image"])
@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT, "", "  ", " ? "])
def test_canonical_null_of_any_form_is_missing(kind, value):
    found = canonical(value, kind, missing=("?",))
    assert found is None or found != found


def test_canonical_column_integer_category_is_one_text_through_three_doors():
    frame = pd.DataFrame({"zip": [10001, 10002, None]})["zip"]
    assert frame.dtype == np.float64
    text = frame.to_csv(index=False).split()[1:]
    doors = [
        frame.to_numpy(),
        np.array([10001, 10002, None], object),
        np.array(["10001", "10002", ""], object),
        np.array([*text[:2], ""], object),
        pd.Series([10001, 10002, None], dtype="Int64").to_numpy(dtype=object),
    ]
    column = Column(name="zip", kind="categorical")
    for values in doors:
        assert canonical_column(values, column)[0].tolist() == ["10001", "10002", None]


def test_canonical_column_keeps_one_and_true_apart():
    values = np.array([1, True, 1.0, "1", "True", 0, False], object)
    found = canonical_column(values, Column(name="c", kind="categorical"))[0]
    assert found.tolist() == ["1", "True", "1", "1", "True", "0", "False"]


def test_canonical_column_number_token_catches_the_number():
    column = Column(name="c", kind="numeric", missing=("-999",))
    for values in (np.array([-999.0, 1.0]), np.array(["-999.0", "1"], object), np.array([-999, 1])):
        np.testing.assert_array_equal(canonical_column(values, column)[0], [np.nan, 1.0])


def test_canonical_column_boolean_number_token_catches_its_word():
    column = Column(name="c", kind="boolean", missing=("0",))
    found = canonical_column(np.array(["No", "yes", 0, False], object), column)[0]
    np.testing.assert_array_equal(found, [np.nan, 1.0, np.nan, np.nan])
    np.testing.assert_array_equal(canonical_column(found, column)[0], found)


def test_canonical_column_infinity_is_bad():
    column = Column(name="c", kind="numeric")
    values = np.array([1.0, np.inf, -np.inf, np.nan])
    found, bad = canonical_column(values, column, on_bad="missing")
    np.testing.assert_array_equal(found, [1.0, np.nan, np.nan, np.nan])
    assert bad.tolist() == [1, 2]
    assert np.isinf(values[1]), "the input is left as it is"


def test_canonical_column_bad_cells_error_names_column_rows_and_remedy():
    values = np.array(["1", "thirty", "2", ["x"], "inf", "?", "a"], object)
    with pytest.raises(DataError) as caught:
        canonical_column(values, Column(name="age", kind="numeric"), source="adult.csv")
    assert str(caught.value) == (
        "adult.csv, column `age`, rows 1 and 3 and 4, ...: "
        "expected numbers, found 'thirty' and ['x'] and 'inf'.\n"
        'Pass kinds={"age": "categorical"} to Collect, or on_bad_value="missing".'
    )
    assert caught.value.rows == (1, 3, 4, 5, 6)
    assert (caught.value.column, caught.value.wanted) == ("age", "numbers")


def test_canonical_column_of_lists_is_refused():
    with pytest.raises(DataError, match=r"row.* 0 and 1: expected categories, found \[1, 2\]"):
        canonical_column([[1, 2], [3]], Column(name="c", kind="categorical"))
    with pytest.raises(DataError, match="an array of shape"):
        canonical_column(np.ones((2, 3)), Column(name="c", kind="numeric"))


def test_canonical_column_masked_array_reads_the_mask_as_missing():
    values = np.ma.MaskedArray([1, 2, 3], mask=[False, True, False])
    found = canonical_column(values, Column(name="c", kind="numeric"))[0]
    np.testing.assert_array_equal(found, [1.0, np.nan, 3.0])


def test_canonical_column_empty_is_empty():
    for kind in ("numeric", "categorical", "boolean", "datetime", "text", "image"):
        found, bad = canonical_column(np.empty(0, object), Column(name="c", kind=kind))
        assert len(found) == len(bad) == 0


def test_default_missing_texts_make_every_tabular_kind_missing():
    for kind in ("numeric", "categorical", "boolean", "datetime"):
        for text in DEFAULT_MISSING:
            found = canonical(text, kind, missing=DEFAULT_MISSING)
            assert found is None or found != found


def test_canonical_image_is_one_array_through_every_door(tmp_path: Path):
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) * 10
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    file = tmp_path / "a.png"
    file.write_bytes(stream.getvalue())
    text = base64.b64encode(stream.getvalue()).decode()
    doors = [
        pixels,
        pixels.tolist(),
        file,
        stream.getvalue(),
        text,
        f"data:image/png;base64,{text}",
    ]
    for value in doors:
        found = canonical(value, "image")
        assert found.dtype == (np.int32 if isinstance(value, list) else np.uint8)
        np.testing.assert_array_equal(found, pixels)
    column, bad = canonical_column(
        [*doors, None, "x.png"], Column(name="i", kind="image"), on_bad="missing"
    )
    assert bad.tolist() == [7]
    assert column[6] is None
    np.testing.assert_array_equal(column[2], pixels)


def test_canonical_image_text_never_opens_a_file(tmp_path: Path):
    file = tmp_path / "secret.png"
    Image.fromarray(np.zeros((2, 2), np.uint8)).save(file)
    with pytest.raises(DataError, match=r"(?s)^An image value.*neither base64 nor"):
        canonical(str(file), "image")


def test_canonical_column_damaged_image_error_says_why(tmp_path: Path):
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(stream, "PNG")
    file = tmp_path / "cut.png"
    file.write_bytes(stream.getvalue()[:2000])
    values = np.array([file, None], object)
    with pytest.raises(DataError, match="damaged"):
        canonical_column(values, Column(name="i", kind="image"))


def test_canonical_column_stack_of_images_stays_one_array():
    stack = np.zeros((3, 4, 5), np.uint8)
    assert canonical_column(stack, Column(name="i", kind="image"))[0].shape == (3, 4, 5, 1)


@pytest.mark.parametrize("kind", ["text", "categorical"])
def test_canonical_text_that_no_file_holds_has_a_replacement_there(kind):
    cells = ["cut \ud83d", "a\0b", "whole 👍", "plain"]
    column = Column(name="t", kind=kind)
    wanted = ["cut \ufffd", "a\ufffdb", "whole 👍", "plain"]
    assert canonical_column(cells, column)[0].tolist() == wanted
    assert canonical_column(wanted, column)[0].tolist() == wanted
    assert canonical("cut \ud83d", kind, rules=1) == "cut \ud83d"


WRITTEN = st.one_of(
    st.floats().map(repr),
    st.integers().map(str),
    st.sampled_from(["", "NA", "nan", "inf", "-Infinity", "1_000", " 3 ", "1e5", "-999", "-999.0"]),
    st.sampled_from(["True", "false", "\u0661", "\u22125", "0x1", "\uff11", "1,5", None, "99"]),
    st.text(max_size=5),
)
TOKENS = st.sampled_from([(), ("NA",), ("-999", "?"), ("inf",), ("99", "1_000", "nan")])


@settings(max_examples=150, deadline=None)
@given(st.lists(WRITTEN, max_size=8), TOKENS)
def test_numbers_in_texts_are_read_together_as_one_by_one(texts, missing):
    column = Column(name="x", kind="numeric", missing=missing)
    found, bad = canonical_column(objects(texts), column, on_bad="missing")
    wanted = []
    for text in texts:
        try:
            wanted.append(canonical(text, "numeric", missing=missing))
        except DataError:
            wanted.append(None)
    assert bad.tolist() == [place for place, number in enumerate(wanted) if number is None]
    np.testing.assert_array_equal(found, [np.nan if v is None else v for v in wanted])
