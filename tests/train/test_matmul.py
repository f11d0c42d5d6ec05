import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fivefold.train import matmul
from fivefold.train.census import decide_stack, decide_threads, step_census, take_census
from fivefold.train.matmul import decide_matmul, matmul_set, onednn_is_exact

ROWS = torch.randn(8, 64), torch.zeros(8, dtype=torch.long)


def wide():
    return nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.Linear(256, 2))


def step(network, batch):
    return step_census(network, *ROWS, loss=F.cross_entropy, batch=batch)


def test_census_counts_products_and_operations():
    x, y = ROWS
    census = take_census(F.cross_entropy(wide()(x), y))
    assert census.products == 3
    assert census.operations == 2 * 8 * (64 * 256 + 256 * 256 + 256 * 2)
    assert not census.attends


def test_census_counts_batched_products():
    weight = torch.randn(4, 64, 32, requires_grad=True)
    last = torch.randn(4, 32, 2, requires_grad=True)
    value = torch.bmm(torch.bmm(torch.randn(4, 8, 64), weight), last).sum()
    census = take_census(value)
    assert census.products == 2
    assert census.operations == 4 * 2 * 8 * (64 * 32 + 32 * 2)


def test_census_sees_attention_and_convolutions():
    layer = nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0, batch_first=True)
    assert take_census(layer(torch.randn(2, 5, 16)).sum()).attends
    census = take_census(nn.Conv2d(4, 6, 3, groups=2)(torch.randn(2, 4, 8, 8)).sum())
    assert census.convolves
    assert census.convolved == 2 * (2 * 6 * 6 * 6) * (2 * 3 * 3)


@pytest.mark.parametrize(
    ("exact", "batch", "wanted"),
    [
        (True, 256, "onednn"),
        (True, 16, "default"),
        (False, 256, "default"),
    ],
)
def test_matmul_is_chosen_by_the_size_of_products(monkeypatch, exact, batch, wanted):
    monkeypatch.setattr(matmul, "onednn_is_exact", lambda: exact)
    assert decide_matmul(step(wide(), batch)) == wanted


def test_deciding_leaves_the_network_and_the_generator_as_they_were():
    network = nn.Sequential(
        nn.Linear(64, 32), nn.BatchNorm1d(32), nn.Dropout(0.5), nn.Linear(32, 2)
    )
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    random = torch.get_rng_state()
    decide_matmul(step(network, 64))
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(t, before[name]) for name, t in network.state_dict().items())
    assert all(p.grad is None for p in network.parameters())


def test_small_networks_are_stacked_and_large_or_convolutional_ones_are_not():
    small = nn.Linear(64, 2)
    assert decide_stack(step(small, 64))
    assert not decide_stack(step(wide(), 4096))
    convolution = nn.Sequential(nn.Unflatten(1, (1, 64)), nn.Conv1d(1, 2, 3), nn.Flatten())
    assert not decide_stack(step(convolution, 64))


def test_one_thread_is_for_steps_of_little_work():
    assert decide_threads(step(wide(), 256)) == 1
    assert decide_threads(step(wide(), 4096)) is None
    layers = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 64, 3, padding=1), nn.Flatten()
    network = nn.Sequential(nn.Unflatten(1, (1, 8, 8)), *layers, nn.Linear(64 * 64, 2))
    assert decide_threads(step(network, 32)) == 1
    assert decide_threads(step(network, 512)) is None


def test_matmul_is_set_for_a_while_and_stays_float32():
    if not onednn_is_exact():
        pytest.skip("oneDNN is no match for this processor")
    switch = torch.backends.mkldnn.matmul
    before = switch.fp32_precision
    left, right = torch.randn(2, 300, 300)
    with matmul_set("onednn"):
        assert switch.fp32_precision == "bf16"
        found = left @ right
    assert switch.fp32_precision == before
    wanted = left.double() @ right.double()
    assert (found - wanted).abs().max() < 2e-6 * wanted.abs().max()
