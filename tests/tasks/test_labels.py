from decimal import Decimal

import numpy as np
import pytest

from fivefold.codecs.cell import word
from fivefold.codecs.coded import Coded, objects
from fivefold.tasks.labels import natural, plain_label, read_labels


def labels(values, **options):
    cells = values if isinstance(values, np.ndarray | Coded) else objects(values)
    everywhere = np.ones(len(cells), bool)
    found = read_labels(cells, everywhere, everywhere, **options)
    assert set(found.words) == set(found.labels)
    assert all(word(label) == name for name, label in found.labels.items())
    classes = tuple(found.labels.values())
    return classes, {type(label) for label in classes}, [*found.labels]


@pytest.mark.parametrize(
    ("values", "classes", "kind"),
    [
        (["0", "1", "10", "9"], (0, 1, 9, 10), int),
        (["0.5", "1.0", "1.5"], (0.5, 1.0, 1.5), float),
        (["0.5", "1", "1.5"], (0.5, 1.0, 1.5), float),
        (["1.0", "2.0"], (1.0, 2.0), float),
        (["1.0", "1", "2"], (1.0, 2.0), float),
        (["0.50", "1.00", "1.50"], (0.5, 1.0, 1.5), float),
        (["-1", "0.5", "-0.25"], (-1.0, -0.25, 0.5), float),
        (["1e3", "1000"], ("1000", "1e3"), str),
        (["1.0", "1.00"], ("1.0", "1.00"), str),
        (["007", "7"], ("007", "7"), str),
        (["+1", "2"], ("+1", "2"), str),
        (["-0", "2"], ("-0", "2"), str),
        (["-0.0", "1.5"], ("-0.0", "1.5"), str),
        (["1.0", "a", "10", "9"], ("1.0", "9", "10", "a"), str),
        (["true", "False"], (False, True), bool),
        (["true", "maybe"], ("maybe", "true"), str),
        ([str(2**60 + 1), str(2**60)], (2**60, 2**60 + 1), int),
        (["9" * 400 + ".5", "8" * 400 + ".5"], ("8" * 400 + ".5", "9" * 400 + ".5"), str),
        (["_1", "1_0"], ("1_0", "_1"), str),
        (["nan", "inf"], ("inf", "nan"), str),
    ],
)
def test_texts_of_a_source_without_types_are_numbers_where_all_are(values, classes, kind):
    found, types, _ = labels(values)
    assert (found, types) == (classes, {kind})


@pytest.mark.parametrize(
    "values",
    [["0", "1"], ["1.0", "2.0"], ["0.50", "1"], ["true", "false"], ["1e3", "1000"], ["-1", "1"]],
)
def test_texts_of_a_source_with_types_stay_texts(values):
    found, types, _ = labels(values, typed=True)
    assert (set(found), types) == (set(values), {str})


@pytest.mark.parametrize("typed", [False, True])
@pytest.mark.parametrize(
    ("values", "classes", "kind"),
    [
        (np.array([0.5, 1.5, 1.0]), (0.5, 1.0, 1.5), float),
        (np.array([1.0, 2.0]), (1.0, 2.0), float),
        (np.array([0.1, 0.7], np.float32), (float(np.float32(0.1)), float(np.float32(0.7))), float),
        (np.array([0.1, 0.5], np.float16), (float(np.float16(0.1)), 0.5), float),
        (np.array([10, 9], np.int8), (9, 10), int),
        (np.array([2**63 + 1, 2**63], np.uint64), (2**63, 2**63 + 1), int),
        (np.array([2**60 + 1, 2**60]), (2**60, 2**60 + 1), int),
        (np.array([True, False]), (False, True), bool),
        ([np.float64(0.5), np.float32(1.5)], (0.5, 1.5), float),
        ([np.int64(3), 2], (2, 3), int),
        ([np.bool_(True), False], (False, True), bool),
        ([1, 2.5], (1.0, 2.5), float),
        ([Decimal("0.95"), Decimal("1.00")], (0.95, 1.0), float),
        ([Decimal(2**60 + 1), Decimal(2**60)], (2**60, 2**60 + 1), int),
        ([np.str_("b"), np.str_("a")], ("a", "b"), str),
        ([b"b", b"a"], ("a", "b"), str),
        ([1, "a"], ("1", "a"), str),
        ([-0.5, -1.0, -0.25], (-1.0, -0.5, -0.25), float),
        ([1e300, 1e-300], (1e-300, 1e300), float),
    ],
)
def test_cells_with_types_keep_them(values, classes, kind, typed):
    found, types, _ = labels(values, typed=typed)
    assert (found, types) == (classes, {kind})


def test_cells_equal_as_words_are_one_label_with_the_commonest_writing():
    assert labels([1, 1.0, "1", " 1", 2])[0] == (1, 2)
    found, _, words = labels(["1.0", "1", "1", "x", " x "], typed=True)
    assert (found, words) == (("1", "x"), ["1", "x"])


def test_coded_cells_read_as_plain_ones():
    cells = Coded(np.array([1, 0, 2, 1], np.int32), np.array([0.5, 1.0, 1.5]))
    assert labels(cells) == ((0.5, 1.0, 1.5), {float}, ["0.5", "1", "1.5"])


def test_missing_and_unusable_rows_give_no_class():
    cells = objects(["b", "a", [1], None, "c"])
    present = np.array([True, True, False, False, True])
    for given in (cells, Coded(np.array([0, 1, -1, -1, 2]), objects(["b", "a", "c", "unused"]))):
        usable = np.array([True, True, False, True, False])
        found = read_labels(given, present, usable)
        assert found.words.tolist() == ["b", "a", None, None, "c"]
        assert (found.labels, found.rows) == ({"a": "a", "b": "b"}, {"a": 1, "b": 1})


def test_natural_order_counts_digits():
    texts = ["a2", "a10", "b1", "10", "9", "-3", "0.5", "1e3", ".25", "-1"]
    wanted = ["-3", "-1", ".25", "0.5", "9", "10", "1e3", "a2", "a10", "b1"]
    assert sorted(texts, key=natural) == wanted


def test_labels_of_mixed_texts_are_texts_and_of_decimals_floats():
    assert labels(["1", "True"])[0] == ("1", "True")
    assert labels(["2", "1.5"])[0] == (1.5, 2.0)


def test_plain_label_of_infinities_is_a_text():
    assert [plain_label(v) for v in (float("inf"), Decimal("-Infinity"))] == ["inf", "-inf"]


def test_labels_that_no_file_holds_have_a_replacement_there():
    cells = np.array(["p\ud83d", "q", "p\ufffd"], object)
    everywhere = np.ones(3, bool)
    assert read_labels(cells, everywhere, everywhere, typed=True).labels == {
        "p\ufffd": "p\ufffd",
        "q": "q",
    }
