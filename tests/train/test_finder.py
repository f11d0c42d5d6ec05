import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed
from fivefold.core.session import derive_seed
from fivefold.errors import TrainingError
from fivefold.models.inputs import Width
from fivefold.models.mlp import Mlp
from fivefold.train.aims import Descent, Objective
from fivefold.train.feed import permutation
from fivefold.train.finder import FALLEN, choose_lr, find_lr
from fivefold.train.optimizer import adamw

BATCH = 64


def problem():
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return torch.tensor((x - 8) / 6, dtype=torch.float32), torch.tensor(y)


def network():
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.1), nn.Linear(64, 10))


def find(model, data, *, loss=F.cross_entropy, make=None, seed=0, **settings):
    make = make or (lambda module: adamw(module, lr=1.0, weight_decay=0.01))
    rows = feed(data, batch=BATCH, seed=seed)
    return find_lr(model, rows, Objective(loss=loss), Descent(make=make), **settings)


def test_curve_is_that_of_a_plain_loop():
    x, y = problem()
    model = network()
    curve = find(model, (x, y), steps=40, low=1e-5, high=0.1, seed=4)

    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in model.parameters() if p.ndim < 2], "weight_decay": 0},
        ],
        fused=True,
    )
    torch.manual_seed(derive_seed(4, "noise", "rate"))
    orders = [permutation(len(y), 4, epoch) for epoch in (1, 2)]
    average = 0.0
    for step in range(40):
        start = step % 28 * BATCH
        rows = orders[step // 28][start : start + BATCH]
        rate = 1e-5 * 10 ** (4 * step / 39)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[rows]), y[rows])
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        average = 0.9 * average + 0.1 * loss.item()
        assert curve.rates[step] == pytest.approx(rate)
        assert curve.losses[step] == pytest.approx(average / (1 - 0.9 ** (step + 1)), rel=1e-4)
    assert len(curve.losses) == 40


def test_finding_leaves_network_gradients_and_generators_as_they_were():
    data = problem()
    model = nn.Sequential(nn.BatchNorm1d(64), network()).eval()
    model(data[0][:9]).sum().backward()
    before = copy.deepcopy(model)
    gradients = [parameter.grad.clone() for parameter in model.parameters()]
    state = torch.get_rng_state()
    find(model, data, steps=20)
    assert torch.equal(torch.get_rng_state(), state)
    assert not model.training
    for name, tensor in before.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name])
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        assert torch.equal(parameter.grad, gradient)


def test_finding_twice_gives_the_same_bits_and_another_seed_does_not():
    data = problem()
    torch.manual_seed(8)
    first = find(network(), data, seed=1)
    torch.manual_seed(9)
    assert find(network(), data, seed=1) == first
    assert find(network(), data, seed=2).losses != first.losses


def test_test_ends_where_the_loss_is_four_times_the_best():
    curve = find(network(), problem(), low=1e-3, high=1e3, steps=60)
    assert len(curve.rates) < 60
    assert curve.losses[-1] > 4 * min(curve.losses)
    assert all(loss <= 4 * min(curve.losses[:n]) for n, loss in enumerate(curve.losses[:-1], 1))
    assert curve.lr <= curve.rates[-1] / 10


def test_groups_keep_the_proportions_of_their_rates():
    seen = []

    class Watched(torch.optim.SGD):
        def step(self, closure=None):
            seen.append([group["lr"] for group in self.param_groups])
            return super().step(closure)

    def factory(module):
        first, last = module[0], module[-1]
        groups = [{"params": first.parameters()}, {"params": last.parameters(), "lr": 0.002}]
        return Watched(groups, lr=0.01)

    curve = find(network(), problem(), make=factory, steps=10, high=1e-2)
    assert [one for one, _ in seen] == list(curve.rates)
    assert all(other == pytest.approx(0.2 * one) for one, other in seen)


def test_rate_is_half_the_first_with_nine_tenths_of_the_fall():
    rates = [10.0**place for place in range(-6, 2)]
    losses = [1.0, 1.0, 0.9, 0.5, 1 - FALLEN, 0.0, 0.05, 5.0]
    assert choose_lr(rates, losses) == pytest.approx(0.5e-2)


def test_rate_is_at_most_a_tenth_of_the_last():
    assert choose_lr([0.1, 0.2, 0.4], [1.0, 0.5, 0.0]) == pytest.approx(0.04)


@pytest.mark.parametrize("losses", [[1.0, 1.5, 5.0], [2.303, 2.301, 2.302]])
def test_rate_where_the_loss_hardly_falls_is_ten_times_below_the_last(losses):
    assert choose_lr([1e-6, 1e-5, 1e-4], losses) == pytest.approx(1e-5)


def trained_loss(model, data, lr, epochs=6):
    """The loss on held-out rows after a plain run at a rate that falls by a cosine."""
    x, y = data
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.05)
    steps = 20 * epochs
    for step in range(steps):
        rows = permutation(1300, 0, step // 20)[step % 20 * 64 :][:64]
        optimizer.param_groups[0]["lr"] = lr * (1 + math.cos(math.pi * step / steps)) / 2
        optimizer.zero_grad()
        F.cross_entropy(model.train()(x[rows]), y[rows]).backward()
        optimizer.step()
    with torch.no_grad():
        return F.cross_entropy(model.eval()(x[1300:]), y[1300:]).item()


@pytest.mark.parametrize("kind", ["plain", "mlp"])
def test_found_rate_is_within_a_factor_of_ten_of_the_best_on_digits(kind):
    x, y = problem()

    def fresh():
        model = network()
        if kind == "mlp":
            model = Mlp(Width(64, measured=64), 10, width=64, bins=8)
            model.fit_buffers(x[:1300])
        return model

    grid = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    losses = {lr: trained_loss(fresh(), (x, y), lr) for lr in grid}
    good = [lr for lr in grid if losses[lr] < 1.15 * min(losses.values())]
    found = find(fresh(), (x[:1300], y[:1300])).lr
    assert any(good_lr / 10 <= found <= 10 * good_lr for good_lr in good), (found, losses)
    assert trained_loss(fresh(), (x, y), found) < 1.6 * min(losses.values())


def test_finding_without_rows_is_refused():
    with pytest.raises(TrainingError, match="found none"):
        find(network(), (torch.zeros(0, 64), torch.zeros(0, dtype=torch.int64)))


def test_finding_with_a_loss_that_is_never_finite_is_refused():
    with pytest.raises(TrainingError, match="found nan before the first step"):
        find(network(), problem(), loss=lambda outputs, target: outputs.mean() * float("nan"))
