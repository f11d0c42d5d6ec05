import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from fivefold.deploy.export import export_onnx
from fivefold.models.assemble import assemble
from fivefold.models.head import Head


def test_head_of_regression_gives_values_their_unit_back_without_loss():
    mean, std = 1.7e9, 3.0
    outputs = torch.tensor([[-1.0], [0.5]])
    found = Head("regression", mean=mean, std=std).scores(outputs)
    assert found.tolist() == [1.7e9 - 3.0, 1.7e9 + 1.5]


def test_head_of_two_classes_gives_both_probabilities():
    found = Head("binary").scores(torch.tensor([[0.0], [2.0], [-50.0]]))
    np.testing.assert_allclose(found[:, 1], 1 / (1 + np.exp([0.0, -2.0, 50.0])), rtol=1e-5)
    np.testing.assert_allclose(found.sum(dim=1), 1, rtol=1e-6)
    assert found[2, 1] > 0


def test_head_of_more_classes_divides_by_its_temperature():
    head = Head("multiclass")
    head.temperature.fill_(2.0)
    logits = torch.tensor([[2.0, 0.0, -2.0]])
    expected = np.exp([1.0, 0.0, -1.0]) / np.exp([1.0, 0.0, -1.0]).sum()
    np.testing.assert_allclose(head.scores(logits)[0], expected, rtol=1e-6)


def test_head_of_the_log_link_multiplies_the_mean():
    head = Head("regression", mean=250.0, std=9.0, link="log")
    found = head.scores(torch.tensor([[0.0], [1.0], [-2.0]]))
    np.testing.assert_allclose(found, 250 * np.exp([0.0, 1.0, -2.0]), rtol=1e-7)


def test_head_of_the_log_link_stays_finite_and_positive_whatever_comes_in():
    outputs = torch.tensor([[1e30], [-1e30], [torch.inf]])
    found = Head("regression", mean=1e6, link="log").scores(outputs)
    assert found.isfinite().all()
    assert (found > 0).all()


@pytest.mark.parametrize("link", ["identity", "log"])
def test_head_with_a_link_is_rebuilt_from_its_description(link):
    head = Head("regression", mean=3.0, std=2.0, link=link)
    again = Head(**head.description)
    again.load_state_dict(head.state_dict())
    outputs = torch.linspace(-3, 3, 7)[:, None]
    assert torch.equal(again(outputs), head(outputs))


def test_head_of_an_old_description_has_the_identity_link():
    assert Head(**{"task": "regression"}).link == "identity"


def test_network_with_the_log_link_exports_with_the_numbers_of_torch(make_codec):
    codec, arrays, _ = make_codec("numeric", task="regression")
    network = assemble(codec, lambda inputs, outputs: nn.Linear(inputs, outputs))
    network.head = Head("regression", mean=17.25, link="log")
    with torch.no_grad():
        network.body.weight.mul_(20)
    session = onnxruntime.InferenceSession(export_onnx(network, arrays))
    (found,) = session.run(None, arrays)
    expected = network.scores({name: torch.from_numpy(a) for name, a in arrays.items()}).detach()
    assert expected.max() > 1e4 * expected.min() > 0
    np.testing.assert_allclose(found, expected, rtol=5e-6)
