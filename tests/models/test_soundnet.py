import numpy as np
import pytest
import torch

from fivefold.models.clips import Loudness
from fivefold.models.inputs import Image, Spectrum
from fivefold.models.soundnet import LONG, SoundNet
from models.test_clips import clips


def test_score_does_not_depend_on_how_far_a_sound_is_filled_up():
    short, long = clips(6000, [6000, 2100]), clips(16_000, [6000, 2100])
    assert np.array_equal(short, long[:, :6000])
    torch.manual_seed(0)
    network = SoundNet(Spectrum(41, 96), 4).eval()
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.running_mean.normal_(0, 0.3)
            torch.nn.init.normal_(norm.bias, 0, 0.3)
    with torch.no_grad():
        one = network(Loudness(8000, 6000)(torch.from_numpy(short)))
        other = network(Loudness(8000, 16_000)(torch.from_numpy(long)))
    assert one.std() > 0.01
    torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("frames", [16, LONG, LONG + 16, 1008])
def test_network_reads_sounds_of_any_length(frames):
    assert SoundNet(Spectrum(65, frames), 3)(torch.zeros(2, 65, frames)).shape == (2, 3)


def test_network_refuses_what_is_no_sound():
    with pytest.raises(TypeError, match="reads a sound"):
        SoundNet(Image(1, 8, 8), 2)
