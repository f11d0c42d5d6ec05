import copy
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed
from fivefold.train.health import count_dead, find_dead_units, find_explosion

X = torch.randn(300, 6, generator=torch.Generator().manual_seed(0))


def network(activation=None):
    torch.manual_seed(0)
    layers = (nn.Linear(6, 20), activation or nn.ReLU(), nn.Dropout(0.5), nn.Linear(20, 2))
    return nn.Sequential(*layers)


def rows(inputs, **settings):
    first = next(iter(inputs.values())) if isinstance(inputs, dict) else inputs
    return feed((inputs, torch.zeros(len(first))), **settings)


def dead(model, inputs, **settings):
    return count_dead(model, rows(inputs, **settings))


def dead_units(model, inputs, **settings):
    return find_dead_units(model, rows(inputs), **settings)


def kill(layer, units):
    with torch.no_grad():
        layer.weight[:units] = 0
        layer.bias[:units] = -1


def test_units_of_a_fresh_network_are_alive():
    model = network()
    expected = int((F.relu(model[0](X)) == 0).all(0).sum())
    (layer,) = dead(model, X)
    assert (layer.name, layer.kind, layer.units, layer.dead) == ("1", "ReLU", 20, expected)
    assert not list(dead_units(model, X))


@pytest.mark.parametrize("activation", [nn.ReLU(), nn.GELU(), nn.SiLU(), nn.Hardswish()])
def test_dead_units_are_counted_whatever_the_activation(activation):
    model = network(activation)
    kill(model[0], 13)
    with torch.no_grad():
        model[0].bias[13:] = 5
    assert [layer.dead for layer in dead(model, X)] == [13]


@pytest.mark.parametrize(("killed", "passes"), [(0, 1), (13, 3)])
def test_network_is_shown_more_rows_only_while_units_may_be_dead(killed, passes):
    model, seen = network(), []
    kill(model[0], killed)
    model.register_forward_hook(lambda *_: seen.append(1))
    assert len(list(dead_units(model, X))) == (killed > 0)
    assert len(seen) == passes  # of 150 rows, 64 at a time


def test_units_that_the_first_rows_do_not_reach_are_alive_by_the_last():
    model, late = network(), X.clone()
    kill(model[0], 13)
    with torch.no_grad():
        model[0].weight[:13, 0] = 1
    late[:-20, 0], late[-20:, 0] = -9, 9
    assert not list(dead_units(model, late))


def test_saturated_units_are_dead_and_their_value_does_not_matter():
    model = network(nn.Tanh())
    with torch.no_grad():
        model[0].bias[:4] = 1e4
        model[0].bias[4:7] = -1e4
    assert dead(model, X)[0].dead == 7


def test_unit_that_one_row_wakes_is_alive():
    model = network()
    kill(model[0], 20)
    with torch.no_grad():
        model[0].weight[0, 0] = 1
    row = torch.zeros(200, 6)
    row[199, 0] = 3.0
    assert dead(model, row)[0].dead == 19


def test_finding_names_the_layer_the_count_and_the_remedy():
    model = network()
    kill(model[0], 15)
    (finding,) = dead_units(model, X, lr=0.1)
    assert finding.code == "dead_units"
    assert finding.severity == "warning"
    assert finding.sentence.startswith("15 of 20 units of `1` (ReLU) give the same")
    assert "lr=0.01" in finding.sentence
    assert finding.numbers["layers"] == [{"name": "1", "units": 20, "dead": 15}]


def test_half_of_the_units_dead_is_no_finding():
    model = network()
    kill(model[0], 10)
    with torch.no_grad():
        model[0].bias[10:] = 5
    assert dead(model, X)[0].dead == 10
    assert not list(dead_units(model, X))


def test_dead_channels_of_an_image_are_counted_not_its_places():
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten())
    images = torch.zeros(30, 1, 8, 8)
    images[:, :, 3:5, 3:5] = torch.rand(30, 1, 2, 2)
    with torch.no_grad():
        model[1].weight[:3], model[1].bias[:3] = 0, -1
        model[1].bias[3:] = 1
    (layer,) = dead(model, images)
    assert (layer.units, layer.dead) == (8, 3)


@pytest.mark.parametrize("first", [True, False])
def test_dead_features_of_a_series_are_counted_where_its_layer_puts_them(first):
    torch.manual_seed(0)
    mixing = nn.Conv1d(4, 6, 1) if first else nn.Linear(4, 6)
    model = nn.Sequential(mixing, nn.ReLU())
    with torch.no_grad():
        mixing.weight[:2], mixing.bias[:2] = 0, -1
        mixing.bias[2:] = 5
    series = torch.randn(50, 4, 9) if first else torch.randn(50, 9, 4)
    (layer,) = dead(model, series)
    assert (layer.units, layer.dead) == (6, 2)


