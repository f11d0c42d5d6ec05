import pytest
import torch
from torch import nn

from fivefold.kinds.tokens import TOKENS
from fivefold.models.assemble import digest
from fivefold.models.networks import NETWORKS
from fivefold.models.parts import part_of
from fivefold.train.network import make_network, named
from fivefold.train.resident import place

CPU = torch.device("cpu")


def made(data, model, seed=0):
    return make_network(
        data.codec, model, target=data.train.target, example=place(data.train, CPU), seed=seed
    )


def test_network_of_a_module_is_an_exact_copy(make_data):
    module = nn.Linear(2, 1)
    network = made(make_data(), module)
    assert network.body is not module
    assert digest(network.body) == digest(module)
    assert network.body.weight.data_ptr() != module.weight.data_ptr()


def test_network_of_a_factory_that_repeats_itself_shares_no_weights(make_data):
    module = nn.Linear(2, 1)
    first, second = (made(make_data(), lambda inputs, outputs: module) for _ in range(2))
    pointers = {m.weight.data_ptr() for m in (module, first.body, second.body)}
    assert len(pointers) == 3


def test_network_of_a_factory_follows_the_seed_and_leaves_the_generator(make_data):
    data = make_data()
    before = torch.get_rng_state()
    first, again, other = (digest(made(data, nn.Linear, seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert torch.equal(torch.get_rng_state(), before)


def test_network_with_lazy_layers_gets_its_shapes(make_data):
    data = make_data()
    module = nn.Sequential(nn.LazyLinear(5), nn.Linear(5, 1))
    assert made(data, module).body[0].weight.shape == (5, 2)
    assert isinstance(module[0], nn.LazyLinear)
    network = made(
        data, lambda inputs, outputs: nn.Sequential(nn.LazyBatchNorm1d(), nn.Linear(2, 1))
    )
    assert network.body[0].running_mean.tolist() == [0.0, 0.0]
    assert network.body.training


def test_network_of_parts_with_lazy_layers_gets_its_shapes(make_data, monkeypatch):
    def encoder(self, size, width):
        return nn.Sequential(nn.Embedding(size.vocabulary, 4), nn.Flatten(), nn.LazyLinear(width))

    monkeypatch.setattr(type(part_of(TOKENS)), "encoder", encoder)
    network = made(make_data("mixture"), None)
    assert digest(network) == digest(made(make_data("mixture"), None))
    assert network.training


@pytest.mark.parametrize(
    ("kind", "name"),
    [("numeric", "blend"), ("image", "convnet"), ("text", "textblend"), ("mixture", "mixblend")],
)
def test_network_by_default_follows_the_kinds(make_data, kind, name):
    assert named(made(make_data(kind), None)) == (name, NETWORKS[name])


def test_network_of_the_user_goes_by_its_class(make_data):
    assert named(made(make_data(), nn.Linear)) == ("Linear", None)
