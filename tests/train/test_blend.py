import pytest
import torch

from fitting import feed
from fivefold.models.blend import Blend
from fivefold.models.choice import BinaryHead, ChoiceHead
from fivefold.models.inputs import Width
from fivefold.models.mlp import Mlp
from fivefold.models.quantity import QuantityHead
from fivefold.models.trees import Trees
from fivefold.train.blend import find_weight, join


def test_weight_for_regression_is_the_least_squares_one_when_rows_are_many():
    torch.manual_seed(0)
    truth = torch.randn(20_000)
    network = truth + 1.0 * torch.randn(20_000)
    trees = truth + 0.5 * torch.randn(20_000)
    found = find_weight(network[:, None], trees[:, None], truth, QuantityHead())
    assert found == pytest.approx(1 / (1 + 0.25), abs=0.051)


@pytest.mark.parametrize("head", [BinaryHead(), ChoiceHead((2,))])
def test_weight_with_many_rows_leaves_the_bad_one_out(head):
    target = torch.arange(30_000) % 2
    good = torch.stack([1.0 - target, 1.0 * target], dim=1)
    good = good if head.outputs == (2,) else good[:, 1:] - good[:, :1]
    assert find_weight(-good, good, target, head) == 1.0
    assert find_weight(good, -good, target, head) == 0.0


def test_weight_with_few_rows_stays_near_one_half():
    torch.manual_seed(1)
    target = torch.randint(0, 2, (8,))
    good, noise = 1.0 * target[:, None] - 0.5, 0.3 * torch.randn(8, 1)
    alone = find_weight(good, noise, target, BinaryHead(), pull=0.0)
    assert alone == 0.0
    assert 0.25 <= find_weight(good, noise, target, BinaryHead()) <= 0.5


def test_weight_without_rows_is_one_half():
    assert find_weight(torch.zeros(0, 1), torch.zeros(0, 1), torch.zeros(0), BinaryHead()) == 0.5


class Steep(Mlp):
    """A network that says one thing below 0 and the other above it."""

    turn = 1.0

    def forward(self, batch):
        return self.turn * batch.sign()


def stump(turn):
    """One tree that does the same."""
    trees = Trees(3, 1, 1, 1)
    nodes = {"feature": [0, 0, 0], "threshold": [0.0] * 3, "left": [1, 1, 2], "right": [2, 1, 2]}
    trees.load_nodes({**nodes, "value": [0.0, -turn, turn], "root": [0]})
    return trees


@pytest.mark.parametrize(
    ("network", "trees", "parts"),
    [(-1.0, 1.0, ["trees"]), (1.0, -1.0, ["network"]), (1.0, 1.0, ["network", "trees"])],
)
def test_join_leaves_out_what_counts_nothing(network, trees, parts):
    x = torch.linspace(-1, 1, 4000)[:, None]
    body = Steep(Width(1), 1)
    body.turn = network
    blend = Blend(Width(1), 1, network=body).eval()
    weight = join(blend, stump(trees), feed((x, (x[:, 0] > 0).long())), BinaryHead())
    assert list(blend.parts) == parts
    assert weight == pytest.approx(blend.parts.get("trees", 0.0))
    assert ((blend(x)[:, 0] > 0) == (x[:, 0] > 0)).all()
