import numpy as np
import pytest
from PIL import Image

from fivefold.codecs.coded import objects
from fivefold.collect.tabulate import asked_tokens, tabulate
from fivefold.errors import DataError
from fivefold.reading.options import Reading
from fivefold.reading.paths import follow
from fivefold.reading.raw import Raw


def raw(**columns):
    arrays = {k: v if isinstance(v, np.ndarray) else objects(v) for k, v in columns.items()}
    return Raw(name="a.csv", columns=arrays)


def findings(table, code):
    return [finding for finding in table.findings if finding.code == code]


def test_values_become_canonical_and_rows_stay():
    table = tabulate(
        raw(n=["1", "?", "2.5"], c=["00123", "NA", " b "], b=["True", "", "false"], y=list("aba")),
        targets=("y",),
    )
    assert np.array_equal(table.values["n"], [1, np.nan, 2.5], equal_nan=True)
    assert table.values["c"].tolist() == ["00123", None, "b"]
    assert np.array_equal(table.values["b"], [1, np.nan, 0], equal_nan=True)
    assert {name: column.kind for name, column in table.columns.items()} == {
        "n": "numeric",
        "c": "categorical",
        "b": "boolean",
        "y": "categorical",
    }
    assert findings(table, "null_tokens")[0].numbers["columns"] == {"n": {"?": 1}, "c": {"NA": 1}}


def test_columns_keep_the_tokens_that_serving_will_need():
    table = tabulate(raw(n=["1", "2"], c=["a", "?"], t=["x", "y"], y=["a", "b"]), targets=("y",))
    assert {"?", "NA"} <= set(table.columns["n"].missing)
    assert table.columns["c"].missing == ("?",)
    assert table.columns["t"].missing == ()


def test_stray_cells_become_missing_with_their_rows_and_samples():
    values = ["1"] * 200
    values[17], values[41] = "thirty", "forty"
    table = tabulate(raw(age=values, y=["a"] * 200), targets=("y",))
    assert np.flatnonzero(np.isnan(table.values["age"])).tolist() == [17, 41]
    [finding] = findings(table, "bad_cells")
    assert finding.numbers == {
        "column": "age",
        "count": 2,
        "rows": [17, 41],
        "samples": ["'thirty'", "'forty'"],
    }
    assert finding.sentence == (
        "Column `age`: 2 cells are no numeric value ('thirty', 'forty' in rows 17 and 41) and "
        "taken as missing."
    )


def test_stray_cells_as_errors_read_as_the_style_guide_says():
    values = ["1"] * 3000
    values[17], values[2041] = "thirty", "forty"
    with pytest.raises(DataError) as caught:
        tabulate(raw(age=values, y=["a"] * 3000), targets=("y",), on_bad="error")
    assert str(caught.value) == (
        "a.csv, column `age`, rows 17 and 2,041: expected numbers, found 'thirty' and 'forty'.\n"
        'Pass kinds={"age": "categorical"} to Collect, or on_bad_value="missing".'
    )
    assert caught.value.rows == (17, 2041)


def test_infinities_become_missing_with_a_finding_of_their_own():
    table = tabulate(raw(n=np.array([1.0, np.inf, -np.inf, 2.0]), y=list("abab")), targets=("y",))
    assert np.isnan(table.values["n"]).tolist() == [False, True, True, False]
    assert findings(table, "infinite")[0].numbers["rows"] == [1, 2]


def test_missing_by_column_compares_numbers_as_numbers():
    for zeros in (["0", "5", "0.0"], np.array([0.0, 5.0, 0.0]), np.array([0, 5, 0])):
        table = tabulate(
            raw(n=zeros, m=zeros, y=list("aba")), targets=("y",), missing={"n": ("0",)}
        )
        assert np.isnan(table.values["n"]).tolist() == [True, False, True]
        assert table.values["m"].tolist() == [0, 5, 0]


def test_missing_for_all_columns_adds_to_the_usual_tokens():
    table = tabulate(
        raw(n=["1", "-999", "?"], c=["x", "unknown", "y"], y=list("aba")),
        targets=("y",),
        missing=(-999, "unknown"),
    )
    assert np.isnan(table.values["n"]).tolist() == [False, True, True]
    assert table.values["c"].tolist() == ["x", None, "y"]


def test_asked_tokens_are_words():
    assert asked_tokens({"a": 0}, "a") == ("0",)
    assert asked_tokens({"a": (0, 0.0, "0")}, "a") == ("0",)
    assert asked_tokens({"a": 0}, "b") == ()
    assert asked_tokens(("x", -1), "b") == ("x", "-1")


def test_target_may_be_called_none():
    table = tabulate(raw(x=["1", "2", "3"], y=["none", "mild", "NA"]), targets=("y",))
    assert table.values["y"].tolist() == ["none", "mild", None]


def test_said_kinds_win():
    table = tabulate(
        raw(zip=np.array([10001.0, np.nan]), n=["1", "x"], y=["a", "b"]),
        targets=("y",),
        kinds={"zip": "categorical", "n": "numeric"},
    )
    assert table.values["zip"].tolist() == ["10001", None]
    assert np.isnan(table.values["n"]).tolist() == [False, True]


