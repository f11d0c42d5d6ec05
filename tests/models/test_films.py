import numpy as np
import torch
from torch import nn

from fivefold.kinds.films import described
from fivefold.models.films import FilmsPart, Motion, delay, folded
from fivefold.models.inputs import Film
from fivefold.models.networks import NETWORKS, build, describe
from fivefold.models.repainting import colour, flip
from fivefold.models.videonet import SpaceTime, VideoNet

FILMS = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (64, 2, 9, 6, 7)))


def test_change_of_pictures_is_made_to_all_frames_of_a_clip_alike():
    changed = folded(flip, FILMS)
    for before, after in zip(FILMS, changed, strict=True):
        assert torch.equal(after, before) or torch.equal(after, before.flip(-1))
    assert 10 < sum(torch.equal(a, b) for a, b in zip(FILMS, changed, strict=True)) < 54


def test_delay_begins_each_clip_earlier_or_later_and_repeats_its_ends():
    changed, seen = delay(FILMS), set()
    assert changed.is_contiguous()
    for before, after in zip(FILMS, changed, strict=True):
        for moved in (-1, 0, 1):
            places = (torch.arange(9) + moved).clamp(0, 8)
            if torch.equal(after, before[:, places]):
                seen.add(moved)
    assert seen == {-1, 0, 1}


def test_colour_is_one_for_all_frames_of_a_clip():
    still = torch.randn(4, 3, 1, 5, 5).expand(4, 3, 8, 5, 5)
    changed = colour(still)
    assert torch.equal(changed, changed[:, :, :1].expand_as(changed))
    assert not torch.allclose(changed, still)


def test_traits_are_what_simple_models_read():
    part, size = FilmsPart(), Film(2, 9, 6, 7)
    module = part.traits(size)
    assert isinstance(module, Motion)
    found = module(FILMS.float() / 255)
    assert found.shape == (64, module.width)
    wanted = described(FILMS.numpy().astype(np.uint8), 8)
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-5)
    single = part.traits(Film(1, 1, 4, 4))(torch.ones(3, 1, 1, 4, 4))
    assert single.shape == (3, 48)
    assert not single[:, 16:].any()


def test_layer_is_a_convolution_over_each_frame_then_one_over_time():
    torch.manual_seed(0)
    layer = SpaceTime(3, 8, 6, 1, (2, 2, 2)).eval()
    maps = torch.randn(5, 3, 6, 8, 10)
    act, pool = nn.functional.silu, nn.functional.max_pool3d
    space = nn.functional.conv3d(
        pool(maps, (1, 2, 2)), layer.space.weight[:, :, None], padding=(0, 1, 1)
    )
    space = pool(act(space / (1 + 1e-5) ** 0.5), (2, 1, 1))
    time = nn.functional.conv3d(space, layer.time.weight[..., None], padding=(1, 0, 0))
    wanted = act(time / (1 + 1e-5) ** 0.5)
    found = layer(maps.transpose(1, 2).flatten(0, 1))
    found = found.reshape(5, 3, 8, 4, 5).transpose(1, 2)
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-4)


def test_network_reads_clips_of_any_size_and_is_known_by_name():
    for size in (Film(1, 1, 1, 1), Film(3, 5, 3, 90), Film(1, 32, 20, 20), Film(3, 16, 112, 100)):
        network = VideoNet(size, 4)
        assert network(torch.zeros(2, *size)).shape == (2, 4)
        assert type(build(describe(network))) is VideoNet
    assert "videonet" in NETWORKS


def test_network_tells_a_clip_from_the_same_clip_backwards():
    torch.manual_seed(0)
    network, films = VideoNet(Film(2, 9, 6, 7), 3).eval(), FILMS.float() / 100
    assert not torch.allclose(network(films), network(films.flip(2)), atol=1e-6, rtol=1e-6)
