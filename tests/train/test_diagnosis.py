import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fitting import feed
from fivefold.train.aims import Objective
from fivefold.train.diagnosis import diagnose

X = torch.randn(2000, 3, generator=torch.Generator().manual_seed(0))
Y = X[:, 0].clone()


def loss(outputs, target):
    return F.mse_loss(outputs[:, 0], target)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))


def ask(model=None, train=(X, Y), valid=(X[:50], Y[:50]), *, loss=loss, own=False, prepare=None):
    feeds = [feed(data, prepare=prepare) for data in (train, valid)]
    objective = Objective(loss=loss, own=own)
    return diagnose(network() if model is None else model, *feeds, objective, lr=0.02)


def spoilt(tensor, row, value):
    changed = tensor.clone()
    changed[row] = value
    return changed


def test_input_that_is_not_finite_is_blamed_ahead_of_all_else():
    model = network()
    nn.init.constant_(model[0].weight, float("nan"))
    inputs = X.clone()
    inputs[1500, 2] = float("inf")
    sentence, remedy = ask(model, train=(inputs, Y * float("nan")))
    assert "Row 1500 of the training rows has inf at position [2] among" in sentence
    assert "quantile" in remedy


def test_input_of_a_name_is_looked_at_after_it_is_prepared():
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))

        def forward(self, batch):
            return (batch["table"].sum(1) * self.scale)[:, None]

    raw = {"table": spoilt(X, 7, float("nan")), "codes": torch.ones(2000, 1, dtype=torch.int64)}
    few = {name: tensor[20:40] for name, tensor in raw.items()}
    sentence, _ = ask(Sum(), train=(raw, Y), valid=(few, Y[20:40]))
    assert "Row 7 of the training rows has nan at position [0] of 'table'" in sentence

    def filled(batch):
        return {**batch, "table": batch["table"].nan_to_num()}

    sentence, _ = ask(Sum(), train=(raw, Y), valid=(few, Y[20:40]), prepare=filled)
    assert "training mode only" in sentence


def test_input_that_is_very_large_is_blamed():
    assert "validation rows has 1e+30" in ask(valid=(spoilt(X[:50], 3, 1e30), Y[:50])).sentence


def test_target_that_is_not_finite_is_blamed():
    sentence, remedy = ask(train=(X, spoilt(Y, 9, float("nan"))))
    assert "Row 9 of the training rows has the target nan" in sentence
    assert "logarithm" in remedy


def test_target_in_its_own_unit_may_be_large_for_an_own_loss():
    assert "target 1e+08" in ask(train=(X, spoilt(Y, 9, 1e8))).sentence
    assert "training mode only" in ask(train=(X, spoilt(Y, 9, 1e8)), own=True).sentence


@pytest.mark.parametrize("own", [False, True])
def test_first_weights_that_overflowed_are_named(own):
    model = network()
    nn.init.constant_(model[2].weight, float("nan"))
    sentence, remedy = ask(model, own=own)
    assert "8 of 8 weights of `2.weight` are not: steps were too large" in sentence
    assert remedy.startswith("Pass lr=0.002 to Train")
    assert ("your own loss" in sentence) is own


def test_running_values_that_overflowed_are_named_and_a_mask_of_infinities_is_not():
    model = nn.Sequential(nn.BatchNorm1d(3), network())
    model.register_buffer("mask", torch.full((2,), -torch.inf))
    assert "training mode only" in ask(model).sentence
    model[0].running_var.fill_(float("nan"))
    assert "3 of 3 values of `0.running_var`" in ask(model).sentence


def test_answer_that_overflows_is_blamed_with_its_row():
    class Exponential(nn.Linear):
        def forward(self, batch):
            return super().forward(batch).exp()

    model = Exponential(3, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 0, 0]]))
        model.bias.zero_()
    inputs = X.clamp(-3, 3)
    inputs[1100, 0] = 200.0
    sentence, _ = ask(model, train=(inputs, Y))
    assert "answer to row 1100 of the training rows is inf" in sentence


def test_own_loss_is_blamed_where_answers_are_finite():
    sentence, remedy = ask(own=True, loss=lambda outputs, target: outputs.mean().abs().neg().log())
    assert "but your own loss of training rows 0 to 1023 is nan" in sentence
    assert remedy.startswith("Keep logarithms")
