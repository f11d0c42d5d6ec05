import torch
from torch import nn

from fivefold.models.defaults import make
from fivefold.models.inputs import Image, Width
from fivefold.models.operations import forward_operations, step_operations


def test_forward_operations_of_layers_equal_a_hand_computation():
    network = nn.Sequential(nn.Linear(10, 7), nn.ReLU(), nn.Linear(7, 3))
    assert forward_operations(network, torch.zeros(5, 10)) == 5 * 2 * (10 * 7 + 7 * 3)


def test_forward_operations_of_the_convnet_equal_a_hand_computation():
    network = make("convnet", Image(1, 8, 8), 10)
    by_hand = 2 * (8 * 8 * 32 * 1 * 9 + 8 * 8 * 64 * 32 * 9 + 4 * 4 * 64 * 10)
    assert forward_operations(network, torch.zeros(2, 1, 8, 8)) == 2 * by_hand


def test_step_operations_are_forward_and_two_backward_products_but_for_the_inputs():
    network = nn.Sequential(nn.Linear(10, 7), nn.Linear(7, 3))
    rows, first, second = 5, 2 * 10 * 7, 2 * 7 * 3
    found = step_operations(network, torch.zeros(rows, 10))
    assert found == rows * (2 * first + 3 * second)


def test_operations_leave_network_generator_and_gradients_as_they_were():
    network = make("mlp", Width(6), 2)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network.layers.eval()
    state = torch.random.get_rng_state()
    forward_operations(network, torch.zeros(2, 6))
    step_operations(network, torch.zeros(2, 6))
    assert torch.equal(state, torch.random.get_rng_state())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(weight.grad is None for weight in network.parameters())
    assert network.training
    assert not network.layers.training
