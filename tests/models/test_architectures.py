import pytest
import torch
from torch import nn

import fivefold as ff
from fivefold.errors import ConfigError
from fivefold.models.architectures import architectures, described_as, paper
from fivefold.models.inputs import Image, Passage, Width
from fivefold.models.mlp import Mlp
from fivefold.models.networks import NETWORKS


def test_architectures_tell_every_network_and_what_it_is_for():
    table = ff.architectures().set_index("architecture")
    assert list(table.index) == list(NETWORKS)
    assert table.loc["convnet", "application"] == "images"
    assert table.loc["textnet", "application"] == "texts"
    assert table.loc["textblend", "application"].startswith("texts, alone or mixed")
    assert "numbers" in table.loc["blend", "application"]
    assert "ICLR 2025" in table.loc["tabm", "paper"]
    assert "Kim" in table.loc["textnet", "paper"]
    assert "boosted trees beside it" in table.loc["blend", "features"]
    assert "16 members" in table.loc["tabm", "features"]


def test_architectures_for_given_inputs_are_those_that_read_them():
    table = ff.architectures(Image(1, 8, 8), 10).set_index("architecture")
    names = ["convnet", "resnet", "resnet_small", "resnet_large", "unet", "mixture"]
    assert list(table.index) == names
    line = table.loc["convnet"]
    by_hand = 32 * 9 + 2 * 32 + 64 * 32 * 9 + 2 * 64 + (64 * 4 * 4 * 10 + 10)
    assert line["parameters"] == by_hand
    assert line["layers"] == "2 Conv2d, 2 BatchNorm2d, 1 Linear"
    assert line["operations"] == 2 * (64 * 32 * 9 + 64 * 64 * 32 * 9 + 64 * 4 * 4 * 10)
    assert "dropout 0.3" in line["features"]


def test_architectures_of_a_name_are_that_network_alone():
    every = architectures()
    found = architectures("mlp")
    assert found.equals(every[every["architecture"] == "mlp"].reset_index(drop=True))
    with pytest.raises(ConfigError, match='Write inputs="mlp"'):
        architectures("mpl")
    for wrong in (5, {}, (3, 32, 32), ["mlp"]):
        with pytest.raises(ConfigError, match="the name of one"):
            architectures(wrong)
    with pytest.raises(ConfigError, match="outputs of 1 or more, found 0"):
        architectures("mlp", 0)


def test_architectures_do_not_move_the_random_generator():
    state = torch.random.get_rng_state()
    ff.architectures(Width(4))
    assert torch.equal(state, torch.random.get_rng_state())


def test_a_module_of_ones_own_is_told_by_its_layers():
    network = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
    line = described_as("mine", network, Width(4), torch.zeros(2, 4))
    assert line["layers"] == "2 Linear"
    assert line["parameters"] == 4 * 3 + 3 + 3 + 1
    assert line["operations"] == 2 * (4 * 3 + 3)
    assert line["features"] == "ReLU"
    assert line["paper"] == ""


def test_paper_is_what_the_docstring_refers_to():
    assert paper(Mlp).startswith("Gorishniy et al., On Embeddings for Numerical Features")


def test_networks_of_texts_with_terms_are_told_with_those_that_read_words_alone():
    found = architectures(Passage(8, 100, 30, 400), 3)
    names = ["textblend", "textnet", "textcnn", "texttransformer", "mixture"]
    assert found["architecture"].tolist() == names
