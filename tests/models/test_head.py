import json

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from fivefold.deploy.export import export_onnx
from fivefold.models.assemble import assemble
from fivefold.models.choice import BinaryHead, ChoiceHead
from fivefold.models.heads import head_from, make_head
from fivefold.models.quantity import QuantityHead
from fivefold.tasks.known import TASKS


def test_head_of_regression_gives_values_their_unit_back_without_loss():
    mean, std = 1.7e9, 3.0
    outputs = torch.tensor([[-1.0], [0.5]])
    found = QuantityHead(mean=mean, std=std).scores(outputs)
    assert found.tolist() == [1.7e9 - 3.0, 1.7e9 + 1.5]


def test_head_of_two_classes_gives_both_probabilities():
    found = BinaryHead().scores(torch.tensor([[0.0], [2.0], [-50.0]]))
    np.testing.assert_allclose(found[:, 1], 1 / (1 + np.exp([0.0, -2.0, 50.0])), rtol=1e-5)
    np.testing.assert_allclose(found.sum(dim=1), 1, rtol=1e-6)
    assert found[2, 1] > 0


def test_head_of_more_classes_divides_by_its_temperature():
    head = ChoiceHead((3,))
    head.temperature.fill_(2.0)
    logits = torch.tensor([[2.0, 0.0, -2.0]])
    expected = np.exp([1.0, 0.0, -1.0]) / np.exp([1.0, 0.0, -1.0]).sum()
    np.testing.assert_allclose(head.scores(logits)[0], expected, rtol=1e-6)


def test_head_of_the_log_link_multiplies_the_mean():
    head = QuantityHead(mean=250.0, std=9.0, link="log")
    found = head.scores(torch.tensor([[0.0], [1.0], [-2.0]]))
    np.testing.assert_allclose(found, 250 * np.exp([0.0, 1.0, -2.0]), rtol=1e-7)


def test_head_of_the_log_link_stays_finite_and_positive_whatever_comes_in():
    outputs = torch.tensor([[1e30], [-1e30], [torch.inf]])
    found = QuantityHead(mean=1e6, link="log").scores(outputs)
    assert found.isfinite().all()
    assert (found > 0).all()


@pytest.mark.parametrize("loss", [None, "poisson"])
@pytest.mark.parametrize("outputs", [(1,), (3,), (5, 3)])
@pytest.mark.parametrize(
    "task", [name for name, task in TASKS.known.items() if not (task.separate or task.ahead)]
)
def test_head_is_rebuilt_from_its_description_and_buffers(task, outputs, loss):
    head = make_head(TASKS[task], outputs, loss=loss)
    if task == "regression":
        head.fit(1.0 + np.arange(30.0).reshape(-1, *(() if outputs == (1,) else outputs)))
    again = head_from(json.loads(json.dumps(head.description)))
    again.load_state_dict(head.state_dict())
    rows = torch.randn(7, *outputs)
    assert type(again) is type(head)
    assert torch.equal(again.scores(rows), head.scores(rows))


def test_head_of_several_numbers_gives_each_its_unit_back():
    head = QuantityHead((2,))
    target = np.array([[1.0, 1e9], [3.0, 1e9 + 600], [5.0, 1e9 + 1200]])
    head.fit(target)
    standard = head.targets(target)
    np.testing.assert_allclose(standard.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(standard.std(0, correction=0), 1, rtol=1e-6)
    np.testing.assert_allclose(head.scores(standard), target, rtol=1e-12, atol=1e-4)
    assert head.targets(target, own=True).dtype == torch.float64


def test_head_of_positions_gives_the_probabilities_of_each():
    logits = torch.randn(4, 5, 3)
    found = ChoiceHead((5, 3)).scores(logits)
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-6)
    np.testing.assert_array_equal(found.argmax(-1), logits.argmax(-1))


def test_network_with_the_log_link_exports_with_the_numbers_of_torch(make_codec):
    codec, arrays, _ = make_codec("numeric", task="regression")
    network = assemble(codec, lambda inputs, outputs: nn.Linear(inputs, outputs))
    network.head = QuantityHead(mean=17.25, link="log")
    with torch.no_grad():
        network.body.weight.mul_(20)
    session = onnxruntime.InferenceSession(export_onnx(network, arrays))
    (found,) = session.run(None, arrays)
    expected = network.scores({name: torch.from_numpy(a) for name, a in arrays.items()}).detach()
    assert expected.max() > 1e4 * expected.min() > 0
    np.testing.assert_allclose(found, expected, rtol=5e-6)
