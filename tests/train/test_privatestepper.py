import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed
from fivefold.models.learner import Piece
from fivefold.models.losses import summed
from fivefold.train.aims import Descent, Objective
from fivefold.train.noise import Noise
from fivefold.train.poisson import PoissonFeed
from fivefold.train.privatestepper import Mechanism, PrivateStepper, clipped_sums, row_gradients

CPU = torch.device("cpu")
NOISE = Noise.seeded(4)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 16), nn.LayerNorm(16), nn.ReLU(), nn.Linear(16, 3))


def data(rows=20):
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(rows, 6, generator=generator)
    return x, (x.sum(1) > 0).long()


def stepper(model, *, clip=0.5, noise=0.0, expected=10):
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    mechanism = Mechanism(clip=clip, noise_multiplier=noise, noise=NOISE, expected=expected)
    descent = Descent(make=lambda _: optimizer)
    objective = Objective(loss=F.cross_entropy)
    return PrivateStepper(model, optimizer, objective, descent, CPU, mechanism=mechanism)


def one_by_one(model, x, y, weight=None):
    """The gradient of each row, by torch alone."""
    found = []
    for place in range(len(x)):
        model.zero_grad()
        cost = F.cross_entropy(model(x[place : place + 1]), y[place : place + 1])
        (cost if weight is None else cost * weight[place]).backward()
        found.append([p.grad.clone() for p in model.parameters()])
    return [torch.stack(one) for one in zip(*found, strict=True)]


@pytest.mark.slow  # torch.func is imported
def test_gradients_of_rows_are_those_of_each_row_alone():
    model, (x, y) = network(), data()
    weights = list(model.parameters())
    costs, grads = row_gradients(model, F.cross_entropy, Piece(x, y), weights)
    for one, wanted in zip(grads, one_by_one(model, x, y), strict=True):
        torch.testing.assert_close(one, wanted, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(costs, F.cross_entropy(model(x), y, reduction="none"))
    weight = torch.linspace(0, 3, len(x))

    def weighted(outputs, target, weight):
        return summed(F.cross_entropy(outputs, target, reduction="none"), weight)

    _, grads = row_gradients(model, weighted, Piece(x, y, weight), weights)
    for one, wanted in zip(grads, one_by_one(model, x, y, weight), strict=True):
        torch.testing.assert_close(one, wanted, rtol=1e-4, atol=1e-6)


def test_no_row_counts_more_than_the_bound():
    grads = [torch.randn(9, 4, 5) * 10, torch.randn(9, 3) * 10]
    for place in range(9):
        some = [torch.cat([one[:place], one[place + 1 :]]) for one in grads]
        pairs = zip(clipped_sums(grads, 0.7), clipped_sums(some, 0.7), strict=True)
        moved = torch.cat([(one - other).flatten() for one, other in pairs]).norm()
        assert moved == pytest.approx(0.7, rel=1e-3)


def test_batch_of_no_rows_is_a_step_of_noise_alone():
    model, (x, y) = network(), data()
    before = [p.detach().clone() for p in model.parameters()]
    one = stepper(model, noise=3.0)
    value, norm = one(feed((x, y)), torch.arange(0))
    assert (value.item(), norm, one.taken) == (0.0, None, 1)
    drawn = NOISE.normal(0, [p.shape for p in before])
    for p, old, normal in zip(model.parameters(), before, drawn, strict=True):
        torch.testing.assert_close(old - p.detach(), normal * 3.0 * 0.5 / 10)


def test_steps_draw_every_row_by_itself():
    x, y = data(40)
    rows = PoissonFeed.of(feed((x, y), batch=4), NOISE)
    drawn = [batch for epoch in range(1, 101) for batch in rows.batches(epoch)]
    sizes = torch.tensor([len(batch) for batch in drawn]).double()
    assert rows.steps == 10
    assert (sizes == 0).any()
    assert all(len(batch) == len(set(batch.tolist())) for batch in drawn)
    assert abs(sizes.mean() - 4) < 4 * (3.6 / 1000) ** 0.5
    assert abs(sizes.var() - 3.6) < 4 * 3.6 * (2 / 1000) ** 0.5
    seen = torch.bincount(torch.cat(drawn), minlength=40).double()
    assert ((seen - 100).abs() < 5 * 90**0.5).all()
    again = PoissonFeed.of(feed((x, y), batch=4), Noise(NOISE.key)).batches(7)
    assert all(torch.equal(a, b) for a, b in zip(again, rows.batches(7), strict=True))
    assert Noise.secret().key != Noise.secret().key


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
@pytest.mark.parametrize("clip", [0.1, 1.0, 50.0])
def test_step_is_that_of_opacus(clip):
    from opacus import GradSampleModule
    from opacus.optimizers import DPOptimizer

    ours, (x, y) = network(), data()
    theirs = GradSampleModule(network(), loss_reduction="sum")
    optimizer = DPOptimizer(
        torch.optim.SGD(theirs.parameters(), lr=1.0),
        noise_multiplier=0.0,
        max_grad_norm=clip,
        expected_batch_size=10,
    )
    F.cross_entropy(theirs(x), y, reduction="sum").backward()
    optimizer.step()
    stepper(ours, clip=clip)(feed((x, y)), torch.arange(len(x)))
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)
