import pytest
import torch
from torch import nn

from fivefold.models import trees as module
from fivefold.models.boosting import Boosting, fit_trees
from fivefold.models.trees import NODES, Trees, trees, walk

ROWS = torch.rand(500, 4, generator=torch.Generator().manual_seed(0))


def grown(learn="class", outputs=1):
    sums = ROWS.sum(dim=1)
    if learn == "number":
        target = sums.numpy()
    else:
        bounds = [1.6, 2.3] if outputs == 3 else [2.0]
        target = torch.bucketize(sums, torch.tensor(bounds)).numpy()
    x = ROWS.numpy()
    boosting = Boosting(rounds=25, boosters=2)
    found = fit_trees(
        (x[:400], target[:400]), (x[400:], target[400:]), learn, outputs, boosting=boosting
    )
    assert found is not None
    return found


def nodes_of(model):
    return [*(getattr(model, name) for name in NODES), model.depth]


@pytest.mark.parametrize(("learn", "outputs"), [("class", 1), ("class", 3), ("number", 1)])
@pytest.mark.parametrize("rows", [0, 1, 2, 500])
def test_operator_answers_as_a_walk_by_gathers(learn, outputs, rows):
    model = grown(learn, outputs)
    answer = trees(ROWS[:rows], *nodes_of(model))
    assert answer.shape == (rows, outputs)
    torch.testing.assert_close(answer, walk(ROWS[:rows], *nodes_of(model)), atol=2e-6, rtol=2e-6)


def test_operator_on_a_threshold_goes_left_and_above_it_right():
    model = Trees(3, 1, 1, 1)
    third = torch.tensor(1 / 3)
    model.load_nodes(
        {
            **{"feature": [0, 0, 0], "threshold": [third.item(), 0, 0], "left": [1, 1, 2]},
            **{"right": [2, 1, 2], "value": [0, -1, 1], "root": [0], "bias": [0.0]},
        }
    )
    above = torch.nextafter(third, torch.tensor(1.0))
    below = torch.nextafter(third, torch.tensor(0.0))
    column = torch.stack([third, above, below, torch.tensor(torch.inf), torch.tensor(-torch.inf)])
    assert model(column[:, None]).ravel().tolist() == [-1, 1, -1, 1, -1]


def test_operator_answers_by_the_nodes_that_a_module_holds_now():
    model = grown()
    before = model(ROWS)
    state = model.state_dict()
    model.value.mul_(2)
    torch.testing.assert_close(model(ROWS) - model.bias, 2 * (before - model.bias))
    model.load_state_dict({**state, "value": state["value"] / 2})
    assert torch.equal(model(ROWS), before)


def test_operator_keeps_few_sessions():
    for bias in range(10):
        model = Trees(1, 1, 0, 1)
        model.load_nodes({"bias": [float(bias)]})
        assert model(ROWS[:1]).item() == bias
    assert module._session.cache_info().currsize == 8


def test_operator_takes_a_matrix_that_is_not_laid_out_by_rows():
    model = grown()
    assert torch.equal(model(ROWS.T.contiguous().T), model(ROWS))


def test_operator_lets_gradients_pass_beside_it():
    table = ROWS[:8].clone().requires_grad_()
    network, model = nn.Linear(4, 1), grown()
    (network(table) + model(table)).sum().backward()
    torch.testing.assert_close(table.grad, network.weight.detach().expand(8, 4))


def test_operator_keeps_the_rules_of_torch():
    torch.library.opcheck(trees, (ROWS[:5], *nodes_of(grown())))


def test_module_exported_by_its_user_walks_by_gathers():
    model = grown()
    program = torch.export.export(model, (ROWS[:8],))
    targets = {str(node.target) for node in program.graph.nodes}
    assert not [target for target in targets if "fivefold" in target]
    torch.testing.assert_close(program.module()(ROWS[:8]), model(ROWS[:8]))
