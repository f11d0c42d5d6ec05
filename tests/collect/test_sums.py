import numpy as np

from fivefold.collect.sums import best_sum

RNG = np.random.default_rng(3)


def test_smallest_set_is_taken():
    x = RNG.normal(size=(500, 5))
    places, weights, score = best_sum(x, 1.5 * x[:, 4] - x[:, 1])
    assert places == (1, 4)
    assert np.allclose(weights, [-1, 1.5])
    assert score > 0.99999


def test_noise_of_two_hundredths_is_no_sum():
    x = RNG.normal(size=(500, 5))
    y = x[:, 0] + x[:, 1]
    assert best_sum(x, y + 0.02 * y.std() * RNG.normal(size=500)) is None
    assert best_sum(x, y + 0.005 * y.std() * RNG.normal(size=500)) is not None


def test_equal_and_constant_columns_do_no_harm():
    x = RNG.normal(size=(500, 3))
    wide = np.c_[x, x[:, 0], np.ones(500)]
    assert best_sum(wide, x[:, 1] + x[:, 2])[0] == (1, 2)
    assert best_sum(np.ones((500, 3)), x[:, 0]) is None


def test_wide_tables_look_at_the_likeliest_columns():
    x = RNG.normal(size=(500, 300))
    assert best_sum(x, x[:, 250] + 2 * x[:, 7])[0] == (7, 250)
