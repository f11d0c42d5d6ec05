import numpy as np
from numpy.testing import assert_allclose

from fivefold.kinds.pixels import pooled


def test_pooled_image_is_the_mean_of_its_tiles():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 2, 28, 28)).astype(np.uint8)
    made = pooled(pixels, 14)
    expected = pixels.reshape(3, 2, 14, 2, 14, 2).mean((3, 5)) / 255
    assert made.dtype == np.float32
    assert_allclose(made, expected, rtol=1e-5)


def test_pooled_image_of_odd_size_keeps_its_mean():
    pixels = np.full((1, 1, 11, 7), 51, np.uint8)
    made = pooled(pixels, 4)
    assert made.shape == (1, 1, 4, 4)
    assert_allclose(made, 0.2, rtol=1e-6)


def test_small_image_is_not_pooled():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 1, 8, 8)).astype(np.uint8)
    assert_allclose(pooled(pixels, 8), pixels / 255, rtol=1e-6)