@pytest.mark.parametrize("equation", ["ni,mio->nmo", "ni,mio->mno"])
def test_units_of_members_are_counted_one_by_one(equation):
    class Members(nn.Module):
        def __init__(self):
            super().__init__()
            self.members, self.act = 3, nn.ReLU()
            self.weight = nn.Parameter(torch.ones(3, 6, 5))
            self.bias = nn.Parameter(torch.tensor([-1e3, 1e3, 1e3]))

        def forward(self, batch):
            bias = self.bias[:, None] if equation.endswith("nmo") else self.bias[:, None, None]
            return self.act(torch.einsum(equation, batch, self.weight) + bias)

    (layer,) = dead(nn.Sequential(Members()), X)
    assert (layer.units, layer.dead) == (15, 5)


def test_counting_shows_at_most_256_rows_and_leaves_the_network_as_it_was():
    model, seen = network(), []
    model[1].train(False)
    before = copy.deepcopy(model.state_dict())
    many = torch.randn(5000, 6)
    dead(model, many, prepare=lambda batch: seen.append(len(batch)) or batch)
    assert 128 < sum(seen) <= 256
    assert [module.training for module in model] == [True, False, True, True]
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())


def test_counting_goes_on_where_lengths_of_rows_differ():
    class Ragged(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.ReLU()

        def forward(self, batch):
            return self.act(batch["words"][:, : 3 + len(batch["words"]) % 2, None] - 9.0)

    (layer,) = dead(Ragged(), {"words": torch.zeros(65, 5)})
    assert layer.dead == 0


def test_one_row_tells_nothing():
    assert dead(network(), X[:1]) == []


def findings(norms, first=1.0, clip=1.0):
    return list(find_explosion(norms, first, clip=clip, lr=0.01))


@pytest.mark.parametrize(
    ("norms", "first"),
    [
        ([2.0, 1.5, 1.0, 8.0], 1.0),
        ([50.0, 5.0, 1e-3, 1e-5, 2.0], 40.0),
        ([1e6, 2e6, 1e6], 1e6),
        ([900.0, 5.0], 1.0),
        ([], float("nan")),
        ([float("nan"), 3.0, 2.0], 1.0),
    ],
)
def test_gradients_that_fall_or_are_always_large_have_not_exploded(norms, first):
    assert findings(norms, first) == []


def test_exploded_gradient_is_named_with_epoch_and_remedy():
    (finding,) = findings([1.0, 3.0, 2.0, 9e3, 1e9], first=2.0)
    assert finding.code == "exploding_gradients"
    assert finding.severity == "note"
    assert finding.numbers == {"largest": 9e3, "usual": 2.0, "first": 2.0, "epoch": 4}
    assert "9e+03 in epoch 4, 4.5e+03 times" in finding.sentence
    assert "clip=1 bounded its steps, lr=0.001 may do better" in finding.sentence


def test_exploded_gradient_without_a_bound_is_a_warning_sooner():
    (finding,) = findings([1.0, 150.0], clip=None)
    assert finding.severity == "warning"
    assert "clip=1.0 or lr=0.001 would help" in finding.sentence
    assert findings([1.0, 150.0], clip=1.0) == []


def test_infinite_gradient_has_exploded_unless_its_step_was_left_out():
    norms = [3.0, float("inf"), 2.0]
    (finding,) = find_explosion(norms, 1.0, clip=None, lr=0.01)
    assert "rose to inf in epoch 2; clip=1.0" in finding.sentence
    assert not list(find_explosion(norms, 1.0, clip=None, lr=0.01, precision="fp16"))


def test_a_real_explosion_is_found_and_a_sound_run_is_not():
    def norms(lr):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
        found = SimpleNamespace(first=None, largest=[])
        for _ in range(4):
            largest = 0.0
            for start in range(0, 300, 50):
                model.zero_grad()
                rows = slice(start, start + 50)
                F.mse_loss(model(X[rows])[:, 0], 3 * X[rows].sum(1)).backward()
                norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf")).item()
                found.first = norm if found.first is None else found.first
                largest = max(largest, norm)
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter -= lr * parameter.grad
            found.largest.append(largest)
        return found

    sound, wild = norms(0.02), norms(0.5)
    assert not findings(sound.largest, sound.first, clip=None)
    assert findings(wild.largest, wild.first, clip=None)
