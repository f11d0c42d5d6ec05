import pytest
import torch
from torch import nn

from fivefold.train.average import Average


def test_average_follows_the_hand_computation():
    weight = nn.Parameter(torch.tensor([0.0]))
    average = Average([weight], decay=0.5)
    mean = 0.0
    for step, value in enumerate([1.0, 3.0, 2.0, 8.0], 1):
        weight.data.fill_(value)
        average.update()
        keep = min(0.5, step / (step + 9))
        mean = keep * mean + (1 - keep) * value
        assert average.means[0].item() == pytest.approx(mean)


def test_average_stands_in_for_the_weights_for_a_while():
    weight = nn.Parameter(torch.tensor([4.0]))
    average = Average([weight], decay=0.9)
    weight.data.fill_(5.0)
    with average.in_place():
        assert weight.item() == 4.0
    assert weight.item() == 5.0
    assert average.means[0].item() == 4.0


def test_average_of_long_steady_weights_is_these_weights():
    weight = nn.Parameter(torch.tensor([1.0]))
    average = Average([weight], decay=0.9)
    weight.data.fill_(7.0)
    for _ in range(200):
        average.update()
    assert average.means[0].item() == pytest.approx(7.0)
