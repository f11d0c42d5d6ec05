import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed, fit_tensors
from fivefold.train.aims import Descent, Objective, Stopping
from fivefold.train.diagnosis import diagnose
from fivefold.train.finder import find_lr
from fivefold.train.fit import fit, mean_loss
from fivefold.train.stepper import Stepper

GENERATOR = torch.Generator().manual_seed(0)
X = torch.randn(64, 3, generator=GENERATOR)
Y = (X[:, 0] > 0).long()
WEIGHT = torch.rand(64, generator=GENERATOR)


class Weighing:
    """A loss by weights of rows, which counts how often it got some."""

    def __init__(self):
        self.asked = 0

    def __call__(self, outputs, target, weight=None):
        costs = F.cross_entropy(outputs, target, reduction="none")
        if weight is None:
            return costs.mean()
        self.asked += 1
        return (costs * weight).sum(), weight.sum()


def network():
    torch.manual_seed(1)
    return nn.Linear(3, 2)


def expected(model, rows=slice(None)):
    with torch.no_grad():
        costs = F.cross_entropy(model(X[rows]), Y[rows], reduction="none")
    return ((costs * WEIGHT[rows]).sum() / WEIGHT[rows].sum()).item()


def descent(**settings):
    return Descent(make=lambda body: torch.optim.SGD(body.parameters(), 0.1), **settings)


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_step_counts_rows_by_their_weight(pieces):
    model, rows = network(), torch.arange(10, 30)
    how, loss = descent(pieces=pieces, clip=None), Weighing()
    wanted, plain = expected(model, rows), network()
    costs = F.cross_entropy(plain(X[rows]), Y[rows], reduction="none")
    ((costs * WEIGHT[rows]).sum() / WEIGHT[rows].sum()).backward()
    stepper = Stepper(model, how.make(model), Objective(loss=loss), how, torch.device("cpu"))
    value, _ = stepper(feed((X, Y), weight=WEIGHT), rows)
    assert value.item() == pytest.approx(wanted, rel=1e-6)
    torch.testing.assert_close(model.weight, plain.weight - 0.1 * plain.weight.grad)
    assert loss.asked == pieces


@pytest.mark.parametrize("batch", [7, 64])
def test_the_mean_loss_counts_rows_by_their_weight(batch):
    model = network()
    found = mean_loss(model, feed((X, Y), weight=WEIGHT, batch=batch), Weighing())
    assert found == pytest.approx(expected(model), rel=1e-6)


def test_weights_reach_the_finder_and_the_diagnosis():
    loss, rows = Weighing(), feed((X, Y), weight=WEIGHT, batch=16)
    find_lr(network(), rows, Objective(loss=loss), descent(), steps=5)
    assert loss.asked == 5
    diagnose(network(), rows, rows, Objective(loss=loss), lr=0.1)
    assert loss.asked == 7


def test_without_weights_the_loss_is_given_none():
    loss = Weighing()
    optimizer = torch.optim.SGD((model := network()).parameters(), 0.1)
    fit_tensors(model, (X, Y), (X, Y), loss=loss, optimizer=optimizer, epochs=1, batch=16)
    assert loss.asked == 0


def test_rows_are_taken_with_what_is_done_to_them():
    rows = feed(
        ({"a": X, "b": 2 * X}, Y),
        augment=lambda batch: {**batch, "a": batch["a"] + 1},
        prepare=lambda batch: batch["a"] + batch["b"],
        weight=WEIGHT,
    )
    piece = rows.take(torch.tensor([5, 2]), training=True)
    torch.testing.assert_close(piece.inputs, 3 * X[[5, 2]] + 1)
    assert torch.equal(piece.target, Y[[5, 2]])
    assert torch.equal(piece.weight, WEIGHT[[5, 2]])
    torch.testing.assert_close(rows.take(slice(3)).inputs, 3 * X[:3])


@pytest.mark.parametrize(
    ("rows", "batch", "size", "steps"), [(64, 10, 10, 6), (5, 10, 5, 1), (0, 10, 0, 0)]
)
def test_what_is_left_over_makes_no_step(rows, batch, size, steps):
    found = feed((X[:rows], Y[:rows]), batch=batch)
    assert (found.rows, found.size, found.steps) == (rows, size, steps)


@pytest.mark.parametrize("inplace", ["inputs", "target", "weight"])
def test_what_a_network_or_loss_changes_in_place_is_a_copy(inplace):
    """The same history as that of one which changes nothing, over epochs and in the diagnosis."""

    class Shifting(nn.Linear):
        def forward(self, x):
            x = x.add_(0.5) if inplace == "inputs" else x + 0.5
            return super().forward(x)

    def loss(outputs, target, weight):
        target = target.clamp_(max=0) if inplace == "target" else target.clamp(max=0)
        weight = weight.mul_(2) if inplace == "weight" else weight * 2
        return (F.cross_entropy(outputs, target, reduction="none") * weight).mean()

    def history(own):
        nonlocal inplace
        inplace, kept = inplace if own else "", inplace
        torch.manual_seed(1)
        model, x, y, w = Shifting(3, 2), X.clone(), Y.clone(), WEIGHT.clone()
        rows = feed((x, y), weight=w, batch=16)
        fitted = fit(model, rows, rows, Objective(loss=loss), descent(), Stopping(epochs=3))
        diagnose(model, rows, rows, Objective(loss=loss), lr=0.1)
        inplace = kept
        assert torch.equal(x, X)
        assert torch.equal(y, Y)
        assert torch.equal(w, WEIGHT)
        return [(row["train_loss"], row["valid_loss"]) for row in fitted.history]

    assert history(True) == history(False)
