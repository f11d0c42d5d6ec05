from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn
from torch.onnx._internal.exporter._registration import ONNXRegistry

from fivefold.deploy.export import OPSET, export_onnx
from fivefold.deploy.operators import operators_kept
from fivefold.errors import ModelError
from fivefold.models.boosting import Boosting, fit_trees
from fivefold.models.trees import Trees


class Bare(nn.Module):
    """Stands for Assembled: `scores` of blocks, computed by `rule`."""

    head, threads = SimpleNamespace(deviations=lambda scores: scores), None

    def __init__(self, rule) -> None:
        super().__init__()
        self.rule = rule
        self.weight = nn.Parameter(torch.linspace(-1, 1, 3))
        self.register_buffer("knots", torch.arange(3.0))

    @property
    def device(self) -> torch.device:
        return self.weight.device

    def scores(self, blocks):
        return self.rule(self, blocks["numeric"])


NUMBERS = {"numeric": np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)}


def run(graph: bytes, blocks):
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.run(["scores"], dict(blocks))[0]


@pytest.mark.parametrize("rows", [1, 2, 7, 2000])
def test_exported_table_answers_as_torch_for_any_number_of_rows(mixed, graph, rows):
    inputs = mixed.data.train.inputs
    draw = np.random.default_rng(rows).integers(0, len(mixed.data.train), rows)
    batch = {name: values[draw] for name, values in inputs.items()}
    with torch.no_grad():
        blocks = {name: torch.from_numpy(values) for name, values in batch.items()}
        wanted = mixed.trained.model.eval().scores(blocks).numpy()
    np.testing.assert_allclose(run(graph, batch), wanted, atol=1e-6)


def test_export_of_one_row_still_has_a_free_batch():
    one = {"numeric": NUMBERS["numeric"][:1]}
    graph = export_onnx(Bare(lambda self, x: x * self.weight), one)
    assert run(graph, NUMBERS).shape == (8, 3)


def test_export_twice_gives_the_same_bytes_and_leaves_the_model_in_its_mode(mixed, graph, capfd):
    model = mixed.trained.model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    again = export_onnx(model, mixed.data.train.inputs)
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert capfd.readouterr() == ("", "")
    assert again == graph


def test_export_keeps_the_exporter_as_it_was_and_reads_its_operators_once():
    before = vars(ONNXRegistry)["from_torchlib"]
    read = []
    with operators_kept():
        read += [ONNXRegistry.from_torchlib(opset_version=OPSET) for _ in range(2)]
    with operators_kept():
        read.append(ONNXRegistry.from_torchlib(opset_version=OPSET))
    assert read[0] is read[1] is read[2]
    assert vars(ONNXRegistry)["from_torchlib"] is before
    assert (
        read[0].functions.keys() == ONNXRegistry.from_torchlib(opset_version=OPSET).functions.keys()
    )


def test_exported_graph_holds_no_path(graph):
    assert b".py" not in graph
    assert {o.domain: o.version for o in onnx.load_from_string(graph).opset_import}[""] == 20


def test_export_of_an_unknown_operator_names_it():
    bare = Bare(lambda self, x: torch.searchsorted(self.knots, x).float())
    with pytest.raises(ModelError) as caught:
        export_onnx(bare, NUMBERS)
    assert caught.value.operator == "torch.searchsorted"
    assert 'format="torch"' in caught.value.remedy


def test_export_of_a_path_that_depends_on_values_quotes_the_line():
    def rule(self, x):
        return x if x.sum() > 0 else -x

    with pytest.raises(ModelError, match="a path that depends on values") as caught:
        export_onnx(Bare(rule), NUMBERS)
    assert "return x if x.sum() > 0 else -x" in caught.value.evidence


def test_export_of_a_fixed_batch_size_is_refused():
    with pytest.raises(ModelError, match="a batch size that is fixed"):
        export_onnx(Bare(lambda self, x: x.reshape(8, 3) * self.weight), NUMBERS)


def test_export_of_a_graph_that_answers_otherwise_is_refused():
    state = {"calls": 0}

    def rule(self, x):
        state["calls"] += 1
        return x + float(state["calls"] > 1)

    with pytest.raises(ModelError, match="answers that differ by 1 "):
        export_onnx(Bare(rule), NUMBERS)


class Grown(Bare):
    """Two sums of trees beside a weight."""

    def __init__(self) -> None:
        super().__init__(
            lambda own, x: own.first(x)[:, 0] + 2 * own.second(x)[:, 1] + x @ own.weight
        )
        rng = np.random.default_rng(0)
        x = rng.normal(size=(400, 3)).astype(np.float32)
        parts, boosting = (slice(300), slice(300, None)), Boosting(rounds=10, boosters=1)

        def grown(learn, outputs, y):
            train, valid = ((x[part], y[part]) for part in parts)
            return fit_trees(train, valid, learn, outputs, boosting=boosting)

        self.first = grown("number", 1, x[:, 0] + x[:, 1] ** 2)
        self.second = grown("class", 3, np.digitize(x[:, 2], [-0.5, 0.5]))


def test_exported_trees_are_one_operator_each_and_answer_as_torch():
    model = Grown().eval()
    content = export_onnx(model, NUMBERS)
    proto = onnx.load_from_string(content)
    assert content == export_onnx(model, NUMBERS)
    nodes = [(node.domain, node.op_type) for node in proto.graph.node]
    assert nodes.count(("ai.onnx.ml", "TreeEnsembleRegressor")) == 2
    assert {domain for domain, _ in nodes} == {"", "ai.onnx.ml"}
    assert ("", "GatherElements") not in nodes
    assert {o.domain: o.version for o in proto.opset_import} == {"": 20, "ai.onnx.ml": 4}
    assert {value.name for value in proto.graph.initializer}.isdisjoint({"first.value", "feature"})
    rows = np.random.default_rng(1).normal(size=(50, 3)).astype(np.float32)
    with torch.no_grad():
        wanted = model.scores({"numeric": torch.from_numpy(rows)}).numpy()
    np.testing.assert_allclose(run(content, {"numeric": rows}), wanted, atol=1e-5)
    assert isinstance(model.first, Trees)
