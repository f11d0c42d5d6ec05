"""Integrated gradients of a network: they add up to the difference of two answers."""

import numpy as np
import pytest
import torch
from torch import nn

from fivefold.errors import ModelError
from fivefold.models.assemble import Assembled
from fivefold.models.blend import Blend
from fivefold.models.choice import BinaryHead, ChoiceHead
from fivefold.models.gradients import integrated_gradients
from fivefold.models.inputs import Width
from fivefold.models.mlp import Mlp


class Plain(nn.Module):
    """What scales nothing."""

    def forward(self, blocks):
        return blocks["table"]

    def exposure(self, blocks):
        return None


def assembled(body, head):
    torch.manual_seed(0)
    return Assembled(Plain(), body, head)


def rows_of(count=5, width=4):
    return {"table": np.random.default_rng(0).normal(size=(count, width)).astype(np.float32)}


@pytest.mark.parametrize("outputs", [1, 3])
def test_they_add_up_to_the_difference_from_the_answer_to_a_mean_row(outputs):
    head = BinaryHead() if outputs == 1 else ChoiceHead((outputs,))
    model = assembled(Mlp(Width(4), outputs), head)
    inputs = rows_of()
    model.train()
    found = integrated_gradients(model, inputs, outputs - 1, steps=200)
    assert model.body.training
    model.eval()
    with torch.no_grad():
        logits = model.body(torch.from_numpy(inputs["table"])).double()
    logits = logits - logits.mean(dim=1, keepdim=True) if outputs > 1 else logits
    for row, one in enumerate(found):
        assert one.score == pytest.approx(float(logits[row, -1]), abs=1e-5)
        assert one.added["x"].shape == (4,)
        assert one.added["x"].sum() == pytest.approx(one.score - one.base, abs=2e-3)


def test_of_a_linear_network_each_number_adds_its_weight_times_itself():
    model = assembled(nn.Linear(4, 1), BinaryHead())
    inputs = rows_of()
    wanted = inputs["table"] * model.body.weight.detach().numpy()
    found = [one.added["x"] for one in integrated_gradients(model, inputs, 0)]
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_of_a_blend_the_network_alone_is_asked_and_without_one_it_is_refused():
    network = Mlp(Width(4), 1)
    blend = Blend(Width(4), 1, network=network, sizes=[4, 1, 1, 1])
    blend.weight.fill_(0.5)
    both = integrated_gradients(assembled(blend, BinaryHead()), rows_of(), 0)
    alone = integrated_gradients(assembled(network, BinaryHead()), rows_of(), 0)
    for one, other in zip(both, alone, strict=True):
        np.testing.assert_allclose(one.added["x"], other.added["x"], atol=1e-6)
    assert blend.training == network.training
    blend.weight.fill_(1)
    blend.drop_network()
    with pytest.raises(ModelError, match="Call explain instead"):
        integrated_gradients(assembled(blend, BinaryHead()), rows_of(), 0)


def test_they_change_when_weights_are_drawn_anew():
    model = assembled(Mlp(Width(4), 1), BinaryHead())
    first = integrated_gradients(model, rows_of(), 0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn_like(weight))
    second = integrated_gradients(model, rows_of(), 0)
    told, other = (np.concatenate([one.added["x"] for one in some]) for some in (first, second))
    assert np.corrcoef(told, other)[0, 1] < 0.9
