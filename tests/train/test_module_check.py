import copy
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from fivefold.errors import ModelError
from fivefold.models.ensemble import Ensemble
from fivefold.models.inputs import Width
from fivefold.models.losses import Loss
from fivefold.train.module_check import check_module


class Wrapped(nn.Module):
    """A linear layer with something done to its answer."""

    def __init__(self, change, outputs=3):
        super().__init__()
        self.layer, self.change = nn.Linear(4, outputs), change

    def forward(self, batch):
        return self.change(self.layer(batch))


def check(body, outputs=3, classes=3, loss: Loss = F.cross_entropy, target=None):
    torch.manual_seed(0)
    if target is None:
        target = torch.arange(8) % 3
    check_module(
        body,
        torch.randn(8, 4),
        target,
        inputs=Width(4),
        outputs=(outputs,),
        loss=loss,
        classes=classes,
    )


@pytest.mark.parametrize(
    "body",
    [
        nn.Linear(4, 3),
        nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3)),
        Wrapped(lambda answer: answer.log_softmax(dim=1)),
    ],
)
def test_check_passes_a_good_module_and_leaves_it_as_it_was(body):
    before, state = copy.deepcopy(body.state_dict()), torch.get_rng_state()
    check_module(
        body,
        torch.ones(8, 4) * torch.arange(8.0)[:, None],
        torch.arange(8) % 3,
        inputs=Width(4),
        outputs=(3,),
        loss=F.cross_entropy,
        classes=3,
    )
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in body.state_dict().items())
    assert all(parameter.grad is None for parameter in body.parameters())
    assert body.training


FAULTS = {
    "a wrong width": (nn.Linear(5, 3), "batch of .8, 4. float32, found RuntimeError"),
    "a wrong shape": (nn.Linear(4, 2), "wanted"),
    "a tuple": (Wrapped(lambda answer: (answer, None)), "found tuple"),
    "integers": (Wrapped(lambda answer: answer.long()), "found .8, 3. int64"),
    "infinities": (Wrapped(lambda answer: answer / 0), "24 of 24 that are not"),
    "no parameters": (nn.Sequential(nn.Flatten(), nn.ZeroPad1d((0, -1))), "to train, found none"),
    "frozen parameters": (nn.Linear(4, 3).requires_grad_(False), "found 2 of which none requires"),
    "double weights": (nn.Linear(4, 3).double(), "Pass module.float.*weights of it float64"),
    "half weights": (nn.Linear(4, 3).half(), "Pass module.float.*weights of it float16"),
    "a detached answer": (Wrapped(lambda answer: answer.detach()), "none that the loss reaches"),
    "no gradient": (Wrapped(lambda answer: answer * 0), "found 0 in all of them"),
    "probabilities": (Wrapped(lambda answer: answer.softmax(dim=1)), "found probabilities"),
    "batch statistics": (Wrapped(lambda answer: answer - answer.mean(dim=0)), "other rows"),
    "noise": (Wrapped(lambda answer: F.dropout(answer, 0.5)), "the same answer"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_of_a_faulty_module_says_what_is_wrong(fault):
    body, message = FAULTS[fault]
    with pytest.raises(ModelError) as caught:
        check(body)
    text = str(caught.value)
    assert caught.value.remedy
    if fault == "a wrong shape":
        assert caught.value.wanted == (8, 3)
        assert caught.value.found == (8, 2)
    else:
        assert re.search(message, text), text


def test_check_of_a_flat_answer_says_to_leave_the_axis():
    target = torch.zeros(8)
    with pytest.raises(ModelError, match="squeeze"):
        check(Wrapped(lambda answer: answer[:, 0], 1), 1, 2, lambda o, t: o.mean(), target)


def test_check_of_a_sigmoid_at_the_end_of_two_classes_is_refused():
    body = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    with pytest.raises(ModelError, match="Its last layer is a Sigmoid"):
        check(body, 1, 2, lambda o, t: o.mean(), torch.zeros(8))
    check(body, 1, 0, lambda o, t: o.mean(), torch.zeros(8))


@pytest.mark.parametrize(
    ("loss", "found"),
    [
        (lambda o, t: o, r"found shape \(8, 3\)"),
        (lambda o, t: o.mean() * float("nan"), "found nan"),
        (lambda o, t: 1.0, "found float"),
        (lambda o, t: o.mean().detach(), "none that the loss reaches"),
        (lambda o, t: o[9].mean(), "the loss of 8 rows, found IndexError"),
    ],
)
def test_check_of_a_faulty_loss_says_what_is_wrong(loss, found):
    with pytest.raises(ModelError, match=found):
        check(nn.Linear(4, 3), loss=loss)


def test_check_of_a_failing_module_keeps_the_cause():
    with pytest.raises(ModelError) as caught:
        check(nn.Linear(5, 3))
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert caught.value.inputs == 4


def test_check_of_frozen_layers_below_one_that_learns_passes():
    check(nn.Sequential(nn.Linear(4, 4).requires_grad_(False), nn.Linear(4, 3)))


def test_check_of_a_module_that_casts_for_itself_passes():
    class Double(nn.Linear):
        def forward(self, batch):
            return super().forward(batch.double())

    check(Double(4, 3).double())


class Shifting(nn.Linear):
    """Moves its input in place."""

    def forward(self, batch):
        batch += 1.0
        return super().forward(batch)


def test_copies_that_hand_one_another_a_changed_input_are_refused():
    check(Shifting(4, 3))
    with pytest.raises(ModelError, match="Shifting: expected copies that leave to the next"):
        check(Ensemble([Shifting(4, 3), Shifting(4, 3)]))
