from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

from fivefold.codecs.settings import Settings
from fivefold.kinds.feature import Feature
from fivefold.kinds.scaling import ARRAYS, CURVE, encode_numeric, fit_numeric
from fivefold.models.numbers import NumbersPart

RNG = np.random.default_rng(0)


def fit(values, settings=None, features=None, **asked):
    values = np.asarray(values, float)
    features = features or tuple(Feature(f"f{i}") for i in range(values.shape[1]))
    return fit_numeric(features, lambda: np.array_split(values, 3), settings or Settings(**asked))


def standardise(encoded, state):
    """What a network is given of encoded numbers."""
    part, block = NumbersPart(), SimpleNamespace(state=state, columns=())
    module = part.build(part.describe(block))
    part.fill(module, block)
    return module(torch.from_numpy(encoded)).numpy()


def apply(values, state):
    return standardise(encode_numeric(np.asarray(values, float), state), state)


@pytest.mark.parametrize(
    ("scale", "scaler"),
    [("standard", StandardScaler()), ("minmax", MinMaxScaler()), ("robust", RobustScaler())],
)
def test_standardise_without_outliers_equals_scikit_learn(scale, scaler):
    values = np.stack([RNG.normal(3, 2, 500), RNG.uniform(-1, 0, 500)], axis=1)
    found = apply(values, fit(values, scale=scale, outliers="keep"))
    np.testing.assert_allclose(found, scaler.fit_transform(values), atol=1e-5)


def test_standardise_by_quantiles_is_close_to_scikit_learn_and_keeps_order():
    values = RNG.lognormal(size=(2000, 1))
    found = apply(values, fit(values, scale="quantile", outliers="keep"))
    reference = QuantileTransformer(n_quantiles=2000, output_distribution="normal")
    expected = reference.fit_transform(values)
    inner = np.abs(expected) < 2
    np.testing.assert_allclose(found[inner], expected[inner], atol=0.05)
    assert (np.diff(found[np.argsort(values[:, 0]), 0]) >= 0).all()


def test_standardise_by_quantiles_with_ties_centres_the_commonest_value():
    values = np.r_[np.zeros(900), np.linspace(1, 100, 100)][:, None]
    state = fit(values, scale="quantile", outliers="keep")
    found = apply([[0.0], [1.0], [50.0], [100.0], [1e9], [-1.0]], state)[:, 0]
    assert found[0] == pytest.approx(-0.12, abs=0.03)  # ranks 0 to 0.9 meet at 0.45
    assert (np.diff(found[:4]) > 0).all()
    assert found[4] == found[3]
    assert found[5] == found[0]
    assert state.knots.shape == state.levels.shape == (1, 48)


def test_standardise_by_quantiles_of_a_constant_is_finite():
    found = apply([[5.0], [7.0], [np.nan]], fit([[5.0], [5.0]], scale="quantile"))
    assert np.isfinite(found).all()


def test_numeric_large_offset_survives_float32():
    seconds = 1.7e9 + np.arange(1000.0)
    state = fit(seconds[:, None])
    encoded = encode_numeric(seconds[:, None], state)
    assert np.unique(encoded).size == 1000
    expected = StandardScaler().fit_transform(seconds[:, None])
    np.testing.assert_allclose(standardise(encoded, state), expected, atol=1e-5)


def test_numeric_large_offset_with_outliers_survives_float32():
    seconds = np.r_[1.7e9 + np.arange(1000.0), 0.0, 0.0]
    state = fit(seconds[:, None])
    assert np.unique(encode_numeric(seconds[:, None], state)).size == 1001


def test_numeric_small_numbers_have_no_offset():
    assert fit(RNG.normal(5, 2, (100, 1))).offset.tolist() == [0.0]


@pytest.mark.parametrize(
    ("how", "expected"),
    [("median", 2.0), ("mean", 4.0), ("most_frequent", 1.0), ("constant", -5.0)],
)
def test_numeric_missing_is_filled_as_asked(how, expected):
    values = np.array([1.0, 1.0, 2.0, 3.0, 13.0, np.nan])[:, None]
    state = fit(values, numeric_missing=how, fill_value=-5.0, scale="none", outliers="keep")
    found = apply([[np.nan], [7.0]], state)
    np.testing.assert_allclose(found, [[expected, 1.0], [7.0, 0.0]])


