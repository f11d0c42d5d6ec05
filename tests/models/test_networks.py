import json

import pytest
import torch
from torch import nn

from fivefold.errors import ModelError
from fivefold.models.defaults import choose, make
from fivefold.models.inputs import (
    Codes,
    Film,
    Image,
    Signal,
    Spectrum,
    Spelled,
    Symbols,
    Text,
    Width,
)
from fivefold.models.mlp import Mlp
from fivefold.models.networks import NETWORKS, build, describe
from fivefold.models.window import Window

CASES = {
    "blend": {"table": Width(6, measured=2), "codes": Codes((4, 5))},
    "mlp": {"table": Width(6, measured=2), "codes": Codes((4, 5))},
    "tabm": {"table": Width(6, measured=2), "codes": Codes((4, 5))},
    "convnet": Image(3, 17, 12),
    "resnet": Image(3, 17, 16),
    "resnet_small": Image(3, 17, 16),
    "resnet_large": Image(3, 17, 16),
    "textblend": Text(9, 40),
    "textnet": Text(9, 40),
    "textcnn": Text(9, 40),
    "texttransformer": Text(9, 40),
    "seqblend": Symbols(9, 16, 1, 0, 1),
    "seqnet": Symbols(9, 16, 1, 0, 1),
    "soundblend": Spectrum(41, 16),
    "soundnet": Spectrum(41, 16),
    "videonet": Film(1, 5, 9, 8),
    "seriesblend": Signal(6, 20),
    "inceptiontime": Signal(6, 20),
    "tcn": Signal(6, 20),
    "gru": Signal(6, 20),
    "kernels": Signal(6, 20),
    "tagblend": Spelled(9, 13, 40),
    "tagnet": Spelled(9, 13, 40),
    "seqtagnet": Symbols(9, 16, 1, 0, 1),
    "seriestagnet": Signal(6, 20),
    "soundtagnet": Spectrum(41, 32),
    "spellnet": Spectrum(41, 32),
    "unet": Image(3, 17, 12),
    "forecaster": Window(1, 20, 0, 0),
    "tcnforecaster": Window(1, 20, 0, 0),
    "mixblend": {"photo": Image(1, 8, 8), "table": Width(3)},
    "mixture": {"photo": Image(1, 8, 8), "table": Width(3)},
    "wideblend": Width(6),
    "oddity": {"table": Width(6, measured=2), "codes": Codes((4, 5))},
    "autoencoder": Width(6),
}

ALONE = (
    "textnet",
    "textcnn",
    "texttransformer",
    "inceptiontime",
    "tcn",
    "gru",
    "kernels",
    "seqnet",
    "soundnet",
    "tagnet",
    "mixture",
    "wideblend",
    "oddity",
    "autoencoder",
)

ASKED_FOR = {"tabm", "mlp", "tcnforecaster", "resnet_small", "resnet_large", *ALONE}


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ASKED_FOR])
def test_choose_gives_each_kind_of_input_its_network(name):
    network = NETWORKS[name]
    assert choose(CASES[name], places=network.places, spells=network.spells) == name


def test_networks_for_places_are_chosen_for_places_alone():
    assert choose(CASES["tagblend"]) == "mixture"
    assert choose(CASES["seqtagnet"], places=True, spells=True) == "spellnet"
    with pytest.raises(ModelError, match="a network of one's own for each position"):
        choose(Width(8), places=True)
    with pytest.raises(ModelError, match="one's own for outputs"):
        make("textnet", Text(9, 40), (9, 3))


def test_choose_gives_pictures_a_network_that_can_look_at_all_of_them():
    small, large = Image(1, 8, 8), Image(3, 32, 32)
    assert choose(small, 100) == "convnet"
    assert [choose(large, rows) for rows in (0, 5_000, 50_000, 10**6)] == [
        "resnet",
        "resnet",
        "resnet_small",
        "convnet",
    ]


@pytest.mark.parametrize("name", NETWORKS)
def test_build_from_a_description_takes_the_weights_of_the_first(name):
    network = make(name, CASES[name], (9, 3) if NETWORKS[name].places else 3)
    description = json.loads(json.dumps(describe(network)))
    twin = build(description)
    twin.load_state_dict(network.state_dict())
    assert describe(twin) == description


def test_describe_of_a_subclass_or_a_changed_network_is_none():
    class Mine(Mlp):
        pass

    changed = Mlp(Width(4), 1)
    changed.out = nn.Linear(256, 9)
    assert describe(Mine(Width(4), 1)) is None
    assert describe(changed) is None
    assert describe(nn.Linear(2, 2)) is None


def test_describe_draws_no_random_numbers():
    network = Mlp(Width(4), 1)
    before = torch.get_rng_state()
    describe(network)
    assert torch.equal(torch.get_rng_state(), before)


def test_make_of_a_network_for_another_kind_says_which_to_use():
    with pytest.raises(ModelError, match='Train\\("convnet"\\)'):
        make("mlp", Image(1, 8, 8), 2)


def test_make_of_an_unknown_network_lists_the_known_ones():
    with pytest.raises(
        ModelError,
        match="unet, forecaster, tcnforecaster, mixblend, mixture, oddity, autoencoder, found",
    ):
        make("lstm", Width(3), 2)
