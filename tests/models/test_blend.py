import json

import numpy as np
import onnxruntime
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingRegressor
from torch import nn

from fitting import feed
from fivefold.deploy.export import quiet
from fivefold.models.blend import Blend, find_weight, matrix
from fivefold.models.choice import BinaryHead, ChoiceHead
from fivefold.models.inputs import Codes, Width
from fivefold.models.learner import Lesson
from fivefold.models.mlp import Mlp
from fivefold.models.networks import build, describe
from fivefold.models.quantity import QuantityHead
from fivefold.models.score import score_parts
from fivefold.models.tabm import TabM
from fivefold.models.trees import Trees, join_trees


class Answering(nn.Module):
    """Stands for Assembled: the body answers."""

    device, threads = torch.device("cpu"), None

    def __init__(self, body):
        super().__init__()
        self.body = body

    def scores(self, blocks):
        return self.body(blocks["table"])[:, 0]


@pytest.fixture
def grown():
    """Rows of two numbers and one code, and boosted trees over them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3)).astype(np.float32)
    x[:, 2] = rng.integers(0, 4, 300)
    return x, HistGradientBoostingRegressor(max_iter=30).fit(x, x[:, 0] + (x[:, 2] == 2))


def blended(model, inputs, network):
    nodes = [rounds[0].nodes for rounds in model._predictors]
    sizes, arrays = join_trees(nodes, np.ravel(model._baseline_prediction))
    trees = Trees(*sizes)
    trees.load_nodes(arrays)
    blend = Blend(inputs, 1, network=network)
    blend.attach(trees, 0.0)
    return blend


def test_blend_in_training_is_the_network_alone(grown):
    x, model = grown
    network = Mlp(Width(3, measured=2), 1, dropout=0.0)
    blend = blended(model, Width(3, measured=2), network).train()
    blend.weight.fill_(0.7)
    rows = torch.from_numpy(x)
    assert torch.equal(blend(rows), network(rows))
    assert {name for name, _ in blend.named_parameters()} == {
        f"network.{name}" for name, _ in network.named_parameters()
    }


def test_blend_in_eval_mode_mixes_by_its_weight(grown):
    x, model = grown
    network = Mlp(Width(3, measured=2), 1)
    blend = blended(model, Width(3, measured=2), network).eval()
    rows = torch.from_numpy(x)
    for weight in (0.0, 0.25, 1.0):
        blend.weight.fill_(weight)
        wanted = (1 - weight) * network(rows)[:, 0].detach().numpy() + weight * model.predict(x)
        np.testing.assert_allclose(blend(rows)[:, 0].detach(), wanted, atol=1e-5)


def test_blend_is_rebuilt_from_its_description(grown):
    x, model = grown
    blend = blended(model, Width(3, measured=2), TabM(Width(3, measured=2), 1, width=8)).eval()
    blend.weight.fill_(0.3)
    twin = build(json.loads(json.dumps(describe(blend)))).eval()
    twin.load_state_dict(blend.state_dict())
    rows = torch.from_numpy(x)
    assert torch.equal(twin(rows), blend(rows))


def test_blend_without_its_network_answers_as_its_trees_and_is_rebuilt(grown):
    x, model = grown
    blend = blended(model, Width(3, measured=2), Mlp(Width(3, measured=2), 1)).eval()
    blend.weight.fill_(1.0)
    rows = torch.from_numpy(x)
    before = blend(rows)
    assert blend.parts == {"network": 0.0, "trees": 1.0}
    blend.drop_network()
    assert torch.equal(blend(rows), before)
    assert blend.parts == {"trees": 1.0}
    assert not list(blend.parameters())
    twin = build(json.loads(json.dumps(describe(blend)))).eval()
    twin.load_state_dict(blend.state_dict())
    assert torch.equal(twin(rows), before)


def test_parts_of_a_blend_score_as_if_each_answered_alone(grown):
    x, model = grown
    network = Mlp(Width(3, measured=2), 1)
    blend = blended(model, Width(3, measured=2), network).eval()
    blend.weight.fill_(0.25)
    rows = torch.from_numpy(x)
    found = score_parts(Answering(blend), {"table": x})
    assert blend.parts == {"network": 0.75, "trees": 0.25}
    assert list(found) == ["network", "trees"]
    np.testing.assert_array_equal(found["network"], network(rows)[:, 0].detach())
    np.testing.assert_allclose(found["trees"], model.predict(x), atol=1e-5)
    assert float(blend.weight) == 0.25
    assert score_parts(Answering(network), {"table": x}) == {}


def test_matrix_puts_codes_after_the_table():
    batch = {"codes": torch.tensor([[3]]), "table": torch.tensor([[0.5, 1.0]])}
    assert matrix(batch).tolist() == [[0.5, 1.0, 3.0]]


def test_blend_as_onnx_agrees_with_torch(grown):
    x, model = grown
    inputs = {"table": Width(2, measured=2), "codes": Codes((4,))}
    blend = blended(model, inputs, Mlp(inputs, 1)).eval()
    blend.weight.fill_(0.4)

    class Flat(nn.Module):
        def __init__(self):
            super().__init__()
            self.blend = blend

        def forward(self, table, codes):
            return self.blend({"table": table, "codes": codes})

    def split(rows):
        return torch.from_numpy(x[:rows, :2]), torch.from_numpy(x[:rows, 2:]).long()

    batch = torch.export.Dim("batch", min=1)
    with quiet():
        program = torch.export.export(Flat(), split(8), dynamic_shapes=({0: batch}, {0: batch}))
        proto = torch.onnx.export(program, dynamo=True, verbose=False).model_proto
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    names = [node.name for node in session.get_inputs()]
    for rows in (1, 7, 300):
        feed = dict(zip(names, (part.numpy() for part in split(rows)), strict=True))
        found = session.run(None, feed)[0]
        wanted = Flat()(*split(rows)).detach().numpy()
        np.testing.assert_allclose(found, wanted, atol=1e-5)


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
def test_blend_leaves_out_what_counts_nothing(network, trees, parts):
    x = torch.linspace(-1, 1, 4000)[:, None]
    body = Steep(Width(1), 1)
    body.turn = network
    blend = Blend(Width(1), 1, network=body).eval()
    grown = stump(trees)
    rows = torch.arange(1, 4000, 3)
    valid = feed((x, (x[:, 0] > 0).long()))
    blend.grown = grown, rows, grown(x[rows])
    lesson = Lesson(train=valid, valid=valid, head=BinaryHead(), seed=0, tell=print)
    told = blend.end(blend, lesson)
    assert list(blend.parts) == parts
    assert told.get("trees_weight", 0.0) == pytest.approx(blend.parts.get("trees", 0.0))
    assert ((blend(x)[:, 0] > 0) == (x[:, 0] > 0)).all()


@pytest.mark.parametrize("head", [BinaryHead(), ChoiceHead((2,)), QuantityHead()])
def test_weight_of_trees_for_weighted_rows_is_that_for_rows_repeated_as_often(head):
    torch.manual_seed(0)
    outputs = head.outputs[0]
    network, trees = torch.randn(60, outputs), torch.randn(60, outputs)
    target = torch.arange(60) % 2
    counts = torch.randint(0, 5, (60,))
    again = torch.arange(60).repeat_interleave(counts)
    wanted = find_weight(network[again], trees[again], target[again], head, pull=0.0)
    for unit in (1.0, 0.2):
        weights = unit * counts.float()
        assert find_weight(network, trees, target, head, counts=weights, pull=0.0) == wanted
    few = torch.where(torch.arange(60) < 2, 1e6, 1.0)
    good = 8.0 * target[:, None] - 4 if outputs == 1 else torch.eye(2)[target] * 8
    if outputs > 1 or isinstance(head, BinaryHead):
        sure = find_weight(good, 0 * good, target, head)
        assert find_weight(good, 0 * good, target, head, counts=few) > sure
