import pytest
import torch

from fivefold.models.choice import BinaryHead
from fivefold.models.gathered import Held
from fivefold.models.weighing import Judged, find_scales, find_sum


def held(target, weight=None):
    return Held(torch.zeros(len(target), 0), target, weight)


def test_sum_adds_what_two_models_know_apart_and_averages_what_both_know():
    torch.manual_seed(0)
    one, other = torch.randn(4000), torch.randn(4000)
    y = (torch.rand(4000) < torch.sigmoid(2 * one + 2 * other)).float()

    def found(**answers):
        return find_sum(Judged(answers, held(y)), BinaryHead())

    apart = found(one=2 * one[:, None], other=2 * other[:, None])
    assert 0.8 < apart["one"] < 1.2
    assert 0.8 < apart["other"] < 1.2
    both = 2 * (one + other)[:, None]
    same = found(one=both, other=both)
    assert 0.8 < sum(same.values()) < 1.2
    alone = found(one=both, other=torch.randn(4000, 1))
    assert alone["other"] < 0.1


def test_weights_that_come_to_one_follow_many_rows_and_are_equal_where_rows_are_few():
    torch.manual_seed(0)
    for rows, wanted in ((2000, 1.0), (8, 0.25)):
        target = (torch.arange(rows) % 2).float()
        right = (4 * target[:, None] - 2) + 0.1 * torch.randn(rows, 1)
        answers = {"network": right, "forest": 0 * right, "linear": 0 * right, "kernels": 0 * right}
        found = find_sum(Judged(answers, held(target)), BinaryHead(), adding=False, pull=50.0)
        assert sum(found.values()) == pytest.approx(1)
        assert abs(found["network"] - wanted) <= 0.15


def test_further_rows_choose_among_the_models_that_answer_them():
    torch.manual_seed(0)
    few, many = (torch.arange(20) % 2).float(), (torch.arange(2000) % 2).float()
    right, noise = (4 * few[:, None] - 2), torch.randn(20, 1)
    judged = Judged({"network": right, "one": noise, "other": noise}, held(few))
    further = Judged({"one": 2 * many[:, None] - 1, "other": torch.randn(2000, 1)}, held(many))
    found = find_sum(judged, BinaryHead(), further=[further], adding=False)
    assert sum(found.values()) == pytest.approx(1)
    assert found["one"] > 5 * found["other"]
    alone = find_sum(judged, BinaryHead(), adding=False)
    assert alone["one"] <= alone["other"] + 0.03


def test_rows_of_weight_zero_choose_nothing():
    target = (torch.arange(200) % 2).float()
    right = 4 * target[:, None] - 2
    answers = {"one": torch.where(torch.arange(200)[:, None] < 100, right, -right), "other": -right}
    weight = (torch.arange(200) < 100).float()
    found = find_sum(Judged(answers, held(target, weight)), BinaryHead(), adding=False)
    assert found["one"] == 1


def test_scales_make_a_timid_part_surer_and_a_bold_one_less():
    torch.manual_seed(0)
    target = (torch.rand(4000) < 0.5).float()
    logits = torch.randn(4000, 1) + 2 * (2 * target[:, None] - 1)  # true logits are 4 times these
    found = find_scales([logits, 4 * logits, 8 * logits], BinaryHead(), held(target))
    assert found == [4.0, 1.0, 0.5]


def test_few_rows_hold_weights_near_the_usual_ones_and_many_do_not():
    torch.manual_seed(0)
    knows, not_at_all = 4.0 * (torch.arange(4000) % 2)[:, None] - 2, torch.zeros(4000, 1)
    usual, found = {"knows": 1.0, "not_at_all": 3.0}, {}
    for rows in (4, 4000):
        answers = {"knows": knows[:rows], "not_at_all": not_at_all[:rows]}
        judged = Judged(answers, held((torch.arange(rows) % 2).float()))
        found[rows] = find_sum(judged, BinaryHead(), adding=False, usual=usual)
    assert 0.2 < found[4]["knows"] < 0.6 < 0.95 < found[4000]["knows"]
