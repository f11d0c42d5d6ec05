import pytest
import torch

from fivefold.models.convnet import ConvNet
from fivefold.models.inputs import Image, Width


@pytest.mark.parametrize("size", [(2, 2), (8, 8), (9, 31), (28, 28), (64, 64), (5, 100)])
def test_convnet_of_any_size_answers_and_learns(size):
    network = ConvNet(Image(3, *size), 4, width=8)
    answer = network(torch.rand(5, 3, *size))
    assert answer.shape == (5, 4)
    answer.sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_convnet_of_large_images_halves_in_its_first_layer():
    assert ConvNet(Image(1, 28, 28), 2).layers[0].stride == (2, 2)
    assert ConvNet(Image(1, 8, 8), 2).layers[0].stride == (1, 1)


def test_convnet_gives_the_same_in_both_memory_layouts():
    network = ConvNet(Image(3, 16, 16), 2).eval()
    images = torch.rand(4, 3, 16, 16)
    other = network(images.contiguous(memory_format=torch.channels_last))
    assert torch.equal(network(images), other)


def test_convnet_of_a_table_is_refused():
    with pytest.raises(TypeError, match="reads an image"):
        ConvNet(Width(4), 2)
