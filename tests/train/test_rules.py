import pytest

from fivefold.models.inputs import Image, Text, Width
from fivefold.train.rules import HABITS, decide_batch, decide_epochs


@pytest.mark.parametrize("network", HABITS)
@pytest.mark.parametrize("rows", [1, 5, 64, 100, 1797, 31_000, 10**6, 10**8])
def test_batch_is_a_power_of_two_from_64_to_4096(network, rows):
    batch = decide_batch(network, rows)
    assert batch in {64, 128, 256, 512, 1024, 2048, 4096}
    if batch < HABITS[network].batch and rows > 64 * 64:
        assert 0.7 < batch / (rows / 64) < 1.42


@pytest.mark.parametrize("network", HABITS)
@pytest.mark.parametrize("rows", [1, 5, 100, 31_000, 10**8])
@pytest.mark.parametrize("inputs", [Width(9), Image(3, 64, 64), Text(256, 9)])
def test_epochs_are_between_1_and_100(network, rows, inputs):
    batch = min(rows, decide_batch(network, rows))
    assert 1 <= decide_epochs(network, rows, batch, inputs, gpu=False) <= 100


def test_epochs_of_more_pixels_are_fewer_and_of_a_gpu_more():
    image = Image(1, 28, 28)
    assert decide_epochs("convnet", 48_000, 256, image, gpu=False) == 5
    assert decide_epochs("convnet", 48_000, 256, image, gpu=True) == 30
    assert decide_epochs("convnet", 1_150, 64, Image(1, 8, 8), gpu=False) == 30
