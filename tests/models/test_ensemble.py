import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fivefold.models.ensemble import Ensemble, Stacked, stack
from fivefold.train.optimizer import adamw


def member(seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(6, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3)
    )


def ensemble(members=3):
    return Ensemble([member(seed) for seed in range(members)])


def test_ensemble_answers_with_the_mean_of_its_members():
    together, x = ensemble().eval(), torch.randn(5, 6)
    wanted = sum(member(seed).eval()(x) for seed in range(3)) / 3
    torch.testing.assert_close(together(x), wanted)


def test_ensemble_gives_each_members_outputs_in_training():
    together, x = ensemble().train(), torch.randn(5, 6)
    found = together(x)
    assert found.shape == (5, 3, 3)
    torch.testing.assert_close(found[:, 1], member(1).train()(x))


def test_stacked_learns_what_the_ensemble_learns():
    together = ensemble()
    stacked = stack(together, torch.randn(4, 6))
    alone = copy.deepcopy(together)
    x, y = torch.randn(64, 6), torch.randint(0, 3, (64,))
    for network in (stacked, alone):
        network.train()
        optimizer = adamw(network, lr=0.05, weight_decay=2.0)
        for start in range(0, 64, 16):
            optimizer.zero_grad()
            outputs = network(x[start : start + 16])
            target = y[start : start + 16].repeat_interleave(3)
            F.cross_entropy(outputs.flatten(0, 1), target).backward()
            optimizer.step()
    stacked.write_back(together)
    for (name, found), wanted in zip(
        together.state_dict().items(), alone.state_dict().values(), strict=True
    ):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5, msg=name)
    torch.testing.assert_close(stacked.eval()(x), alone.eval()(x), rtol=1e-4, atol=1e-5)


def test_stack_leaves_the_ensemble_as_it_was():
    together = ensemble().train()
    before = copy.deepcopy(together.state_dict())
    assert isinstance(stack(together, torch.randn(4, 6)), Stacked)
    assert together.training
    assert all(torch.equal(t, before[name]) for name, t in together.state_dict().items())
    assert all(p.grad is None for p in together.parameters())


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.out = nn.GRU(1, 4, batch_first=True), nn.Linear(4, 2)

    def forward(self, x):
        return self.out(self.body(x[:, :, None])[0][:, -1])


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        return self.out(x) * float(x.sum() > self.out.bias.sum())


@pytest.mark.parametrize("make", [Recurrent, Counting])
def test_what_cannot_be_stacked_is_left_as_it_is(make):
    assert stack(Ensemble([make(), make()]), torch.randn(4, 6)) is None


def test_networks_of_different_shapes_cannot_be_stacked():
    assert stack(Ensemble([nn.Linear(6, 2), nn.Linear(6, 3)]), torch.randn(4, 6)) is None


def test_frozen_weights_stay_frozen_in_a_stack():
    together = ensemble()
    for network in together.networks:
        network[0].weight.requires_grad_(False)
    stacked = stack(together, torch.randn(4, 6))
    assert sum(not p.requires_grad for p in stacked.parameters()) == 1


class Fitted(nn.Linear):
    def fit_buffers(self, batch):
        self.seen = len(batch)


def test_ensemble_shows_training_rows_to_its_members():
    together = Ensemble([Fitted(2, 1), Fitted(2, 1)])
    together.fit_buffers(torch.zeros(7, 2))
    assert [network.seen for network in together.networks] == [7, 7]


class Remembering(nn.Linear):
    """Its answer depends on a buffer that is in no state_dict."""

    def __init__(self, value):
        torch.manual_seed(0)
        super().__init__(6, 3)
        self.register_buffer("mean", torch.tensor(value), persistent=False)

    def forward(self, x):
        return super().forward(x) * self.mean


def test_buffers_that_no_state_dict_has_are_given_back_to_the_copies():
    together, x = Ensemble([Remembering(1.0), Remembering(2.0)]), torch.randn(5, 6)
    stacked = stack(together, x)
    stacked.mean += 3
    stacked.write_back(together)
    assert [float(network.mean) for network in together.networks] == [4.0, 5.0]
    torch.testing.assert_close(together.eval()(x), stacked.eval()(x))
