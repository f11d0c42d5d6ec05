import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.errors import DataError
from fivefold.kinds.target import encode_targets


def schema(task, classes=(), kind="categorical"):
    column = Column(name="y", kind=kind, role="target")
    return Schema(columns=(column,), targets=("y",), task=task, classes=classes)


@pytest.mark.parametrize(
    ("kind", "classes", "values"),
    [
        ("categorical", ("no", "yes"), ["no", "yes", " yes "]),
        ("categorical", (0, 1), ["0", 1, 1.0]),
        ("categorical", ("0", "1"), [0.0, "1", "1.0"]),
        ("categorical", (False, True), ["False", True, "true"]),
        ("boolean", (False, True), [0.0, True, "yes"]),
        ("numeric", (-1, 1), ["-1", 1.0, 1]),
        ("numeric", (0.5, 2.5), [0.5, "2.5", 2.5]),
        ("text", ("it is bad", "it is good"), ["it is bad", "it is good", "it is good"]),
    ],
)
def test_encode_targets_of_any_type_compare_in_canonical_form(kind, classes, values):
    found = encode_targets([np.array(values, object)], schema("binary", classes, kind))
    assert found.tolist() == [0, 1, 1]
    assert found.dtype == np.int64


def test_encode_targets_regression_gives_floats():
    found = encode_targets([np.array(["1.5", 2], object)], schema("regression", kind="numeric"))
    assert found.tolist() == [1.5, 2.0]
    assert found.dtype == np.float64


@pytest.mark.parametrize("value", [None, "maybe", float("nan")])
def test_encode_targets_unknown_or_missing_names_the_row(value):
    values = np.array(["no", "yes", value], object)
    with pytest.raises(DataError, match="Target `y`, row 2: expected one of 'no', 'yes'") as caught:
        encode_targets([values], schema("binary", ("no", "yes")))
    assert caught.value.rows == (2,)


def test_encode_targets_regression_missing_is_refused():
    with pytest.raises(DataError, match="row 1: expected a number, found nan"):
        encode_targets([np.array([1.0, np.nan])], schema("regression", kind="numeric"))
