import pytest
import torch

from fivefold.train.blend import find_weight


def test_weight_for_regression_is_the_least_squares_one_when_rows_are_many():
    torch.manual_seed(0)
    truth = torch.randn(20_000)
    network = truth + 1.0 * torch.randn(20_000)
    trees = truth + 0.5 * torch.randn(20_000)
    found = find_weight(network[:, None], trees[:, None], truth, "regression")
    assert found == pytest.approx(1 / (1 + 0.25), abs=0.051)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_weight_with_many_rows_leaves_the_bad_one_out(task):
    target = torch.arange(30_000) % 2
    good = torch.stack([1.0 - target, 1.0 * target], dim=1)
    good = good if task == "multiclass" else good[:, 1:] - good[:, :1]
    assert find_weight(-good, good, target, task) == 1.0
    assert find_weight(good, -good, target, task) == 0.0


def test_weight_with_few_rows_stays_near_one_half():
    torch.manual_seed(1)
    target = torch.randint(0, 2, (8,))
    good, noise = 1.0 * target[:, None] - 0.5, 0.3 * torch.randn(8, 1)
    alone = find_weight(good, noise, target, "binary", pull=0.0)
    assert alone == 0.0
    assert 0.25 <= find_weight(good, noise, target, "binary") <= 0.5


def test_weight_without_rows_is_one_half():
    assert find_weight(torch.zeros(0, 1), torch.zeros(0, 1), torch.zeros(0), "binary") == 0.5
