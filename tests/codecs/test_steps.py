import io
from pathlib import Path

import numpy as np
import pytest

from fivefold.codecs.steps import gaps_filled, is_series, plain, series_of, thinned


def test_series_of_every_form_is_steps_by_channels(tmp_path):
    wanted = np.array([[1.0, 2.0], [3.0, 4.0]])
    file = tmp_path / "one.npy"
    np.save(file, wanted)
    held = io.BytesIO()
    np.save(held, wanted)
    table = tmp_path / "one.csv"
    table.write_text("#left, right\n1,2\n3,4\n")
    forms = [wanted, wanted.tolist(), "[[1, 2], [3, 4]]", "1,2;3,4", "1 2\n3 4", "a\tb\n1\t2\n3\t4"]
    for form in [*forms, file, table, held.getvalue(), table.read_bytes()]:
        np.testing.assert_array_equal(series_of(form), wanted)
    assert series_of([1, 2, 3]).shape == (3, 1)
    assert series_of("0.5").tolist() == [[0.5]]


def test_missing_numbers_are_nan_and_infinite_ones_too():
    found = series_of([[1, None], ["nan", float("inf")]])
    np.testing.assert_array_equal(found, [[1, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(series_of("1,,3")[:, 0], [1, np.nan, 3])
    assert series_of([]) is None


@pytest.mark.parametrize(
    "cell", ["[1, 2", "a b c", [[1, 2], [3]], [[[1]]], {"a": 1}, ["x"], b"\x93NUMPYx", b"", "x,y"]
)
def test_what_is_no_series_is_refused(cell):
    with pytest.raises((ValueError, TypeError)):
        series_of(cell)


def test_objects_in_a_file_of_numpy_are_not_loaded(tmp_path):
    file = Path(tmp_path / "evil.npy")
    np.save(file, np.array([print], object), allow_pickle=True)
    with pytest.raises(ValueError, match="damaged, or holds objects"):
        series_of(file)


def test_plain_goes_back_to_the_same_series():
    for series in (np.array([[0.1], [np.nan]]), np.array([[1e-17, np.nan], [2.0, 3.0]])):
        np.testing.assert_array_equal(series_of(plain(series)), series)


def test_gaps_are_filled_as_numpy_interpolates_and_thinned_by_means():
    rng = np.random.default_rng(0)
    series = rng.normal(size=(9, 2))
    series[[0, 3, 4, 8], 0] = np.nan
    series[:, 1] = np.nan
    known = ~np.isnan(series[:, 0])
    wanted = np.interp(np.arange(9), np.flatnonzero(known), series[known, 0])
    found = gaps_filled(series, np.array([0.0, 7.0]))
    np.testing.assert_allclose(found, np.stack([wanted, np.full(9, 7.0)], axis=1))
    np.testing.assert_allclose(
        thinned(found, 4)[:, 0], [wanted[:4].mean(), wanted[4:8].mean(), wanted[8]]
    )


def test_pictures_truths_and_words_are_no_series():
    assert not is_series(np.zeros((8, 8), np.uint8))
    assert not is_series([True, False])
    assert not is_series(["a"])
    assert is_series([[None, 1.5]] * 5)
