import numpy as np
import torch

from fivefold.models.piecewise import Piecewise


def fitted(values, bins):
    numbers = torch.tensor(values)[:, None]
    pieces = Piecewise(1, bins)
    pieces.fit_buffers(numbers)
    return pieces


def test_piecewise_equals_numpy_interpolation_within_the_range():
    values = np.random.default_rng(0).normal(size=500).astype(np.float32)
    pieces = fitted(values, 8)
    edges = np.r_[pieces.low[0].numpy(), values.max()]
    points = np.linspace(values.min(), values.max(), 77, dtype=np.float32)
    found = pieces(torch.from_numpy(points)[:, None]).sum(dim=1).numpy()
    np.testing.assert_allclose(found, np.interp(points, edges, np.arange(9)), atol=1e-4)


def test_piecewise_edges_of_distinct_values_are_their_quantiles():
    values = np.random.default_rng(1).permutation(np.arange(101, dtype=np.float32))
    found = fitted(values, 4).low[0].numpy()
    np.testing.assert_allclose(found, np.quantile(values, [0, 0.25, 0.5, 0.75]), atol=1.0)


def test_piecewise_of_mostly_zeros_spends_bins_on_the_rest():
    values = np.r_[np.zeros(9000), np.arange(1, 1001)].astype(np.float32)
    pieces = fitted(values, 16)
    assert (pieces.low[0, pieces.slope[0] > 0] > 0).sum() >= 10


def test_piecewise_beyond_the_range_goes_on_in_a_straight_line():
    pieces = fitted(np.array([0.0, 1.0, 2.0], np.float32), 2)
    found = pieces(torch.tensor([[-1.0], [3.0], [4.0]]))
    assert found.tolist() == [[-1.0, 0.0], [1.0, 2.0], [1.0, 3.0]]


def test_piecewise_of_a_constant_gives_zeros():
    pieces = fitted(np.full(9, 5.0, np.float32), 4)
    assert pieces(torch.tensor([[5.0], [99.0]])).tolist() == [[0.0] * 4] * 2


def test_piecewise_fitted_twice_forgets_the_first_fit():
    once, twice = fitted(np.array([0.0, 4.0], np.float32), 3), Piecewise(1, 3)
    twice.fit_buffers(torch.arange(10.0)[:, None])
    twice.fit_buffers(torch.tensor([[0.0], [4.0]]))
    for name, buffer in once.named_buffers():
        assert torch.equal(buffer, dict(twice.named_buffers())[name]), name