def test_integer_categories_are_the_same_from_text_frame_and_json():
    forms = (["10001", ""], np.array([10001.0, np.nan]), [10001, None], [10001.0, None])
    for form in forms:
        table = tabulate(raw(z=form, y=["a", "b"]), targets=("y",), kinds={"z": "categorical"})
        assert table.values["z"].tolist() == ["10001", None]


def test_lists_are_set_aside_with_a_finding_and_saved_as_text():
    table = tabulate(raw(x=["1", "2"], n=[[1, 2], None], y=["a", "b"]), targets=("y",))
    assert table.columns["n"].role == "ignored"
    assert table.values["n"].tolist() == ["[1, 2]", None]
    assert findings(table, "nested_column")[0].numbers == {"column": "n"}


def test_date_format_is_kept_in_the_column():
    table = tabulate(raw(t=["31-01-2011", "01-02-2011"], y=["a", "b"]), targets=("y",))
    assert table.columns["t"].format == "%d-%m-%Y"
    assert table.values["t"].tolist() == [
        np.datetime64("2011-01-31", "us").item(),
        np.datetime64("2011-02-01", "us").item(),
    ]


def named(folder):
    """Two rows that name pictures below a folder; only the first is there."""
    Image.fromarray(np.full((3, 3), 7, np.uint8)).save(folder / "a.png")
    source = raw(photo=["a.png", "gone.png"], y=["a", "b"])
    return follow(source, Reading(files=frozenset(["photo"])), folder)


def test_paths_of_images_are_read_from_the_folder_of_the_source(tmp_path):
    source = named(tmp_path)
    table = tabulate(source, targets=("y",), kinds={"photo": "image"})
    assert table.values["photo"][0].shape == (3, 3, 1)
    assert table.unreadable == {1}
    assert findings(table, "unreadable_images")[0].numbers["count"] == 1


def ages(stray, count):
    return [*(f"{20 + n / 7:.2f}" for n in range(120 - count)), *[stray] * count]


def test_strays_in_measurements_become_missing_or_are_errors():
    source = raw(age=ages("thirty", 5), y=["a"] * 120)
    table = tabulate(source, targets=("y",))
    assert np.isnan(table.values["age"]).sum() == 5
    [finding] = findings(table, "bad_cells")
    assert finding.sentence == (
        "Column `age`: 5 cells are no numeric value ('thirty' in rows 115, 116, 117 and 2 more) "
        "and taken as missing."
    )
    assert not findings(table, "number_like")
    with pytest.raises(DataError, match="expected numbers, found 'thirty'"):
        tabulate(source, targets=("y",), on_bad="error")


def test_mostly_numbers_read_as_categories_names_the_strays():
    table = tabulate(raw(age=ages("thirty", 40), y=["a"] * 120), targets=("y",))
    assert [finding.sentence for finding in findings(table, "number_like")] == [
        "Column `age` holds mostly numbers, but 40 cells are none ('thirty'); it is read as "
        'categories. Pass kinds={"age": "numeric"} to take those as missing.'
    ]


def test_values_of_no_kind_are_left_out_under_the_name_of_their_type():
    table = tabulate(raw(z=np.array([1j, 2j]), y=["a", "b"]), targets=("y",))
    assert (table.columns["z"].role, table.columns["z"].reason) == (
        "ignored",
        "complex128 values",
    )
    assert findings(table, "unread_type")[0].numbers == {"column": "z", "type": "complex128"}


def test_unreadable_images_are_errors_where_asked(tmp_path):
    source = named(tmp_path)
    with pytest.raises(DataError, match=r"1 of 2 images cannot be read: 'gone.png'"):
        tabulate(source, targets=("y",), kinds={"photo": "image"}, on_bad="error")
    with pytest.raises(DataError, match="2 of 2 images cannot be read"):
        tabulate(raw(photo=["b", "c"], y=["a", "b"]), targets=("y",), kinds={"photo": "image"})


def test_tabulate_text_of_a_picture_too_long_for_a_file_name_is_no_path(tmp_path):
    rows = [[(row * column) % 7 / 7 for column in range(8)] for row in range(7)]
    text = str(rows)
    assert 255 < len(text) < 1024
    source = Raw(name="t", columns={"picture": objects([text, text]), "y": objects(["a", "b"])})
    source = follow(source, Reading(files=frozenset(["picture"])), tmp_path)
    found = tabulate(source, targets=("y",), kinds={"picture": "image"}).values["picture"]
    np.testing.assert_array_equal(found[1, :, :, 0], np.array(rows, np.float32))


def test_tabulate_texts_that_the_user_calls_missing_are_missing_pictures(tmp_path):
    source, named_so = named(tmp_path), {"photo": ["gone.png"]}
    table = tabulate(source, targets=("y",), kinds={"photo": "image"}, missing=named_so)
    assert (table.values["photo"][1], table.unreadable) == (None, set())
