"""Estimates: floats that know how sure they are."""

import copy
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivefold.core.estimate import Estimate

SCORE = Estimate(0.9, low=0.85, high=0.94, method="wilson", n=200)


def test_estimate_behaves_as_a_float():
    assert isinstance(SCORE, float)
    assert SCORE == 0.9
    assert hash(SCORE) == hash(0.9)
    assert float(SCORE) == 0.9
    assert SCORE > 0.8 > 1 - SCORE
    assert SCORE - 0.4 == 0.5
    assert math.isclose(sum([SCORE, SCORE]), 1.8)
    assert f"{SCORE:.1%} {SCORE:6.3f}" == "90.0%  0.900"
    assert f"{SCORE!s:>26}".startswith("  ")
    assert json.loads(json.dumps({"auc": SCORE})) == {"auc": 0.9}


def test_estimate_after_arithmetic_claims_no_interval():
    assert type(SCORE + 0.1) is float
    assert type(-SCORE) is float


def test_estimate_says_how_it_was_measured():
    assert (SCORE.low, SCORE.high, SCORE.method, SCORE.n) == (0.85, 0.94, "wilson", 200)
    assert SCORE.level == 0.95
    assert Estimate(1, low=0, high=1, method="bca", n=50, level=0.8).level == 0.8


def test_estimate_without_method_or_rows_is_refused():
    with pytest.raises(TypeError):
        Estimate(0.9)


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (0.9, 0.85, 0.94, "0.9000 [0.8500, 0.9400]"),
        (-0.25, -0.5, 0.125, "-0.2500 [-0.5000, 0.1250]"),
        (63.666, 61.5, 66.001, "63.67 [61.50, 66.00]"),
        (66695.4, 65000.2, 68000.9, "66,695 [65,000, 68,001]"),
    ],
)
def test_estimate_as_text_fits_its_digits_to_its_size(value, low, high, text):
    assert str(Estimate(value, low=low, high=high, method="bca", n=100)) == text


def test_estimate_with_too_few_rows_says_so_in_place_of_an_interval():
    score = Estimate(0.75, method="too few rows", n=4)
    assert math.isnan(score.low)
    assert math.isnan(score.high)
    assert str(score) == "0.75 (too few rows)"


def test_estimate_of_nan_has_a_text():
    assert "nan" in str(Estimate(float("nan"), method="one class only", n=9))


@settings(deadline=None)
@given(
    value=st.floats(allow_nan=False),
    low=st.floats(allow_nan=False),
    high=st.floats(allow_nan=False),
    n=st.integers(0, 10**9),
    level=st.floats(0.01, 0.99),
)
def test_estimate_repr_and_copies_keep_every_part(value, low, high, n, level):
    score = Estimate(value, low=low, high=high, method="delong", n=n, level=level)
    names = {"Estimate": Estimate, "inf": math.inf}
    for other in (copy.copy(score), copy.deepcopy(score), eval(repr(score), names)):
        assert type(other) is Estimate
        assert float(other) == value
        assert (other.low, other.high, other.method) == (low, high, "delong")
        assert (other.n, other.level) == (n, level)
