import numpy as np
import pytest
import torch
import torch.nn.functional as F

from fivefold.models.head import Head
from fivefold.train.loss import class_weights, make_loss, targets


def test_targets_of_a_regression_have_mean_0_and_deviation_1_even_far_from_zero():
    values = 1e9 + np.arange(100.0)
    found = targets(values, Head("regression", mean=values.mean(), std=values.std()))
    assert found.dtype == torch.float32
    assert found.mean().item() == pytest.approx(0, abs=1e-6)
    assert found.std(correction=0).item() == pytest.approx(1, abs=1e-6)


def test_targets_for_an_own_loss_keep_their_unit():
    head = Head("regression", mean=5.0, std=2.0)
    assert targets(np.array([1.0, 9.0]), head, own=True).tolist() == [1.0, 9.0]


def test_loss_of_two_classes_equals_scikit_learn():
    from sklearn.metrics import log_loss

    logits, truth = torch.randn(50, 1), np.arange(50) % 2
    found = make_loss(Head("binary"))(logits, targets(truth, Head("binary")))
    assert found.item() == pytest.approx(log_loss(truth, torch.sigmoid(logits[:, 0]).double()))


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_weighted_loss_equals_the_loss_of_repeated_rows(task):
    classes = 2 if task == "binary" else 3
    truth = np.array([0, 1, 1, classes - 1, 0, 1])
    logits = torch.randn(6, 1 if task == "binary" else 3)
    weights = class_weights({1: 3.0}, truth, range(classes))
    head = Head(task)
    found = make_loss(head, weights=weights)(logits, targets(truth, head))
    again = np.repeat(np.arange(6), np.where(truth == 1, 3, 1))
    expected = make_loss(head)(logits[again], targets(truth[again], head))
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)


def test_balanced_weights_give_each_class_the_same_say():
    truth = np.array([0] * 90 + [1] * 9 + [2])
    weights = class_weights("balanced", truth, ["a", "b", "c"])
    said = weights * torch.tensor([90.0, 9.0, 1.0])
    torch.testing.assert_close(said, torch.full((3,), 100 / 3))


def test_weights_by_label_find_numbers_by_their_text():
    found = class_weights({1: 2.0, "0": 1.0}, np.array([0, 1]), ["0", "1"])
    assert (found[1] / found[0]).item() == pytest.approx(2)


def test_own_loss_of_a_regression_sees_the_targets_own_unit():
    head = Head("regression", mean=100.0, std=10.0)
    loss = make_loss(head, own=F.l1_loss)
    assert loss(torch.tensor([[1.0], [0.0]]), torch.tensor([115.0, 100.0])).item() == 2.5


def test_own_loss_of_two_classes_sees_flat_logits():
    seen = []

    def own(logits, target):
        seen.append((logits.shape, target.shape))
        return F.binary_cross_entropy_with_logits(logits, target)

    make_loss(Head("binary"), own=own)(torch.zeros(4, 1), torch.zeros(4))
    assert seen == [((4,), (4,))]
