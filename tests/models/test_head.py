import numpy as np
import torch

from fivefold.models.head import Head


def test_head_of_regression_gives_values_their_unit_back_without_loss():
    mean, std = 1.7e9, 3.0
    outputs = torch.tensor([[-1.0], [0.5]])
    expected = np.float32(np.array([-1.0, 0.5]) * std + mean)
    np.testing.assert_array_equal(Head("regression", mean=mean, std=std).scores(outputs), expected)


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
