import numpy as np
import pytest

from fivefold.codecs.schema import Column, Schema
from fivefold.tasks.known import BINARY, REGRESSION

SCHEMA = Schema(
    columns=(Column(name="x", kind="numeric"), Column(name="y", kind="numeric", role="target")),
    targets=("y",),
    task="regression",
)


def test_answers_are_float64_in_their_own_shape():
    found = REGRESSION.answers(np.array([1.5], np.float32), SCHEMA)
    assert (found.dtype, found.tolist()) == (np.float64, [1.5])
    assert REGRESSION.empty(SCHEMA).shape == (0,)
    assert REGRESSION.outputs(SCHEMA) == (1,)


def test_reply_has_no_nan():
    assert REGRESSION.reply(np.array([1.5, np.inf]), SCHEMA) == {"predictions": [1.5, None]}
    assert REGRESSION.shares(np.array([1.5]), SCHEMA) == {}


def test_strata_are_tenths_of_many_rows_and_fewer_of_few():
    values = np.random.default_rng(0).normal(size=200)
    found = REGRESSION.strata([values])
    assert np.bincount(found).tolist() == [20] * 10
    assert (np.diff(found[np.argsort(values)]) >= 0).all()
    assert sorted(set(REGRESSION.strata([values[:12]]))) == [0, 1]


@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_tolerance_follows_the_deviation_and_not_the_size(offset):
    targets = offset + np.random.default_rng(0).normal(scale=100.0, size=500)
    found = REGRESSION.tolerance(targets, targets)
    assert 1e-5 * targets.std() <= found < 2e-5 * targets.std() + 1e-15 * 4 * offset


def test_errors_are_absolute_and_losses_squared():
    target, scores = np.array([1.0, 2.0]), np.array([3.0, 1.0], np.float32)
    assert REGRESSION.errors(target, scores).tolist() == [2.0, 1.0]
    assert REGRESSION.row_losses(target, scores).tolist() == [4.0, 1.0]


def test_contrast_is_told_from_half_as_much_again_on():
    assert REGRESSION.contrast(1.6, 1.0) == "the mean absolute error is 1.6 against 1"
    assert REGRESSION.contrast(1.4, 1.0) == ""


def test_constant_is_the_mean():
    assert REGRESSION.constant(np.array([1.0, 4.0]), SCHEMA, 3).tolist() == [2.5] * 3


def test_corrupted_numbers_are_scaled_and_moved():
    values = np.arange(10.0)
    found = REGRESSION.corrupt(values, values > 5, values, np.random.default_rng(0))
    assert found.tolist() == (values * 3 + 1).tolist()


def test_mistakes_say_how_far_half_and_nine_in_ten_are_off():
    target = np.zeros(11)
    assert REGRESSION.mistakes(target, np.arange(11.0), SCHEMA, lambda v: f"{v:g}") == (
        "half of the predictions are off by less than 5, 9 in 10 by 9"
    )


def test_no_rows_lack_nothing():
    for shape in [(0,), (0, 2)]:
        assert REGRESSION.lacking(np.empty(shape)).shape == (0,)
        assert REGRESSION.errors(np.empty(shape), np.empty(shape)).shape == (0,)
    assert BINARY.lacking(np.empty(0, np.int64)).shape == (0,)


def test_mistakes_of_several_columns_are_told_of_each_in_its_unit():
    columns = (Column(name="a", kind="numeric", role="target"),)
    both = Schema(columns=columns, targets=("a", "b"), task="regression")
    scores = np.stack([np.arange(11.0), 1e6 * np.arange(11.0)], axis=1)
    told = REGRESSION.mistakes(np.zeros((11, 2)), scores, both, lambda v: f"{v:g}")
    assert told == (
        "a: half of the predictions are off by less than 5, 9 in 10 by 9; "
        "b: half of the predictions are off by less than 5e+06, 9 in 10 by 9e+06"
    )