def test_numeric_constant_fill_is_not_bounded():
    values = np.r_[np.linspace(0, 1, 50), np.nan][:, None]
    state = fit(values, numeric_missing="constant", fill_value=-999.0, scale="none")
    assert apply([[np.nan]], state)[0, 0] == -999.0


def test_numeric_indicator_only_where_training_rows_had_missing():
    values = np.array([[1.0, np.nan], [2.0, 3.0], [3.0, 4.0]])
    state = fit(values)
    assert state.indicator.tolist() == [False, True]
    assert len(state) + state.indicator.sum() == 3
    assert apply([[np.nan, np.nan]], state)[0, 2] == 1.0
    assert not fit(values, missing_indicator=False).indicator.any()


def test_numeric_clip_keeps_heavy_tails_apart_and_bounds_errors():
    gains = np.r_[np.zeros(9200), np.repeat([5000.0, 7000.0, 15000.0], 250), np.repeat(99999.0, 50)]
    found = apply(np.unique(gains)[:, None], fit(gains[:, None]))[:, 0]
    assert (np.diff(found) > 0).all()
    normal = np.r_[RNG.normal(size=10_000), 1e9]
    state = fit(normal[:, None])
    assert 7 < state.high[0] < 9
    assert apply([[1e9]], state)[0, 0] == apply([[50.0]], state)[0, 0] < 9


def test_numeric_clip_of_a_mostly_constant_column_keeps_its_values():
    values = np.r_[np.zeros(9990), np.full(10, 3.0)][:, None]
    state = fit(values)
    assert (state.low[0], state.high[0]) == (0.0, 3.0)


def test_numeric_drop_fits_on_what_is_inside():
    values = np.r_[RNG.normal(size=5000), np.full(3, 1e6)][:, None]
    state = fit(values, outliers="drop")
    assert state.scale[0] == pytest.approx(values[:5000].std(), rel=1e-4)


def test_numeric_keep_has_no_bounds():
    state = fit([[0.0], [1.0]], outliers="keep", scale="none")
    assert apply([[1e30]], state)[0, 0] == pytest.approx(1e30, rel=1e-6)


def test_numeric_constant_column_becomes_zero_even_for_new_values():
    for scale in ("standard", "minmax", "robust", "quantile", "none"):
        state = fit(np.full((10, 1), 0.1), scale=scale)
        found = apply([[0.1], [0.3], [np.nan]], state)
        assert (found[:, 0] == found[0, 0]).all(), scale
        assert abs(found[0, 0]) < 1.0, scale


def test_numeric_all_missing_column_is_zero_with_an_indicator():
    for scale in ("standard", "minmax", "robust", "quantile"):
        state = fit(np.full((4, 1), np.nan), scale=scale)
        assert apply([[np.nan], [3.0]], state)[:, 1].tolist() == [1.0, 0.0]
        assert np.isfinite(apply([[np.nan], [3.0]], state)).all()


def test_numeric_extreme_numbers_stay_finite():
    values = np.array([[1e300], [-1e300], [1e-300], [0.0]])
    for outliers in ("clip", "keep"):
        for scale in ("standard", "minmax", "robust", "quantile", "none"):
            assert np.isfinite(apply(values, fit(values, scale=scale, outliers=outliers))).all()


def test_numeric_boolean_and_wave_are_neither_shifted_nor_scaled():
    features = (Feature("b", "truth"), Feature("w", "wave", flagged=False))
    values = np.array([[1.0, 0.5], [1.0, -0.5], [0.0, np.nan], [np.nan, 1.0]])
    for scale in ("standard", "minmax", "robust", "quantile", "none"):
        state = fit(values, features=features, scale=scale)
        found = apply(values, state)
        expected = [[1, 0.5, 0], [1, -0.5, 0], [0, 0, 0], [1, 1, 1]]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_numeric_fit_does_not_depend_on_chunks():
    values = RNG.normal(size=(100, 2))
    features = (Feature("a"), Feature("b"))
    whole = fit_numeric(features, lambda: [values], Settings())
    pieces = fit_numeric(features, lambda: np.array_split(values, 7), Settings())
    for name in set(ARRAYS) - set(CURVE):
        array, other = getattr(whole, name), getattr(pieces, name)
        np.testing.assert_allclose(array, other, rtol=1e-6, err_msg=name)


def test_numeric_no_features_fit_to_an_empty_state():
    state = fit_numeric((), lambda: [np.empty((3, 0))], Settings(scale="quantile"))
    assert len(state) == 0
    assert standardise(np.empty((3, 0), np.float32), state).shape == (3, 0)
