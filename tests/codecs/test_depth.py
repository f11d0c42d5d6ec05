import numpy as np
import pytest

from fivefold.codecs.depth import inverted, over_white, settled


def cells(*values):
    array = np.empty(len(values), object)
    for row, value in enumerate(values):
        array[row] = value
    return array


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_over_white_is_rounded_as_by_hand(dtype):
    draw, top = np.random.default_rng(0), np.iinfo(dtype).max
    colours = draw.integers(0, top + 1, (40, 50, 3)).astype(dtype)
    alpha = draw.integers(0, top + 1, (40, 50, 1)).astype(dtype)
    exact = colours * (alpha / top) + top * (1 - alpha / top)
    assert np.abs(over_white(colours, alpha) - exact).max() <= 0.5 + 1e-6


def test_settled_whole_numbers_of_a_column_are_bytes_together_or_not():
    small, large = np.array([[[0], [255]]], np.int32), np.array([[[0], [256]]], np.int32)
    assert settled(np.stack([small, small])).dtype == np.uint8
    assert settled(np.stack([small, large])).dtype == np.int32
    assert settled(cells(small, None))[0].dtype == np.uint8
    loose = settled(cells(small, None, large))
    assert (loose[0].dtype, loose[1], loose[2].dtype) == (np.int32, None, np.int32)


def test_settled_pictures_of_two_depths_stay_apart():
    shallow, deep = np.ones((2, 2, 1), np.uint8), np.ones((2, 2, 1), np.uint16)
    found = settled(cells(shallow, deep))
    assert [image.dtype for image in found] == [np.uint8, np.uint16]
    assert settled(cells(deep, deep)).shape == (2, 2, 2, 1)


def test_inverted_stays_in_its_range():
    assert inverted(np.array([0, 200], np.uint8)).tolist() == [255, 55]
    assert inverted(np.array([10, 4_000], np.uint16)).tolist() == [4_000, 10]
    np.testing.assert_allclose(inverted(np.array([-1.0, 0.5], np.float32)), [0.5, -1.0])
