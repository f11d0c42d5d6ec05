import pytest
import torch

from fivefold.models.inputs import Signal
from fivefold.models.kernels import Kernels
from fivefold.models.timenet import GRU, TCN, InceptionTime


def filled(steps, length, seed=0):
    torch.manual_seed(seed)
    lines = torch.zeros(2, 6, length)
    lines[:, :4, :steps] = torch.randn(2, 4, steps)
    lines[:, 4:, :steps] = 1
    return lines


@pytest.mark.parametrize("network", [InceptionTime, TCN, Kernels])
def test_scores_do_not_depend_on_how_far_a_series_is_filled_up(network):
    torch.manual_seed(0)
    one = network(Signal(6, 60), 3).eval()
    short = filled(20, 60)
    longer = short.clone()
    longer[:, :, 20:40] = filled(20, 20, seed=1)
    assert torch.allclose(one(short)[:, :1], one(short.clone())[:, :1])
    assert not torch.allclose(one(short), one(longer), atol=1e-3)
    noise = short.clone()
    assert torch.equal(one(noise), one(short))


@pytest.mark.parametrize("network", [InceptionTime, TCN, GRU, Kernels])
@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_networks_read_series_of_any_length(network, steps):
    found = network(Signal(6, steps), 2).eval()(filled(steps, steps))
    assert found.shape == (2, 2)
    assert found.isfinite().all()


def test_kernels_are_the_mean_of_the_positive_part_and_the_maximum_of_convolutions():
    torch.manual_seed(0)
    kernels = Kernels(Signal(4, 40), 1, count=6).double()
    lines = torch.zeros(1, 4, 40).double()
    lines[:, :2, :30], lines[:, 2:, :30] = torch.randn(1, 2, 30).double(), 1
    found = kernels.features(lines)[0]
    each = len(found) // (2 * len(kernels.dilations))
    dilation = kernels.dilations[1]
    weight, bias = kernels.get_buffer(f"weight{dilation}"), kernels.get_buffer(f"bias{dilation}")
    values = []
    for step in range(30):
        total = bias[0].clone()
        for tap in range(9):
            place = step + (tap - 4) * dilation
            if 0 <= place < 30:
                total = total + (weight[0, :, tap] * lines[0, :2, place]).sum()
        values.append(total)
    made = torch.stack(values)
    first = 2 * each
    assert torch.allclose(found[first], made.clamp(min=0).mean())
    assert torch.allclose(found[first + each], made.max())


def test_features_of_kernels_move_little_where_rounding_moves_the_series():
    torch.manual_seed(0)
    kernels = Kernels(Signal(6, 60), 2)
    lines = filled(60, 60)
    moved = lines.clone()
    moved[:, :4] += 1e-7 * torch.randn(2, 4, 60)
    gap = (kernels.features(lines) - kernels.features(moved)).abs().max()
    assert gap < 1e-5
